"""The typer application: thin, one function a command, the options made from the catalog."""

from __future__ import annotations

import inspect
import os
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mfaenv import __version__, catalog, commands, nearest, outcome
from mfaenv.errors import DONE, USAGE, MfaenvError
from mfaenv.options import Given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfaenv.options import Option

    Run = Callable[..., int]
    Registered = Callable[..., None]


class _Group(TyperGroup):
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command by its name. Raises MfaenvError for a wrong one, with the nearest right one."""
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        hint = nearest.hint(args[0], list(self.commands), "`mfaenv --help` lists the commands.")
        raise MfaenvError(f"There is no command '{args[0]}'.", hint, status=USAGE)


app = typer.Typer(
    name="mfaenv",
    cls=_Group,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    # The help is ours, and so is its option.
    context_settings={"help_option_names": []},
)

Words = Annotated[list[str] | None, typer.Argument(metavar="CMD")]


def command(name: str) -> Callable[[Run], Registered]:
    """Make a function the command of this name; it gets the options that were given, here or before the name."""

    def decorate(function: Run) -> Registered:
        return _register(name)(_with_options(function, catalog.COMMANDS[name].options))

    return decorate


def _register(name: str) -> Callable[[Registered], Registered]:
    if name == catalog.MAIN:
        return app.callback(invoke_without_command=True)
    # Where a program and its arguments follow, options end at its name.
    mixed = catalog.COMMANDS[name].argument != "CMD"
    return app.command(name, context_settings={"allow_interspersed_args": mixed})


def _with_options(function: Run, rows: Mapping[str, Option]) -> Registered:
    """Write the signature that typer reads: the function's own parameters, and one for each option."""

    def called(context: typer.Context, **values: Any) -> None:
        chosen = {name: value for name in rows if (value := values.pop(name)) not in {None, False}}
        context.obj = {**(context.obj or {}), **chosen}
        if context.invoked_subcommand is None:
            raise typer.Exit(function(context.obj, **values))

    own = [row for row in inspect.signature(function, eval_str=True).parameters.values() if row.name != "given"]
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    parameters = [context, *(row.replace(kind=inspect.Parameter.KEYWORD_ONLY) for row in own)]
    signature = inspect.Signature([*parameters, *map(_parameter, rows, rows.values())])
    vars(called)["__signature__"] = signature
    called.__annotations__ = {name: row.annotation for name, row in signature.parameters.items()}
    called.__name__ = function.__name__
    return called


def _parameter(name: str, row: Option) -> inspect.Parameter:
    kind = str | None if row.metavar else bool
    default = None if row.metavar else False
    answer = _ANSWERS.get(name)
    info = typer.Option(*row.flags, metavar=row.metavar or None, callback=answer, is_eager=answer is not None)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info])


def _version(wanted: bool) -> None:
    if wanted:
        outcome.to_stdout(f"mfaenv {__version__}\n".encode())
        raise typer.Exit


def _help(context: typer.Context, wanted: bool) -> None:
    if wanted:
        from mfaenv import help as room

        outcome.to_stdout(room.page(_name(context)).encode())
        raise typer.Exit


_ANSWERS: Mapping[str, Registered] = {"version": _version, "help": _help}
"""Options that are a question of their own: whatever else was given, the answer is all that is printed."""


@command(catalog.MAIN)
def main(given: Given) -> int:
    return commands.show(given, os.environ)


@command("unset")
def unset(given: Given) -> int:
    return commands.unset(given, os.environ)


@command("process")
def process(given: Given) -> int:
    return commands.show({**given, "format": "process"}, os.environ)


@command("exec")
def execute(given: Given, words: Words = None) -> int:
    from mfaenv import execute as room

    return room.run(given, os.environ, words or [])


@command("status")
def status(given: Given) -> int:
    from mfaenv import status as room

    return room.run(given, os.environ, as_json="as_json" in given)


@command("clear")
def clear(given: Given) -> int:
    from mfaenv import clear as room

    return room.run(given, os.environ)


@command("init")
def init(given: Given, shell: Annotated[str, typer.Argument(metavar="SHELL")]) -> int:
    from mfaenv import init as room

    return room.run(shell, given, os.environ, hook="no_hook" not in given)


@command("doctor")
def doctor(given: Given) -> int:
    from mfaenv.doctor import command as room

    return room.run(given, os.environ, as_json="as_json" in given)


@command("policy")
def policy(given: Given) -> int:
    from mfaenv import policy as room

    return room.run(given, os.environ, self_service="self_service" in given)


@command("demo")
def demo(given: Given, words: Words = None) -> int:
    from mfaenv.demo import command as room

    return room.show_code() if "code" in given else room.run(str(given.get("policy", "mfa")), words or [])


def run(arguments: Sequence[str]) -> int:
    """Run the command line; give the exit status. Raises MfaenvError, for wrong usage too."""
    try:
        return int(app(list(arguments), prog_name="mfaenv", standalone_mode=False) or DONE)
    except _UsageError as error:
        raise _explained(error, arguments) from None


def _explained(error: Any, arguments: Sequence[str]) -> MfaenvError:
    """Say a usage error in our words: what is wrong, then the nearest right option or where to read."""
    words = (word for word in arguments if word in catalog.COMMANDS)
    name = _name(error.ctx) if error.ctx else next(words, catalog.MAIN)
    hint = f"`{f'mfaenv {name}'.strip()} --help` shows how."
    if not hasattr(error, "possibilities"):
        return MfaenvError(f"{error.format_message().rstrip('.')}.", hint, status=USAGE)
    wrong = error.option_name
    return MfaenvError(
        f"There is no option '{wrong}'.", nearest.hint(wrong, list(catalog.COMMANDS[name].flags()), hint), status=USAGE
    )


def _name(context: typer.Context) -> str:
    """Name the command that a context is of."""
    return catalog.MAIN if context.parent is None else str(context.info_name)


_UsageError: Any = typer.BadParameter.__base__
"""click's: some versions of typer bring a click of their own, which cannot be imported by its name."""
