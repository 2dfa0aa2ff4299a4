"""A folder for files that are needed only while this process runs."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir

from mfaenv.errors import MfaenvError
from mfaenv.fast.entry import owner
from mfaenv.fast.parse import Env
from mfaenv.session.lock import do_not_wait, lock
from mfaenv.shells import join
from mfaenv.store import private_files


@contextmanager
def private_folder(env: Env) -> Iterator[Path]:
    """Yield a new temporary folder of mode 0700, and remove what killed processes left. Raise OSError, MfaenvError."""
    parent = Path(_parent(env))
    for left in parent.glob("mfaenv-" + "[0-9a-f]" * 32):
        with suppress(OSError):
            if not owner(left.lstat()):
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
    """Return a folder of the user alone, if any: elsewhere others can make one anew that is removed."""
    path = env.get("XDG_RUNTIME_DIR", "")
    with suppress(OSError):
        state = os.lstat(path)
        private = not owner(state) and state.st_mode == stat.S_IFDIR | private_files.PRIVATE
        if private and os.path.isabs(path) and os.access(path, os.W_OK):
            return path
    path = gettempdir()
    state = os.stat(path)
    mode = state.st_mode
    roots = (0, 65534) if mode & stat.S_ISVTX else (0,)  # inside a container, the host's: user_namespaces(7)
    who = "" if state.st_uid in roots else owner(state).capitalize()
    if not who and os.name != "nt" and mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        who = "Everybody" if mode & stat.S_IWOTH else "The folder's group"
    wrong = f"{who} may replace files in {path}."
    if who and owner(state):
        raise MfaenvError(wrong, "Set TMPDIR to a folder that only you may write to.")
    if who:
        closed = "+t" if mode & stat.S_IWOTH else "go-w"  # go-w would close the system's to all
        raise MfaenvError(f"{wrong} Close it:", command=join(("chmod", closed, path)))
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
