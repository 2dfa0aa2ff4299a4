"""One process at a time: a lock that the system drops when its holder ends, however it ends.

filelock would do the same; importing it takes longer than all that happens before the question is asked.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAUSE = 0.05
"""Seconds between two tries."""

SAID_AFTER = 1.0
"""Seconds of waiting after which it is said."""

if sys.platform == "win32":
    import msvcrt

    HELD = OSError
    """What a try raises where another process has the lock: a PermissionError, but under Wine one without a number."""

    def _try(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

    def _remove(path: str, fd: int) -> None:
        os.close(fd)
        os.unlink(path)  # refused as long as another process has it open: then that one removes it
else:
    import fcntl

    HELD = BlockingIOError

    def _try(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.fchmod(fd, 0o600)  # whatever the umask made of it: others have to open it while it is held

    def _remove(path: str, fd: int) -> None:
        try:
            os.unlink(path)  # while it is still held: who locks the nameless file sees that it is not the lock any more
        finally:
            os.close(fd)


@contextmanager
def lock(path: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of this name; call `waiting` once where that takes more than a second. The file goes with the lock.

    Raises OSError where the file cannot be made.
    """
    fd = _acquire(path, waiting)
    try:
        yield
    finally:
        with suppress(OSError):
            _remove(path, fd)


def _acquire(path: str, waiting: Callable[[], None]) -> int:
    say_at = time.monotonic() + SAID_AFTER
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        if _locked(path, fd):
            return fd
        os.close(fd)
        if time.monotonic() >= say_at:
            waiting()
            say_at = float("inf")
        time.sleep(PAUSE)


def _locked(path: str, fd: int) -> bool:
    try:
        _try(fd)
    except HELD:
        return False
    except OSError:
        return True  # a file system that has no locks, as some network ones: waiting would not end
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path))
    except OSError:
        return False
