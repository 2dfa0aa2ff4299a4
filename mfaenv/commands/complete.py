"""`mfaenv complete`: what Tab offers, and waits for: nothing heavy is imported. It is internal, and not in --help."""

import os

from mfaenv import DONE, fast, shells
from mfaenv.config import names
from mfaenv.fast import catalog
from mfaenv.fast.catalog import COMMANDS, STORED
from mfaenv.fast.parse import FILES, MAIN, PROFILES, PROGRAM, Choices, Command, Env, Option, Words
from mfaenv.shells import tab


def run(words: Words, env: Env) -> int:
    """Print the answer to a Tab."""
    shell, *handed = words
    fast.to_stdout(answer(shell, handed, env).encode("utf-8", "surrogateescape"))
    return DONE


def answer(shell: str, handed: Words, env: Env) -> str:
    """Return the answer as `mfaenv.shells.tab` describes it. Raise MfaenvError for an unknown shell."""
    target = shells.get_target(shell)
    if not target.completion:
        return ""
    pressed = tab.read(target, handed, env)
    if not pressed.words[1:]:
        return ""  # another command begins, as after `|`
    choices, before, index = choices_of_last_word(pressed.words)
    if choices == PROGRAM and not before:
        is_program = index == len(pressed.words) - 1 and not target.lists_programs
        programs = _programs(pressed.words[-1], env) if is_program else []
        return pressed.offer((name, "") for name in programs) if programs else pressed.program(index)
    if choices == FILES and not before and (left := pressed.program(len(pressed.words) - 2)):
        return left  # the shell completes with files what follows the option
    if isinstance(choices, dict):
        return pressed.offer(choices.items())
    typed = pressed.words[-1][len(before) :]
    return pressed.offer((before + name, "") for name in _names(choices, typed, env))


def choices_of_last_word(line: Words) -> tuple[Choices, str, int]:
    """Return what the last word can be, the option in it, and where a program's line begins."""
    *before, typed = line[1:]
    parsed = catalog.read(before)
    command, last = COMMANDS[parsed.command], len(line) - 1
    if parsed.without_value:
        return command.options[parsed.without_value].choices, "", last
    if command.choices == PROGRAM and (parsed.words or before[-1:] == ["--"]):
        return PROGRAM, "", last - len(parsed.words)
    if typed.startswith("-"):
        option, value = _valued(command, typed)
        choices = option.choices if option else {flag: row.help for flag, row in command.flags().items()}
        return choices, value, last
    if parsed.words or command is not COMMANDS[MAIN]:
        return "" if parsed.words else command.choices, "", last
    return {name: row.help for name, row in COMMANDS.items() if name != MAIN}, "", last


def _valued(command: Command, word: str) -> tuple[Option | None, str]:
    """Return the option whose value is in the same word, if any, and what is before the value."""
    flags = command.flags()
    if word.startswith("--"):
        flag, equals, _ = word.partition("=")
        option = flags.get(flag) if equals else None
        return (option, flag + equals) if option and option.metavar else (None, "")
    for end in range(2, len(word)):
        option = flags.get(f"-{word[end - 1]}")
        if option is None or option.metavar:
            return option, word[:end]
    return None, ""


def _names(choices: Choices, typed: str, env: Env) -> Words:
    if choices in (PROFILES, STORED):
        return names.profiles(env)
    if choices == PROGRAM:
        return _programs(typed, env)
    if choices == FILES:
        folder = os.path.dirname(typed)
        paths = [os.path.join(folder, name) for name in _names_in(folder or os.curdir)]
        return sorted(f"{path}/" if os.path.isdir(path) else path for path in paths if path.startswith(typed))
    return choices if isinstance(choices, tuple) else ()


def _programs(typed: str, env: Env) -> list[str]:
    folders = env.get("PATH", "").split(os.pathsep)
    paths = [
        os.path.join(folder, name) for folder in folders for name in _names_in(folder) if name.startswith(typed)
    ]
    return sorted({os.path.basename(path) for path in paths if _can_be_run(path, env) and os.path.isfile(path)})


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder) if folder else []
    except OSError:
        return []


def _can_be_run(path: str, env: Env) -> bool:
    if os.name != "nt":
        return os.access(path, os.X_OK)
    ending = os.path.splitext(path)[1].lower()
    return bool(ending) and ending in (env.get("PATHEXT") or catalog.ENDINGS).lower().split(os.pathsep)
