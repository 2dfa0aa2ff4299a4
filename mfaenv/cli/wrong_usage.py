"""Wrong usage: what is wrong, then what to type."""

from mfaenv import suggest
from mfaenv.command_line import same_command
from mfaenv.config import names
from mfaenv.errors import MfaenvError, wrong_usage
from mfaenv.fast.catalog import COMMANDS
from mfaenv.fast.parse import MAIN, Env, Options, Words
from mfaenv.shells import join
from mfaenv.terminal.text import code_digits

_LEAVE = "To take the session out of this shell:\nmfaenv unset"
_LISTS = "For the stored sessions (`mfaenv keys` has the long-term keys):\nmfaenv status"
OTHER_WORDS = {
    "version": "mfaenv --version",
    "refresh": "mfaenv --refresh",
    "setup": "mfaenv configure",
    "login": "For a session in this shell (`mfaenv console` opens the AWS console):\nmfaenv",
    "add": "To add keys, which `mfaenv configure` then sets up:\naws configure --profile NAME",
    "import": "mfaenv keys import -p NAME",
    "rotate": "mfaenv keys rotate -p NAME",
    "export": "To print a session (`mfaenv keys export` moves keys out of the keychain):\nmfaenv process -p NAME",
    "server": "mfaenv exec --serve -p NAME -- CMD",
    **dict.fromkeys(("shell", "run"), "mfaenv exec"),
    **dict.fromkeys(("assume", "set", "use", "switch"), "mfaenv -p NAME"),
    **dict.fromkeys(("list", "ls", "profiles"), _LISTS),
    **dict.fromkeys(("logout", "signout", "exit", "quit", "remove", "rm", "delete"), _LEAVE),
}
"""Commands of other tools, and what to type here, perhaps below a sentence."""


def no_command(word: str, options: Options, env: Env) -> MfaenvError:
    """Return the error for a word that is not a command."""
    hint = OTHER_WORDS.get(word, "")
    if hint and "\n" not in hint:
        hint = f"Type:\n{hint}"
    if code_digits(word):
        hint = "Type the code when mfaenv asks for it, or:\nmfaenv --token-code CODE"
    hint = hint or _profile_meant(MAIN, [word], options, env)
    hint = hint or suggest.hint(word, list(filter(None, COMMANDS)), "This lists the commands:\nmfaenv --help")
    return wrong_usage(f"There is no command '{word}'.", hint)


def words(name: str, words: Words, options: Options, env: Env) -> MfaenvError:
    """Return the error for a command with too many words, or too few."""
    argument = COMMANDS[name].argument
    if not words:
        return error(f"{name} needs one word more: {argument}", name)
    taken = words[: 2 if argument else 1]
    hint = _profile_meant(name, taken, options, env)
    return error(f"{name} does not take the word '{taken[-1]}'", name, hint)


def no_option(flag: str, name: str) -> MfaenvError:
    """Return the error for an option that a command lacks."""
    hint = ""
    if flag.lstrip("-") in COMMANDS:
        hint = f"For the command of that name:\nmfaenv {flag.lstrip('-')}"
    elif flag not in COMMANDS[MAIN].flags():  # else it is spelled as it should be, for another command
        hint = suggest.hint(flag, list(COMMANDS[name].flags()), "")
    return error(f"There is no option '{flag}'", name, hint)


def error(message: str, name: str, hint: str = "") -> MfaenvError:
    """Return the error, by default with the command's --help."""
    hint = hint or f"This shows how:\n{f'mfaenv {name}'.strip()} --help"
    return wrong_usage(f"{message.rstrip('.')}.", hint)


def _profile_meant(name: str, words: Words, options: Options, env: Env) -> str:
    *taken, word = words
    if "profile" not in COMMANDS[name].options or word not in names.profiles(env):
        return ""
    return f"For the profile of that name:\n{join(same_command({**options, 'profile': word}, name, *taken))}"
