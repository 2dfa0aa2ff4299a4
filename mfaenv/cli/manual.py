"""The manual page mfaenv(1), made from the catalog, in mdoc: https://man.openbsd.org/mdoc.7."""

from __future__ import annotations

import textwrap

from mfaenv import catalog, errors, shells
from mfaenv.help import WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mfaenv.catalog import Command
    from mfaenv.options import Option

FILE = "mfaenv.1"
DATE = "November 25, 2026"
"""That of the version, in the changelog."""

_WIDTH = 78

_DESCRIPTION = """\
.Nm
gets a session for an MFA code from AWS STS and prints the lines that set it in
the shell that you are typing in.
The shell evaluates them:
.Pp
.Dl eval $(mfaenv)
.Pp
The code is asked for on the terminal itself, never through standard output.
Sessions are stored, so that every window, role and tool can use the same one
until it ends.
.Pp
Where something fails, so does the line that evaluates the output, and nothing
has been set."""

_AT_LENGTH = {
    "profile": "The profile of the AWS files to get a session for.",
    "shell": "The shell to print for.",
    "format": "Print data instead of a shell's statements.",
    "token_code": "The six digits of the device; - reads them from standard input.",
    "token_command": (
        "A program that prints the code. It runs on the terminal, without a shell, and the first six digits that "
        "stand alone in its output are the code."
    ),
    "serial_number": "The MFA device: an ARN, or the serial number of a hardware device.",
    "duration": (
        "How long the session lasts: in seconds (900) or with units (12h, 1h30m). With a role, how long the role lasts."
    ),
    "min_remaining": "Use a stored session only with this much time left, otherwise get a new one.",
    "cached": "Print the stored session, or nothing with exit status 3: never ask, never call AWS.",
    "help": "Show the options and examples.",
}
"""What is to be said of an option where there is more room than in its help."""

_COMMANDS = "Options that are given before a command's name count for it too."

_OTHER_VARIABLES = {
    "AWS_CONFIG_FILE": "The config file, instead of ~/.aws/config.",
    "AWS_SHARED_CREDENTIALS_FILE": "The credentials file, instead of ~/.aws/credentials.",
    "AWS_ENDPOINT_URL": "The endpoint of all of AWS, or with _STS of that service.",
    "AWS_CA_BUNDLE": "The certificates to trust.",
    "MFAENV_CACHE_DIR": "The directory of the stored sessions.",
    "NO_COLOR": "Colours are left out where this is set.",
}
_FILES = {
    "~/.aws/config": "Profiles. Those of roles and of other accounts stand here.",
    "~/.aws/credentials": "Profiles with their long-term keys.",
    "~/.cache/mfaenv": "Stored sessions; on macOS ~/Library/Caches/mfaenv, on Windows %LOCALAPPDATA%\\mfaenv\\Cache.",
}
_STATUSES = {
    errors.DONE: "It is done.",
    errors.FAILED: "An error, told on standard error: first what is wrong, then what to do.",
    errors.USAGE: "Wrong usage.",
    errors.CODE_NEEDED: "A code is needed and cannot be asked for, or --cached found nothing.",
    errors.INTERRUPTED: "Interrupted.",
}
_OWN_STATUS = "The commands exec and demo give the exit status of the program that they ran."


def page() -> str:
    """Write the page."""
    sections = {
        "NAME": [".Nm mfaenv", ".Nd AWS credentials in the shell for an MFA code"],
        "SYNOPSIS": [".Nm", ".Op Ar options", *(line for name in _others() for line in _synopsis(name))],
        "DESCRIPTION": [_DESCRIPTION],
        "OPTIONS": _list(_option(*row) for row in catalog.COMMANDS[catalog.MAIN].options.items()),
        "COMMANDS": [_COMMANDS, *_list(_command(name) for name in _others())],
        "SHELLS": [
            "The line that evaluates the output, by shell:",
            *_list(map(_shell, shells.NAMES), "-width powershell -compact"),
        ],
        "ENVIRONMENT": _list((f".It Ev {name}", _text(words)) for name, words in _variables().items()),
        "FILES": _list((f".It Pa {name}", _text(words)) for name, words in _FILES.items()),
        "EXIT STATUS": [
            *_list((f".It {status}", _text(words)) for status, words in _STATUSES.items()),
            f".Pp\n{_OWN_STATUS}",
        ],
        "EXAMPLES": _examples(catalog.COMMANDS[catalog.MAIN]),
    }
    head = f".Dd {DATE}\n.Dt MFAENV 1\n.Os\n"
    return head + "".join(f".Sh {title}\n" + "\n".join(lines) + "\n" for title, lines in sections.items())


def _others() -> list[str]:
    return [name for name in catalog.COMMANDS if name != catalog.MAIN]


def _synopsis(name: str) -> Iterator[str]:
    yield from (".Nm", f".Cm {name}", ".Op Ar options")
    argument = catalog.COMMANDS[name].argument
    if argument in WORDS:
        yield from (".Op Fl -", f".Op Ar {argument} ...")
    elif argument:
        yield f".Ar {argument}"


def _list(items: Iterable[tuple[str, Iterable[str]]], form: str = "-width Ds") -> list[str]:
    lines = [line for head, body in items for line in (head, *body)]
    return [f".Bl -tag {form}", *lines, ".El"]


def _option(name: str, option: Option) -> tuple[str, list[str]]:
    flags = " , ".join(f"Fl {flag[1:]}" for flag in option.flags)
    head = f".It {flags} Ar {option.metavar}" if option.metavar else f".It {flags}"
    words = [_AT_LENGTH.get(name, f"{option.help}.")]
    if isinstance(option.takes, tuple):
        words.append(f"One of {', '.join(option.takes)}.")
    if option.sources():
        words.append(f"Without it: {option.sources()}.")
    return head, _text(" ".join(words))


def _command(name: str) -> tuple[str, list[str]]:
    command = catalog.COMMANDS[name]
    main = catalog.COMMANDS[catalog.MAIN].options
    body = _text(command.help)
    if isinstance(command.takes, tuple):
        body += [f".Ar {command.argument}", *_text(f"is one of {', '.join(command.takes)}.")]
    own = {key: option for key, option in command.options.items() if option is not main.get(key)}
    shared = [option.flags[-1] for key, option in command.options.items() if key not in own and key != "help"]
    if shared:
        body += _text(f"Takes {', '.join(shared)} as above.")
    options = _list(_option("", row) for row in own.values()) if own else []
    return f".It Cm {name}", [*body, *options, ".Pp", *_examples(command)]


def _shell(name: str) -> tuple[str, list[str]]:
    return f".It {name}", [_escaped(shells.loading_line(name))]


def _variables() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for option in catalog.COMMANDS[catalog.MAIN].options.values():
        for variable in option.variables:
            found[variable] = f"Counts where {option.flags[-1]} is not given."
    return dict(sorted({**found, **_OTHER_VARIABLES}.items()))


def _examples(command: Command) -> list[str]:
    shown: list[str] = []
    for line, meaning in command.examples.items():
        shown += [*_text(f"{meaning[0].upper()}{meaning[1:]}:"), *_literal(line)]
    return shown


def _literal(line: str) -> list[str]:
    return [".Bd -literal -offset indent -compact", _escaped(line), ".Ed"]


def _text(words: str) -> list[str]:
    """Write sentences, each on lines of its own."""
    sentences = words.replace(". ", ".\n").splitlines()
    return [_escaped(line) for text in sentences for line in textwrap.wrap(text, _WIDTH, break_on_hyphens=False)]


def _escaped(line: str) -> str:
    """Write a line so that nothing in it is a request or an escape."""
    escaped = line.replace("\\", "\\e")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
