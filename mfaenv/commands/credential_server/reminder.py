"""A reminder while the program runs: that the session behind it ends, and what to type in another window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Self

from mfaenv import duration
from mfaenv.fast.entry import Session
from mfaenv.model import Request
from mfaenv.session.obtain import Sessions
from mfaenv.terminal.terminal import Terminal

AHEAD = 10 * 60
"""Seconds before the end of the session at which the reminder is shown."""

LOOK_SECONDS = 30
"""At most, between two looks: the machine may sleep meanwhile, and another window may get a new session."""


class Reminder:
    """Shows one reminder for each session, from a thread of its own, while the `with` block lasts."""

    def __init__(
        self, sessions: Sessions, request: Request, terminal: Terminal, line: str, now: Callable[[], float] = time.time
    ) -> None:
        self._sessions = sessions
        self._request = request
        self._terminal = terminal
        self._line = line
        self._now = now
        self._over = threading.Event()

    def __enter__(self) -> Self:
        if self._request.keys is not None:
            threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _watch(self) -> None:
        reminded, session = "", self._sessions.base_session(self._request).session
        while True:
            session = self._sessions.base_session(self._request).session or session
            left = session.left(self._now())
            ahead = _ahead(session)
            if left <= ahead and session.access_key != reminded:
                reminded = session.access_key
                self._tell(session, left)
            pause = LOOK_SECONDS if session.access_key == reminded else min(max(left - ahead, 0.1), LOOK_SECONDS)
            if self._over.wait(pause):
                return

    def _tell(self, session: Session, left: float) -> None:
        profile, clock = self._request.profile.text, duration.time_of_day(session.expires or 0, self._now())
        rest = f"ends at {clock}, in {duration.text(round(left))}" if left >= 1 else f"ended at {clock}"
        self._terminal.announce(
            f"The session that serves profile {profile} {rest}.", f"To go on, type in another window: {self._line}"
        )


def _ahead(session: Session) -> float:
    """Return how many seconds before its end the reminder is shown: of a short session, in its second half."""
    return min(AHEAD, ((session.expires or 0) - session.created) / 2)
