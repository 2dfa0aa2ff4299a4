"""Wrong usage: what is wrong, then what to type."""

from pathlib import Path

from mfaenv import suggest
from mfaenv.command_line import same_command
from mfaenv.config import names
from mfaenv.errors import MfaenvError, wrong_usage
from mfaenv.fast.catalog import COMMANDS
from mfaenv.fast.parse import MAIN, Env, Options, Words
from mfaenv.shells import join
from mfaenv.terminal.text import code_digits

OTHER_WORDS = Path(__file__).with_name("other_words.txt").read_text(encoding="utf-8")
"""Commands of other tools, a sentence, and what to type here below it."""


def no_command(word: str, options: Options, env: Env) -> MfaenvError:
    """Return the error for a word that is not a command."""
    rows = (row.split(" | ") for row in OTHER_WORDS.splitlines())
    others = (tuple(advice) for words, *advice in rows if word in words.split())
    advice = next(others, ()) or _profile_meant(MAIN, [word], options, env)
    if code_digits(word):
        advice = ("Type the code when mfaenv asks for it, or:", "mfaenv --token-code CODE")
    commands = list(filter(None, COMMANDS))
    advice = advice or suggest.advice(word, commands, "This lists the commands:", "mfaenv --help")
    return wrong_usage(f"There is no command '{word}'.", *advice)


def words(name: str, words: Words, options: Options, env: Env) -> MfaenvError:
    """Return the error for a command with too many words, or too few."""
    argument = COMMANDS[name].argument
    if not words:
        return error(f"{name} needs one word more: {argument}", name)
    taken = words[: 2 if argument else 1]
    advice = _profile_meant(name, taken, options, env)
    return error(f"{name} does not take the word '{taken[-1]}'", name, *advice)


def no_option(flag: str, name: str) -> MfaenvError:
    """Return the error for an option that a command lacks."""
    advice: tuple[str, ...] = ()
    if flag.lstrip("-") in COMMANDS:
        advice = ("For the command of that name:", f"mfaenv {flag.lstrip('-')}")
    elif flag not in COMMANDS[MAIN].flags():  # else it is spelled as it should be, for another command
        advice = suggest.advice(flag, list(COMMANDS[name].flags()))
    return error(f"There is no option '{flag}'", name, *advice)


def error(message: str, name: str, *advice: str) -> MfaenvError:
    """Return the error, by default with the command's --help."""
    advice = advice or ("This shows how:", f"{f'mfaenv {name}'.strip()} --help")
    return wrong_usage(f"{message.rstrip('.')}.", *advice)


def _profile_meant(name: str, words: Words, options: Options, env: Env) -> tuple[str, ...]:
    *taken, word = words
    if "profile" not in COMMANDS[name].options or word not in names.profiles(env):
        return ()
    return "For the profile of that name:", join(same_command({**options, "profile": word}, name, *taken))
