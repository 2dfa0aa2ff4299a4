"""The README and the program say the same of commands and options, both ways."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mfaenv import shells
from mfaenv.catalog import COMMANDS, MAIN
from mfaenv.options import Option

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
FLAGS = {flag for command in COMMANDS.values() for flag in command.flags()}
OTHERS = [name for name in COMMANDS if name != MAIN]


def code() -> Iterator[str]:
    """All that the README shows as code: blocks, and spans in its text."""
    yield from re.findall(r"^    +(.*)$", README, re.MULTILINE)
    yield from (span for _, span in re.findall(r"(`+)(.+?)\1", README))


def command_lines() -> Iterator[list[str]]:
    """The words of each mfaenv that is called in the README, up to what is another program's."""
    for text in code():
        for words in re.findall(r"\bmfaenv((?: +[^\s|()'`\"]+)+)", text.replace("\\|", "|")):
            yield re.split(r" -- | [>;] ", words)[0].split()


def table() -> dict[tuple[str, ...], list[str]]:
    """The rows of the table of options, by their spellings: how they are written, their sources, their defaults."""
    section = README.split("## Options of the main command")[1].split("\n\n", 2)[1]
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in section.splitlines()[2:]]
    return {tuple(re.findall(r"--?[a-z][a-z-]*", row[0])): [*row, "", ""] for row in rows}


@pytest.mark.parametrize("option", COMMANDS[MAIN].options.values(), ids=lambda option: option.flags[-1])
def test_an_option_of_the_main_command_has_its_row(option: Option) -> None:
    rows = table()
    assert any(set(option.flags) <= set(flags) for flags in rows)
    if option.metavar:
        written, _, sources, default, *_ = rows[option.flags]
        assert written.replace("`", "") == f"{', '.join(option.flags)} {option.metavar}"
        assert re.findall(r"\b[A-Z]+_[A-Z_]+\b", sources) == list(option.variables)
        assert default.replace("`", "") == option.default
        assert bool(option.elsewhere) == ("the profile" in sources)


def test_every_row_is_an_option() -> None:
    assert {flag for flags in table() for flag in flags} == set(COMMANDS[MAIN].flags())


@pytest.mark.parametrize("name", OTHERS)
def test_a_command_and_its_options_are_told_of(name: str) -> None:
    assert [words for words in command_lines() if words[0] == name]
    spans = " ".join(code())
    assert [flag for flag in COMMANDS[name].flags() if not re.search(rf"(?<![\w-]){flag}(?![\w-])", spans)] == []


def test_what_the_readme_calls_is_there() -> None:
    lines = list(command_lines())
    assert lines
    words = {words[0] for words in lines if re.fullmatch("[a-z]+", words[0])}
    assert words - set(OTHERS) == set()
    assert {word for line in lines for word in line if word.startswith("-")} - FLAGS == set()


@pytest.mark.parametrize("name", shells.NAMES)
def test_a_shell_is_named(name: str) -> None:
    assert re.search(rf"\b{name}\b", table()["-s", "--shell"][1])
