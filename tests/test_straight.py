import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mfaenv import __main__ as entry
from mfaenv import cli, commands, execute, init, shortcut, status
from mfaenv.errors import DONE, MfaenvError
from mfaenv.options import OPTIONS

ENDS = ((commands, "show"), (commands, "unset"), (execute, "run"), (status, "run"), (init, "run"))
"""Where both ways lead to, with all that was asked."""

FLAGS = [flag for option in OPTIONS.values() for flag in option.flags]
WORDS = ["prod", "bash", "-", "--", "-x", "12h", "true", "", "=", "--json", "--no-hook", "-h", "-pprod", "-qv", "é"]
ARGUMENTS = st.tuples(
    st.sampled_from([name for name in entry.STRAIGHT if name]),
    st.lists(
        st.sampled_from(FLAGS)
        | st.sampled_from(WORDS)
        | st.tuples(st.sampled_from(FLAGS), st.sampled_from(WORDS)).map("=".join),
        max_size=5,
    ),
).map(lambda parts: [parts[0], *parts[1]])


def _of_options(part: Any) -> Any:
    """The options that all commands share; a command's own come by name."""
    return {name: value for name, value in part.items() if name in OPTIONS} if isinstance(part, dict) else part


class Ends:
    """Stands where a command begins, and keeps what it was asked."""

    def __init__(self) -> None:
        self.reached: list[Any] = []

    def at(self, name: str) -> Any:
        def reached(*asked: Any, **named: Any) -> int:
            self.reached.append((name, [_of_options(part) for part in asked if part is not os.environ], named))
            return DONE

        return reached

    def of(self, run: Any, arguments: Sequence[str]) -> Any:
        """Run, and tell where that led; or how it was refused."""
        self.reached.clear()
        try:
            run(arguments)
        except MfaenvError as error:
            return error.message
        return list(self.reached)


@pytest.fixture(scope="module")
def ends() -> Iterator[Ends]:
    with pytest.MonkeyPatch.context() as patch:
        standing = Ends()
        for room, name in ENDS:
            patch.setattr(room, name, standing.at(f"{room.__name__}.{name}"))
        patch.setattr(shortcut, "answer", lambda *_: None)
        yield standing


@settings(max_examples=300, deadline=None)
@given(ARGUMENTS)
def test_straight_and_through_the_command_line_is_one_grammar(ends: Ends, arguments: list[str]) -> None:
    assert ends.of(entry.run, arguments) == ends.of(cli.run, arguments)


@pytest.mark.parametrize(
    "line",
    [
        "unset",
        "unset -s fish",
        "process -p prod",
        "exec true",
        "exec -p prod --region eu-west-1 -- env -p x",
        "exec -q",
        "status",
        "status -p prod --json",
        "init bash",
        "init zsh -p prod --no-hook",
    ],
)
def test_a_plain_line_goes_straight(ends: Ends, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(cli, "run", lambda _: pytest.fail("the command line was loaded"))
    assert len(ends.of(entry.run, line.split())) == 1
