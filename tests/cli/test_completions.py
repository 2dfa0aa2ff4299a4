"""Completion with Tab, pressed in the real shells: what arrives at the program is what was meant."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from terminals import CTRL_C, PATIENCE, SHELLS, Shell, Window, need, open_window

from mfaenv import awsfiles, completion, hooks, store
from mfaenv.catalog import COMMANDS
from mfaenv.completion.__main__ import main as write_all

if TYPE_CHECKING:
    from product import Product

ROOT = Path(__file__).parents[1]

CONFIG = """\
[default]
region = eu-west-1
note = [profile inside]
[profile dev]
[ profile apart]
[profile "my profile"]
[profile 'it"s']
[profile two words]
[profile  wide  ]
[profile team:blue]
[profile u@home]
[profile weißbier]
[profile r&d]
# [profile commented]
[profile 'semi;touch pwned']
[profiles]
[sso-session sso]
[services endpoints]
"""
CREDENTIALS = """\
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
[only here]
[$(touch pwned)]
[dev]
"""
SESSIONS = {"session-1": "staging\nbase", "session-2": "odd 100% name"}
STORED = {name for names in SESSIONS.values() for name in names.split("\n")}

SHOW = "#!/bin/sh\nprintf 'got'\nfor word; do printf ' <%s>' \"$word\"; done\necho .\n"
"""A program that shows its arguments."""

TYPED = {
    "sta": ["status"],
    "status --j": ["status", "--json"],
    "-p wid": ["-p", "wide"],
    "-p team:": ["-p", "team:blue"],
    "-p u@": ["-p", "u@home"],
    "--profile=wi": ["--profile=wide"],
    "-p dev -s xon": ["-p", "dev", "-s", "xonsh"],
    "-f gi": ["-f", "github"],
    "init el": ["init", "elvish"],
    "init bash -p wid": ["init", "bash", "-p", "wide"],
    "demo --policy n": ["demo", "--policy", "none"],
    "clear -p sta": ["clear", "-p", "staging"],
    "exec tool-of": ["exec", "tool-of-mine"],
    "exec -- tool-of": ["exec", "--", "tool-of-mine"],
    "exec -p dev other-tool file-of": ["exec", "-p", "dev", "other-tool", "file-of-mine"],
    "exec -d 1h -- other-tool file-of": ["exec", "-d", "1h", "--", "other-tool", "file-of-mine"],
}
"""What is typed before Tab, and the arguments that the program gets."""

TYPED_FULLY = {
    "--refresh cle": ["--refresh", "clear"],
    "-p my": ["-p", "my profile"],
    '-p "my': ["-p", "my profile"],
    "--profile=on": ["--profile=only here"],
    "-p it": ["-p", 'it"s'],
    "-p sem": ["-p", "semi;touch pwned"],
    "clear -p odd": ["clear", "-p", "odd 100% name"],
    "-pwid": ["-pwide"],
    "-qsxon": ["-qsxonsh"],
    "-qp dev cle": ["-qp", "dev", "clear"],
}
"""The same where options may come first, and names may need quotes: not in tcsh."""


class Tab(NamedTuple):
    """A shell, and what its words are for what the tests need."""

    name: str
    source: str = ". ./{file}"
    init: tuple[str, ...] = ('eval "$(mfaenv init {name})"',)
    """The lines that a profile holds."""
    ready: str = ""
    """A line after which there is completion at all, and it shows lists."""
    function: str = 'mfaenv() { env mfaenv "$@"; }\n'
    """A function of the program's name."""
    inner: str = ""
    """A line that completes the arguments of `tool-of-mine` with `inner-word`."""
    accept: str = "\r"
    """Enter, after Tab."""
    fully: bool = True
    """Whether TYPED_FULLY is for this shell."""

    def shell(self) -> Shell:
        """How it is started."""
        return next(shell for shell in SHELLS if shell.name == self.name)

    def file(self) -> str:
        """The name of its completion's file."""
        return completion.FILES[self.name]


TABS = (
    Tab("bash", inner="_inner() { COMPREPLY=(inner-word); }; complete -F _inner tool-of-mine"),
    Tab(
        "zsh",
        ready="autoload -U compinit; compinit -u -D",
        inner="_i() { compadd inner-word; }; compdef _i tool-of-mine",
    ),
    Tab(
        "fish",
        init=("mfaenv init fish | source",),
        function="function mfaenv; env mfaenv $argv; end\n",
        inner="complete -c tool-of-mine -x -a inner-word",
    ),
    Tab(
        "tcsh",
        source="source {file}",
        init=('eval "`mfaenv init tcsh`"',),
        ready="set autolist",
        function="alias mfaenv env mfaenv\n",
        fully=False,
    ),
    Tab(
        "elvish",
        source="eval (slurp < {file})",
        init=("eval (mfaenv init elvish | slurp)",),
        function="edit:add-var mfaenv~ {|@words| e:env mfaenv $@words }\n",
        inner="set edit:completion:arg-completer[tool-of-mine] = {|@words| put inner-word }",
        accept="\r\r",
    ),
    Tab(
        "nu",
        source="source {file}",
        init=("mfaenv init nu | save --force mfaenv.nu", "source mfaenv.nu"),
        function="@complete _mfaenv_complete\ndef --wrapped mfaenv [...words: string] { ^env mfaenv ...$words }\n",
        inner="$env.config.completions.external.completer = {|spans| if $spans.0 == tool-of-mine { [inner-word] }}",
    ),
    Tab(
        "xonsh",
        source="source {file}",
        init=("execx($(mfaenv init xonsh))",),
        function='aliases["mfaenv"] = lambda words: __import__("subprocess").call(["env", "mfaenv", *words])\n',
    ),
)


@pytest.fixture
def furnished(bare: Product) -> Product:
    """A home with AWS files, stored sessions, programs that show their arguments, and the completions."""
    (bare.home / ".aws").mkdir()
    (bare.home / ".aws" / "config").write_text(CONFIG, encoding="utf-8")
    (bare.home / ".aws" / "credentials").write_text(CREDENTIALS, encoding="utf-8")
    place = store.Store(str(bare.cache))
    place.prepare()
    for name, profiles in SESSIONS.items():
        place.write(name, {"key": name, "profiles": profiles, "token": "profiles=of nobody"}, time.time() + 3600)
    programs = bare.home / "programs"
    programs.mkdir()
    for program in ("mfaenv", "tool-of-mine", "other-tool"):
        (programs / program).write_text(SHOW)
        (programs / program).chmod(0o755)
    (bare.home / "file-of-mine").touch()
    for name, text in completion.files().items():
        (bare.home / name).write_text(text, encoding="utf-8")
    bare.env["PATH"] = f"{programs}{os.pathsep}{bare.env['PATH']}"
    return bare


def open_tab(furnished: Product, tab: Tab) -> Window:
    """Open a window with the shell, in which its completion is loaded."""
    need(tab.name)
    window = Window(tab.shell().start, furnished.env, furnished.home)
    window.prompted()
    for line in (tab.ready, tab.source.format(file=tab.file()), tab.inner):
        if line:
            window.enter(line)
            window.prompted()
    return window


def press_tab(window: Window, tab: Tab, typed: str, words: list[str], program: str = "mfaenv") -> None:
    """Type the beginning of a line, press Tab and Enter, and see which arguments the program gets."""
    window.press(f"{program} {typed}\t{tab.accept}")
    window.see(re.escape(" ".join(["got", *(f"<{word}>" for word in words)]) + "."))
    window.prompted()


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_tab_completes_what_was_meant(furnished: Product, tab: Tab) -> None:
    with open_tab(furnished, tab) as window:
        for typed, words in (TYPED | (TYPED_FULLY if tab.fully else {})).items():
            press_tab(window, tab, typed, words)
        if tab.inner:
            press_tab(window, tab, "exec tool-of-mine inn", ["exec", "tool-of-mine", "inner-word"])
            press_tab(window, tab, "exec -- tool-of-mine inn", ["exec", "--", "tool-of-mine", "inner-word"])
        function = Path(tab.file()).with_stem("function") if tab.file() != "_mfaenv" else Path("function")
        (furnished.home / function).write_text(tab.function)
        window.enter(tab.source.format(file=function))
        window.prompted()
        press_tab(window, tab, "status --j", ["status", "--json"])
        window.press("mfaenv -p d\t\t\t")
        window.see(r"default[\s\S]*dev")
    assert not (furnished.home / "pwned").exists()


def test_bash_asks_the_program_that_completes_another(furnished: Product) -> None:
    completer = furnished.home / "programs" / "completer of mine"
    completer.write_text(
        '#!/bin/sh\n[ "$COMP_LINE $COMP_POINT $*" = "$SEEN" ] && printf "inner-word\\nwords\\n" | grep "^$2"\n'
    )
    completer.chmod(0o755)
    furnished.env["SEEN"] = "tool-of-mine a inn 18 tool-of-mine inn a"
    tab = TABS[0]._replace(inner="complete -o nospace -C '\"completer of mine\"' tool-of-mine")
    with open_tab(furnished, tab) as window:
        press_tab(window, tab, "exec -- tool-of-mine a inn", ["exec", "--", "tool-of-mine", "a", "inner-word"])
        press_tab(window, tab, "exec tool-of-mine file-of", ["exec", "tool-of-mine", "file-of-mine"])


def test_ctrl_c_while_a_file_is_slow_leaves_bash_as_it_was(furnished: Product) -> None:
    with open_tab(furnished, TABS[0]) as window:
        window.enter('_mfaenv_read() { sh -c "echo read\\ing; exec sleep 60"; }')
        window.prompted()
        window.press("mfaenv -p x\t")
        window.see("reading")
        window.press(CTRL_C)
        window.prompted()
        window.enter('case $- in *f*) echo "glob"bing is off ;; *) echo as it w""as ;; esac')
        window.see("^(globbing is off|as it was)$")
        assert "globbing is off" not in window.text


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_init_brings_the_completion(bare: Product, tab: Tab) -> None:
    with open_window(bare, tab.shell()) as window:
        for line in (tab.ready, *tab.init):
            if line:
                window.enter(line.format(name=tab.name))
                window.prompted()
        window.press(f"mfaenv status --js\t{tab.accept}")
        window.see('"version": 1')
        window.prompted()


BASH_LIST = """\
. ./mfaenv.bash
COMP_LINE='mfaenv {typed}' COMP_POINT={end} COMP_WORDS=(mfaenv {typed} '') COMP_CWORD=2
_mfaenv
for name in "${{COMPREPLY[@]}}"; do eval "printf '%s\\n' $name"; done
"""
ZSH_LIST = """\
. ./_mfaenv
setopt extendedglob
_wanted() {{ print -rl -- $names }}
_mfaenv_{kind}
"""
LISTS = {
    "bash": ("bash --norc --noprofile", BASH_LIST),
    "strict bash": ("bash --norc --noprofile", f"set -efu -o posix; shopt -s failglob; IFS=:\n{BASH_LIST}"),
    "zsh": ("zsh -f", ZSH_LIST),
    "fish": (
        "fish --no-config",
        "source mfaenv.fish; complete -C 'mfaenv {typed}' | string replace -r '\\t.*' ''; true",
    ),
    "nu": ("nu --no-config-file --no-std-lib", "source mfaenv.nu; _mfaenv_{kind} | str join (char newline)"),
    "xonsh": ("xonsh --no-rc", "source mfaenv.xsh; print(*_mfaenv_{kind}(), sep='\\n')"),
    "pwsh": ("pwsh -NoProfile", ". ./mfaenv.ps1; _mfaenv_{kind}"),
}
"""How each shell is started, and a script that prints what it lists, a name a line."""

KINDS = {"profiles": "-p ", "stored": "clear -p "}


def listed(furnished: Product, shell: str, kind: str, *before: str) -> list[str]:
    """Run the script that prints what a shell lists."""
    start, script = LISTS[shell]
    need(start.split()[0])
    typed = KINDS[kind]
    text = script.format(kind=kind, typed=typed, end=len(f"mfaenv {typed}"))
    done = subprocess.run(
        [*before, *start.split(), "-c", text],
        env=furnished.env,
        cwd=furnished.home,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=True,
    )
    assert done.stderr == ""
    return [name for name in done.stdout.splitlines() if name]


@pytest.mark.parametrize("shell", LISTS)
def test_profiles_are_those_that_mfaenv_reads(furnished: Product, shell: str) -> None:
    files = {variable: str(furnished.home / usual[2:]) for variable, usual in (awsfiles.CONFIG, awsfiles.CREDENTIALS)}
    names = listed(furnished, shell, "profiles")
    assert set(names) == set(awsfiles.load(files).profiles)


@pytest.mark.parametrize("shell", LISTS)
def test_line_ends_of_windows_are_no_part_of_a_name(furnished: Product, shell: str) -> None:
    (furnished.home / "windows").write_bytes(b'[default]\r\n[profile dev]\r\n[profile "a b"]\r\nregion = eu-west-1\r\n')
    furnished.env |= {"AWS_CONFIG_FILE": "~/windows", "AWS_SHARED_CREDENTIALS_FILE": "/missing"}
    assert sorted(listed(furnished, shell, "profiles")) == ["a b", "default", "dev"]


@pytest.mark.parametrize("shell", LISTS)
def test_the_environment_names_the_files(furnished: Product, shell: str) -> None:
    (furnished.home / "elsewhere").write_text("[profile elsewhere]\n")
    furnished.env |= {"AWS_CONFIG_FILE": "~/elsewhere", "AWS_SHARED_CREDENTIALS_FILE": ""}
    assert listed(furnished, shell, "profiles") == ["elsewhere"]


@pytest.mark.parametrize("shell", LISTS)
def test_stored_profiles_are_those_of_the_store(furnished: Product, shell: str) -> None:
    assert set(listed(furnished, shell, "stored")) == STORED


@pytest.mark.parametrize("shell", LISTS)
@pytest.mark.parametrize("kind", KINDS)
def test_where_there_is_nothing_nothing_is_listed(furnished: Product, shell: str, kind: str) -> None:
    furnished.env |= {"AWS_CONFIG_FILE": "/missing", "AWS_SHARED_CREDENTIALS_FILE": "/", "MFAENV_CACHE_DIR": "/missing"}
    assert listed(furnished, shell, kind) == []


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux'")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_no_process_is_started(furnished: Product, shell: str, kind: str) -> None:
    need("strace")
    trace = furnished.home / "trace"
    assert listed(furnished, shell, kind, "strace", "--follow-forks", "--trace=process", f"--output={trace}")
    calls = [line for line in trace.read_text().splitlines() if "execve(" in line or "fork" in line or "clone" in line]
    # A thread is no process, and what is resumed was counted where it began.
    assert [call for call in calls if "CLONE_THREAD" not in call and "resumed>" not in call][1:] == []


POWERSHELL = """\
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. ./mfaenv.ps1
Register-ArgumentCompleter -Native -CommandName tool-of-mine -ScriptBlock { 'inner-word' }
function type-and-tab($line) {
    $found = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)
    $completed = $line.Substring(0, $found.ReplacementIndex) + $found.CompletionMatches[0].CompletionText
    Invoke-Expression $completed
}
"""


def test_powershell_completes_what_was_meant(furnished: Product) -> None:
    need("pwsh")
    typed = TYPED | TYPED_FULLY | {"exec tool-of-mine inn": ["exec", "tool-of-mine", "inner-word"]}
    function = "function mfaenv { & (Get-Command mfaenv -CommandType Application -TotalCount 1) @args }"
    lines = [*(f"type-and-tab 'mfaenv {line}'" for line in typed), function, "type-and-tab 'mfaenv status --j'"]
    script = furnished.home / "tab.ps1"
    script.write_text(POWERSHELL + "\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        ["pwsh", "-NoProfile", "-File", str(script)],
        env=furnished.env,
        cwd=furnished.home,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    shown = [" ".join(["got", *(f"<{word}>" for word in words)]) + "." for words in typed.values()]
    shown = [line.replace("<file-of-mine>", "<./file-of-mine>") for line in shown]  # as PowerShell writes it
    assert done.stderr == ""
    assert done.stdout.splitlines() == [*shown, "got <status> <--json>."]
    assert not (furnished.home / "pwned").exists()


ZSH_OPTIONS = "ksharrays nounset errexit shwordsplit noequals globsubst kshglob posixidentifiers warnnestedvar"


def test_zsh_takes_it_with_other_options_too(furnished: Product) -> None:
    need("zsh")
    script = f"""\
        autoload -U compinit
        compinit -u -D
        setopt {ZSH_OPTIONS}
        . ./_mfaenv
        eval "$(<_mfaenv)"
        print ${{_comps[mfaenv]}}
    """
    done = subprocess.run(
        ["zsh", "-f", "-c", script], env=furnished.env, cwd=furnished.home, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("_mfaenv\n", "", 0)


CHECKS = (
    "bash -n mfaenv.bash",
    "shellcheck --shell=bash mfaenv.bash",
    "zsh -n _mfaenv",
    "fish --no-execute mfaenv.fish",
    "tcsh -f mfaenv.tcsh",
    "nu --no-config-file mfaenv.nu",
    "mandoc -T lint -W all mfaenv.1",
)


@pytest.mark.parametrize("check", CHECKS)
def test_the_files_are_in_order(furnished: Product, check: str) -> None:
    need(check.split(maxsplit=1)[0])
    done = subprocess.run(
        check.split(), cwd=ROOT / "completions", env=furnished.env, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_the_installed_files_are_made_from_the_catalog(tmp_path: Path) -> None:
    write_all(tmp_path)
    made = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    kept = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "completions").iterdir()}
    assert kept == made, "run: python -m mfaenv.completion completions"


def test_a_function_has_its_completion_where_the_shell_has_one() -> None:
    assert set(COMMANDS["init"].takes) == set(hooks.TEMPLATES)
    assert {shell for shell in hooks.TEMPLATES if not completion.script(shell)} == {"cmd", "ksh", "sh"}
