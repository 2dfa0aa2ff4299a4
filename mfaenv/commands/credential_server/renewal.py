"""Credentials that are always fresh: stored ones as long as they hold, roles assumed again ahead of their end."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future

from mfaenv.errors import DeniedError, MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.model import Request, Span
from mfaenv.session.obtain import Sessions

AHEAD = 15 * 60
"""Seconds before the end at which credentials are renewed. botocore asks from then on, Go and JavaScript from 300."""

LEAST = 1
"""Seconds that have to be left of what is handed out: SDKs take nothing that has ended."""

PATIENCE = 0.5
"""Seconds that a request waits for new credentials where the old ones hold. The JavaScript SDK gives up after one."""

LONGEST = 30
"""Seconds that a request waits where there are no others."""

ENDED, DENIED, UNAVAILABLE = "SessionEnded", "AccessDenied", "RenewalFailed"


class RefusedError(Exception):
    """There are no credentials now: the word that programs read, and what a person does about it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Renewal:
    """Gives credentials to requests, in any number of threads; one renewal at a time.

    Nobody is ever asked for a code. `line` is what a person types where the session has ended.
    """

    def __init__(self, sessions: Sessions, request: Request, first: Session, line: str) -> None:
        self._sessions = sessions
        self._request = request
        self._latest = first
        self._line = line
        self._lock = threading.Lock()
        self._renewed: Future[bool] = Future()
        self._renewed.set_result(True)

    def current(self) -> Session:
        """Return credentials that hold. Raise RefusedError where there are none."""
        with self._lock:
            session = self._stored()
            margin = self._margin(session)
            if _lasts(session, margin):
                return session
            if self._renewed.done():
                self._renewed = Future()
                # A thread of its own: a program that hangs up early finds the credentials when it asks again.
                threading.Thread(target=self._renew, args=(self._renewed, margin), daemon=True).start()
            renewed = self._renewed
        refused = RefusedError(UNAVAILABLE, "AWS does not answer.")
        try:
            if not renewed.result(PATIENCE if _lasts(session, LEAST) else LONGEST):
                ended = f"The session that serves profile {self._request.profile.text} has ended."
                refused = RefusedError(ENDED, f"{ended} To go on, type in another window: {self._line}")
        except TimeoutError:
            pass
        except RefusedError as error:
            refused = error
        with self._lock:
            session = self._stored()
        if _lasts(session, LEAST):
            return session
        raise refused

    def _stored(self) -> Session:
        """Look in the store: another window may have got new ones. What needs no code is in no store."""
        if self._request.keys is not None:
            lasting = self._request._replace(min_remaining=Span(LEAST, ""))
            self._latest = self._sessions.stored(lasting).session
        return self._latest

    def _margin(self, session: Session) -> float:
        """Return the seconds that have to be left, or else they are renewed: what is short-lived in its second half.

        A user's own session cannot be renewed without a code, so it is handed out until it ends.
        """
        if session.expires is None or (self._request.keys is not None and not self._request.hops):
            return LEAST
        return max(min(AHEAD, (session.expires - session.created) / 2), LEAST)

    def _renew(self, renewed: Future[bool], margin: float) -> None:
        """Renew, and let the result be whether there is a session to do so with."""
        try:
            session = self._sessions.renew(self._request._replace(min_remaining=Span(int(margin) + 1, ""))).session
            if session and self._request.keys is None:
                self._latest = session
            renewed.set_result(bool(session))
        except MfaenvError as error:
            code = DENIED if isinstance(error, DeniedError) else UNAVAILABLE
            renewed.set_exception(RefusedError(code, f"{error.message} {error.next_step}".strip()))
        except Exception as error:  # noqa: BLE001 - a request gets an answer whatever goes wrong, and no traceback
            text = f"The credentials cannot be renewed: {type(error).__name__}."
            renewed.set_exception(RefusedError(UNAVAILABLE, text))


def _lasts(session: Session, seconds: float) -> bool:
    return bool(session) and session.left(time.time()) >= seconds
