"""Wrong usage: what is wrong, then what to type."""

from mfaenv import suggest
from mfaenv.command_line import same_command
from mfaenv.config import names
from mfaenv.errors import MfaenvError, wrong_usage
from mfaenv.fast.catalog import COMMANDS
from mfaenv.fast.parse import MAIN, Env, Options, Words
from mfaenv.shells import join
from mfaenv.terminal import program
from mfaenv.terminal.text import code_digits

_TYPE = "Type:"
_LEAVE = ("To take the session out of this shell:", "mfaenv unset")
_LISTS = ("For the stored sessions (`mfaenv -p` has profiles, `mfaenv keys` keys):", "mfaenv status [-p NAME]")
_PRINT = "To print a session (`mfaenv keys export` moves keys out of the keychain):"
OTHER_WORDS: dict[str, tuple[str, ...]] = {
    "version": (_TYPE, "mfaenv --version"),
    "setup": (_TYPE, "mfaenv configure [-p NAME]"),
    "login": ("For a session in this shell (`mfaenv console` opens the AWS console):", "mfaenv [-p NAME]"),
    "add": ("To add keys, which `mfaenv configure` then sets up:", "aws configure --profile NAME"),
    "import": (_TYPE, "mfaenv keys import -p NAME"),
    "rotate": (_TYPE, "mfaenv keys rotate -p NAME"),
    "export": (_PRINT, "mfaenv process -p NAME"),
    "server": (_TYPE, "mfaenv exec --serve -p NAME -- CMD"),
    **dict.fromkeys(("shell", "run"), (_TYPE, "mfaenv exec [-p NAME]")),
    **dict.fromkeys(("assume", "set", "use", "switch"), (_TYPE, "mfaenv -p NAME")),
    **dict.fromkeys(("list", "ls", "profiles"), _LISTS),
    **dict.fromkeys(("logout", "signout", "exit", "quit", "remove", "rm", "delete"), _LEAVE),
}
"""Commands of other tools, and what to type here, below a sentence; [-p NAME] goes where no profile is named."""


def no_command(words: Words, options: Options, env: Env) -> MfaenvError:
    """Return the error for words of which the first is not a command."""
    word, otherwise = words[0], ("This lists the commands:", "mfaenv --help")
    if words[1:] and options.keys() <= {"profile"} and program.find(word, env):
        line = join([*same_command(options, "exec"), "--", word])  # its words may be secret
        otherwise = (f"To run {word} with the session, its words behind it:", line)
    profile = join((str(options["profile"]),)) if options.get("profile") else ""
    *about, line = OTHER_WORDS.get(word, ("",))
    line = line.replace("[-p NAME]", "-p NAME").replace("NAME", profile) if profile else line.partition(" [")[0]
    advice = (*about, line) if line else _profile_meant(MAIN, [word], options, env)
    if code_digits(word):
        advice = ("Type the code when mfaenv asks, or:", f"{join(same_command(options))} --token-code CODE")
    advice = advice or suggest.advice(word, list(filter(None, COMMANDS)), *otherwise)
    return wrong_usage(f"There is no command '{word}'.", *advice)


def words(name: str, words: Words, options: Options, env: Env) -> MfaenvError:
    """Return the error for a command with too many words, or too few."""
    argument = COMMANDS[name].argument
    if not words:
        return error(f"{name} needs one word more: {argument}", name)
    taken = words[: 2 if argument else 1]
    advice = _profile_meant(name, taken, options, env)
    return error(f"{name} does not take the word '{taken[-1]}'", name, *advice)


def no_option(flag: str, name: str, options: Options) -> MfaenvError:
    """Return the error for an option that a command lacks."""
    advice: tuple[str, ...] = ()
    named: Options = {option: value for option, value in options.items() if value}  # not of -p alone
    if flag.lstrip("-") in COMMANDS:
        advice = ("For the command of that name:", join(same_command(named, flag.lstrip("-"))))
    elif flag not in COMMANDS[MAIN].flags():  # else it is spelled as it should be, for another command
        others = [each for each, command in COMMANDS.items() if flag in command.flags() and each != "demo"]
        if len(others) == 1:
            advice = (f"It is an option of {others[0]}:", f"mfaenv {others[0]} --help")
        advice = advice or suggest.advice(flag, list(COMMANDS[name].flags()))
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
