"""Folders and files that are open to their owner alone from the first moment on."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from mfaenv.fast.entry import owner, patiently

PRIVATE = 0o700
TEMPORARY = ".mfaenv-"  # begins the name of a file that gets another one
ABANDONED_AFTER = 60  # seconds by which the writer of a temporary file must have been killed


def make_folders(path: str) -> None:
    """Make a folder, and those missing above it, whatever the umask is. Raise OSError.

    On Windows, Python closes a folder of mode 0700 to all but its owner and the administrators.
    """
    missing = [path]
    while not os.path.isdir(parent := os.path.dirname(missing[-1])) and parent != missing[-1]:
        missing.append(parent)
    before = os.umask(0o077)
    try:
        for folder in reversed(missing):
            with suppress(FileExistsError):  # another process was faster; or the next step refuses it
                os.mkdir(folder, PRIVATE)
    finally:
        os.umask(before)


def _temporary(path: str) -> str:
    """Use no process's number, which may be the same again in a container."""
    return os.path.join(os.path.dirname(path), f"{TEMPORARY}{os.urandom(8).hex()}")


def replace(
    path: str,
    data: bytes,
    finish: Callable[[str], None] = lambda _: None,
    *,
    temporary: str = "",
    prepare: Callable[[int], None] = lambda _: None,
) -> None:
    """Replace a file in one step, after `prepare` with the open new one, and `finish` with its path. Raise OSError."""
    temporary = temporary or _temporary(path)
    try:
        create(temporary, data, prepare)
        finish(temporary)
        patiently(lambda: os.replace(temporary, path))
    except BaseException:
        with suppress(OSError):
            patiently(lambda: os.unlink(temporary))
        raise


def remove_old(path: str, now: float) -> None:
    """Remove a temporary file of this user whose writer must have been killed, even if the clock was set back."""
    with suppress(OSError):
        state = os.lstat(path)
        if not owner(state) and abs(now - state.st_ctime) > ABANDONED_AFTER:
            os.unlink(path)


def remove_ended(path: str, now: float) -> None:
    """Remove an entry that has ended. One that another process stores at the same moment stays."""
    aside = _temporary(path)
    with suppress(OSError):
        if os.lstat(path).st_mtime >= now:
            return
        os.rename(path, aside)  # where nobody writes
        if os.lstat(aside).st_mtime < now or os.path.lexists(path):  # or a newer one is there by now
            os.unlink(aside)
        else:
            os.rename(aside, path)  # at worst over one that was stored just now: both hold


def create(path: str, data: bytes, prepare: Callable[[int], None] = lambda _: None) -> None:
    """Write a new file, whatever the umask. Raise OSError."""
    with open(path, "xb", opener=partial(os.open, mode=0o600)) as file:
        if sys.platform != "win32":
            os.fchmod(file.fileno(), 0o600)
        file.write(data)
        file.flush()
        prepare(file.fileno())
