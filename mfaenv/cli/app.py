"""The typer application, for lines that the rows alone do not explain, by what typer documents from 0.15 on."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from mfaenv.cli import start, wrong_usage
from mfaenv.errors import MfaenvError
from mfaenv.fast import catalog
from mfaenv.fast.catalog import COMMANDS
from mfaenv.fast.parse import MAIN, PROGRAM, Env, Option, Options, Words


def run(arguments: Words, env: Env) -> int:
    """Return the exit status. Raise MfaenvError."""
    app = typer.Typer(
        context_settings={"obj": env},
        invoke_without_command=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    line_options: Options = {}  # options before a command's name count for the command too
    # Each option takes time, and the first loads pydantic: only what the line can name is made.
    options = COMMANDS[MAIN].options if arguments and arguments[0].startswith("-") else {}
    app.callback(add_help_option=False)(_function(MAIN, options, line_options))
    for name in COMMANDS.keys() & set(arguments) - {MAIN}:
        # Where a program and its arguments follow, options end at its name.
        settings = {"allow_interspersed_args": COMMANDS[name].choices != PROGRAM}
        command = _function(name, COMMANDS[name].options, line_options)
        app.command(name, context_settings=settings, add_help_option=False)(command)
    try:
        return int(app(list(arguments), prog_name="mfaenv", standalone_mode=False))
    except _UsageError as error:
        raise _in_our_words(error, arguments, env) from None


def _function(name: str, options: Mapping[str, Option], line_options: Options) -> Callable[..., int | None]:
    """Return what typer calls for a command: it makes options of its parameters."""

    def function(context: typer.Context, *, words: list[str] | None = None, **values: Any) -> int | None:
        line_options.update({option: value for option, value in values.items() if value not in {None, False}})
        return None if context.invoked_subcommand else start.run(name, line_options, words or [], context.obj)

    parameters = [_parameter("context", typer.Context)]
    for option, row in options.items():
        kind, default = (str | None, None) if row.metavar else (bool, False)
        parameters.append(_parameter(option, Annotated[kind, typer.Option(*row.flags)], default))
    if name != MAIN:
        parameters.append(_parameter("words", Annotated[list[str] | None, typer.Argument()], None))
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # PEP 362
    return function


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _in_our_words(error: Any, arguments: Words, env: Env) -> MfaenvError:
    line = catalog.read(arguments)
    command = (error.ctx.info_name if error.ctx.parent else MAIN) if error.ctx else line.command
    if hasattr(error, "possibilities") and hasattr(error, "option_name"):
        flag = error.option_name  # of -version it is -e
        typed = (word for word in arguments if word[:1] == "-" and word[1:].isalpha() and flag[1:] in word)
        return wrong_usage.no_option(next(typed, flag), command, line.options)
    if line.command == MAIN and line.words:
        return wrong_usage.no_command(line.words, line.options, env)
    return wrong_usage.error(error.format_message(), command)


_UsageError: Any = typer.BadParameter.__base__
"""click's: some versions of typer bring a click of their own."""
