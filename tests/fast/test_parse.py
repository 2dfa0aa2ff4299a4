import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import depth
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from mfaenv import __main__ as entry
from mfaenv import fast
from mfaenv.cli import app
from mfaenv.cli import help as pages
from mfaenv.cli.help import EXAMPLES
from mfaenv.errors import DONE, FAILED, MfaenvError
from mfaenv.fast import catalog, execute, parse
from mfaenv.fast.catalog import COMMANDS, OPTIONS
from mfaenv.fast.parse import MAIN, PROGRAM, Command, Option, Options
from mfaenv.terminal.text import code_digits

ARABIC_DIGITS = "٠١٢٣٤٥"
SUPERSCRIPTS = "⁰¹²³⁴⁵"

FLAGS = sorted({flag for option in OPTIONS.values() for flag in option.flags})
WORDS = [
    "prod",
    "a b",
    "bash",
    "-",
    "--",
    "-x",
    "12h",
    "true",
    "",
    "=",
    "'",
    "--bogus",
    "-pprod",
    "-qv",
    "-qp",
    "-é",
    "é",
]
ARGUMENTS = st.lists(
    st.sampled_from([*COMMANDS, *FLAGS, *WORDS])
    | st.tuples(st.sampled_from(FLAGS), st.sampled_from(WORDS)).map("=".join)
    | st.tuples(st.sampled_from(FLAGS), st.sampled_from(WORDS)).map("".join)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
    max_size=7,
)


def group(option: Option) -> st.SearchStrategy[tuple[str, ...]]:
    return st.tuples(
        st.sampled_from(option.flags),
        *([st.sampled_from(["x", "a b", "-", "=", "-q"])] if option.metavar else []),
    )


def plain_lines(name: str) -> st.SearchStrategy[list[str]]:
    row = COMMANDS[name]
    options = [option for key, option in row.options.items() if key not in parse.ANSWERS]
    words = ["--", "cmd", "-x"] if row.choices == PROGRAM else ["word"] if row.argument else []
    groups = st.lists(st.sampled_from(options).flatmap(group), max_size=5) if options else st.just([])
    return groups.map(
        lambda groups: [*([name] if name else []), *(word for words in groups for word in words), *words]
    )


class Started:
    """Stands where the commands begin, and keeps what they are asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Options, list[str]]] = []

    def load(self, command: str) -> "parse.Run":
        def run(options: Options, words: Sequence[str], env: Mapping[str, str]) -> int:
            assert env is os.environ
            self.asked.append((parse.module_of(command), dict(options), list(words)))
            return DONE

        return run

    def by(self, run: Callable[[Sequence[str], Mapping[str, str]], int], arguments: Sequence[str]) -> Any:
        """Run, and return what was started, or how it was refused."""
        self.asked.clear()
        try:
            run(arguments, os.environ)
        except MfaenvError as error:
            return error.message
        return list(self.asked)


@pytest.fixture(scope="module")
def started() -> Iterator[Started]:
    with pytest.MonkeyPatch.context() as patch:
        commands = Started()
        patch.setattr(parse, "load", commands.load)
        patch.setattr(fast, "answer", lambda *_: None)
        patch.setattr(execute, "replace_with_stored", lambda *_: None)
        yield commands


@settings(max_examples=depth.examples(500))
@given(ARGUMENTS | st.sampled_from(list(COMMANDS)).flatmap(plain_lines))
@example(["status", "-v"])
@example(["status", "--json", "-v"])
@example(["-p", "x", "status"])
@example(["exec", "a", "--", "b"])
@example(["--version", "clear"])
@example(["--help", "nobody"])
@example(["nobody", "--help"])
def test_what_is_parsed_is_what_typer_understands(started: Started, arguments: list[str]) -> None:
    line = catalog.read(arguments)
    if line.understood and line.starts_command and not line.without_value:
        assert started.by(app.run, arguments) == [(parse.module_of(line.command), line.options, line.words)]


@settings(max_examples=depth.examples(200))
@given(ARGUMENTS)
def test_both_ways_in_lead_to_the_same(started: Started, arguments: list[str]) -> None:
    assume(not catalog.read(arguments).without_value)  # then a person is asked
    assert started.by(entry.run, arguments) == started.by(app.run, arguments)


@given(st.sampled_from(list(COMMANDS)).flatmap(plain_lines))
def test_a_plain_line_is_parsed(arguments: list[str]) -> None:
    assert catalog.read(arguments).understood


@pytest.mark.parametrize(
    "arguments",
    [["--help=x"], ["nobody", "--json"], ["--prof", "x"], ["-c"], ["--"], ["-q=1"]],
    ids=" ".join,
)
def test_what_is_not_plain_is_left_to_typer(arguments: list[str]) -> None:
    assert not catalog.read(arguments).understood


@pytest.mark.parametrize(
    "line", ["", "unset -s fish", "process -qp prod", "exec -p prod -- env -p x", "clear -qp prod"]
)
def test_what_is_plain_goes_straight(started: Started, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(app, "run", lambda *_: pytest.fail("typer was loaded"))
    assert len(started.by(entry.run, line.split())) == 1


@pytest.mark.parametrize("line", ["nobody", "nobody -h", "status x", "init"])
def test_wrong_words_need_no_typer(started: Started, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(app, "run", lambda *_: pytest.fail("typer was loaded"))
    assert isinstance(started.by(entry.run, line.split()), str)


def test_wrong_arguments_still_tell_the_shell() -> None:
    line = catalog.read(["--bogus", "-zqs", "fish", "--duration"])
    assert (line.command, line.options["shell"], line.understood) == (MAIN, "fish", False)


# What is added to the catalog is everywhere


@pytest.fixture
def pretend_option(monkeypatch: pytest.MonkeyPatch) -> str:
    option = Option(("-x", "--external-id"), "External ID of the role", "ID")
    monkeypatch.setitem(OPTIONS, "external_id", option)
    monkeypatch.setitem(COMMANDS[MAIN].options, "external_id", option)
    return "external_id"


def test_a_new_option_is_everywhere(started: Started, pretend_option: str) -> None:
    for arguments in (["-x", "7"], ["--external-id=7"], ["-qx7"]):
        assert catalog.read(arguments).options[pretend_option] == "7"
        assert started.by(app.run, arguments)[0][1][pretend_option] == "7"
    assert "-x, --external-id ID" in pages.page(MAIN)


@pytest.fixture
def pretend_command(monkeypatch: pytest.MonkeyPatch) -> str:
    row = Command("Greet somebody.", {"quiet": OPTIONS["quiet"]})
    monkeypatch.setitem(COMMANDS, "greet", row)
    monkeypatch.setitem(EXAMPLES, "greet", {"mfaenv greet": "be polite"})
    return "greet"


def test_a_new_command_is_everywhere(started: Started, pretend_command: str) -> None:
    arguments = [pretend_command, "-q"]
    line = catalog.read(arguments)
    assert (line.command, line.options, line.understood) == ("greet", {"quiet": True}, True)
    assert started.by(entry.run, arguments) == [("greet", {"quiet": True}, [])]
    assert "Greet somebody." in pages.page(MAIN)
    assert "be polite" in pages.page(pretend_command)


def test_every_command_has_its_module() -> None:
    for name in COMMANDS:
        assert callable(parse.load(name))


# Values


def test_an_option_wins_then_the_first_variable_that_holds_something() -> None:
    env = {"AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "second", "MFAENV_PROFILE": "third"}
    assert parse.lookup({"profile": "given"}, env, "profile") == ("given", "--profile")
    assert parse.lookup({}, env, "profile") == ("second", "AWS_DEFAULT_PROFILE")
    assert parse.lookup({}, {**env, "AWS_PROFILE": "first"}, "profile") == ("first", "AWS_PROFILE")
    assert parse.lookup({}, {}, "profile") == ("", "")


@given(st.text("0123456789 \t\u00a0٣x-", min_size=4, max_size=9))
def test_only_six_ascii_digits_are_a_code(text: str) -> None:
    digits = "".join(text.split())
    assert code_digits(text) == (digits if re.fullmatch("[0-9]{6}", digits) else "")


@pytest.mark.parametrize(
    "text", [ARABIC_DIGITS, SUPERSCRIPTS, "12345", "1234567", "12345\uff16", "", "-12345", "1e1000"]
)
def test_this_is_no_code(text: str) -> None:
    assert code_digits(text) == ""


@pytest.mark.parametrize("text", ["123456", "123 456", " 123456\n", "1 2 3 4 5 6"])
def test_a_code_may_have_spaces(text: str) -> None:
    assert code_digits(text) == "123456"


@pytest.mark.parametrize(
    ("line", "sets"),
    [
        *(
            (line, True)
            for line in ("", "unset", "-q unset", "-p unset", "-p -f", "-p", "-vp status", "-pfish")
        ),
        *((line, False) for line in ("status", "-p unset exec x", "-fjson", "-qf json", "-h", "unset -s sh")),
    ],
)
def test_what_is_for_the_shell_that_called(line: str, *, sets: bool) -> None:
    assert catalog.changes_shell(line.split()) == sets
    assert entry.run([parse.CHANGES_SHELL, *line.split()], {}) == (DONE if sets else FAILED)
