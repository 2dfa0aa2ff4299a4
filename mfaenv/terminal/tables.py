"""What a person sees of data, as rows for the terminal to draw."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from mfaenv import duration
from mfaenv.terminal.tones import Styled


class Line(NamedTuple):
    """A line that is not broken, however long it is, with its tone."""

    text: str
    tone: str


class Table(NamedTuple):
    """A title, the columns' names, and the rows' texts.

    The columns of `kept` break between words only, as far as the page is wide enough.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Styled, ...], ...]
    kept: tuple[str, ...] = ()


class Row(NamedTuple):
    """What can be chosen, and what is shown beside it."""

    name: str
    detail: str = ""


COLUMNS = ("Profile", "Identity", "Account", "Device", "Time left")


def nothing_stored(profile: str) -> str:
    """Return that the store has no session, or none of the profile that was asked for."""
    return f"No session is stored for profile {profile}." if profile else "No session is stored."


def status(data: Mapping[str, Any], profile: str) -> list[Table | str]:
    """Lay out what `mfaenv status` found, of one profile where one was asked for."""
    shell = data["shell"]
    here = Table("This shell", COLUMNS, (_row(shell),)) if shell else "This shell exports no AWS keys."
    stored = tuple(map(_row, data["stored"]))
    store = Table("Stored sessions", COLUMNS, stored) if stored else nothing_stored(profile)
    rule = [shell["rule"]] if shell and shell["rule"] else []
    return [here, *rule, store, *data["problems"]]


def _row(session: Mapping[str, Any]) -> tuple[str, ...]:
    role = session["role"]
    kind = {"served": "an address for credentials"}.get(session["kind"], session["kind"])
    identity = f"role {role.partition(':role/')[2]}" if role else kind
    identity = ", ".join(filter(None, [identity, session["session_policy"]]))
    return (session["profile"] or "-", identity, session["account"] or "-", _device(session), _left(session))


def _device(session: Mapping[str, Any]) -> str:
    """Return a virtual device without its account, which has a column of its own: an ARN would break."""
    device = str(session["device"] or "-")
    return device.rpartition(":mfa/")[2] if session["account"] else device


def _left(session: Mapping[str, Any]) -> str:
    """Return the time that is left, and the time of day at which it ends; a session of others may have an end."""
    remaining = session["remaining"]
    if remaining is None:
        return {"long-term": "no end", "served": "renewed by mfaenv"}.get(session["kind"], "unknown")
    if not remaining:
        return "ended"
    end = datetime.fromisoformat(session["expires"]).timestamp()
    return f"{duration.rounded(remaining)}, until {duration.time_of_day(end, end - remaining)}"
