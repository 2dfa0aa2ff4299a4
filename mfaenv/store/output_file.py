"""`--output FILE`: a new file that only its owner can read, in the place of an older one."""

import os
import stat

from mfaenv.errors import MfaenvError, wrong_usage
from mfaenv.fast.entry import owner
from mfaenv.store import private_files


def check(path: str) -> None:
    """See, before a code is asked for, that the file can be written. Raise MfaenvError."""
    if path == "-":
        hint = "Leave --output out: standard output is where it goes then."
        raise wrong_usage("--output takes the name of a file, and - is none.", hint)
    folder = os.path.abspath(os.path.dirname(path))
    if not os.path.isdir(folder):
        raise MfaenvError(f"{path} cannot be written: there is no folder {folder}.", "Make it, or name another file.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise MfaenvError(f"{path} cannot be written: nothing can be made in {folder}.", "Name another file.")
    try:
        old = os.lstat(path)
    except OSError:
        return
    if not stat.S_ISREG(old.st_mode):
        raise MfaenvError(f"{path} is no regular file: refused.", "Name another file.")
    if owner(old):
        raise MfaenvError(f"{path} belongs to {owner(old)}: refused.", "Name another file.")


def write(path: str, data: bytes) -> None:
    """Write the file in one step. Raise MfaenvError, and leave the old one then."""
    check(path)
    try:
        private_files.replace(path, data)
    except OSError as error:
        raise MfaenvError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from None
