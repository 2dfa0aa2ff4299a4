"""The exceptions that end the program with a message."""

from mfaenv import CODE_NEEDED, DONE, FAILED, INTERRUPTED, USAGE

__all__ = ["CODE_NEEDED", "DONE", "FAILED", "INTERRUPTED", "USAGE"]
"""What this module hands on, beside what stands below."""

MAX_TEXT = 2000  # characters of a message: a name or a value out of a file may have a million
MAX_JOINED = 8  # names that a message lists


class MfaenvError(Exception):
    """What is wrong, then what to do about it or the command to type, and the exit status that goes with it.

    No text may hold a secret: all are printed. Of a text that somebody else made too long, the middle goes. A command
    has a line of its own, which is never broken.
    """

    def __init__(self, message: str, hint: str = "", *, command: str = "", status: int = FAILED) -> None:
        super().__init__(message)
        self.message = _cut(message)
        self.hint = _cut(hint)
        self.command = command
        self.status = status

    @property
    def next_step(self) -> str:
        """Return what to do about it, or the command that does it, for where both have one line."""
        return self.hint or self.command


def _cut(text: str) -> str:
    half = MAX_TEXT // 2
    return f"{text[:half]} … {text[-half:]}" if len(text) > MAX_TEXT else text


def wrong_usage(message: str, hint: str) -> MfaenvError:
    """Return the error for wrong usage. A second line of the hint is a command: no hint holds a line of others."""
    hint, _, command = hint.partition("\n")
    if command:
        return MfaenvError(f"{message} {hint}", command=command, status=USAGE)
    return MfaenvError(message, hint, status=USAGE)


class WrongCodeError(MfaenvError):
    """AWS did not take the code: wrong, or used before."""


class NoKeysError(MfaenvError):
    """A profile has no keys, and nothing else gives any."""


class DeniedError(MfaenvError):
    """A policy denies the call."""


class SessionStoredError(Exception):
    """Another process has stored the session: no code is needed any more."""


class NothingStoredError(MfaenvError):
    """--cached found nothing: the exit status says so, and no word does."""


def from_signal(error: BaseException) -> BaseException:
    """Return the exception of a signal where it caused this error, as inside a lock; else the error itself."""
    cause = None if isinstance(error, MfaenvError) else error
    while cause and not isinstance(cause, (KeyboardInterrupt, SystemExit)):
        cause = cause.__context__
    return cause or error


def without_password(url: str) -> str:
    """Leave the user and the password out of a URL: proxies have some."""
    head, slashes, rest = url.partition("//") if "//" in url else ("", "", url)
    _, at, host = rest.rpartition("@")
    return f"{head}{slashes}…@{host}" if at else url


def join_names(names: list[str]) -> str:
    """Return names with commas between them, and how many more there are."""
    more = f" and {len(names) - MAX_JOINED} more" if names[MAX_JOINED:] else ""
    return f"{', '.join(names[:MAX_JOINED])}{more}"
