"""What is printed for cmd, loaded in cmd by the documented line."""

import ast
import string
from collections.abc import Sequence
from pathlib import Path

import depth
import pytest
import shellingham  # type: ignore[import-untyped]  # it has no types
from hypothesis import given, settings
from hypothesis import strategies as st
from windows_pc import ROOT, Done, Windows

from mfaenv.shells import failure, loading_line, render

pytestmark = pytest.mark.xdist_group("windows")

LINE = loading_line("cmd").replace("%", "%%")
SHOW = 'python -c "import os; print(ascii(dict(os.environ)))"'
PROGRAMS = {
    "mfaenv.bat": "@python emit.py\r\n",
    "emit.py": "import sys; sys.stdout.buffer.write(open('printed', 'rb').read())\n",
    "run.bat": f"@echo off\r\n{LINE} || exit /b 7\r\n{SHOW}\r\n",
}
DETECT = """\
import sys
sys.path += {packages}
from mfaenv.shells.detect import detect
print(detect({{}}))
"""
# Wine's cmd takes each byte for a character, so that only ASCII can be told from what it should be.
HELD = "".join(map(chr, (*range(1, 0x0A), 0x0B, 0x0C, *range(0x0E, 0x1A), *range(0x1B, 0x80))))
CORPUS = (
    "plain",
    "it's",
    '"',
    '""',
    'say "hi"',
    '"&echo pwned>pwned&"',
    "& echo pwned>pwned",
    "| more",
    "a<b>c>>d 2>&1",
    '^ ^^ ^& ^"',
    "%PATH% %%PATH%% %i %%i %1",
    "!PATH! !",
    "(a) & (b",
    ") & echo pwned>pwned & (",
    "  two  spaces  ",
    "\ttab\t",
    "=a=b",
    ";a",
    "@echo",
    "a,b;c",
    "back\\slash\\",
    "* ?",
    "~",
    "-",
    string.punctuation,
    HELD,
    "A" * 8000,
)
GENERATED = st.lists(st.text(HELD, min_size=1, max_size=40), min_size=20, max_size=60)


class Folder:
    """Where a batch file loads what a program `mfaenv` prints."""

    def __init__(self, windows: Windows, path: Path) -> None:
        self._windows = windows
        self._path = path
        for name, text in PROGRAMS.items():
            (path / name).write_text(text, encoding="ascii", newline="")

    def load(self, printed: bytes) -> Done:
        (self._path / "printed").write_bytes(printed)
        return self._windows.run(self._path, {"TEST_OLD": "old"}, "cmd", "/d", "/c", "run.bat")

    def detected(self) -> Done:
        packages = [self._windows.path(ROOT), self._windows.path(Path(shellingham.__file__).parents[1])]
        (self._path / "detect.py").write_text(DETECT.format(packages=packages), encoding="ascii")
        return self._windows.run(self._path, {}, "cmd", "/d", "/c", "python detect.py")

    def check_held(self, values: Sequence[str]) -> None:
        wanted = {f"TEST_{number}": value for number, value in enumerate(values)}
        gone = ("TEST_OLD", "TEST_NEVER")

        done = self.load(render("cmd", [*((name, None) for name in gone), *wanted.items()], encoding="cp437"))

        assert (done.status, done.errors) == (0, "")
        environment = ast.literal_eval(done.output.decode("ascii"))
        assert {name: environment.get(name) for name in wanted} == wanted
        assert not set(gone) & environment.keys()
        assert {file.name for file in self._path.iterdir()} <= {*PROGRAMS, "printed", "detect.py"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(Windows(), tmp_path_factory.mktemp("cmd"))


def test_every_value_survives_the_line(folder: Folder) -> None:
    folder.check_held(CORPUS)


@settings(max_examples=depth.examples(4))
@given(values=GENERATED)
def test_generated_values_survive_the_line(folder: Folder, values: list[str]) -> None:
    folder.check_held(values)


def test_cmd_is_found_to_have_called(folder: Folder) -> None:
    assert folder.detected() == Done(0, b"cmd\r\n", "")


def test_a_failure_fails_the_line(folder: Folder) -> None:
    assert folder.load(failure("cmd", 3)) == Done(7, b"", "")
