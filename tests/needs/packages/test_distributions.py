"""The two files of a release: twine takes them, they are the same each time, and tests run from the source."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from needs.packages.installing import build

pytestmark = pytest.mark.xdist_group("packages")

FROM_SOURCE = ("tests/needs/packages/test_release.py", "tests/test_suggest.py")
"""Tests that are quick, some of which read files beside the package. All others are collected, no more."""


def test_twine_takes_them_and_the_readme_renders(dist: Path) -> None:
    twine = [sys.executable, "-m", "twine", "check", "--strict", *map(str, dist.iterdir())]
    done = subprocess.run(twine, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("PASSED")) == (0, 2), done.stdout + done.stderr


def test_an_older_twine_takes_their_metadata(dist: Path) -> None:
    (source,) = dist.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        metadata = archive.extractfile(f"{source.name.removesuffix('.tar.gz')}/PKG-INFO")
        assert metadata is not None
        assert metadata.readline() == b"Metadata-Version: 2.4\n"


def test_built_again_they_have_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    first, second = (
        {file.name: file.read_bytes() for file in folder.iterdir()} for folder in (dist, build(tmp_path))
    )
    assert first == second


def test_tests_run_from_the_source_distribution(dist: Path, tmp_path: Path) -> None:
    (source,) = dist.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / source.name.removesuffix(".tar.gz")
    for arguments in (FROM_SOURCE, ("--collect-only",)):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
