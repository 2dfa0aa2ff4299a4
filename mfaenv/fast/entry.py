"""What the store holds, where that is, and how it is read. What writes is in `store`.

An entry is text: a first line, `name=value` lines with `%` and line breaks escaped, and the checksum of these.
"""

import os
import stat
import sys
import time

from mfaenv.fast.environment import END_DIGITS, is_digits
from mfaenv.fast.parse import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Self, TypeVar

    E = TypeVar("E", bound="Entry")
    T = TypeVar("T")

Fields = dict[str, str]
Moment = int | None  # seconds since 1970; None is never

HEAD = "mfaenv 1\n"

MAX_ENTRY = 524_288  # bytes: four times what a variable can hold on Linux
STORE_NAME = "mfaenv"  # the folder of the store, below the one that MFAENV_CACHE_DIR names
NO_HOME = "there is no home directory"
RELATIVE = "MFAENV_CACHE_DIR is not a full path"
ANSWER = "answer-"  # how the names of the fast path's own entries begin
# The file with the time of the last new session, one word that prompt hooks read by themselves.
LATEST = "latest"

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
BUSY_TRIES = 50 if sys.platform == "win32" else 0
_OTHERS, _OTHER_WRITERS = (0, 0) if sys.platform == "win32" else (0o077, 0o022)  # modes say nothing on Windows


def file_state(path: str) -> str:
    """Return a file's inode, size, and the times of its last change in nanoseconds."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):  # ValueError: a path that holds NUL
        return "none"
    return f"{state.st_ino} {state.st_size} {state.st_mtime_ns} {state.st_ctime_ns}"


def checksum(data: bytes) -> str:
    """Return 16 digits, which are others where up to seven bytes in a row change, and after nearly any other change.

    It is Python's hash of the bytes as one number, the remainder by 2 to the 61st less 1, smaller on 32-bit
    machines: https://docs.python.org/3/library/stdtypes.html#hashing-of-numeric-types. A CRC takes time to load.
    """
    return f"{hash(int.from_bytes(data, 'big')):016x}"


def with_end(body: bytes) -> bytes:
    """Return an entry's text with its last line, the checksum of what stands before."""
    return body + f"end={checksum(body)}\n".encode()


def load(data: bytes) -> Fields | None:
    """Return the fields of an entry's text; None where a byte is not what was written, or NUL, which no path has."""
    body = data[: -len("end=0123456789abcdef\n")]
    text = body.decode("utf-8", "surrogateescape")
    if not text.startswith(HEAD) or "\0" in text or data != with_end(body):
        return None
    lines = [line.partition("=") for line in text[len(HEAD) : -1].split("\n")]
    return {name: value.replace("%0A", "\n").replace("%25", "%") for name, _, value in lines}


def whole(text: str) -> int:
    """Return whole seconds. Raise ValueError for all but a few ASCII digits."""
    if len(text) <= END_DIGITS and is_digits(text):
        return int(float(text))  # int of a text takes 120 KiB more of the interpreter
    raise ValueError(text)


READERS: "dict[object, Callable[[str], Any]]" = {
    str: str,
    int: whole,
    float: float,
    Moment: whole,  # what has no end is never stored
    tuple[str, ...]: lambda text: tuple(text.split("\n")),
}
"""How the text of a field becomes a value of its type, or a ValueError."""


class Entry(Record):
    """What one file of the store says."""

    PREFIX = ""
    key: str

    @classmethod
    def from_bytes(cls, data: bytes) -> "Self | None":
        """Return what a file says; None where a byte or type is wrong."""
        fields = load(data) or {}
        try:
            return cls(**{name: READERS[kind](fields[name]) for name, kind in cls.__annotations__.items()})
        except (KeyError, ValueError):
            return None

    def fields(self) -> "list[tuple[str, Any]]":
        """Return the fields' names and values."""
        return [(name, getattr(self, name)) for name in type(self).__annotations__]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Entry) and self.fields() == other.fields()

    def __hash__(self) -> int:
        return hash(tuple(self.fields()))


def to_text(value: object) -> str:
    """Return the text of a field's value."""
    return "\n".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def account_of(arn: str) -> str:
    """Return the account that an ARN names, or an empty text."""
    return "".join(arn.split(":")[4:5])


class Session(Entry):
    """A session; an empty one is false. `expires` and `created` are in seconds since 1970; one without end has None.

    `profiles` leads from the profile asked for to the one with the keys, and `source` is their access key.
    """

    PREFIX = "session-"
    key: str = ""
    profiles: tuple[str, ...] = ()
    source: str = ""
    account: str = ""
    device: str = ""
    role: str = ""
    limit: str = ""
    created: float = 0.0
    access_key: str = ""
    secret_key: str = ""
    token: str = ""
    expires: Moment = None

    def __bool__(self) -> bool:
        return bool(self.access_key)

    def left(self, now: float) -> float:
        """Return the seconds that are left."""
        return float("inf") if self.expires is None else self.expires - now

    @property
    def acting_account(self) -> str:
        """Return the account in which it acts, a role's from its ARN; empty where unknown."""
        return account_of(self.role) or self.account

    def exported(self, *, account: bool = False) -> Fields:
        """Return what a shell gets of it, and for programs the account."""
        names = ("access_key", "secret_key", "token", "expires")
        fields = {name: to_text(getattr(self, name)) for name in names}
        fields["identity"] = self.role or self.device
        if account:
            fields["account"] = self.acting_account
        return fields


def directory(env: "Mapping[str, str]") -> str:
    """Return the store's directory: `mfaenv` below MFAENV_CACHE_DIR, or the platform's own, as platformdirs has it.

    It is empty where there is no home, or MFAENV_CACHE_DIR is relative: that would be a store in each folder.
    """
    if env.get("MFAENV_CACHE_DIR"):
        named = os.path.expanduser(env["MFAENV_CACHE_DIR"])
        return os.path.join(named, STORE_NAME) if _is_full(named) else ""
    if sys.platform == "win32":
        local = env.get("LOCALAPPDATA", "")
        path = os.path.join(local, STORE_NAME, "Cache") if _is_full(local) else ""
    else:
        caches = "" if sys.platform == "darwin" else env.get("XDG_CACHE_HOME", "")
        if not _is_full(caches):
            home, usual = os.path.expanduser("~"), "Library/Caches" if sys.platform == "darwin" else ".cache"
            caches = os.path.join(home, usual) if _is_full(home) and os.path.isdir(home) else ""
        path = os.path.join(caches, STORE_NAME) if caches else ""
    return path


def _is_full(path: str) -> bool:
    """Return whether a path is absolute, on Windows with its drive."""
    return os.path.isabs(path) and (sys.platform != "win32" or bool(os.path.splitdrive(path)[0]))


def _is_link(state: os.stat_result) -> bool:
    if sys.platform == "win32" and state.st_reparse_tag == stat.IO_REPARSE_TAG_MOUNT_POINT:
        return True  # a junction, which lstat takes for a directory
    return stat.S_ISLNK(state.st_mode)


def owner(state: os.stat_result) -> str:
    """Return the other user whose file this is; empty where it is ours, and on Windows, which has access rights."""
    is_ours = sys.platform == "win32" or state.st_uid == os.geteuid()
    return "" if is_ours else f"another user (uid {state.st_uid})"


def file_name(prefix: str, key: str) -> str:
    """Return the name of a key's file. Two keys may share one: a reader checks the key."""
    return f"{prefix}{checksum(key.encode('utf-8', 'surrogateescape'))}"


def patiently(step: "Callable[[], T]") -> "T":
    """Take a step with a file; while another process reads or replaces it, Windows may refuse that."""
    for _ in range(BUSY_TRIES):
        try:
            return step()
        except PermissionError:
            time.sleep(0.02)
    return step()


class ReadOnlyStore:
    """Reads the files of one directory. `path` is empty where there is none, and `missing` says why."""

    def __init__(self, path: str, missing: str = NO_HOME) -> None:
        self.path = path
        self.missing = "" if path else missing

    @classmethod
    def of(cls, env: "Mapping[str, str]") -> "Self":
        """Return the store that the environment names."""
        return cls(directory(env), RELATIVE if env.get("MFAENV_CACHE_DIR") else NO_HOME)

    def file(self, name: str) -> str:
        """Return the path of an entry. Raise OSError where there is no directory at all."""
        if not self.path:
            raise OSError(self.missing)
        return os.path.join(self.path, name)

    def refusal(self) -> str:
        """Return why others could change what is in the directory; empty where they cannot."""
        try:
            state = os.lstat(self.path)
        except OSError:
            return ""
        if _is_link(state):
            return "is a link"
        if not stat.S_ISDIR(state.st_mode):
            return "is not a directory"
        if owner(state):
            return f"belongs to {owner(state)}"
        return "can be written by other users (chmod 700 closes it)" if state.st_mode & _OTHER_WRITERS else ""

    def get(self, of: "type[E]", key: str) -> "E | None":
        """Return the entry of this key, or None where `read` does, or it is another key's."""
        entry = self.read(of, file_name(of.PREFIX, key))
        return None if entry is None or entry.key != key else entry

    def read(self, of: "type[E]", name: str) -> "E | None":
        """Return what a file says; None where it is missing, damaged, open to others or not ours."""
        return of.from_bytes(self._private(name))

    def latest(self) -> str:
        """Return the time of the newest session as text, in seconds since 1970, or an empty text."""
        return self._private(LATEST).decode("ascii", "replace").strip()

    def has_sessions(self) -> bool:
        """Return whether any session is stored."""
        try:
            return any(name.startswith(Session.PREFIX) for name in os.listdir(self.path))
        except OSError:
            return False

    def _private(self, name: str) -> bytes:
        """Return the bytes of a regular file that this user alone can read, never of a link; else none."""
        try:
            fd = patiently(lambda: os.open(self.file(name), _READ))
            try:
                state = os.fstat(fd)
                ours = stat.S_ISREG(state.st_mode) and not owner(state) and not state.st_mode & _OTHERS
                return os.read(fd, state.st_size) if ours and state.st_size <= MAX_ENTRY else b""
            finally:
                os.close(fd)
        except OSError:
            return b""
