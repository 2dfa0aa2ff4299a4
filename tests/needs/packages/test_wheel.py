"""What is installed: the typed package, the completions where installers link them, and no more."""

import zipfile
from pathlib import Path

import pytest
from needs.packages.installing import SHARED

import mfaenv

pytestmark = pytest.mark.xdist_group("packages")

ROOT = Path(__file__).parents[3]
LARGEST = 450_000  # the pages of the help are in it
"""Bytes. No part of it is large: it is some 200 small files."""


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


def test_the_wheel_shares_the_completions(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        data = f"mfaenv-{mfaenv.__version__}.data/data/"
        shared = {
            name.removeprefix(data): archive.read(name) for name in archive.namelist() if name.startswith(data)
        }
    assert shared == {
        f"share/{place}": (ROOT / "completions" / name).read_bytes() for place, name in SHARED.items()
    }
