"""One process at a time: a lock that the system frees when its holder ends, however it ends.

A stopped process keeps it. So the holder touches the file again and again; else the next process removes it.
"""

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from mfaenv.fast.entry import patiently

PAUSE = 0.1  # seconds between the first two tries; each pause is a tenth longer than the one before
MAX_PAUSE = 0.5  # seconds: hundreds of processes that wait would take the time of the one that works
SAID_AFTER = 1.0  # seconds of waiting after which the person is told
TOUCHED_EVERY = 1.0  # seconds after which the holder touches the file again

STOPPED_AFTER = 30.0 if sys.platform == "win32" else 5.0
"""Seconds without a touch after which the holder counts as stopped.

No key stops a program on Windows, and a busy machine may take seconds to load botocore there.
"""

FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)

if sys.platform == "win32":
    import msvcrt

    BUSY = OSError  # where another process has the lock; a PermissionError, but not under Wine

    def _try(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

    def _remove(path: str, fd: int) -> None:
        os.close(fd)
        os.unlink(path)  # refused as long as another process has it open: then that one removes it

    def _take_away(_path: str, _file: os.stat_result) -> bool:
        return False  # an open file cannot be removed there
else:
    import fcntl

    BUSY = BlockingIOError

    def _try(fd: int) -> None:
        os.fchmod(fd, 0o600)  # whatever the umask; refused for another user's file: its lock is not waited for
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _remove(path: str, fd: int) -> None:
        try:
            if _is_at(path, os.fstat(fd)):  # or it was taken away, and another process's file has the name
                # Before it is unlocked: who locks the nameless file sees that it is the lock no more.
                os.unlink(path)
        finally:
            os.close(fd)

    def _take_away(path: str, file: os.stat_result) -> bool:
        """Remove the file of a stopped process, one process at a time: the next would remove a new one."""
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        try:
            with suppress(OSError):  # a file system that has no locks for folders: then without
                fcntl.flock(folder, fcntl.LOCK_EX)
            if _is_at(path, file):
                os.unlink(path)
        finally:
            os.close(folder)
        return True


@contextmanager
def lock(
    path: str,
    waiting: Callable[[], None],
    check: Callable[[], object] = lambda: None,
    *,
    strict: bool = False,
    longest: float = math.inf,
) -> Iterator[None]:
    """Hold the lock of this name. The file goes with the lock.

    Between two tries `check` is called, which may raise, and `waiting` once after a second. A `strict` one is
    never taken from a stopped process. After `longest` seconds this one counts as stopped. Raise OSError where
    the file cannot be made, or a strict one not locked.
    """
    fd = _acquire(path, waiting, check, strict=strict)
    released = Event()
    until = time.monotonic() + longest

    def touch() -> None:
        while not released.wait(TOUCHED_EVERY) and time.monotonic() < until:
            with suppress(OSError):
                if fd is None or _is_at(path, os.fstat(fd)):  # or it is another process's now
                    os.utime(path)

    with suppress(RuntimeError):  # no thread to be had: the next process may come too early
        Thread(target=touch, daemon=True).start()
    try:
        yield
    finally:
        released.set()
        if fd is not None:
            with suppress(OSError):
                _remove(path, fd)


def do_not_wait() -> None:
    """Raise BlockingIOError; a process that passes this as `check` does not wait for the lock."""
    raise BlockingIOError


def remove_abandoned(path: str) -> bool:
    """Remove the file of a lock whose holder was killed, and return whether it is gone."""
    with suppress(OSError), lock(path, do_not_wait, do_not_wait):
        pass
    return not os.path.lexists(path)


def _acquire(path: str, tell: Callable[[], None], check: Callable[[], object], *, strict: bool) -> int | None:
    """Return None where a stopped process's file cannot be removed."""
    pause, uneven = PAUSE, 1 + os.getpid() % 64 / 128  # not all processes try at once
    started = time.monotonic()
    untouched, last = 0.0, 0
    told = False
    while True:
        fd = patiently(lambda: os.open(path, FLAGS, 0o600))
        if _locked(path, fd, strict=strict):
            return fd
        file = os.fstat(fd)
        os.close(fd)
        # Counted in tries, not by the clock: where the whole machine stands still, the holder does too.
        untouched, last = untouched + pause * uneven if file.st_mtime_ns == last else 0.0, file.st_mtime_ns
        if not strict and untouched > STOPPED_AFTER and not _take_away(path, file):
            return None
        check()
        if not told and time.monotonic() - started >= SAID_AFTER:
            told = True
            tell()
        time.sleep(pause * uneven)
        pause = min(pause * 1.1, MAX_PAUSE)


def _locked(path: str, fd: int, *, strict: bool = False) -> bool:
    try:
        _try(fd)
    except BUSY:
        return False
    except OSError:
        if strict:
            os.close(fd)
            raise
        return True  # a file system that has no locks, as some network ones: waiting would not end
    return _is_at(path, os.fstat(fd))


def _is_at(path: str, file: os.stat_result) -> bool:
    try:
        return os.path.samestat(file, os.stat(path))
    except OSError:
        return False
