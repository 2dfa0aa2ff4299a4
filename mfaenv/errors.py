"""The exceptions that end the program with a message for a person."""

DONE = 0
FAILED = 1
USAGE = 2
CODE_NEEDED = 3
INTERRUPTED = 130


class MfaenvError(Exception):
    """What is wrong, then what to do about it, and the exit status that goes with it.

    Neither text may hold a secret: both are printed.
    """

    def __init__(self, message: str, hint: str = "", *, status: int = FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status


class WrongCodeError(MfaenvError):
    """AWS did not take the code: wrong, or used before."""


class DeniedError(MfaenvError):
    """A policy denies the call."""


class NothingStoredError(MfaenvError):
    """--cached found nothing: the exit status says so, and no word does."""


def without_password(url: str) -> str:
    """Leave the user and the password out of a URL: proxies have some."""
    head, slashes, rest = url.partition("//") if "//" in url else ("", "", url)
    _, at, host = rest.rpartition("@")
    return f"{head}{slashes}…@{host}" if at else url
