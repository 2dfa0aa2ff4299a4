"""The manual page mfaenv(1), made from the catalog, in mdoc: https://man.openbsd.org/mdoc.7."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping

from mfaenv import shells
from mfaenv.cli import manual_words
from mfaenv.cli.examples import EXAMPLES
from mfaenv.cli.help import WORDS
from mfaenv.fast import catalog, environment
from mfaenv.fast.catalog import Option

FILE = "mfaenv.1"
DATE = "November 26, 2026"
"""That of the version, in the changelog."""

_WIDTH = 78


def page() -> str:
    """Return the page."""
    sections = {
        "NAME": [".Nm mfaenv", ".Nd AWS credentials in the shell for an MFA code"],
        "SYNOPSIS": [".Nm", ".Op Ar options", *(line for name in _others() for line in _synopsis(name))],
        "DESCRIPTION": [manual_words.DESCRIPTION],
        "OPTIONS": _list(_option(*row) for row in catalog.COMMANDS[catalog.MAIN].options.items()),
        "COMMANDS": [manual_words.COMMANDS, *_list(_command(name) for name in _others())],
        "SHELLS": [
            "The line that evaluates the output, by shell:",
            *_list(map(_shell, shells.NAMES), "-width powershell -compact"),
        ],
        "ENVIRONMENT": [
            *_list((f".It Ev {name}", _text(words)) for name, words in _variables().items()),
            ".Pp",
            *_text(_sets()),
        ],
        "FILES": _list((f".It Pa {name}", _text(words)) for name, words in manual_words.FILES.items()),
        "EXIT STATUS": [
            *_list((f".It {status}", _text(words)) for status, words in manual_words.STATUSES.items()),
            f".Pp\n{manual_words.OWN_STATUS}",
        ],
        "EXAMPLES": _examples(catalog.MAIN),
        "SECURITY CONSIDERATIONS": _text(manual_words.SECURITY),
    }
    head = f".Dd {DATE}\n.Dt MFAENV 1\n.Os\n"
    return head + "".join(f".Sh {title}\n" + "\n".join(lines) + "\n" for title, lines in sections.items())


def _others() -> list[str]:
    return [name for name in catalog.COMMANDS if name != catalog.MAIN]


def _synopsis(name: str) -> Iterator[str]:
    yield from (".Nm", f".Cm {name}", ".Op Ar options")
    argument = catalog.COMMANDS[name].argument
    if catalog.COMMANDS[name].optional:
        yield f".Op Ar {argument}"
    elif argument in WORDS:
        yield from (".Op Fl -", f".Op Ar {argument} ...")
    elif argument:
        yield f".Ar {argument}"


def _list(items: Iterable[tuple[str, Iterable[str]]], form: str = "-width Ds") -> list[str]:
    lines = [line for head, body in items for line in (head, *body)]
    return [f".Bl -tag {form}", *lines, ".El"]


def _option(name: str, option: Option) -> tuple[str, list[str]]:
    flags = " , ".join(f"Fl {flag[1:]}" for flag in option.flags)
    head = f".It {flags} Ar {option.metavar}" if option.metavar else f".It {flags}"
    words = [manual_words.AT_LENGTH.get(name, f"{option.help}.")]
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
    if name in manual_words.DETAILS:
        body += [".Pp", *_text(manual_words.DETAILS[name])]
    options = _list(_option("", row) for row in own.values()) if own else []
    return f".It Cm {name}", [*body, *options, ".Pp", *_examples(name)]


def _shell(name: str) -> tuple[str, list[str]]:
    return f".It {name}", [_escaped(shells.loading_line(name))]


def _variables() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for option in catalog.COMMANDS[catalog.MAIN].options.values():
        for variable in option.variables:
            found[variable] = f"Counts where {option.flags[-1]} is not given."
    return dict(sorted({**found, **manual_words.OTHER_VARIABLES}.items()))


def _sets() -> str:
    """Return what the main command sets and unsets."""
    return manual_words.SETS.format(
        set=_enumerated(name for name in environment.SET if name.startswith("AWS_")),
        own=_enumerated(name for name in environment.SET if name.startswith("MFAENV_")),
        switches=_enumerated(sorted(environment.SWITCHES)),
        msys=environment.MSYS_EXCLUDED,
        cleared=_enumerated(environment.CLEARED),
    )


def _enumerated(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}"


def _examples(name: str) -> list[str]:
    shown: list[str] = []
    for line, meaning in EXAMPLES[name].items():
        shown += [*_text(f"{meaning[0].upper()}{meaning[1:]}:"), *_literal(line)]
    return shown


def _literal(line: str) -> list[str]:
    return [".Bd -literal -offset indent -compact", _escaped(line), ".Ed"]


def _text(words: str) -> list[str]:
    """Return sentences, each on lines of its own."""
    sentences = words.replace(". ", ".\n").splitlines()
    return [_escaped(line) for text in sentences for line in textwrap.wrap(text, _WIDTH, break_on_hyphens=False)]


def _escaped(line: str) -> str:
    """Return a line so that nothing in it is a request or an escape."""
    escaped = line.replace("\\", "\\e")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
