"""The exceptions that end the program with a message."""

from mfaenv import CODE_NEEDED, DONE, FAILED, INTERRUPTED, USAGE

__all__ = ["CODE_NEEDED", "DONE", "FAILED", "INTERRUPTED", "USAGE"]
"""What this module hands on, beside what stands below."""


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


LONGEST_TEXT = 2000  # characters of a message: a name or a value out of a file may have a million


def _cut(text: str) -> str:
    half = LONGEST_TEXT // 2
    return f"{text[:half]} … {text[-half:]}" if len(text) > LONGEST_TEXT else text


def with_command(message: str, hint: str, *, status: int = FAILED) -> MfaenvError:
    """Return the error with a hint of ours whose second line, if it has one, is a command: two lines in all.

    No hint that holds a text from outside is given to this: a line break there would begin a command.
    """
    hint, _, command = hint.partition("\n")
    if command:
        return MfaenvError(f"{message} {hint}", command=command, status=status)
    return MfaenvError(message, hint, status=status)


def wrong_usage(message: str, hint: str) -> MfaenvError:
    """Return the error for wrong usage."""
    return MfaenvError(message, hint, status=USAGE)


class WrongCodeError(MfaenvError):
    """AWS did not take the code: wrong, or used before."""


class NoKeysError(MfaenvError):
    """A profile has no keys, and nothing else gives any."""


class DeniedError(MfaenvError):
    """A policy denies the call."""


class SessionStoredError(Exception):
    """Another process has got the session that is wanted: it is in the store, and no code is needed any more."""


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


MAX_LISTED = 8


def listed(names: list[str]) -> str:
    """Return names with commas between them, and how many more there are."""
    more = f" and {len(names) - MAX_LISTED} more" if names[MAX_LISTED:] else ""
    return f"{', '.join(names[:MAX_LISTED])}{more}"


SHOWN_AT_EACH_END = 3  # names of a long chain that an error shows


def drawn(names: list[str] | tuple[str, ...]) -> str:
    """Return a chain of profiles with arrows between them; the middle of a long one is left out."""
    left_out = len(names) - 2 * SHOWN_AT_EACH_END
    if left_out <= 1:
        return " → ".join(names)
    ends = names[:SHOWN_AT_EACH_END], names[-SHOWN_AT_EACH_END:]
    return " → ".join([*ends[0], f"… ({left_out} more)", *ends[1]])
