"""The typer application: thin, one function a command, the options made from their data."""

from __future__ import annotations

import inspect
import os
from typing import Annotated, Any

import typer

from mfaenv import __version__, commands, options
from mfaenv.errors import DONE, USAGE, MfaenvError
from mfaenv.options import Given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

app = typer.Typer(
    name="mfaenv",
    help="Turn an MFA code into AWS credentials in the shell you are typing in: eval $(mfaenv)",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SPEAKING = ("quiet", "verbose")
GETTING = tuple(name for name in options.OPTIONS if name not in options.PRINTING)


def takes(*names: str) -> Callable[[Callable[..., int]], Callable[..., None]]:
    """Give a command these options after its own parameters; it gets those that were given, here or before its name."""

    def decorate(function: Callable[..., int]) -> Callable[..., None]:
        def command(context: typer.Context, **values: Any) -> None:
            chosen = {name: value for name in names if (value := values.pop(name)) not in {None, False}}
            context.obj = {**(context.obj or {}), **chosen}
            if context.invoked_subcommand is None:
                raise typer.Exit(function(context.obj, **values))

        own = [row for row in inspect.signature(function, eval_str=True).parameters.values() if row.name != "given"]
        context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        parameters = [context, *(row.replace(kind=inspect.Parameter.KEYWORD_ONLY) for row in own)]
        signature = inspect.Signature([*parameters, *map(_parameter, names)])
        vars(command)["__signature__"] = signature
        command.__annotations__ = {name: row.annotation for name, row in signature.parameters.items()}
        command.__name__, command.__doc__ = function.__name__, function.__doc__
        return command

    return decorate


def _parameter(name: str) -> inspect.Parameter:
    row = options.OPTIONS[name]
    kind = str | None if row.metavar else bool
    default = None if row.metavar else False
    sources = f" [{row.sources()}]" if row.sources() else ""
    info = typer.Option(*row.flags, metavar=row.metavar or None, help=row.help + sources, show_default=False)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info])


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mfaenv {__version__}")
        raise typer.Exit


Json = Annotated[bool, typer.Option("--json", help="Print data for scripts.")]
Version = Annotated[bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)]


@app.callback(invoke_without_command=True)
@takes(*options.OPTIONS)
def main(given: Given, *, version: Version = False) -> int:  # noqa: ARG001 - its callback has answered
    """Print the lines that set a session in the shell that you are typing in."""
    return commands.show(given, os.environ)


@app.command()
@takes(*options.PRINTING)
def unset(given: Given) -> int:
    """Print the lines that remove what mfaenv has set."""
    return commands.unset(given, os.environ)


@app.command()
@takes(*GETTING)
def process(given: Given) -> int:
    """Answer as a credential_process of the AWS config file."""
    return commands.show({**given, "format": "process"}, os.environ)


@app.command(name="exec", context_settings={"allow_interspersed_args": False})
@takes(*GETTING)
def execute(given: Given, command: Annotated[list[str] | None, typer.Argument(metavar="CMD")] = None) -> int:
    """Run a command with the session in its environment; without one, your shell."""
    from mfaenv import execute as room

    return room.run(given, os.environ, command or [])


@app.command()
@takes("profile", "verbose")
def status(given: Given, *, as_json: Json = False) -> int:
    """Tell what is in force in this shell, and what is stored."""
    from mfaenv import status as room

    return room.run(given, os.environ, as_json=as_json)


@app.command()
@takes("profile", "quiet")
def clear(given: Given) -> int:
    """Delete stored sessions, of one profile with -p."""
    from mfaenv import clear as room

    return room.run(given, os.environ)


@app.command()
@takes("profile")
def init(
    given: Given,
    shell: Annotated[str, typer.Argument(metavar="SHELL")],
    *,
    no_hook: Annotated[bool, typer.Option("--no-hook", help="Leave the prompt hook out.")] = False,
) -> int:
    """Print a function, prompt hook and completion for the shell's profile."""
    from mfaenv import init as room

    return room.run(shell, given, os.environ, hook=not no_hook)


@app.command(context_settings={"allow_interspersed_args": False})
def demo(
    command: Annotated[list[str] | None, typer.Argument(metavar="CMD")] = None,
    *,
    policy: Annotated[str, typer.Option(metavar="NAME", help="mfa or none.")] = "mfa",
    code: Annotated[bool, typer.Option("--code", help="Show the code of the demo's MFA device.")] = False,
) -> None:
    """Try all of this with a pretend AWS, without an account."""
    from mfaenv.demo import command as room

    raise typer.Exit(room.show_code() if code else room.run(policy, command or []))


def run(arguments: Sequence[str]) -> int:
    """Run the command line; give the exit status. Raises MfaenvError, for wrong usage too."""
    try:
        return int(app(list(arguments), prog_name="mfaenv", standalone_mode=False) or DONE)
    except _UsageError as error:
        hint = (
            "`mfaenv --help` lists the options." if not error.ctx else f"`{error.ctx.command_path} --help` shows how."
        )
        raise MfaenvError(error.format_message(), hint, status=USAGE) from None


_UsageError: Any = typer.BadParameter.__base__
"""click's: some versions of typer bring a click of their own, which cannot be imported by its name."""
