"""mfaenv's own commands as `credential_process`: for the keychain's keys, and for a session."""

import os

from mfaenv.aws import process
from mfaenv.command_line import is_mfaenv, own_name, own_path
from mfaenv.config.awsfiles import Sections
from mfaenv.errors import MfaenvError, without_value
from mfaenv.fast.catalog import read
from mfaenv.fast.parse import CommandLine, Env, text
from mfaenv.shells import join
from mfaenv.terminal.program import find

SETTING = "credential_process"
KEYS_GET = ("keys", "get")
PROCESS = "process"

SESSION_OPTIONS = frozenset(("profile", "ask", "format", "no_input", "quiet", "verbose"))
"""The options with which `mfaenv process` prints a profile's session and no other."""


def line(profile: str, env: Env, *words: str) -> str:
    """Return a command of this program for a profile."""
    return join((own_name(env), *words, "-p", profile))


def session_profile(command: str) -> str:
    """Return the profile whose own session a command prints; empty for others."""
    line = _line_of(command)
    is_session = line.command == PROCESS and line.starts_command and line.options.keys() <= SESSION_OPTIONS
    return text(line.options, "profile") if is_session else ""


def entry(command: str) -> str:
    """Return the entry of the keychain that a command prints; empty for others."""
    line = _line_of(command)
    return text(line.options, "profile") if (line.command, *line.words) == KEYS_GET else ""


def other_program(command: str) -> str:
    """Return the program that a command starts; empty for this one, or none."""
    name = next(iter(_words(command) or command.split()), "")
    return "" if is_mfaenv(name) else without_value(name)


def moved(sections: Sections, env: Env) -> dict[str, dict[str, str]]:
    """Return the settings that name a path of this program that cannot be run, with its path of today."""
    commands = {name: _words(section.get(SETTING, "")) for name, section in sections.items()}
    return {
        name: {SETTING: join((own_path() or own_name(env), *words[1:]))}
        for name, words in commands.items()
        if words and is_mfaenv(words[0]) and os.path.isabs(words[0]) and not find(words[0], env)
    }


def _line_of(command: str) -> CommandLine:
    words = _words(command)
    parsed = read(words[1:] if words and is_mfaenv(words[0]) else [])
    return parsed if parsed.understood else CommandLine()


def _words(command: str) -> list[str]:
    try:
        return process.words(command, SETTING)
    except MfaenvError:
        return []
