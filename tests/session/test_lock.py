import os
import sys
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Semaphore
from types import SimpleNamespace

import pytest
from product import PATIENCE

from mfaenv.session import lock as locks
from mfaenv.session.lock import lock


def nobody_waits() -> None:
    raise AssertionError("the lock is free, and yet there is waiting")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def test_nothing_is_left_behind(path: Path) -> None:
    with lock(str(path), nobody_waits):
        assert path.exists()
    assert list(path.parent.iterdir()) == []


def test_an_error_inside_frees_it(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock(str(path), nobody_waits):
        raise ZeroDivisionError
    assert list(path.parent.iterdir()) == []
    with lock(str(path), nobody_waits):
        assert path.exists()


def test_nobody_else_gets_it_meanwhile(path: Path) -> None:
    class Meanwhile(Exception):  # noqa: N818 - no error
        pass

    def leave() -> None:
        raise Meanwhile

    with lock(str(path), nobody_waits):
        with pytest.raises(Meanwhile), lock(str(path), nobody_waits, leave):
            raise AssertionError("never reached")
        assert path.exists()
    assert list(path.parent.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_a_lock_whose_file_was_removed_closes_it_all_the_same(path: Path) -> None:
    import fcntl

    with lock(str(path), nobody_waits):
        same = path.open("rb")
        path.unlink()
    with same:
        fcntl.flock(same, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_the_owner_and_nobody_else_can_open_it_under_any_umask(path: Path) -> None:
    before = os.umask(0o777)
    try:
        with lock(str(path), nobody_waits):
            assert path.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_who_has_lost_the_lock_does_not_touch_the_file_of_the_next(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Semaphore(0)
    touch, same = os.utime, os.path.samestat

    def touched(name: str) -> None:
        touch(name)
        looked.release()

    def compared(one: os.stat_result, other: os.stat_result) -> bool:
        looked.release()
        return same(one, other)

    monkeypatch.setattr(locks, "TOUCHED_EVERY", 0.001)
    monkeypatch.setattr(os, "utime", touched)
    monkeypatch.setattr(os.path, "samestat", compared)
    with lock(str(path), nobody_waits):
        path.unlink()
        path.write_bytes(b"")
        while looked.acquire(blocking=False):
            pass
        for _ in range(3):  # a touch may have begun before that
            assert looked.acquire(timeout=PATIENCE)
        touch(path, (0, 0))
        for _ in range(3):
            assert looked.acquire(timeout=PATIENCE)
        assert path.stat().st_mtime == 0


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_the_holder_touches_its_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "TOUCHED_EVERY", 0.001)
    with lock(str(path), nobody_waits):
        os.utime(path, (0, 0))
        end = time.monotonic() + PATIENCE
        while not path.stat().st_mtime:
            assert time.monotonic() < end


def test_a_machine_that_stands_still_takes_no_lock_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock goes on, and the holder has had no time to touch the file."""

    class Enough(Exception):  # noqa: N818 - no error
        pass

    def leave() -> None:
        if next(tries) > 10:
            raise Enough

    tries, seconds = count(), count(step=100)
    with lock(str(path), nobody_waits):
        jumping = SimpleNamespace(monotonic=lambda: next(seconds), sleep=lambda _: None)
        monkeypatch.setattr(locks, "time", jumping)
        with pytest.raises(Enough), lock(str(path), lambda: None, leave):
            raise AssertionError("never reached")
        assert path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links take rights there")
def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="lock"), lock(str(path), nobody_waits):
        raise AssertionError("never reached")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can be another user")
def test_another_users_file_is_not_waited_for() -> None:
    """In /tmp, anybody may make and lock a file of any name."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o1777)
        path = os.path.join(folder, "lock")
        with lock(path, nobody_waits):
            os.chmod(path, 0o666)
            os.seteuid(65534)
            try:
                with pytest.raises(PermissionError), lock(path, nobody_waits, strict=True):
                    raise AssertionError("never reached")
            finally:
                os.seteuid(0)
