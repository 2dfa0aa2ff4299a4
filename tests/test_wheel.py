"""What is installed: the typed package, the completions and the manual where installers link them, and no more."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from product import PATIENCE

import mfaenv
from mfaenv import completion, manual

ROOT = Path(__file__).parents[1]
LARGEST = 300_000
"""Bytes."""

SHARED = {
    "share/bash-completion/completions/mfaenv": completion.FILES["bash"],
    "share/zsh/site-functions/_mfaenv": completion.FILES["zsh"],
    "share/fish/vendor_completions.d/mfaenv.fish": completion.FILES["fish"],
    "share/man/man1/mfaenv.1": manual.FILE,
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=PATIENCE)
    (made,) = folder.iterdir()
    return made


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < LARGEST


def test_the_wheel_has_the_package_and_no_tests(wheel: Path) -> None:
    files = {file.relative_to(ROOT).as_posix() for file in (ROOT / "mfaenv").rglob("*") if file.is_file()}
    expected = {file for file in files if "__pycache__" not in file}
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    packed = {name for name in names if not name.startswith(f"mfaenv-{mfaenv.__version__}.")}
    assert "mfaenv/py.typed" in packed
    assert packed == expected


def test_the_wheel_shares_the_completions_and_the_manual(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        data = f"mfaenv-{mfaenv.__version__}.data/data/"
        shared = {name.removeprefix(data): archive.read(name) for name in archive.namelist() if name.startswith(data)}
    assert shared == {place: (ROOT / "completions" / name).read_bytes() for place, name in SHARED.items()}
