"""The script that tcsh's alias sources: what it takes in, and what it hands through, word by word."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from product import SOURCES
from programs import write_program
from terminals import need

from mfaenv import shells
from mfaenv.commands import init

TEXT = shells.render("tcsh", [("TAKEN", "* [z]")]).decode()
PROGRAM = f"""\
#!{sys.executable}
import os, signal, sys
words = sys.argv[1:]
if words[:1] == ["sets"]:
    from mfaenv.fast import catalog
    sys.exit(not catalog.changes_shell(words[1:]))
if words[:2] != ["--shell", "tcsh"]:
    print("through", words)
elif "bad" in words:
    print("(exit 7);")
elif "killed" in words:
    os.kill(os.getpid(), signal.SIGKILL)
elif "--cached" in words:
    sys.exit(3)
else:
    sys.stderr.write(f"taken {{words[2:]}}\\n")
    print({TEXT!r}, end="")
    if "quiet" not in words:
        print("printenv TAKEN;")
sys.exit(7 * ("bad" in words))
"""
WORDS = (
    "a  b",
    "it's",
    '"',
    "$HOME",
    "`touch pwned`",
    "a;touch pwned",
    "&touch pwned",
    "*",
    "~",
    "{a,b}",
    "\\",
    "[z]",
    "é",
)
TYPED = ["'{}'".format(word.replace("'", "'\\''")) for word in WORDS]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    need("tcsh")
    write_program(tmp_path / "mfaenv", PROGRAM)
    return tmp_path


def typed(place: Path, *lines: str, flag: str = "") -> str:
    """Run lines in a tcsh that has the alias; give all that is shown."""
    alias = init.function_and_hook("tcsh", "", 0, [], hook=True)
    (place / "script").write_text("\n".join([alias, *lines, ""]))
    env = {
        "PATH": f"{place}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(SOURCES),
        init.SCRIPT: str(Path(init.TEMPLATE_FOLDER) / shells.get_target("tcsh").script),
    }
    done = subprocess.run(
        ["tcsh", f"-f{flag}", "script"],
        cwd=place,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert {path.name for path in place.iterdir()} <= {"mfaenv", "script", "printed"}
    return done.stdout.decode()


def test_every_word_arrives_where_the_session_is_taken_in(place: Path) -> None:
    arguments = [part for word in WORDS for part in ("-p", word)]
    shown = typed(place, "mfaenv " + " ".join(f"-p {word}" for word in TYPED), "echo $status")
    taken, value, status = shown.splitlines()
    assert ast.literal_eval(taken.removeprefix("taken ")) == arguments
    assert (value, status) == ("* [z]", "0")


def test_every_word_arrives_where_it_goes_through(place: Path) -> None:
    shown = typed(place, "mfaenv exec -- " + " ".join(TYPED))
    assert ast.literal_eval(shown.removeprefix("through ")) == ["exec", "--", *WORDS]


@pytest.mark.parametrize(
    "line", ["status", "-p unset exec x", "-fjson", "--format json", "-q -s bash", "-h unset"]
)
def test_what_is_for_others_goes_through(place: Path, line: str) -> None:
    assert typed(place, f"mfaenv {line}") == f"through {line.split()}\n"


@pytest.mark.parametrize("line", ["", "-p unset", "-p x unset", "--profile=x -q"])
def test_what_is_for_tcsh_is_taken_in(place: Path, line: str) -> None:
    assert typed(place, f"mfaenv {line}").splitlines() == [f"taken {line.split()}", "* [z]"]


def test_a_tcsh_without_history_expansion_has_it_too(place: Path) -> None:
    assert typed(place, "set histchars = ''", "mfaenv status '!x'") == "through ['status', '!x']\n"


@pytest.mark.parametrize("flag", ["", "e"])
@pytest.mark.parametrize("style", ["bsd", "both"])
def test_the_line_with_eval_sets_it_too(place: Path, flag: str, style: str) -> None:
    shown = typed(
        place, f"set echo_style = {style}", 'eval "`mfaenv -p quiet`"', "printenv TAKEN", "set", flag=flag
    )
    assert shown.splitlines()[:2] == ["taken ['-p', 'quiet']", "* [z]"]
    assert f"echo_style\t{style}" in shown


def test_the_line_with_eval_takes_an_empty_echo_style(place: Path) -> None:
    shown = typed(place, "set echo_style", 'eval "`mfaenv -p quiet`"', "printenv TAKEN")
    assert shown.splitlines()[0] == "taken ['-p', 'quiet']"


def test_the_line_with_eval_needs_no_echo_style(place: Path) -> None:
    shown = typed(place, "unset echo_style", 'eval "`mfaenv -p quiet`"', "printenv TAKEN", "set")
    assert shown.splitlines()[0] == "taken ['-p', 'quiet']"
    assert "echo_style" not in shown


def test_the_line_with_eval_fails_too(place: Path) -> None:
    lines = ('eval "`mfaenv -p bad`"', "echo $status", 'eval "`mfaenv -p bad`" || echo failed')
    assert typed(place, *lines) == "7\nfailed\n"


def test_a_program_that_was_killed_fails_the_line(place: Path) -> None:
    lines = [
        f"{line} {end}"
        for line in ("mfaenv -p killed", 'eval "`mfaenv -p killed`"')
        for end in ("&& echo on", "|| echo failed")
    ]
    shown = typed(place, *lines)
    assert [line for line in shown.splitlines() if line != "Killed"] == ["failed", "failed"]


def test_a_session_that_is_not_stored_fails_the_line_without_a_word(place: Path) -> None:
    lines = ("mfaenv --cached || echo $status", 'eval "`mfaenv --cached`" || echo $status')
    assert typed(place, *lines, "mfaenv --cached > printed || echo $status") == "3\n3\n3\n"
    assert (place / "printed").read_text().strip() == ""


def test_what_is_set_in_this_shell_is_not_printed(place: Path) -> None:
    assert typed(place, "mfaenv -p quiet > printed", "printenv TAKEN").splitlines()[-1] == "* [z]"
    assert (place / "printed").read_text() == ""


def test_output_can_be_redirected_and_piped(place: Path) -> None:
    assert (
        typed(place, "mfaenv policy > printed", "mfaenv demo | sed 's/^/piped /'") == "piped through ['demo']\n"
    )
    assert (place / "printed").read_text() == "through ['policy']\n"


def test_the_status_is_the_programs(place: Path) -> None:
    lines = ("mfaenv -p bad", "echo $status", "mfaenv exec bad", "echo $status", "mfaenv -p bad || echo failed")
    assert typed(place, *lines) == "7\nthrough ['exec', 'bad']\n7\nfailed\n"


@pytest.mark.parametrize(("before", "after"), [("set noglob", "1"), ("unset noglob", "0")])
def test_globbing_is_left_as_it_was(place: Path, before: str, after: str) -> None:
    assert typed(place, before, "mfaenv -p x", "echo $?noglob").splitlines()[-1] == after
