"""A shell is added by its file, a line in the registry and a row in the table, and all tests of shells try it.

It is bash under another name. A change of any fourth file would be a fact of shells that stands in two places:
`mfaenv configure` finds its startup file, and `mfaenv demo` leads it to the demo, by its class alone.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from terminals import need

ROOT = Path(__file__).parents[3]
NAME = "madeup"
FILE = """\
from mfaenv.shells.bash import Bash


class MadeUp(Bash):
    line = 'eval "$({command} --shell madeup)"'
    reads = ()
"""
LINE = 'SHELLS = {\n    "madeup": ("madeup.MadeUp", "made-up-too"),'
ROW = """\
ON_POSIX = (
    _BASH._replace(
        name="madeup",
        target="madeup",
        start=("madeup", "--norc", "--noprofile"),
        more_lines=("eval $(mfaenv)",),
        typed=_TYPED_BASH._replace(start=("madeup", "--norc", "--noprofile", "-i")),
        load=('eval "$(mfaenv init madeup)"',),
    ),"""
TESTS = (
    "tests/needs/shells",
    "tests/shells",
    "tests/commands/test_complete.py",
    "tests/commands/test_configure.py",
)


@pytest.mark.skipif(sys.platform == "win32", reason="the shell is a link to bash")
def test_three_places_add_a_shell(tmp_path: Path) -> None:
    need("bash")
    for folder in ("mfaenv", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, tmp_path / file)
    (tmp_path / "mfaenv" / "shells" / "madeup.py").write_text(FILE)
    edit(tmp_path / "mfaenv" / "shells" / "__init__.py", "SHELLS = {", LINE)
    edit(tmp_path / "tests" / "support" / "shell_table.py", "ON_POSIX = (", ROW)
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / NAME).symlink_to(str(shutil.which("bash")))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-v",
            "-p",
            "no:cacheprovider",
            "-k",
            f"{NAME} or every_shell_has or whatever_is_typed or a_function_has",
            *TESTS,
        ],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    passed = re.findall(r"^\S+::(\w+)\S*.* PASSED", done.stdout, re.MULTILINE)
    assert len(set(passed)) > 60, sorted(set(passed))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
