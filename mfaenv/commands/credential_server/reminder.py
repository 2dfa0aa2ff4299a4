"""A reminder while the program runs: that the session behind it ends, and what to type in another window."""

from __future__ import annotations

import threading
import time

from mfaenv import duration
from mfaenv.fast.entry import Session
from mfaenv.model import Request
from mfaenv.session.obtain import Sessions
from mfaenv.terminal.terminal import Terminal

AHEAD = 10 * 60
"""Seconds before the end of the session at which the reminder is shown."""

LOOK_SECONDS = 30
"""At most, between two looks: the machine may sleep meanwhile, and another window may get a new session."""


def start(sessions: Sessions, request: Request, terminal: Terminal, line: str) -> None:
    """Show one reminder for each session, from a thread of its own, as long as this process lives."""
    if request.keys is not None:
        threading.Thread(target=_watch, args=(sessions, request, terminal, line), daemon=True).start()


def _watch(sessions: Sessions, request: Request, terminal: Terminal, line: str) -> None:
    reminded, session = "", sessions.base_session(request).session
    while True:
        session = sessions.base_session(request).session or session
        left = session.left(time.time())
        # Of a short session it is shown in the second half.
        ahead = min(AHEAD, ((session.expires or 0) - session.created) / 2)
        if left <= ahead and session.access_key != reminded:
            reminded = session.access_key
            _tell(session, request, terminal, line)
        due = LOOK_SECONDS if session.access_key == reminded else left - ahead
        time.sleep(min(max(due, 0.1), LOOK_SECONDS))


def _tell(session: Session, request: Request, terminal: Terminal, line: str) -> None:
    now = time.time()
    left, clock = session.left(now), duration.time_of_day(session.expires or 0, now)
    rest = f"ends at {clock}, in {duration.text(round(left))}" if left >= 1 else f"ended at {clock}"
    ends = f"The session that serves profile {request.profile.text} {rest}."
    terminal.announce(ends, f"To go on, type in another window: {line}")
