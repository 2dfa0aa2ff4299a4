"""The script that cmd's macro runs: what it takes in, and what it hands through. Wine has no doskey, so no macro."""

import ast
import io
import zipfile
from pathlib import Path

import pytest
from pip._vendor import distlib
from windows_pc import ROOT, Windows

from mfaenv import shells
from mfaenv.commands import init

pytestmark = pytest.mark.xdist_group("windows")

PROGRAMS = {
    "mfaenv.bat": "@echo of the current folder %*\r\n",
    "shown.py": "import os; print('taken ' + os.environ['TAKEN'] if 'TAKEN' in os.environ else '')",
}
PROGRAM = """\
import os, sys
words = sys.argv[1:]
if words[:1] == ["sets"]:
    from mfaenv.fast import catalog
    sys.exit(not catalog.changes_shell(words[1:]))
assert "MFAENV_PROGRAM" not in os.environ
if words[:2] != ["--shell", "cmd"]:
    print("through", words)
elif "bad" in words:
    print("color 00")
else:
    print(f'set "TAKEN={words[2:]}"')
sys.exit(7 * ("bad" in words))
"""
SCRIPT = Path(init.TEMPLATE_FOLDER) / shells.get_target("cmd").script


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("function")
    for name, text in PROGRAMS.items():
        (place / name).write_text(text, encoding="ascii", newline="")
    (place / "mfaenv.exe").write_bytes(launcher("print('of the current folder')"))
    (place / "R&D (x)").mkdir()
    ours = f"import sys; sys.path.insert(0, {Windows().path(ROOT)!r})\n"
    (place / "R&D (x)" / "mfaenv.exe").write_bytes(launcher(ours + PROGRAM))
    return place


def launcher(text: str) -> bytes:
    """Return the program that pip makes of a script: distlib's launcher, the interpreter's name, and a zip file."""
    starter = Path(distlib.__file__).with_name("t64.exe").read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("__main__.py", text)
    return starter + b"#!python.exe\r\n" + packed.getvalue()


def outcome(folder: Path, arguments: str) -> tuple[str, list[str]]:
    """Run the script with arguments as they are typed; give `taken` or `through`, and the words of the program."""
    windows = Windows()
    function = windows.path(SCRIPT)
    path = f'set "PATH={windows.path(folder / "R&D (x)")};%PATH%"'
    lines = ("@echo off", path, f'call "{function}" {arguments} || echo failed', "python shown.py")
    (folder / "run.bat").write_text("\r\n".join((*lines, "")), encoding="ascii", newline="")
    done = windows.run(folder, {}, "cmd", "/d", "/c", "run.bat")
    assert (done.status, done.errors) == (0, "")
    how, _, words = done.output.decode("ascii").strip().partition(" ")
    return how, ast.literal_eval(words or "[]")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", []),
        ('-p "a b" -q', ["-p", "a b", "-q"]),
        ("--profile=staging", ["--profile=staging"]),
        ("-p unset -qd 1h", ["-p", "unset", "-qd", "1h"]),
        ("-p status unset", ["-p", "status", "unset"]),
        ('-p "a&echo pwned|more>x" --no-input', ["-p", "a&echo pwned|more>x", "--no-input"]),
        ('-p "(a) ^ b" -v', ["-p", "(a) ^ b", "-v"]),
    ],
)
def test_what_is_for_cmd_is_taken_in(folder: Path, arguments: str, words: list[str]) -> None:
    assert outcome(folder, arguments) == ("taken", words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("status --json", ["status", "--json"]),
        ("-p unset exec x", ["-p", "unset", "exec", "x"]),
        ("-fjson", ["-fjson"]),
        ("--format=json", ["--format=json"]),
        ("-q -s bash", ["-q", "-s", "bash"]),
        ("unset -vsfish", ["unset", "-vsfish"]),
        ("--help unset", ["--help", "unset"]),
        ('exec -- "x & y" (a)', ["exec", "--", "x & y", "(a)"]),
    ],
)
def test_all_else_goes_through(folder: Path, arguments: str, words: list[str]) -> None:
    assert outcome(folder, arguments) == ("through", words)


def test_what_goes_through_can_be_redirected(folder: Path) -> None:
    assert outcome(folder, "policy >printed") == ("", [])
    assert (folder / "printed").read_text().strip() == "through ['policy']"


def test_a_line_whose_program_fails_fails(folder: Path) -> None:
    assert outcome(folder, "-p bad") == ("failed", [])


def test_a_program_that_is_gone_fails(folder: Path) -> None:
    windows = Windows()
    lines = ("@echo off", 'set "PATH=C:\\windows"', f'call "{windows.path(SCRIPT)}" -p x || echo failed', "")
    (folder / "gone.bat").write_text("\r\n".join(lines), encoding="ascii", newline="")
    done = windows.run(folder, {}, "cmd", "/d", "/c", "gone.bat")
    assert done.output.decode("ascii").strip() == "failed"
    assert "no program mfaenv" in done.errors
