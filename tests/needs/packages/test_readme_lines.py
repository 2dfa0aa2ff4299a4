"""The lines for installing, upgrading and uninstalling, typed in a clean clone with an empty home."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from documents import PAGES, README, ROOT, blocks, spans
from needs.packages.installing import Index
from terminals import missing

pytestmark = [
    pytest.mark.xdist_group("packages"),
    pytest.mark.skipif(sys.platform == "win32", reason="lines of a POSIX shell"),
]

CLONED = ("mfaenv", "completions", "pyproject.toml", "README.md", "LICENSE")
"""What an installer reads of a clone; no folder that it has made before."""

LAST = "mfaenv demo"
DONE = "May the session list buckets? Yes"
"""The last step of what the demo shows without a terminal."""


def line(pattern: str, document: str = README) -> str:
    """Return the one line, in a block or in the text, that fits."""
    lines = {*spans(document), *(line for block in blocks(document) for line in block)}
    (found,) = (line for line in lines if re.fullmatch(pattern, line))
    return found


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in CLONED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    return folder


@pytest.fixture
def another_python(tmp_path: Path) -> Path:
    """A folder with this Python under the name that the line has."""
    folder = tmp_path / "python"
    folder.mkdir()
    (folder / "python3").symlink_to(sys.executable)
    return folder


def ends_in_the_demo(index: Index, clone: Path, home: Path, line: str, *first: str) -> None:
    path = os.pathsep.join([*first, str(home / ".local" / "bin"), "/usr/bin", "/bin"])
    done = index.typed(line, clone, HOME=str(home), PATH=path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert DONE in done.stdout + done.stderr


def test_the_line_works_with_the_python_of_debian(index: Index, clone: Path, home: Path) -> None:
    """Its pip refuses to install anything beside Debian's own packages (PEP 668). The link is kept."""
    if not list(Path("/usr/lib").glob("python3*/EXTERNALLY-MANAGED")):
        missing("a Python as Debian has it")
    ends_in_the_demo(index, clone, home, line(rf"python3 .*{LAST}"))
    link = line(r"mkdir .* ln -s \S+ ~/\.local/bin/")
    ends_in_the_demo(index, clone, home, f"{link} && ~/.local/bin/{LAST}")
    upgrade = line(r"~/\.mfaenv/bin/pip install \.", PAGES["uninstalling"])
    ends_in_the_demo(index, clone, home, f"{upgrade} && ~/.local/bin/{LAST}")
    done = index.typed(line("rm -r .*", PAGES["uninstalling"]), clone, HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert not list(home.rglob("mfaenv"))


def test_the_line_works_with_another_python(
    index: Index, clone: Path, home: Path, another_python: Path
) -> None:
    ends_in_the_demo(index, clone, home, line(rf"python3 .*{LAST}"), str(another_python))


@pytest.mark.parametrize("installer", ["uv tool", "pipx"])
def test_the_line_of_an_installer_works(index: Index, clone: Path, home: Path, installer: str) -> None:
    program = shutil.which(installer.split(maxsplit=1)[0])
    assert program is not None
    folder = clone.parent / "installer"
    folder.mkdir()
    (folder / Path(program).name).symlink_to(program)
    install = line(rf"{installer} install \.")
    ends_in_the_demo(index, clone, home, f"{install} && {LAST}", str(folder))
    upgrade = line(rf"{installer} install --force \.", PAGES["uninstalling"])
    ends_in_the_demo(index, clone, home, f"{upgrade} && {LAST}", str(folder))
    remove = line(rf"{installer} uninstall mfaenv", PAGES["uninstalling"])
    done = index.typed(remove, clone, HOME=str(home), PATH=os.pathsep.join([str(folder), "/usr/bin", "/bin"]))
    assert done.returncode == 0, done.stderr
    assert not (home / ".local" / "bin" / "mfaenv").exists()
