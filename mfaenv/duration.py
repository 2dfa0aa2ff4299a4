"""Durations as people write them, and the limits that AWS sets to them."""

import time

from mfaenv.errors import USAGE, MfaenvError, wrong_usage
from mfaenv.fast.environment import END_DIGITS, is_digits

GET_SESSION_TOKEN_SECONDS = range(900, 129_600 + 1)
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html"""

ASSUME_ROLE_SECONDS = range(900, 43_200 + 1)
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""

ROLE_DEFAULT = 3_600  # seconds that a role lasts where nobody says how long; the same page
CHAINED_ROLE_SECONDS = range(900, 3_600 + 1)  # where the caller is a role itself; there, "role chaining"
REMINDER = 600  # seconds before the end of a session at which the person is told

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def seconds(spelled: str, source: str) -> int:
    """Return the seconds of a time such as `900`, `12h` or `1h30m`. Raise MfaenvError (usage)."""
    rest, total = f"{spelled}s" if spelled.isdigit() else spelled, 0
    for unit, length in _UNITS.items():
        count, there, after = rest.partition(unit)
        if there and is_digits(count) and len(count) <= END_DIGITS:
            total, rest = total + int(count) * length, after
    if rest or not spelled:
        raise wrong_usage(f"{source}: '{spelled}' is not a time.", "Write seconds (900) or units (12h, 1h30m).")
    return total


def check(value: int, limits: range, source: str, what: str, status: int = USAGE) -> None:
    """Raise MfaenvError, with the source and the status, for seconds outside of what AWS allows."""
    if value not in limits:
        hint = f"AWS allows {text(limits.start)} to {text(limits[-1])}."
        raise MfaenvError(f"{source}: {what} cannot last {text(value)}.", hint, status=status)


def text(value: int) -> str:
    """Return seconds as people write them: `12h`, `1h30m`, `45s`."""
    shown, rest = "", max(value, 0)
    for unit in ("h", "m", "s"):
        count, rest = divmod(rest, _UNITS[unit])
        shown += f"{count}{unit}" if count else ""
    return shown or "0s"


def rounded(value: int) -> str:
    """Return seconds in whole minutes, if there is one: `59m`."""
    return text(value - value % 60 or value)


def time_of_day(end: float, now: float) -> str:
    """Return seconds since 1970 as clocks here show them: `14:32`, with the weekday on another day."""
    there, here = time.localtime(end), time.localtime(now)
    return time.strftime("%H:%M" if there[:3] == here[:3] else "%a %H:%M", there)
