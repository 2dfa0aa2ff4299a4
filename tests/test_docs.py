"""The README tells of every command and option that there is, and of no other."""

import re
from pathlib import Path

import pytest

from mfaenv import catalog, store
from mfaenv.options import OPTIONS
from mfaenv.shells import FORMATS, NAMES

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
KNOWN = {flag for command in catalog.COMMANDS.values() for flag in command.flags()}
THEIRS = {
    "--profile",
    "--user-name",
    "--policy-name",
    "--policy-document",
    "--token-code",
    "--serial-number",
    "--force",
}
"""Options of other programs in the README's examples."""


@pytest.mark.parametrize("name", [name for name in catalog.COMMANDS if name])
def test_every_command_is_told_of(name: str) -> None:
    assert f"`mfaenv {name}" in README


@pytest.mark.parametrize("flag", sorted(KNOWN))
def test_every_option_is_told_of(flag: str) -> None:
    assert re.search(rf"{flag}(?![\w-])", README)


@pytest.mark.parametrize("name", OPTIONS)
def test_every_source_of_an_option_stands_in_its_row(name: str) -> None:
    option = OPTIONS[name]
    (row,) = [line for line in README.splitlines() if line.startswith("| `") and f"`{option.flags[-1]}" in line]
    assert [variable for variable in option.variables if f"`{variable}`" not in row] == []


def test_no_option_is_made_up() -> None:
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) - KNOWN - THEIRS == set()


@pytest.mark.parametrize("name", [*NAMES, *FORMATS])
def test_every_shell_and_format_is_told_of(name: str) -> None:
    assert re.search(rf"\b{name}\b", README)


@pytest.mark.parametrize(
    "variable", ["MFAENV_CACHE_DIR", "MFAENV_EXPIRES", "MFAENV_REGION", "MFAENV_PROFILE", store.VARIABLE]
)
def test_every_variable_of_ours_is_told_of(variable: str) -> None:
    assert f"`{variable}`" in README
