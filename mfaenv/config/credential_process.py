"""mfaenv's own lines for `credential_process`, written and recognised: of the keychain's keys, and of a session."""

from mfaenv.aws import process
from mfaenv.command_line import MFAENV, is_mfaenv, join, started
from mfaenv.errors import MfaenvError
from mfaenv.fast.catalog import parse
from mfaenv.fast.parse import CommandLine, Env, text
from mfaenv.terminal import program

SETTING = "credential_process"
COMMAND, GET = "keys", "get"
SESSION = "process"

SESSION_OPTIONS = frozenset(("profile", "ask", "format", "no_input", "quiet", "verbose"))
"""The options with which `mfaenv process` still prints a profile's session and no other; the format is its own."""


def line(profile: str, env: Env, *words: str) -> str:
    """Return the command of these words for a profile, as programs start it: by path where it is not on the PATH."""
    name = MFAENV if program.find(MFAENV, env) else started() or MFAENV
    return join((name, *words, "-p", profile))


def session_profile(command: str) -> str:
    """Return the profile whose session a command prints, as that profile has it; an empty text for any other."""
    parsed = _parsed(command)
    if parsed is None or not parsed.understood or not parsed.starts_command or parsed.command != SESSION:
        return ""
    return text(parsed.options, "profile") if parsed.options.keys() <= SESSION_OPTIONS else ""


def entry(command: str) -> str:
    """Return the entry of the keychain that a command prints; an empty text for any other."""
    parsed = _parsed(command)
    gets = parsed and parsed.understood and parsed.command == COMMAND and parsed.words == [GET]
    return text(parsed.options, "profile") if parsed and gets else ""


def is_ours(command: str) -> bool:
    """Return whether a command starts this program, whatever it is to do."""
    return _parsed(command) is not None


def program_of(command: str) -> str:
    """Return the program that a command starts, and no argument: one may be a secret."""
    return (_words(command) or command.split())[0]


def _parsed(command: str) -> CommandLine | None:
    words = _words(command)
    return parse(words[1:]) if words and is_mfaenv(words[0]) else None


def _words(command: str) -> list[str]:
    try:
        return process.words(command, "credential_process")
    except MfaenvError:
        return []
