"""An address on loopback where a program fetches fresh credentials with a token.

The protocol is that of containers, which every SDK speaks:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus

from mfaenv import duration
from mfaenv.errors import DeniedError, MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.model import Request, Span
from mfaenv.serving.loopback import HttpRequest, HttpResponse, LoopbackServer
from mfaenv.session.sessions import Sessions
from mfaenv.terminal.terminal import Terminal

CREDENTIALS_PATH = "/credentials"
UNENDING_SECONDS = 3600  # until the end that is told of credentials without one: SDKs want one

AHEAD = 15 * 60
"""Seconds before their end that credentials are renewed. botocore asks from then on, Go and JavaScript from 300."""

MIN_LEFT = 1  # seconds that have to be left of what is handed out: SDKs take nothing that has ended

RENEWAL_WAIT = 0.5
"""Seconds that a request waits for new credentials where the old ones hold. The JavaScript SDK gives up after one."""

MAX_WAIT = 30  # seconds that a request waits where there are no others
RENEWAL_SECONDS = 60  # after which a renewal counts as stalled, and another is started beside it

MAX_SLEEP = 30
"""Most seconds between two looks: the machine may sleep, and another window may get a new session."""

ENDED = HTTPStatus.FORBIDDEN, "SessionEnded"
ROLE_DENIED = HTTPStatus.FORBIDDEN, "AccessDenied"
UNAVAILABLE = HTTPStatus.SERVICE_UNAVAILABLE, "RenewalFailed"  # SDKs try this status again
TO_GO_ON = "To go on, type in another window:"


class RefusedError(Exception):
    """No credentials: the HTTP status with the word for programs, and a message for people."""


class CredentialServer(LoopbackServer):
    """Serves stored credentials as long as they hold, else new ones. `line` is what a person types after their end.

    `resolve` returns the request anew: `keys rotate` may have replaced the keys. It may raise MfaenvError.
    """

    poll_seconds = 3600  # it ends with the process, and looks for nothing else

    def __init__(
        self, sessions: Sessions, request: Request, resolve: Callable[[], Request], first: Session, line: str
    ) -> None:
        self._sessions = sessions
        self._request = request
        self._resolve = resolve
        self._latest = first
        self._which = f"The session that serves profile {request.profile.text}"
        self._line = line
        self._renewing = threading.Lock()
        self._renewal: Future[None] | None = None
        self._started = 0.0
        self.token = secrets.token_urlsafe()
        super().__init__(self._credentials)
        self.url += CREDENTIALS_PATH

    def __exit__(self, *_: object) -> None:
        """Leave all to the end of the process: in Windows, to wait on a socket that is closed is an error."""

    def remind(self, terminal: Terminal) -> None:
        """Show one reminder for each session, from a thread."""
        if self._request.keys is not None:
            threading.Thread(target=self._watch, args=(terminal,), daemon=True).start()

    def _watch(self, terminal: Terminal) -> None:
        reminded, session = "", Session()
        while True:
            session = self._sessions.base_session(self._request) or session
            now = time.time()
            left = session.left(now)
            # For a short session it is shown in the second half.
            ahead = min(duration.REMINDER, ((session.expires or 0) - session.created) / 2)
            if left <= ahead and session.access_key != reminded:
                reminded = session.access_key
                clock = duration.time_of_day(session.expires or 0, now)
                rest = f"ends at {clock}, in {duration.text(round(left))}" if left >= 1 else f"ended at {clock}"
                terminal.print_on_tty(f"{self._which} {rest}.", TO_GO_ON, self._line)
            due = MAX_SLEEP if session.access_key == reminded else left - ahead
            time.sleep(min(max(due, 0.1), MAX_SLEEP))

    def _credentials(self, request: HttpRequest) -> HttpResponse:
        if request.path != CREDENTIALS_PATH or request.query:
            return HttpResponse(HTTPStatus.NOT_FOUND)
        token = request.headers.get("authorization", "")
        if not hmac.compare_digest(token.encode("latin-1", "replace"), self.token.encode()):
            return HttpResponse(HTTPStatus.FORBIDDEN)
        try:
            return _json(HTTPStatus.OK, _fields(self._current()))
        except RefusedError as error:
            (status, code), message = error.args
            # Go and Java read the small names, JavaScript the others.
            return _json(status, {"code": code, "message": message, "Code": code, "Message": message})

    def _current(self) -> Session:
        """Return credentials that hold; one renewal at a time, unless it stalls. Raise RefusedError without any."""
        with self._renewing:
            session = self._stored()
            margin = self._margin(session)
            if _lasts(session, margin):
                return session
            now = time.monotonic()
            if self._renewal is None or self._renewal.done() or now - self._started >= RENEWAL_SECONDS:
                self._started = now
                self._renewal = ThreadPoolExecutor(1).submit(self._renew, margin)
            renewal = self._renewal
        refused = RefusedError(UNAVAILABLE, "AWS does not answer.")
        try:
            renewal.result(RENEWAL_WAIT if _lasts(session, MIN_LEFT) else MAX_WAIT)
        except TimeoutError:
            pass  # a program that hangs up early finds the credentials when it asks again
        except RefusedError as error:
            refused = error
        with self._renewing:
            session = self._stored()
        if _lasts(session, MIN_LEFT):
            return session
        raise refused

    def _stored(self) -> Session:
        """Return what is stored; what needs no code is not."""
        if self._request.keys is None:
            return self._latest
        return self._sessions.stored(self._request._replace(min_remaining=Span(MIN_LEFT, "")))

    def _margin(self, session: Session) -> float:
        # A user's own session cannot be renewed without a code: it is handed out until it ends.
        if session.expires is None or (self._request.keys is not None and not self._request.hops):
            return MIN_LEFT
        return max(min(AHEAD, (session.expires - session.created) / 2), MIN_LEFT)

    def _renew(self, margin: float) -> None:
        span = Span(int(margin) + 1, "")
        try:
            session = self._sessions.renew(self._request._replace(min_remaining=span))
            if not session:
                with suppress(MfaenvError):  # a file may be in the middle of an edit
                    self._request = self._resolve()
                session = self._sessions.renew(self._request._replace(min_remaining=span))
        except MfaenvError as error:
            kind = ROLE_DENIED if isinstance(error, DeniedError) else UNAVAILABLE
            raise RefusedError(kind, f"{error.message} {error.hint or error.command}".strip()) from None
        except Exception as error:  # noqa: BLE001 - a request gets an answer whatever goes wrong
            what = f"The credentials cannot be renewed: {type(error).__name__}."
            raise RefusedError(UNAVAILABLE, what) from None
        if not session:
            raise RefusedError(ENDED, f"{self._which} has ended. {TO_GO_ON} {self._line}")
        if self._request.keys is None:
            self._latest = session


def _lasts(session: Session, seconds: float) -> bool:
    return bool(session) and session.left(time.time()) >= seconds


def _json(status: HTTPStatus, fields: dict[str, str]) -> HttpResponse:
    return HttpResponse(status, json.dumps(fields).encode(), "application/json", {"Cache-Control": "no-store"})


def _fields(session: Session) -> dict[str, str]:
    """Return what SDKs read; JavaScript's wants every member, and the end with a Z."""
    expires = int(time.time()) + UNENDING_SECONDS if session.expires is None else session.expires
    fields = {
        "AccessKeyId": session.access_key,
        "SecretAccessKey": session.secret_key,
        "Token": session.token,
        "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires)),
    }
    account = session.acting_account
    return fields | {"AccountId": account} if account else fields
