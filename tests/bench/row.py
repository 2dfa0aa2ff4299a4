"""A row of the table of promises."""

from typing import NamedTuple

from .timing import Turns

OURS = "mfaenv"


class Row(NamedTuple):
    """One thing that was promised, how it was, and whether that is enough."""

    what: str
    measured: str
    promised: str
    holds: bool


def ratio(what: str, turns: Turns, other: str, limit: float) -> Row:
    """Return the row of a ratio of mfaenv to another."""
    found = turns.ratio(OURS, other)
    times = " to ".join(f"{turns.seconds(name) * 1000:.1f}" for name in (OURS, other))
    return Row(what, f"{found:.2f} times {other} ({times} ms)", f"at most {limit:g}", found <= limit)


def beyond(what: str, turns: Turns, name: str, other: str, limit: int) -> Row:
    """Return the row of a difference, in milliseconds."""
    more = turns.beyond(name, other) * 1000
    return Row(
        what,
        f"{more:+.1f} ms to {other} ({turns.seconds(other) * 1000:.1f} ms)",
        f"at most +{limit} ms",
        more <= limit,
    )
