"""The exceptions that end the program with a message."""

import os

from mfaenv import CODE_NEEDED, CODE_WANTED, DONE, FAILED, INTERRUPTED, USAGE

__all__ = ["CODE_NEEDED", "CODE_WANTED", "DONE", "FAILED", "INTERRUPTED", "USAGE"]

MAX_TEXT = 2000  # characters of a message: a name out of a file may have a million
MAX_JOINED = 8  # names that a message lists


class MfaenvError(Exception):
    """What is wrong, what to do about it or the command to type, and the exit status.

    No text may hold a secret: all are printed. A command has a line of its own, which is never broken.
    """

    def __init__(self, message: str, hint: str = "", *, command: str = "", status: int = FAILED) -> None:
        super().__init__(message)
        self.message = _cut(message)
        self.hint = _cut(hint)
        self.command = command
        self.status = status


def _cut(text: str) -> str:
    half = MAX_TEXT // 2
    return f"{text[:half]} … {text[-half:]}" if len(text) > MAX_TEXT else text


def wrong_usage(message: str, hint: str, command: str = "") -> MfaenvError:
    """Return the error for wrong usage; a hint that leads to a command stands in the message's line."""
    if command:
        return MfaenvError(f"{message} {hint}", command=command, status=USAGE)
    return MfaenvError(message, hint, status=USAGE)


class WrongCodeError(MfaenvError):
    """AWS did not take the code."""


class LostAnswerError(WrongCodeError):
    """The code was sent, and no answer came: it may be used."""


class NoKeysError(MfaenvError):
    """Nothing gives keys."""


def no_role(profile: str, source: str) -> NoKeysError:
    """Return the error for a profile with a source_profile and no role_arn."""
    hint = f"Write its role_arn, or name profile {source}."
    return NoKeysError(f"Profile {profile} has a source_profile and no role_arn.", hint)


def changed_meanwhile(title: str) -> MfaenvError:
    """Return the error for a place that holds something else than was read before."""
    return MfaenvError(f"{title} was changed by another program meanwhile.", "Run it again.")


class DeniedError(MfaenvError):
    """A policy denies the call."""


class DismissedError(KeyboardInterrupt):
    """The person left a question: its line has ended, or its window has gone."""


class SessionStoredError(Exception):
    """Another process has stored the session."""


class NothingStoredError(MfaenvError):
    """--cached has no session: the exit status says so, and no word does."""


def from_signal(error: BaseException) -> BaseException:
    """Return the exception of a signal that caused this error, as inside a lock; else the error itself."""
    cause = None if isinstance(error, MfaenvError) else error
    while cause and not isinstance(cause, (KeyboardInterrupt, SystemExit)):
        cause = cause.__context__
    return cause or error


def without_value(word: str) -> str:
    """Leave what may be a secret out of a program's name: the value of NAME=value, and more words in its quotes."""
    name, equals, _ = word.partition("=")
    if equals and name.isidentifier():
        return f"{name}=…"
    program = next(iter(word.split()), "")
    return word if program == word or os.path.isfile(word) else f"{program} …"


def without_password(url: str) -> str:
    """Leave the user and the password out of a URL."""
    head, slashes, rest = url.partition("//") if "//" in url else ("", "", url)
    _, at, host = rest.rpartition("@")
    return f"{head}{slashes}…@{host}" if at else url


def join_names(names: list[str]) -> str:
    """Return names with commas between them, and the number of the rest."""
    more = f" and {len(names) - MAX_JOINED} more" if names[MAX_JOINED:] else ""
    return f"{', '.join(names[:MAX_JOINED])}{more}"
