"""The shell that the demo opens: what the user's startup files set there does not lead it to another AWS."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from product import COMMAND, SOURCES
from terminals import Window, need

from mfaenv import shells
from mfaenv.commands.demo import start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")

THEIRS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "theirs",
    "AWS_PROFILE": "theirs",
    "AWS_ENDPOINT_URL": "http://theirs.invalid",
    "AWS_ENDPOINT_URL_STS": "http://theirs.invalid",
    "AWS_CONFIG_FILE": "/theirs",
    "AWS_REGION": "eu-theirs-1",
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/theirs",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/theirs",
}
EXPORTS = "".join(f"export {name}={value}\n" for name, value in THEIRS.items())
FISH = "".join(f"set -gx {name} {value}\n" for name, value in THEIRS.items())
POWERSHELL = "".join(f"$env:{name} = '{value}'\n" for name, value in THEIRS.items())
NU = "".join(f"$env.{name} = '{value}'\n" for name, value in THEIRS.items())
SHELLS = {
    "bash": (".bashrc", EXPORTS, {}),
    "zsh": (".zshrc", EXPORTS, {}),
    "zsh, with a folder": ("zsh/.zshrc", EXPORTS, {"ZDOTDIR": "{home}/zsh"}),
    "zsh, in its first file": (".zshenv", EXPORTS, {}),
    "fish": (".config/fish/config.fish", FISH, {}),
    "dash": (".shrc", EXPORTS, {"ENV": "$HOME/.shrc"}),
    "ksh93": (".kshrc", EXPORTS, {}),
    "ksh93, with a file": (".my file", EXPORTS, {"ENV": "$HOME/.my file"}),
    "mksh": (".mkshrc", EXPORTS, {}),
    "pwsh": (".config/powershell/profile.ps1", POWERSHELL, {}),
    "nu": (".config/nushell/config.nu", NU, {}),
}


@pytest.fixture
def env(home: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A home with nothing in it, and the address of no AWS."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    yield {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(SOURCES),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TMPDIR": str(temporary),
    }
    assert list(temporary.glob("mfaenv-*")) == []


@pytest.mark.parametrize("name", shells.NAMES)
def test_a_shell_is_led_to_the_demo_or_the_person_is_told(tmp_path: Path, name: str) -> None:
    words, _, remark = start(name, {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_REGION": "eu-demo-1"})
    files = "".join(file.read_text() for file in tmp_path.iterdir())
    assert ("eu-demo-1" in files + str(words)) == (not remark)


@pytest.mark.parametrize("name", SHELLS)
def test_what_the_shells_own_files_set_does_not_win(env: dict[str, str], home: Path, name: str) -> None:
    program = name.partition(",")[0]
    need(program)
    file, text, variables = SHELLS[name]
    (home / file).parent.mkdir(parents=True, exist_ok=True)
    (home / file).write_text(text + ("alias was_read='echo it was'\n" if text is EXPORTS else ""))
    theirs = {variable: value.format(home=home) for variable, value in variables.items()}
    with Window((*COMMAND, "demo"), {**env, **theirs, "SHELL": str(shutil.which(program))}, home) as window:
        window.see("leaves nothing behind")
        window.prompted()
        window.enter(
            f"{sys.executable} -c 'import os; print(sorted(n for n in os.environ if n[:4] == \"AWS_\"))'"
        )
        ours = (
            "CONFIG_FILE",
            "EC2_METADATA_DISABLED",
            "ENDPOINT_URL",
            "ENDPOINT_URL_STS",
            "SHARED_CREDENTIALS_FILE",
        )
        window.see(re.escape(str([f"AWS_{name}" for name in ours])))
        window.prompted()
        window.enter("printenv AWS_ENDPOINT_URL AWS_CONFIG_FILE")
        window.see(r"^http://127\.0\.0\.1:\d+$")
        window.see("mfaenv-.*/config")
        if text is EXPORTS:
            window.prompted()
            window.enter("was_read")
            window.see("^it was$")
        for variable in ("ZDOTDIR", "ENV") if text is EXPORTS else ():
            window.prompted()
            window.enter(f"printenv {variable} || echo none-of-it")
            window.see(theirs[variable].replace("$", r"\$") if variable in theirs else "^none-of-it$")
        window.prompted()
        window.enter("exit")
        window.ended()


@pytest.mark.parametrize("program", ["tcsh", "elvish", "xonsh"])
def test_a_shell_that_cannot_be_told_has_its_user_told(env: dict[str, str], home: Path, program: str) -> None:
    need(program)
    with Window(
        (*COMMAND, "demo"), {**env, "SHELL": str(shutil.which(program)), "SSH_TTY": "none"}, home
    ) as window:
        window.see("startup files set AWS_... variables, they win here: unset them.")
        window.prompted()
        window.enter("exit")
        window.ended()


PROMPTS = {
    "bash": (".bashrc", "PS1='[$?]mine$ '\n"),
    "bash, made anew each time": (".bashrc", "PROMPT_COMMAND='PS1=\"[$?]mine$ \"'\n"),
    "bash, made anew by one of two": (".bashrc", "PROMPT_COMMAND=('PS1=\"[$?]mine$ \"' true)\n"),
    "zsh": (".zshrc", "PROMPT='[%?]mine%# '\n"),
    "zsh, made anew each time": (".zshrc", 'theirs() { PROMPT="[$?]mine%# " }; precmd_functions+=(theirs)\n'),
    "fish": (".config/fish/config.fish", 'function fish_prompt; echo "[$status]mine# "; end\n'),
    "dash": (".shrc", "PS1='[$?]mine$ '\n"),
    "ksh93": (".kshrc", "PS1='[$?]mine$ '\n"),
}


@pytest.mark.parametrize("name", PROMPTS)
def test_the_prompt_says_that_it_is_the_demo_and_is_theirs_otherwise(
    env: dict[str, str], home: Path, name: str
) -> None:
    program = name.partition(",")[0]
    need(program)
    file, text = PROMPTS[name]
    (home / file).parent.mkdir(parents=True, exist_ok=True)
    (home / file).write_text(text)
    variables = {"SHELL": str(shutil.which(program)), **({"ENV": "$HOME/.shrc"} if program == "dash" else {})}
    with Window((*COMMAND, "demo"), {**env, **variables}, home) as window:
        window.see("leaves nothing behind")
        window.prompted()
        for status in ("3", "0"):
            window.enter(f"sh -c 'exit {status}'")
            window.see(rf"\(mfaenv demo\) \[{status}\]mine[$#%] ")
        window.enter("exit")
        window.ended()
        assert "demo) (mfaenv" not in window.text
