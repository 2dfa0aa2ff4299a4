"""Replace a text file of the user in one step, with its encoding, mode, owner and links as they were."""

from __future__ import annotations

import difflib
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from mfaenv.config.awsfiles import SECRET_KEY, TOKENS, short
from mfaenv.errors import MfaenvError

PRIVATE_FOLDER = 0o700
_SECRET = re.compile(rf"(?i)^(.?\s*(?:{'|'.join((SECRET_KEY, *TOKENS))})\s*[=:]\s*)\S.*$")


class TextFile(NamedTuple):
    """A file as it was read: its text, line ends as they are, and the state by which a later change is noticed."""

    path: str
    text: str
    state: tuple[int, ...]
    encoding: str = "utf-8"


MISSING = ()
"""The state of a file that is not there."""


def read(path: str, encoding: str = "utf-8") -> TextFile:
    """Return the file, or an empty one where there is none. Raise MfaenvError where it cannot be read as text."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would be waited for, and a device be replaced
            raise MfaenvError(f"{short(path)} is not a file, so it is left alone.", "Name a file.")
        with open(path, encoding=encoding, newline="") as file:
            state = _state(os.fstat(file.fileno()))
            return TextFile(path, file.read(), state, encoding)
    except FileNotFoundError:
        if os.path.islink(path):
            raise MfaenvError(f"{short(path)} is a link to a file that is not there.", "Remove it.") from None
        return TextFile(path, "", MISSING, encoding)
    except UnicodeDecodeError as error:
        raise MfaenvError(
            f"{short(path)} is not {error.encoding} text, so it is left alone.", "Save it in that encoding."
        ) from None
    except OSError as error:
        raise MfaenvError(f"{short(path)} cannot be read: {error.strerror}.", "Check its owner and mode.") from None


def diff(file: TextFile, text: str) -> list[str]:
    """Return what changes as the lines of a unified diff, with secrets left out."""
    name = short(file.path)
    lines = difflib.unified_diff(file.text.splitlines(), text.splitlines(), name, name, n=1, lineterm="")
    return [_SECRET.sub(r"\1…", line) for line in lines]


def replace(file: TextFile, text: str) -> None:
    """Write the text in the file's place, in one step. A new file, and a new folder for it, is its owner's alone.

    A link stays, and what it leads to is replaced. Raise MfaenvError where the file cannot be written, or has changed
    since it was read; it is as it was then.
    """
    target = os.path.realpath(file.path)
    try:
        os.makedirs(os.path.dirname(target), PRIVATE_FOLDER, exist_ok=True)
        with _beside(target) as temporary:
            _fill(temporary, file._replace(text=text))
            _take_over(target, temporary)
            if _current(target) != file.state:
                raise MfaenvError(f"{short(file.path)} was changed by another program meanwhile.", "Run it again.")
            os.replace(temporary, target)
    except UnicodeEncodeError as error:
        raise MfaenvError(
            f"{short(file.path)} is {error.encoding} text, which cannot hold what would be written.",
            "Choose a name without such characters.",
        ) from None
    except OSError as error:
        raise MfaenvError(
            f"{short(file.path)} cannot be written: {error.strerror}.", "Check its owner, its mode and the disk."
        ) from None


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _current(path: str) -> tuple[int, ...]:
    try:
        return _state(os.stat(path))
    except FileNotFoundError:
        return MISSING


@contextmanager
def _beside(path: str) -> Iterator[str]:
    """Make a new file beside another, for its owner alone, and remove it where what is done with it fails."""
    folder, name = os.path.split(path)
    fd, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    os.close(fd)
    try:
        yield temporary
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _fill(path: str, new: TextFile) -> None:
    with open(path, "w", encoding=new.encoding, newline="") as file:
        file.write(new.text)
        file.flush()
        os.fsync(file.fileno())


if sys.platform == "win32":

    def _own_as(_path: str, _found: os.stat_result) -> None:
        """Do nothing: the folder says who owns what is made in it."""
else:

    def _own_as(path: str, found: os.stat_result) -> None:
        if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(path, found.st_uid, found.st_gid)


def _take_over(old: str, new: str) -> None:
    """Set the new file's owner and mode to the old one's, where there is one. Raise OSError where that is refused."""
    try:
        found = os.stat(old)
    except FileNotFoundError:
        return
    _own_as(new, found)
    os.chmod(new, stat.S_IMODE(found.st_mode))
