"""A folder for files that are needed only while this process runs."""

import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir

from mfaenv.errors import MfaenvError
from mfaenv.fast import OTHERS_MODE
from mfaenv.fast.entry import owner
from mfaenv.fast.parse import Env
from mfaenv.session.lock import do_not_wait, lock
from mfaenv.store import private_files


@contextmanager
def private_folder(env: Env) -> Iterator[Path]:
    """Yield a new temporary folder of mode 0700, and remove what killed processes left. Raise OSError, MfaenvError."""
    parent = Path(_parent(env))
    for left in parent.glob("mfaenv-" + "[0-9a-f]" * 32):
        with suppress(OSError):
            state = left.lstat()
            # Another user may move one here, under such a name, that she may write to.
            if not owner(state) and (os.name == "nt" or not state.st_mode & OTHERS_MODE):
                with _locked(left):
                    pass
    with ExitStack() as opened:
        while True:
            # The lock is inside: other users, who would make a folder of its name first, never see it.
            folder = parent / f"mfaenv-{os.urandom(16).hex()}"
            folder.mkdir(private_files.PRIVATE)
            with suppress(FileNotFoundError, BlockingIOError):  # another process removes it as a left one
                folder.chmod(private_files.PRIVATE)  # whatever the umask is
                opened.enter_context(_locked(folder))
                break
        yield folder


@contextmanager
def explain_failure(what: str) -> Iterator[None]:
    """Raise MfaenvError where such a folder, or what it is for, cannot be written."""
    try:
        yield
    except OSError as error:
        hint = "Set TMPDIR to a folder that you can write to, and unset XDG_RUNTIME_DIR."
        raise MfaenvError(f"{what} cannot be written: {error.strerror}.", hint) from None


def _parent(env: Env) -> str:
    """Return a folder that this user alone can write to, if any: elsewhere others could make a removed one again."""
    path = env.get("XDG_RUNTIME_DIR", "")
    with suppress(OSError, MfaenvError):
        state = os.lstat(path)
        private = not owner(state) and state.st_mode == stat.S_IFDIR | private_files.PRIVATE
        if private and os.path.isabs(path) and os.access(path, os.W_OK):
            return _checked(path)
    path, named = gettempdir(), ("/tmp", "/var/tmp", "/usr/tmp", *map(env.get, ("TMPDIR", "TEMP", "TMP")))  # noqa: S108 - as tempfile
    if path not in named and path == os.getcwd():
        raise OSError(errno.EROFS, "no temporary folder can be, but the current one")
    return _checked(path)


def _checked(path: str) -> str:
    """Return the real path. Raise MfaenvError where another user may rename what is in one of its folders."""
    if os.name == "nt":  # there are no modes, and a real path may be no ASCII, where cmd's short one is
        return path
    path = os.path.realpath(path)
    # On Android, what is above belongs to the system, which is not root there.
    above = () if hasattr(sys, "getandroidapilevel") else Path(path).parents[:-1]
    for folder in (path, *map(str, above)):
        state = os.stat(folder)
        is_sticky, others = state.st_mode & stat.S_ISVTX, state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        # Inside a container, the host's: user_namespaces(7).
        roots = (0, 65534) if is_sticky or (folder != path and not others) else (0,)
        if (others and not is_sticky) or (owner(state) and state.st_uid not in roots):
            hint = "Close it to them, or set TMPDIR to a folder elsewhere, which only you may write to."
            raise MfaenvError(f"The owner and mode of {folder} let others replace files there.", hint)
    return path


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder, and remove it at the end. Raise BlockingIOError where another process has it."""
    try:
        with lock(f"{folder}/lock", do_not_wait, do_not_wait, strict=True, longest=0):
            try:
                yield
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        with suppress(OSError):
            folder.rmdir()  # on Windows the lock goes after all else
