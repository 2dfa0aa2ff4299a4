import os
import re
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mfaenv import cli, commands, options
from mfaenv.errors import DONE, USAGE, MfaenvError
from mfaenv.options import OPTIONS, Given

ARABIC_DIGITS = "٠١٢٣٤٥"
SUPERSCRIPTS = "⁰¹²³⁴⁵"
FULL_WIDTH = "12345\uff16"
UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
TIME = re.compile(r"([0-9]+)|(?:(?P<d>[0-9]+)d)?(?:(?P<h>[0-9]+)h)?(?:(?P<m>[0-9]+)m)?(?:(?P<s>[0-9]+)s)?")

FLAGS = [flag for option in OPTIONS.values() for flag in option.flags]
WORDS = st.sampled_from(
    ["prod", "a b", "-", "--", "-x", "12h", "status", "exec", "", "=", "'", "-p", "--profile=", "é"]
)
ARGUMENTS = st.lists(
    st.sampled_from(FLAGS)
    | WORDS
    | st.tuples(st.sampled_from(FLAGS), WORDS).map("=".join)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
    max_size=6,
)
PLAIN = st.lists(
    st.sampled_from(list(OPTIONS.values())).flatmap(
        lambda option: st.tuples(
            st.sampled_from(option.flags), *([st.sampled_from(["x", "a b", "-", "="])] if option.metavar else [])
        )
    ),
    max_size=6,
).map(lambda groups: [word for group in groups for word in group])


class Listener:
    """Stands where the command line hands its options over, and keeps them."""

    def __init__(self) -> None:
        self.heard: list[Given] = []

    def __call__(self, given: Given, env: Mapping[str, str]) -> int:
        assert env is os.environ
        self.heard.append(dict(given))
        return DONE


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with pytest.MonkeyPatch.context() as patch:
        listening = Listener()
        patch.setattr(commands, "show", listening)
        yield listening


@settings(max_examples=300)
@given(arguments=ARGUMENTS | PLAIN)
def test_what_is_parsed_is_what_the_command_line_understands(listener: Listener, arguments: list[str]) -> None:
    parsed = options.parse(arguments)
    if parsed is not None:
        listener.heard.clear()
        assert cli.run(arguments) == DONE
        assert listener.heard == [parsed]


@given(PLAIN)
def test_a_plain_line_is_parsed(arguments: list[str]) -> None:
    assert options.parse(arguments) is not None


@pytest.mark.parametrize(
    "arguments",
    [["status"], ["-h"], ["--help"], ["--version"], ["-pprod"], ["-qv"], ["--prof", "x"], ["-p"], ["-p", "-q"], ["--"]],
    ids=" ".join,
)
def test_what_is_not_plain_is_left_to_the_command_line(arguments: list[str]) -> None:
    assert options.parse(arguments) is None


@given(st.text("0123456789dhms", max_size=8) | st.text(f"09dhms -+.{ARABIC_DIGITS}{SUPERSCRIPTS}", max_size=6))
def test_a_time_is_read_as_it_is_written(text: str) -> None:
    written = TIME.fullmatch(text) if text else None
    if written is None:
        with pytest.raises(MfaenvError, match="is not a time") as raised:
            options.seconds(text, "--duration")
        assert raised.value.status == USAGE
        assert raised.value.message.startswith("--duration:")
    else:
        parts = {unit: int(number) for unit, number in written.groupdict().items() if number}
        expected = int(written[1]) if written[1] else sum(UNITS[unit] * number for unit, number in parts.items())
        assert options.seconds(text, "--duration") == expected


@given(st.integers(0, 10**9))
def test_a_time_is_written_as_it_is_read(value: int) -> None:
    assert options.seconds(options.duration_text(value), "") == value


@pytest.mark.parametrize("text", ["9" * 10_000, "9" * 4_300 + "d"])
def test_a_time_of_endless_digits_is_refused(text: str) -> None:
    with pytest.raises(MfaenvError, match="is not a time"):
        options.seconds(text, "--duration")


@given(st.text("0123456789 \t\u00a0٣x-", min_size=4, max_size=9))
def test_only_six_ascii_digits_are_a_code(text: str) -> None:
    digits = "".join(text.split())
    assert options.code(text) == (digits if re.fullmatch("[0-9]{6}", digits) else "")


@pytest.mark.parametrize(
    "text", [ARABIC_DIGITS, SUPERSCRIPTS, "12345", "1234567", "12345\uff16", "", "-12345", "1e1000"]
)
def test_this_is_no_code(text: str) -> None:
    assert options.code(text) == ""


@pytest.mark.parametrize("text", ["123456", "123 456", " 123456\n", "1 2 3 4 5 6"])
def test_a_code_may_have_spaces(text: str) -> None:
    assert options.code(text) == "123456"


def test_an_option_wins_then_the_first_variable_that_holds_something() -> None:
    env = {"AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "second", "MFAENV_PROFILE": "third"}
    assert options.lookup({"profile": "given"}, env, "profile") == ("given", "--profile")
    assert options.lookup({}, env, "profile") == ("second", "AWS_DEFAULT_PROFILE")
    assert options.lookup({}, {**env, "AWS_PROFILE": "first"}, "profile") == ("first", "AWS_PROFILE")
    assert options.lookup({}, {}, "profile") == ("", "")


@pytest.mark.parametrize(("value", "allowed"), [(899, False), (900, True), (129_600, True), (129_601, False)])
def test_what_aws_would_not_take_is_explained(value: int, allowed: bool) -> None:
    limits = options.GET_SESSION_TOKEN_SECONDS
    if allowed:
        assert options.within(value, limits, "--duration", "a session") == value
    else:
        with pytest.raises(MfaenvError, match=rf"--duration: a session cannot last .*\({value} s\)") as raised:
            options.within(value, limits, "--duration", "a session")
        assert raised.value.hint == "AWS allows 15m to 36h."
