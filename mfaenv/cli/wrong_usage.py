"""The words for wrong usage: what is wrong, then what to type."""

import shlex
from collections.abc import Mapping, Sequence

from mfaenv import suggest
from mfaenv.config import names
from mfaenv.errors import USAGE, MfaenvError
from mfaenv.fast.catalog import COMMANDS
from mfaenv.fast.parse import MAIN, Option
from mfaenv.terminal.text import code_digits

_LEAVE = "`mfaenv unset` takes the session out of this shell, `mfaenv clear` deletes it."
_LISTS = "`mfaenv status` lists the stored sessions, `mfaenv keys` the long-term keys."
OTHER_WORDS = {
    "version": "Type: mfaenv --version",
    "refresh": "Type: mfaenv --refresh",
    "setup": "Type: mfaenv configure",
    "login": "`mfaenv` gets a session for this shell, `mfaenv console` opens the AWS console.",
    "add": "`aws configure --profile NAME` adds keys, then `mfaenv configure` sets up the rest.",
    "import": "Type: mfaenv keys import",
    "rotate": "Type: mfaenv keys rotate",
    "export": "`mfaenv -p NAME` prints a session, `mfaenv keys export` moves keys out of the keychain.",
    "server": "Type: mfaenv exec --serve -p NAME -- CMD",
    "shell": "Type: mfaenv exec",
    "assume": "Type: mfaenv -p NAME",
    **dict.fromkeys(("list", "ls", "profiles"), _LISTS),
    **dict.fromkeys(("logout", "signout", "exit", "quit", "remove", "rm", "delete"), _LEAVE),
}
"""Names of commands elsewhere (aws-vault, awsume, granted, the AWS CLI), and what to type here."""


def no_command(word: str, env: Mapping[str, str]) -> MfaenvError:
    """Return the error for a word that is no command, with what it says is wanted or the closest command."""
    of_code = "Type the code when mfaenv asks for it, or: mfaenv --token-code CODE" if code_digits(word) else ""
    hint = OTHER_WORDS.get(word) or of_code or _profile_meant(MAIN, [word], env)
    hint = hint or suggest.hint(word, list(filter(None, COMMANDS)), "`mfaenv --help` lists the commands.")
    return MfaenvError(f"There is no command '{word}'.", hint, status=USAGE)


def words(name: str, words: Sequence[str], env: Mapping[str, str]) -> MfaenvError:
    """Return the error for a command with too many words, or without the one that it needs."""
    wanted = COMMANDS[name].argument
    if not words:
        return error(f"{name} needs one word more: {wanted}", name)
    until_wrong = words[: 2 if wanted else 1]
    hint = _profile_meant(name, until_wrong, env)
    return error(f"{name} does not take the word '{until_wrong[-1]}'", name, hint)


def no_option(flag: str, name: str) -> MfaenvError:
    """Return the error for an option that a command does not have, with the closest one that it has."""
    hint = ""
    if flag.lstrip("-") in COMMANDS:
        hint = f"For the command of that name: mfaenv {flag.lstrip('-')}"
    elif flag not in COMMANDS[MAIN].flags():  # else it is spelled as it should be, for another command
        hint = suggest.hint(flag, list(COMMANDS[name].flags()), "")
    return error(f"There is no option '{flag}'", name, hint)


def no_value(option: Option) -> MfaenvError:
    """Return the error for an option whose text is empty, as that of a variable in quotes that is not set."""
    flag = option.flags[-1]
    return MfaenvError(f"{flag} is empty.", f"Type: {flag} {option.metavar}", status=USAGE)


def error(message: str, name: str, hint: str = "") -> MfaenvError:
    """Return the error, with where to read on if nothing better is known."""
    return MfaenvError(
        f"{message.rstrip('.')}.", hint or f"`{f'mfaenv {name}'.strip()} --help` shows how.", status=USAGE
    )


def _profile_meant(name: str, words: Sequence[str], env: Mapping[str, str]) -> str:
    """Return how to name the profile that the last word is the name of; nothing where it is none's."""
    *taken, word = words
    if "profile" not in COMMANDS[name].options or word not in names.profiles(env):
        return ""
    return f"For the profile of that name: {' '.join(filter(None, ['mfaenv', name, *taken, '-p', shlex.quote(word)]))}"
