"""Completion with Tab, pressed in the real shells: what arrives at the program is what was meant."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import installed
import pytest
from product import COMMAND, PATIENCE, Product
from programs import write_program
from shell_table import BASH, WITH_TAB, Shell
from terminals import CTRL_C, Window, need, open_window

from mfaenv import shells
from mfaenv.commands import init
from mfaenv.config import awsfiles, names
from mfaenv.fast.catalog import COMMANDS

ROOT = Path(__file__).parents[3]

CONFIG = """\
[default]
region = eu-west-1
note = [profile inside]
[profile dev]
[ profile apart]
[profile "my profile"]
[profile 'it"s']
[profile two words]
[profile staging]
[profile 'odd 100% name']
[profile  wide  ]
[profile team:blue]
[profile u@home]
[profile weißbier]
[profile r&d]
[profile 'back\\sl:ash']
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

SHOW = "#!/bin/sh\nprintf 'got'\nfor word; do printf ' <%s>' \"$word\"; done\necho .\n"
"""A program that shows its arguments."""

COMPLETE = f'#!/bin/sh\n[ "$1" != complete ] || exec {" ".join(COMMAND)} "$@"\n'
"""What the pretend mfaenv does before: it answers a Tab."""

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
    "help rol": ["help", "roles"],
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
    "-p bac": ["-p", "back\\sl:ash"],
    "-p sem": ["-p", "semi;touch pwned"],
    "clear -p odd": ["clear", "-p", "odd 100% name"],
    "-pwid": ["-pwide"],
    "-qsxon": ["-qsxonsh"],
    "-qp dev cle": ["-qp", "dev", "clear"],
    "exec --policy file-of": ["exec", "--policy", "file-of-mine"],
}
"""The same where options may come first, and names may need quotes: not in tcsh."""


FOR_PROGRAM = {"nu": "\n@complete _mfaenv_complete\nexport extern mfaenv [...words: string]\n"}
"""What ties a completion to the program, in a shell where that cannot be said beside a function of the same name."""


CTRL_U = "\x15"


FILES = {row.target: row.typed.tab.file for row in WITH_TAB} | {"powershell": "mfaenv.ps1"}
"""The shells that complete, and files for their completions."""


@pytest.fixture
def furnished(bare: Product) -> Product:
    """A home with AWS files, programs that show their arguments, and the completions."""
    (bare.home / ".aws").mkdir()
    (bare.home / ".aws" / "config").write_text(CONFIG, encoding="utf-8")
    (bare.home / ".aws" / "credentials").write_text(CREDENTIALS, encoding="utf-8")
    programs = bare.home / "programs"
    programs.mkdir()
    for program, text in {"mfaenv": COMPLETE + SHOW, "tool-of-mine": SHOW, "other-tool": SHOW}.items():
        write_program(programs / program, text)
    (bare.home / "file-of-mine").touch()
    for shell, name in FILES.items():
        text = init.completion(shell) + FOR_PROGRAM.get(shell, "")
        (bare.home / name).write_text(text, encoding="utf-8")
    bare.env["PATH"] = f"{programs}{os.pathsep}{bare.env['PATH']}"
    return bare


def open_tab(furnished: Product, row: Shell) -> Window:
    """Open a window with the shell, in which its completion is loaded."""
    need(row.typed.start[0])
    window = Window(row.typed.start, furnished.env, furnished.home)
    window.prompted()
    tab = row.typed.tab
    for line in (tab.ready, tab.source.format(file=tab.file), tab.inner):
        if line:
            window.enter(line)
            window.prompted()
    return window


def press_tab(window: Window, row: Shell, typed: str, words: list[str], program: str = "mfaenv") -> None:
    """Type the beginning of a line, press Tab and Enter, and see which arguments the program gets."""
    window.press(f"{program} {typed}\t{row.typed.tab.accept}")
    window.see(re.escape(" ".join(["got", *(f"<{word}>" for word in words)]) + "."))
    window.prompted()


@pytest.mark.parametrize("row", WITH_TAB, ids=lambda row: row.name)
def test_tab_completes_what_was_meant(furnished: Product, row: Shell) -> None:
    tab = row.typed.tab
    with open_tab(furnished, row) as window:
        for typed, words in (TYPED | (TYPED_FULLY if tab.fully else {})).items():
            press_tab(window, row, typed, words)
        if tab.inner:
            press_tab(window, row, "exec tool-of-mine inn", ["exec", "tool-of-mine", "inner-word"])
            press_tab(window, row, "exec -- tool-of-mine inn", ["exec", "--", "tool-of-mine", "inner-word"])
        function = Path(tab.file).with_stem("function") if tab.file != "_mfaenv" else Path("function")
        (furnished.home / function).write_text(tab.function)
        window.enter(tab.source.format(file=function))
        window.prompted()
        press_tab(window, row, "status --j", ["status", "--json"])
        window.press("mfaenv -p d\t\t\t")
        window.see(r"default[\s\S]*dev")
    assert not (furnished.home / "pwned").exists()


def test_bash_asks_the_program_that_completes_another(furnished: Product) -> None:
    write_program(
        furnished.home / "programs" / "completer of mine",
        '[ "$COMP_LINE $COMP_POINT $*" = "$SEEN" ] && printf "inner-word\\nwords\\n" | grep "^$2"',
    )
    furnished.env["SEEN"] = "tool-of-mine a inn 18 tool-of-mine inn a"
    tab = BASH.typed.tab._replace(inner="complete -o nospace -C '\"completer of mine\"' tool-of-mine")
    row = BASH._replace(typed=BASH.typed._replace(tab=tab))
    with open_tab(furnished, row) as window:
        press_tab(window, row, "exec -- tool-of-mine a inn", ["exec", "--", "tool-of-mine", "a", "inner-word"])
        press_tab(window, row, "exec tool-of-mine file-of", ["exec", "tool-of-mine", "file-of-mine"])


OWN = "_own() { COMPREPLY=(odd*); }; complete -o filenames -o nosort -F _own tool-of-mine"


@pytest.mark.parametrize(("ready", "inner"), [("enable -n compopt", ""), ("", OWN)], ids=["as 3.2", "own"])
def test_bash_quotes_the_name_of_a_file(furnished: Product, ready: str, inner: str) -> None:
    """bash 3.2, which is macOS's, has no compopt; a program's own completion may say that it gives files."""
    name = "odd file;touch pwned"
    (furnished.home / name).touch()
    tab = BASH.typed.tab._replace(ready=ready, inner=inner)
    row = BASH._replace(typed=BASH.typed._replace(tab=tab))
    with open_tab(furnished, row) as window:
        press_tab(window, row, "exec -- tool-of-mine odd", ["exec", "--", "tool-of-mine", name])
        press_tab(window, row, "exec --policy odd", ["exec", "--policy", name])
        press_tab(window, row, "-p dev -s xon", ["-p", "dev", "-s", "xonsh"])
    assert not (furnished.home / "pwned").exists()


@pytest.mark.parametrize("words", ["list -F touch", "list -C touch", "list -C '\\''touch pwned #'\\''"])
def test_no_word_of_a_programs_list_is_run(furnished: Product, words: str) -> None:
    tab = BASH.typed.tab._replace(inner=f"complete -W '{words} pwned' tool-of-mine")
    row = BASH._replace(typed=BASH.typed._replace(tab=tab))
    with open_tab(furnished, row) as window:
        press_tab(window, row, "exec -- tool-of-mine file-of", ["exec", "--", "tool-of-mine", "file-of-mine"])
    assert not {"pwned", "tool-of-mine", "file-of"} & {path.name for path in furnished.home.iterdir()}


def test_bash_completion_is_asked_for_programs_and_not_for_the_file_of_an_option(furnished: Product) -> None:
    tab = BASH.typed.tab._replace(inner="_comp_command_offset() { COMPREPLY=(inner-word); }")
    row = BASH._replace(typed=BASH.typed._replace(tab=tab))
    with open_tab(furnished, row) as window:
        press_tab(window, row, "exec -- tool-of-mine inn", ["exec", "--", "tool-of-mine", "inner-word"])
        press_tab(window, row, "exec --policy file-of", ["exec", "--policy", "file-of-mine"])


def runs(process: int) -> bool:
    """Return whether a process runs. One that has ended but was not waited for does not: Python forgets a child that
    it has just started where Ctrl-C comes at that moment, and xonsh is Python.
    """
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], check=False, capture_output=True).stdout
    return bool(state) and not state.startswith(b"Z")


def test_a_process_that_nobody_waited_for_does_not_run() -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        assert runs(process.pid)
        process.kill()
        wait_until(lambda: not runs(process.pid))


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(
    "row", [row for row in WITH_TAB if row.typed.tab.interruptible], ids=lambda row: row.name
)
def test_ctrl_c_while_the_program_is_slow_is_clean(furnished: Product, row: Shell) -> None:
    waiting = furnished.home / "waiting"
    program = furnished.home / "programs" / "mfaenv"
    with open_tab(furnished, row) as window:
        program.write_text(f"#!/bin/sh\necho $$ >{waiting}.new\nmv {waiting}.new {waiting}\nexec sleep 600\n")
        window.press("mfaenv -p x\t")
        wait_until(waiting.exists)
        program.write_text(COMPLETE + SHOW)
        window.press(CTRL_C)
        wait_until(lambda: not runs(int(waiting.read_text())))
        window.enter(f"{CTRL_U}tool-of-mine")
        window.see("got.")
        window.prompted()
        press_tab(window, row, "status --j", ["status", "--json"])
        assert "Traceback" not in window.text


def test_ctrl_c_after_a_tab_is_taken_at_once_in_bash(furnished: Product) -> None:
    with open_tab(furnished, BASH) as window:
        window.press("mfaenv status --j\t")
        window.see("son")
        wait_until_it_reads_keys(window.pid)
        window.press(CTRL_C)
        window.prompted()
        window.enter("tool-of-mine")
        window.see("^got")


def wait_until_it_reads_keys(shell: int) -> None:
    """Wait until a shell has no child and sleeps: a key that comes while it draws the line comes too early."""
    process = Path(f"/proc/{shell}")
    while (process / "task" / str(shell) / "children").read_text() or " S " not in (
        process / "stat"
    ).read_text():
        time.sleep(0.01)


@pytest.mark.parametrize("row", WITH_TAB, ids=lambda row: row.name)
def test_init_brings_the_completion(bare: Product, row: Shell) -> None:
    with open_window(bare, row) as window:
        for line in (row.typed.tab.ready, *row.load):
            if line:
                window.enter(line)
                window.prompted()
        window.press(f"mfaenv status --js\t{row.typed.tab.accept}")
        window.see('"version": 1')
        window.prompted()


BASH_LIST = """\
. ./mfaenv.bash
COMP_LINE='mfaenv {typed}' COMP_POINT={end} COMP_WORDS=(mfaenv {typed} '') COMP_CWORD=2
_mfaenv_complete
for name in "${{COMPREPLY[@]}}"; do eval "printf '%s\\n' $name"; done
"""
ZSH_LIST = """\
. ./_mfaenv
setopt extendedglob
_describe() {{ print -rl -- ${{${{offered//\\\\:/:}}//\\\\\\\\/\\\\}} }}
words=(mfaenv {typed} '') CURRENT=${{#words}} PREFIX=''
_mfaenv
"""
NU_LIST = """\
source mfaenv.nu
_mfaenv_complete ['mfaenv' ...('{typed}' | split row ' ')] | each {{ get value }}
| each {{ if $in starts-with '"' {{ from json }} else {{ $in }} }} | str join (char newline)
"""
XONSH_LIST = """\
source mfaenv.xsh
from ast import literal_eval
from xonsh.parsers.completion_context import CommandArg, CommandContext
args = tuple(CommandArg(word) for word in 'mfaenv {typed}'.split())
for word in map(str, _mfaenv_complete(CommandContext(args=args, arg_index=len(args)))):
    word = word.removeprefix('@(').removesuffix(')') if word.startswith('@(') else word
    print(literal_eval(word) if word[0] in '"\\'' else word)
"""
PWSH_LIST = """\
. ./mfaenv.ps1
$line = 'mfaenv {typed}'
[System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches |
    Where-Object ResultType -eq ParameterValue | ForEach-Object ListItemText
"""
LISTS = {
    "bash": ("bash --norc --noprofile", BASH_LIST),
    "strict bash": ("bash --norc --noprofile", f"set -efu -o posix; shopt -s failglob; IFS=:0\n{BASH_LIST}"),
    "zsh": ("zsh -f", ZSH_LIST),
    "fish": (
        "fish --no-config",
        "source mfaenv.fish; complete -C 'mfaenv {typed}' | string replace -r '\\t.*' ''; true",
    ),
    "nu": ("nu --no-config-file --no-std-lib", NU_LIST),
    "xonsh": ("xonsh --no-rc", XONSH_LIST),
    "pwsh": ("pwsh -NoProfile", PWSH_LIST),
}
"""How each shell is started, and a script that prints what its completion offers, a name a line."""

KINDS = {"profiles": "-p ", "stored": "clear -p "}


def listed(furnished: Product, shell: str, kind: str, *before: str) -> list[str]:
    """Run the script that prints what a shell offers."""
    start, script = LISTS[shell]
    need(start.split()[0])
    typed = KINDS[kind]
    text = script.format(typed=typed, end=len(f"mfaenv {typed}"))
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
@pytest.mark.parametrize("kind", KINDS)
def test_profiles_are_those_that_mfaenv_reads(furnished: Product, shell: str, kind: str) -> None:
    home = furnished.home / ".aws"
    files = {names.CONFIG_VARIABLE: str(home / "config"), names.CREDENTIALS_VARIABLE: str(home / "credentials")}
    assert set(listed(furnished, shell, kind)) == set(awsfiles.load(files).profiles)


@pytest.mark.parametrize("shell", LISTS)
@pytest.mark.parametrize("kind", KINDS)
def test_where_there_is_nothing_nothing_is_listed(furnished: Product, shell: str, kind: str) -> None:
    furnished.env |= {
        "AWS_CONFIG_FILE": "/missing",
        "AWS_SHARED_CREDENTIALS_FILE": "/",
        "MFAENV_CACHE_DIR": "/missing",
    }
    assert listed(furnished, shell, kind) == []


@pytest.mark.parametrize("shell", LISTS)
def test_without_the_program_nothing_is_listed_or_said(furnished: Product, shell: str) -> None:
    (furnished.home / "programs" / "mfaenv").write_text("#!/bin/sh\necho noise >&2; exit 1\n")
    assert listed(furnished, shell, "profiles") == []


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux'")
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_one_process_is_started(furnished: Product, shell: str) -> None:
    need("strace")
    trace = furnished.home / "trace"
    assert listed(
        furnished, shell, "profiles", "strace", "--follow-forks", "--trace=process", f"--output={trace}"
    )
    started = {line.split()[0] for line in trace.read_text().splitlines() if "execve(" in line}
    assert len(started) == 1 + 1  # the shell itself too


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
        ["zsh", "-f", "-c", script],
        env=furnished.env,
        cwd=furnished.home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("_mfaenv\n", "", 0)


CHECKS = (
    "bash -n mfaenv.bash",
    "shellcheck --shell=bash mfaenv.bash",
    "zsh -n _mfaenv",
    "fish --no-execute mfaenv.fish",
)


@pytest.mark.parametrize("check", CHECKS)
def test_the_files_are_in_order(furnished: Product, check: str) -> None:
    need(check.split(maxsplit=1)[0])
    done = subprocess.run(
        check.split(), cwd=ROOT / "completions", env=furnished.env, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_the_installed_files_are_made_from_the_catalog(tmp_path: Path) -> None:
    installed.main(tmp_path)
    made = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    kept = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "completions").iterdir()}
    assert kept == made, "run: PYTHONPATH=. python tests/support/installed.py completions"


def test_a_function_has_its_completion_where_the_shell_has_one() -> None:
    assert set(COMMANDS["init"].choices) == {*shells.WITH_FUNCTION, "direnv"}
    completing = {shell for shell in shells.WITH_FUNCTION if init.completion(shell)}
    assert completing == {row.target for row in WITH_TAB} | {
        "powershell",
        "pwsh",
    }  # these have a test of their own
