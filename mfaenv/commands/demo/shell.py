"""The shell that the demo opens: what the user's startup files set there (keys in ~/.bashrc) must not win.

They are read after the environment was handed over. So the demo's variables are set once more after them, by the
shell's own way to run something before its first prompt; with a shell that has none in _WAYS the user is warned.
In some shells the prompt, whatever theirs is, gets a mark in front of it there.
"""

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mfaenv import shells
from mfaenv.fast import environment
from mfaenv.shells.detect import identify

THEIRS = (
    "AWS_CA_BUNDLE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_MFA_SERIAL",
    "AWS_ROLE_ARN",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "MFAENV_DURATION",
    "MFAENV_MIN_REMAINING",
    "MFAENV_TOKEN_CODE",
)
"""Variables that lead programs to other services or keys, beside those that a session sets and unsets."""


PREFIXES = ("AWS_", "MFAENV_", "NO_PROXY", "no_proxy")
"""Of the variables that the demo sets; it has taken away all others of these names."""

REMARK = """
Where this shell's startup files set AWS_... variables, they win here: unset them.
"""


_BASH_PROMPT = """\
_mfaenv_demo() { case $PS1 in '(mfaenv demo) '*) ;; *) PS1="(mfaenv demo) $PS1" ;; esac; }
case $(declare -p PROMPT_COMMAND 2>/dev/null) in
'declare -a'*) PROMPT_COMMAND+=(_mfaenv_demo) ;;
*) PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND
}_mfaenv_demo" ;;
esac
"""
"""Before each prompt, since starship and others make PS1 anew for each."""

_ZSH_PROMPT = """\
function _mfaenv_demo_prompt { [[ $PROMPT == '(mfaenv demo) '* ]] || PROMPT="(mfaenv demo) $PROMPT" }
_mfaenv_demo_prompt
precmd_functions+=(_mfaenv_demo_prompt)
"""

_FISH_PROMPT = """
function _mfaenv_demo_status; return $argv[1]; end
if functions --query fish_prompt; and functions --copy fish_prompt _mfaenv_demo_theirs
function fish_prompt
set --local last $status
printf '(mfaenv demo) '
_mfaenv_demo_status $last
_mfaenv_demo_theirs
end
end
"""
"""Their prompt still sees the status of the last line."""

_POSIX_PROMPT = """
case ${KSH_VERSION-}@${PS1-} in *MIRBSD* | *@) ;; *) PS1="(mfaenv demo) $PS1" ;; esac
"""
"""ksh93 sets its own PS1 later; in mksh the first characters of PS1 can mean more than themselves."""


_CMD_PROMPT = 'set "PROMPT=(mfaenv demo) %PROMPT%"'


class Start(NamedTuple):
    """How a shell is started: its command line, the variables that are added, and what the user has to know."""

    words: list[str]
    variables: dict[str, str]
    remark: str


def start(shell: str, env: Mapping[str, str]) -> Start:
    """Return how to start the shell in the demo's environment; writes files beside its AWS config file."""
    name = identify([shell]) or ""
    if name not in _WAYS:
        return Start([shell], {}, REMARK)
    ours = {variable: value for variable, value in env.items() if variable.startswith(PREFIXES)}
    gone = [variable for variable in (*environment.CLEARED, *environment.SET, *THEIRS) if variable not in ours]
    text = shells.render(name, [*((variable, None) for variable in gone), *ours.items()]).decode()
    words, variables = _WAYS[name](text, env, Path(env["AWS_CONFIG_FILE"]).parent)
    return Start([shell, *words], variables, "")


def _bash(text: str, _env: Mapping[str, str], folder: Path) -> tuple[list[str], dict[str, str]]:
    return ["--rcfile", _written(folder / "bashrc", f"[ -r ~/.bashrc ] && . ~/.bashrc\n{text}{_BASH_PROMPT}"), "-i"], {}


def _zsh(text: str, env: Mapping[str, str], folder: Path) -> tuple[list[str], dict[str, str]]:
    theirs = f"ZDOTDIR={shlex.quote(env['ZDOTDIR'])}" if "ZDOTDIR" in env else "unset ZDOTDIR"
    _written(
        folder / ".zshenv",
        f"""\
{theirs}
[[ -r ${{ZDOTDIR:-$HOME}}/.zshenv ]] && . ${{ZDOTDIR:-$HOME}}/.zshenv
function _mfaenv_demo {{
precmd_functions=(${{precmd_functions:#_mfaenv_demo}})
unfunction _mfaenv_demo
{text}{_ZSH_PROMPT}}}
precmd_functions+=(_mfaenv_demo)
""",
    )
    return [], {"ZDOTDIR": str(folder)}


def _posix(text: str, env: Mapping[str, str], folder: Path) -> tuple[list[str], dict[str, str]]:
    if "ENV" in env:  # what it holds is expanded by the shell
        theirs = f'export ENV={shlex.quote(env["ENV"])}\neval "_mfaenv_file=\\"$ENV\\""'
    else:
        theirs = f"unset ENV\n{_KORN_FILES}"
    rest = '[ -r "$_mfaenv_file" ] && . "$_mfaenv_file"\nunset _mfaenv_file'
    return [], {"ENV": _written(folder / "shrc", f"{theirs}\n{rest}\n{text}{_POSIX_PROMPT}")}


_KORN_FILES = """\
case ${KSH_VERSION-} in
*MIRBSD*) _mfaenv_file=~/.mkshrc ;;
Version*) _mfaenv_file=~/.kshrc ;;
*) _mfaenv_file= ;;
esac"""
"""What these two read where ENV is not set."""


def _fish(text: str, _env: Mapping[str, str], _folder: Path) -> tuple[list[str], dict[str, str]]:
    return ["--init-command", text + _FISH_PROMPT], {}


def _powershell(text: str, _env: Mapping[str, str], _folder: Path) -> tuple[list[str], dict[str, str]]:
    return ["-NoExit", "-Command", text], {}


def _nu(text: str, _env: Mapping[str, str], folder: Path) -> tuple[list[str], dict[str, str]]:
    file = _written(folder / "variables.json", text)
    return ["--execute", f"open --raw {json.dumps(file)} | from json | load-env"], {}


def _cmd(text: str, _env: Mapping[str, str], folder: Path) -> tuple[list[str], dict[str, str]]:
    lines = "".join(f"@{line}\r\n" for line in (*text.splitlines(), _CMD_PROMPT))
    return ["/k", _written(folder / "variables.cmd", lines)], {}


_WAYS = {
    "bash": _bash,
    "zsh": _zsh,
    "sh": _posix,
    "ksh": _posix,
    "fish": _fish,
    "powershell": _powershell,
    "pwsh": _powershell,
    "nu": _nu,
    "cmd": _cmd,
}
"""How each shell runs something of ours after its startup files; the others do not."""


def _written(file: Path, text: str) -> str:
    file.touch(0o600)
    file.write_text(text, encoding="utf-8", newline="")
    return os.fspath(file)
