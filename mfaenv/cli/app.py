"""The command line that people type: a typer application built from the rows of the catalog."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from typer import BadParameter, Exit
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from mfaenv import __version__, suggest
from mfaenv.config import names
from mfaenv.errors import DONE, USAGE, MfaenvError
from mfaenv.fast import output, parse
from mfaenv.fast.catalog import COMMANDS, MAIN, PROGRAM, Option
from mfaenv.fast.parse import Given

_PLAIN: Mapping[str, Any] = {"rich_markup_mode": None, "add_help_option": False}
"""The help is ours, and so is its option."""


class _Command(TyperCommand):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse them. Raise MfaenvError for a word that the command does not take."""
        too_many = super().parse_args(ctx, args)
        if too_many:
            name, taken, word = self.name or MAIN, ctx.params.get("words"), too_many[0]
            hint = _profile_meant(name, word, taken) or f"`mfaenv {name} --help` shows how."
            raise MfaenvError(f"{name} does not take the word '{word}'.", hint, status=USAGE)
        return too_many


class _Group(TyperGroup):
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command by its name. Raise MfaenvError for a wrong one, with the closest right one."""
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        hint = _meant(args[0]) or suggest.hint(args[0], list(self.commands), "`mfaenv --help` lists the commands.")
        raise MfaenvError(f"There is no command '{args[0]}'.", hint, status=USAGE)


def _meant(word: str) -> str:
    """Return what to type for a word that is no command, but says what is wanted; or nothing."""
    if word in _WANTED:
        return _WANTED[word]
    if parse.code(word):
        return "Type the code when mfaenv asks for it, or: mfaenv --token-code CODE"
    return _profile_meant(MAIN, word)


def _profile_meant(command: str, word: str, taken: str | None = None) -> str:
    """Return how to name the profile that a word is the name of; nothing where there is none, or no option for it."""
    if "profile" not in COMMANDS[command].options or word not in names.profiles(os.environ):
        return ""
    line = ["mfaenv", command, taken, "-p", shlex.quote(word)]
    return f"For the profile of that name: {' '.join(filter(None, line))}"


_LEAVE = "`mfaenv unset` takes the session out of this shell, `mfaenv clear` deletes it."
_WANTED = {
    "version": "Type: mfaenv --version",
    "login": "Type: mfaenv",
    "refresh": "Type: mfaenv --refresh",
    "setup": "Type: mfaenv configure",
    **dict.fromkeys(("logout", "signout", "exit", "quit"), _LEAVE),
}


def run(arguments: Sequence[str]) -> int:
    """Run the command line; return the exit status. Raise MfaenvError, for wrong usage too."""
    try:
        return int(_application().main(list(arguments), prog_name="mfaenv", standalone_mode=False) or DONE)
    except _UsageError as error:
        raise _explained(error, arguments) from None


def _application() -> TyperGroup:
    """Make the application. Options before a command's name count for the command too, where it takes them."""
    before: Given = {}

    def main(status: int | None, **_: Any) -> int:
        return _started(MAIN, before, []) if status is None else status

    return _Group(
        name="mfaenv",
        commands={name: _command(name, before) for name in COMMANDS if name != MAIN},
        params=_options(MAIN),
        callback=lambda **values: before.update(_given(values)),
        result_callback=main,
        invoke_without_command=True,
        **_PLAIN,
    )


def _command(name: str, before: Given) -> TyperCommand:
    def start(words: str | tuple[str, ...] | None = (), **values: Any) -> int:
        return _started(name, {**before, **_given(values)}, [words] if isinstance(words, str) else list(words or ()))

    # Where a program and its arguments follow, options end at its name.
    settings = {"allow_interspersed_args": COMMANDS[name].takes != PROGRAM, "allow_extra_args": True}
    params = [*_options(name), *_words(name)]
    return _Command(name, callback=start, params=params, context_settings=settings, **_PLAIN)


def _given(values: Mapping[str, Any]) -> Given:
    return {name: value for name, value in values.items() if value not in {None, False}}


def _started(name: str, given: Given, words: list[str]) -> int:
    row = COMMANDS[name]
    taken = {option: value for option, value in given.items() if option in row.options}
    return row.load()({**taken, **row.fixed}, words, os.environ)


def _options(name: str) -> list[Any]:
    return [_option(key, row) for key, row in COMMANDS[name].options.items()]


def _option(name: str, row: Option) -> TyperOption:
    answer = _ANSWERS.get(name)
    return TyperOption(
        param_decls=[name, *row.flags],
        type=str if row.metavar else bool,
        is_flag=not row.metavar,
        default=None if row.metavar else False,
        callback=answer,
        is_eager=answer is not None,
        expose_value=answer is None,
    )


def _words(name: str) -> list[Any]:
    row = COMMANDS[name]
    if not row.argument:
        return []
    program = row.takes == PROGRAM
    return [
        TyperArgument(
            param_decls=["words"],
            type=str,
            nargs=-1 if program else 1,
            metavar=row.argument,
            required=not program and not row.optional,
        )
    ]


def _version(_context: Any, _option: Any, wanted: bool) -> None:
    if wanted:
        output.text_to_stdout(f"mfaenv {__version__}\n")
        raise Exit


def _help(context: Any, _option: Any, wanted: bool) -> None:
    if wanted:
        from mfaenv.cli import help as pages

        output.text_to_stdout(pages.page(_name(context)))
        raise Exit


_ANSWERS: Mapping[str, Callable[..., None]] = {"version": _version, "help": _help}
"""Options that are a question of their own: whatever else was given, the answer is all that is printed."""


def _explained(error: Any, arguments: Sequence[str]) -> MfaenvError:
    """Return a usage error in our words: what is wrong, then the closest right option or where to read."""
    words = (word for word in arguments if word in COMMANDS)
    name = _name(error.ctx) if error.ctx else next(words, MAIN)
    hint = f"`{f'mfaenv {name}'.strip()} --help` shows how."
    if not hasattr(error, "possibilities"):
        return MfaenvError(f"{error.format_message().rstrip('.')}.", hint, status=USAGE)
    wrong = error.option_name
    return MfaenvError(f"There is no option '{wrong}'.", _meant_by_option(wrong, name) or hint, status=USAGE)


def _meant_by_option(wrong: str, name: str) -> str:
    """Return what to type for an option that the command does not have; nothing where that cannot be told."""
    if wrong.lstrip("-") in COMMANDS:
        return f"For the command of that name: mfaenv {wrong.lstrip('-')}"
    if wrong in COMMANDS[MAIN].flags():  # spelled as it should be, for another command
        return ""
    return suggest.hint(wrong, list(COMMANDS[name].flags()), "")


def _name(context: Any) -> str:
    """Return the name of the command that a context is of."""
    return MAIN if context.parent is None else str(context.info_name)


_UsageError: Any = BadParameter.__base__
"""click's: some versions of typer bring a click of their own, which cannot be imported by its name."""
