"""`--output FILE`: a new file that only its owner can read, in the place of an older one."""

import os
import stat
import sys
import time
from contextlib import suppress

from mfaenv.errors import MfaenvError, wrong_usage
from mfaenv.fast import NOT_CLOSED, OTHERS_MODE, text_to_stderr
from mfaenv.fast.entry import owner
from mfaenv.store import kind, private_files

AWS_CLI_FORMATS = ("json", "text", "table", "yaml", "yaml-stream", "off")


def check(path: str) -> None:
    """Raise MfaenvError, before a code is asked for, where the file cannot be written."""
    if path == "-":
        hint = "Leave --output out: standard output is where it goes then."
        raise wrong_usage("--output takes the name of a file, and - is not one.", hint)
    if path in AWS_CLI_FORMATS:
        hint = f"Data: --format json. A file of that name: --output ./{path}."
        raise wrong_usage(f"--output takes the name of a file, and {path} is a format of the AWS CLI.", hint)
    folder = os.path.abspath(os.path.dirname(path))
    wrong, hint = "", "Name another file."
    if not os.path.isdir(folder):
        wrong, hint = f"cannot be written: there is no folder {folder}", "Make it, or name another file."
    elif not os.access(folder, os.W_OK | os.X_OK):
        wrong = f"cannot be written: nothing can be made in {folder}"
    else:
        with suppress(OSError):
            old = os.lstat(path)
            if not stat.S_ISREG(old.st_mode):
                wrong = "is no regular file: refused"
            elif owner(old):
                wrong = f"belongs to {owner(old)}: refused"
    if wrong:
        raise MfaenvError(f"{path} {wrong}.", hint)


def write(path: str, data: bytes) -> None:
    """Write the file in one step. Raise MfaenvError."""
    check(path)
    try:
        private_files.replace(path, data)
    except OSError as error:
        raise MfaenvError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from None
    folder = os.path.dirname(path) or os.curdir
    with suppress(OSError):
        if sys.platform != "win32" and os.stat(path).st_mode & OTHERS_MODE:  # the file system has no modes
            text_to_stderr(NOT_CLOSED)
        for name in os.listdir(folder):  # what killed runs left
            if kind(name) == private_files.TEMPORARY:
                private_files.remove_old(os.path.join(folder, name), time.time())
