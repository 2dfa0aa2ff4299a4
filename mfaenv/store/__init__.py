"""The directory of stored sessions: a folder with our mark, checked before it is read, each file replaced in one step.

In a folder with the mark, a file is mfaenv's by its whole name; in any other, nothing is changed or deleted. A
Tab loads this module, so it imports nothing slow.
"""

import errno
import os
from collections.abc import Callable, Iterable
from contextlib import suppress

from mfaenv.errors import MfaenvError
from mfaenv.fast.entry import (
    ANSWER,
    HEAD,
    LATEST,
    MAX_ENTRY,
    Entry,
    ReadOnlyStore,
    Session,
    file_name,
    to_text,
    with_end,
)
from mfaenv.shells import join
from mfaenv.store import private_files

SESSION = Session.PREFIX
DEVICE, CODE, LOCK, OLD_KEY, DISMISSED = "device-", "code-", "lock-", "key-", "closed-"
CODE_PROGRAM = "program-"

MARK = "CACHEDIR.TAG"
MARK_TEXT = b"""\
Signature: 8a477f597d28d172789f06886806bc55
# The sessions that mfaenv stores. Backups leave this folder out: https://bford.info/cachedir/
"""

DIGITS = 16  # hexadecimal digits at the end of each name: the key's checksum, or random
ENTRIES = (SESSION, ANSWER, DEVICE, CODE, CODE_PROGRAM, DISMISSED)
PREFIXES = (*ENTRIES, OLD_KEY, LOCK, private_files.TEMPORARY)
FILE_KINDS = (*PREFIXES, LATEST)


def dump(fields: Iterable[tuple[str, object]]) -> bytes:
    """Return the text of an entry's file."""
    texts = ((name, to_text(value).replace("%", "%25").replace("\n", "%0A")) for name, value in fields)
    body = HEAD + "".join(f"{name}={text}\n" for name, text in texts)
    return with_end(body.encode("utf-8", "surrogateescape"))


def kind(name: str) -> str:
    """Return a file's prefix, or LATEST, by its whole name; empty for a name that mfaenv does not use."""
    prefix, digits = name[:-DIGITS], name[-DIGITS:]
    ends_so = len(digits) == DIGITS and not digits.strip("0123456789abcdef")
    return prefix if ends_so and prefix in PREFIXES else LATEST if name == LATEST else ""


class Store(ReadOnlyStore):
    """The same directory, to be written too."""

    def check(self, *, is_read: bool = False) -> None:
        """Raise MfaenvError where the directory must not be used, or cannot be read though it is there."""
        if reason := self.refusal():
            hint = "Move it away, or name another folder in MFAENV_CACHE_DIR."
            raise MfaenvError(f"The store {self.path} {reason}: refused.", hint)
        # os.walk yields nothing where it may not read. For the dot it must be allowed to enter too.
        if is_read and os.path.isdir(self.path) and not any(os.walk(self.file("."))):
            wrong = f"The store {self.path} cannot be read. This opens it:"
            raise MfaenvError(wrong, command=join(("chmod", "700", self.path)))

    def can_be_written(self) -> bool:
        """Return whether the directory, or the folder in which it would be made, may be written."""
        path = self.path
        while not os.path.lexists(path) and (parent := os.path.dirname(path)) != path:
            path = parent
        return os.path.isdir(path) and os.access(path, os.W_OK | os.X_OK)

    def prepare(self) -> None:
        """Make the directory, open to its owner alone, and mark it. Raise MfaenvError, OSError."""
        if not self.path:
            raise OSError(self.missing)
        self.check()
        private_files.make_folders(self.path)
        self.check()
        if any(kind(name) != private_files.TEMPORARY for name in os.listdir(self.path)):
            self._check_mark()  # which comes before all else
        private_files.replace(self.file(MARK), MARK_TEXT)

    def _check_mark(self) -> None:
        if not self._is_ours():
            raise OSError(errno.ENOTEMPTY, f"other files are there, and no {MARK} of mfaenv", self.path)

    def _is_ours(self) -> bool:
        if self._private(MARK).startswith(MARK_TEXT):
            return True
        with suppress(OSError):
            kinds = {kind(name) for name in os.listdir(self.path) if name != MARK}
            return "" not in kinds and not kinds.isdisjoint(ENTRIES)
        return False

    def put(self, entry: Entry, until: float) -> None:
        """Write an entry that ends at `until`, in seconds since 1970: its time of change. Raise OSError."""
        name = file_name(entry.PREFIX, entry.key)
        self._replace(name, dump(entry.fields()), lambda new: os.utime(new, (until, until)))

    def _replace(self, name: str, data: bytes, finish: Callable[[str], None] = lambda _: None) -> None:
        if len(data) > MAX_ENTRY:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
        self._check_mark()
        private_files.replace(self.file(name), data, finish)

    def names(self, *kinds: str) -> list[str]:
        """List the names of the files of these kinds, in order; none in a folder without mark."""
        with suppress(OSError), os.scandir(self.path) as files:
            ours = (file for file in files if kind(file.name) in kinds and file.is_file(follow_symlinks=False))
            return sorted(file.name for file in ours) if self._is_ours() else []
        return []

    def announce(self, time: str) -> None:
        """Announce a new session, by its time. Raise OSError."""
        self._replace(LATEST, time.encode() + b"\n")

    def sweep(self, now: float) -> None:
        """Remove what has ended, what killed writers left, and 0.1.0's lines of programs: a secret may be there."""
        for name in self.names(OLD_KEY, private_files.TEMPORARY):
            private_files.remove_old(self.file(name), now)
        for name in self.names(*ENTRIES):
            private_files.remove_ended(self.file(name), now)
