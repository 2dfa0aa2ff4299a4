"""A folder for files that are needed only while a process runs."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from mfaenv.commands import private_folder
from mfaenv.session.lock import lock


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(private_folder, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def test_a_folder_that_is_there_already_is_not_taken(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user may have made it, who saw the name of the lock."""
    monkeypatch.setattr(os, "urandom", bytes)
    theirs = temporary / f"mfaenv-{'0' * 16}"

    def make_theirs(path: str, waiting: Callable[[], None], **_: object) -> AbstractContextManager[None]:
        theirs.mkdir()
        return lock(path, waiting)

    monkeypatch.setattr(private_folder, "lock", make_theirs)
    with pytest.raises(FileExistsError), private_folder.private_folder():
        pass
    assert theirs.exists()


def test_it_goes_with_its_lock(temporary: Path) -> None:
    with private_folder.private_folder() as folder:
        (folder / "file").touch()
        assert [path.name for path in sorted(temporary.iterdir())] == [folder.name, f"{folder.name}.lock"]
    assert list(temporary.iterdir()) == []


def test_a_lock_that_a_killed_process_left_without_a_folder_is_removed(temporary: Path) -> None:
    (temporary / f"mfaenv-{'0' * 16}.lock").touch()
    (temporary / "mfaenv-mine.lock").touch()
    with private_folder.private_folder():
        pass
    assert [path.name for path in temporary.iterdir()] == ["mfaenv-mine.lock"]
