import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfaenv import duration
from mfaenv.errors import USAGE, MfaenvError

ARABIC_DIGITS = "٠١٢٣٤٥"
SUPERSCRIPTS = "⁰¹²³⁴⁵"
UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
TIME = re.compile(r"([0-9]+)|(?:(?P<d>[0-9]+)d)?(?:(?P<h>[0-9]+)h)?(?:(?P<m>[0-9]+)m)?(?:(?P<s>[0-9]+)s)?")


@given(st.text("0123456789dhms", max_size=8) | st.text(f"09dhms -+.{ARABIC_DIGITS}{SUPERSCRIPTS}", max_size=6))
def test_a_time_is_read_as_it_is_written(text: str) -> None:
    read_as_written(text)


@pytest.mark.parametrize(
    "text", ["-1", "1.5h", "12 h", "h", "12x", "1m1h", "1h1h", "1h30", "٩٠٠", "0", "14m59s", "36h1s", "2d"]
)
def test_a_time_that_people_write_is_read_or_refused(text: str) -> None:
    read_as_written(text)


def read_as_written(text: str) -> None:
    written = TIME.fullmatch(text) if text else None
    if written is None:
        with pytest.raises(MfaenvError, match="is not a time") as raised:
            duration.seconds(text, "--duration")
        assert raised.value.status == USAGE
        assert raised.value.message.startswith("--duration:")
    else:
        parts = {unit: int(number) for unit, number in written.groupdict().items() if number}
        expected = (
            int(written[1]) if written[1] else sum(UNITS[unit] * number for unit, number in parts.items())
        )
        assert duration.seconds(text, "--duration") == expected


@given(st.integers(0, 10**9))
def test_a_time_is_written_as_it_is_read(value: int) -> None:
    assert duration.seconds(duration.text(value), "") == value


@pytest.mark.parametrize("text", ["9" * 10_000, "9" * 4_300 + "d"])
def test_a_time_of_endless_digits_is_refused(text: str) -> None:
    with pytest.raises(MfaenvError, match="is not a time"):
        duration.seconds(text, "--duration")


@pytest.mark.parametrize(
    ("value", "allowed"), [(0, False), (899, False), (900, True), (129_600, True), (129_601, False)]
)
def test_what_aws_would_not_take_is_explained(value: int, allowed: bool) -> None:
    limits = duration.GET_SESSION_TOKEN_SECONDS
    if allowed:
        duration.check(value, limits, "--duration", "a session")
    else:
        with pytest.raises(
            MfaenvError, match=rf"^--duration: a session cannot last {duration.text(value)}\.$"
        ) as raised:
            duration.check(value, limits, "--duration", "a session")
        assert (raised.value.hint, raised.value.status) == ("AWS allows 15m to 36h.", USAGE)


def test_a_time_of_another_day_has_its_weekday() -> None:
    now = time.mktime((2026, 11, 27, 13, 5, 0, 0, 0, -1))
    for hours, expected in (
        (0, "13:05"),
        (10, "23:05"),
        (11, "Sat 00:05"),
        (24, "Sat 13:05"),
        (24 * 365, "Sat 13:05"),
    ):
        assert duration.time_of_day(now + hours * UNITS["h"], now) == expected
