"""What a person sees of data, as rows for the terminal to draw."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mfaenv.options import duration_text


class Toned(NamedTuple):
    """A text with the tone in which it is said, which shows as a colour where there are any."""

    text: str
    tone: str


PLAIN = ""
GOOD = "good"
DOUBTFUL = "doubtful"
BAD = "bad"


class Table(NamedTuple):
    """A title, the columns' names, and the rows' texts."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Toned, ...], ...]


COLUMNS = ("Profile", "Identity", "Account", "Device", "Time left")


def nothing_stored(profile: str) -> str:
    """Say that the store has no session, or none of the profile that was asked for."""
    return f"No session is stored for profile {profile}." if profile else "No session is stored."


def status(found: Mapping[str, Any], profile: str) -> list[Table | str]:
    """Lay out what `mfaenv status` found, of one profile where one was asked for."""
    shell = found["shell"]
    here = Table("This shell", COLUMNS, (_row(shell),)) if shell else "This shell exports no AWS keys."
    stored = tuple(map(_row, found["stored"]))
    store = Table("Stored sessions", COLUMNS, stored) if stored else nothing_stored(profile)
    return [here, store, *found["problems"]]


def _row(session: Mapping[str, Any]) -> tuple[str, ...]:
    remaining = session["remaining"]
    left = "no end" if remaining is None else duration_text(remaining - remaining % 60 or remaining)
    role = session["role"]
    identity = f"role {role.partition(':role/')[2]}" if role else session["kind"]
    return (session["profile"] or "-", identity, session["account"] or "-", session["device"] or "-", left)
