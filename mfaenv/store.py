"""The directory of stored sessions: read with suspicion, replaced atomically, locked by identity.

It is shared by the short way, so nothing heavy is imported here.
"""

import os
import stat
import sys
import time

from mfaenv.entry import checksum, dump, load
from mfaenv.errors import MfaenvError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfaenv.entry import Fields

LARGEST = 65_536
"""Bytes; a session token has a few hundred, and nothing of ours comes near this."""

PRIVATE = 0o700
NO_HOME = "there is no home directory"

SESSION = "session-"
ANSWER = "answer-"
DEVICE = "device-"
CODE = "code-"
LOCK = "lock-"
LATEST = "latest"
"""The file that holds the time of the last new session, as one word: a prompt hook reads it without a process."""

VARIABLE = "MFAENV_STORE"
"""The variable in which a prompt hook finds the directory."""

ENTRIES = (SESSION, ANSWER, DEVICE, CODE)
TEMPORARY = ".new-"

SHARED_READS = sys.platform != "win32"
"""Whether a file can be replaced while another process reads it."""


def directory(env: "Mapping[str, str]") -> str:
    """Give the store's directory: MFAENV_CACHE_DIR, or the platform's place for caches; empty where there is no home.

    The platform's places are those of platformdirs, whose import would cost more than all the rest of a stored answer.
    """
    if env.get("MFAENV_CACHE_DIR"):
        return os.path.abspath(os.path.expanduser(env["MFAENV_CACHE_DIR"]))
    return _platform_directory(env)


if sys.platform == "win32":

    def _platform_directory(env: "Mapping[str, str]") -> str:
        local = env.get("LOCALAPPDATA", "")
        return os.path.join(local, "mfaenv", "Cache") if local else ""

    def _owner(_: os.stat_result) -> str:
        """Name nobody: there the profile's own rights protect the files, and modes say nothing."""
        return ""

    def _closed_to_others(_: os.stat_result) -> bool:
        return True

    def _close_to_others(_: int) -> None:
        return
else:

    def _platform_directory(env: "Mapping[str, str]") -> str:
        home = os.path.expanduser("~")
        if not os.path.isdir(home):
            return ""
        return os.path.join(_caches(home, env), "mfaenv")

    if sys.platform == "darwin":

        def _caches(home: str, _: "Mapping[str, str]") -> str:
            return os.path.join(home, "Library", "Caches")
    else:

        def _caches(home: str, env: "Mapping[str, str]") -> str:
            named = env.get("XDG_CACHE_HOME", "")
            return named if os.path.isabs(named) else os.path.join(home, ".cache")

    def _owner(found: os.stat_result) -> str:
        """Name another user whose file this is, or nobody where it is ours."""
        return "" if found.st_uid == os.geteuid() else f"another user (uid {found.st_uid})"

    def _closed_to_others(found: os.stat_result) -> bool:
        return not found.st_mode & 0o077

    def _close_to_others(fd: int) -> None:
        os.fchmod(fd, 0o600)


def named(prefix: str, key: str) -> str:
    """Give the name of the file for a key. Two keys may share one: a reader checks the key, the last writer wins."""
    return f"{prefix}{checksum(key.encode('utf-8', 'surrogateescape'))}"


def signature(path: str) -> str:
    """Tell one state of a file from another: its inode, size, and the times of its last change, in nanoseconds."""
    try:
        found = os.stat(path)
    except OSError:
        return "none"
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


class Store:
    """One directory of files that only its owner can read."""

    def __init__(self, path: str) -> None:
        self.path = path

    def file(self, name: str) -> str:
        """Give the path of an entry. Raises OSError where there is no directory at all."""
        if not self.path:
            raise OSError(NO_HOME)
        return os.path.join(self.path, name)

    def refusal(self) -> str:
        """Say why the directory must not be used, or nothing: a link, or another user's, could be anybody's trap."""
        try:
            found = os.lstat(self.path)
        except OSError:
            return ""
        if stat.S_ISLNK(found.st_mode):
            return "is a link"
        if not stat.S_ISDIR(found.st_mode):
            return "is not a directory"
        if _owner(found):
            return f"belongs to {_owner(found)}"
        if found.st_mode & stat.S_ISVTX:
            return "is shared by all users"
        return ""

    def check(self) -> None:
        """Raise MfaenvError where the directory must not be used."""
        reason = self.refusal()
        if reason:
            raise MfaenvError(
                f"The store {self.path} {reason}: refused.",
                "Move it away, or name another directory in MFAENV_CACHE_DIR.",
            )

    def prepare(self) -> None:
        """Make the directory, open to its owner alone, and see that a file can be written in it.

        Raises MfaenvError where it must not be used, OSError where it cannot be.
        """
        if not self.path:
            raise OSError(NO_HOME)
        self.check()
        try:
            os.makedirs(os.path.dirname(self.path), mode=PRIVATE, exist_ok=True)
            os.mkdir(self.path, PRIVATE)
        except FileExistsError:
            pass
        self.check()
        if stat.S_IMODE(os.lstat(self.path).st_mode) != PRIVATE:
            os.chmod(self.path, PRIVATE)
        probe = self.file(_temporary("probe"))
        os.close(_create(probe))
        os.unlink(probe)

    def read(self, name: str, key: str | None = None) -> "Fields | None":
        """Give an entry's fields; nothing where it is missing, damaged, too open, not ours, or not of this key."""
        fields = load(self._private(name))
        return None if fields is None or key not in {None, fields.get("key")} else fields

    def _private(self, name: str) -> bytes:
        """Read a file of ours that nobody else can, never one that would block or lead elsewhere; else nothing."""
        try:
            fd = os.open(self.file(name), _READ)
        except OSError:
            return b""
        try:
            found = os.fstat(fd)
            ours = stat.S_ISREG(found.st_mode) and not _owner(found) and _closed_to_others(found)
            return os.read(fd, found.st_size) if ours and found.st_size <= LARGEST else b""
        except OSError:
            return b""
        finally:
            os.close(fd)

    def write(self, name: str, fields: "Mapping[str, str]", until: float) -> None:
        """Replace an entry in one step; it is over at `until`, in seconds since 1970, and its time of change says so.

        Raises OSError where that cannot be done, and leaves the old entry then.
        """
        self._replace(name, dump(fields), until)

    def _replace(self, name: str, data: bytes, until: float | None) -> None:
        temporary = _temporary(name)
        try:
            fd = _create(self.file(temporary))
            try:
                _write_all(fd, data)
            finally:
                os.close(fd)
            if until is not None:
                os.utime(self.file(temporary), (until, until))
            _patiently(lambda: os.replace(self.file(temporary), self.file(name)))
        except BaseException:
            self.delete(temporary)
            raise

    def delete(self, name: str) -> bool:
        """Remove an entry, and tell whether it was there."""
        try:
            _patiently(lambda: os.unlink(self.file(name)))
        except OSError:
            return False
        return True

    def names(self, *prefixes: str) -> list[str]:
        """List the entries whose names begin so, in order."""
        try:
            return sorted(name for name in os.listdir(self.path) if name.startswith(prefixes))
        except OSError:
            return []

    def announce(self, word: str) -> None:
        """Tell the prompt hooks of other shells that there is a new session. Raises OSError."""
        self._replace(LATEST, word.encode() + b"\n", None)

    def latest(self) -> str:
        """Give the word that was announced last."""
        return self._private(LATEST).decode("ascii", "replace").strip()

    def sweep(self, now: float) -> None:
        """Remove the entries that are over, and what writers that were killed left a minute ago or earlier."""
        for prefix, grace in ((ENTRIES, 0), ((TEMPORARY,), 60)):
            for name in self.names(*prefix):
                try:
                    over = os.lstat(self.file(name)).st_mtime + grace < now
                except OSError:
                    continue
                if over:
                    self.delete(name)


def _temporary(name: str) -> str:
    """Name a new file; not by the process's number, which in a container is the same again and again."""
    return f"{TEMPORARY}{os.urandom(8).hex()}-{name}"


def _create(path: str) -> int:
    """Open a new file that nobody else can read from its first moment on, whatever the umask is."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _BINARY, 0o600)
    _close_to_others(fd)
    return fd


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


def _patiently(change: "Callable[[], None]") -> None:
    """Change a file that another process may be reading, which Windows refuses for that moment."""
    for _ in range(0 if SHARED_READS else 50):
        try:
            return change()
        except PermissionError:
            time.sleep(0.02)
    return change()


_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | _NO_FOLLOW | _BINARY | getattr(os, "O_NONBLOCK", 0)
