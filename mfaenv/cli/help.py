"""The pages of `--help`, made from the catalog."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from mfaenv.fast import catalog
from mfaenv.fast.parse import MAIN, PROGRAM, Command, Option

WIDTH = 80
MAX_LEFT = 36  # characters of the left column; what is wider has its own line

EXAMPLES = Path(__file__).with_name("examples.sh").read_text(encoding="utf-8")
"""Lines of bash and what they are for. Each is shown for the command that it names first."""


def examples(name: str) -> dict[str, str]:
    """Return the examples of a command, and what each is for."""
    rows = (row.split("  # ") for row in EXAMPLES.splitlines())
    return {line: use for line, use in rows if _command_of(line) == name}


def _command_of(line: str) -> str:
    first = re.search(r"mfaenv ([a-z]+)", line)
    return first[1] if first else MAIN


def page(name: str) -> str:
    """Return the help of a command."""
    command = catalog.COMMANDS[name]
    blocks = [
        [
            command.help,
            *_usage(name, command),
            "Options [and where else their values come from]:",
            *_columns(map(_described, command.options.values())),
        ],
        ["Examples:", *_columns(examples(name).items())],
    ]
    if name == MAIN:
        others = ((other, row.help) for other, row in catalog.COMMANDS.items() if other != MAIN)
        blocks.insert(1, ["Commands (each has its own --help):", *_columns(others)])
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def _usage(name: str, command: Command) -> Iterator[str]:
    argument = f"[{command.argument}]" if command.optional else command.argument
    words = "[--] [CMD ...]" if command.choices == PROGRAM else argument
    usage = " ".join(filter(None, ["mfaenv", name, "[options]", words]))
    yield f"Usage: {usage}{'  or  mfaenv COMMAND [options]' if name == MAIN else ''}"
    if isinstance(command.choices, tuple):
        yield from textwrap.wrap(f"{command.argument}: {' '.join(command.choices)}", WIDTH)
    elif isinstance(command.choices, dict):
        yield f"{command.argument}:"
        yield from _columns(command.choices.items())


def _described(option: Option) -> tuple[str, str]:
    sources = ", ".join(filter(None, [*option.variables, option.other_source]))
    otherwise = ", else ".join(filter(None, [sources, option.default]))
    spelling = f"{', '.join(option.flags)} {option.metavar}".rstrip()
    return spelling, f"{option.help} [{otherwise}]" if otherwise else option.help


def _columns(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    pairs = list(rows)
    left = max(len(first) for first, _ in pairs if len(first) <= MAX_LEFT)
    below = " " * (left + 4)
    wrapper = textwrap.TextWrapper(WIDTH, below, below, break_on_hyphens=False, break_long_words=False)
    for first, second in pairs:
        head, *rest = wrapper.wrap(second)
        if len(first) > left:
            yield f"  {first}"
        else:
            head = f"  {first:<{left}}{head[left + 2 :]}"
        yield from (head, *rest)
