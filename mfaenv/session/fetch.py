"""From a code to a session: ask, send, and ask again where it was wrong."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event, Thread
from typing import Any

from mfaenv.aws import address, client, sts
from mfaenv.errors import LostAnswerError, MfaenvError, WrongCodeError
from mfaenv.fast import environment
from mfaenv.fast.entry import Session
from mfaenv.fast.parse import Env
from mfaenv.model import Keys, Origin, Request
from mfaenv.session import keychain, longterm, remembered
from mfaenv.session.cache import CallLock, Context
from mfaenv.session.code import CodeSource
from mfaenv.terminal import program
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import DOUBTFUL, Styled, cells
from mfaenv.terminal.tty import USUAL_COLUMNS

TRIES = 3
CODE_SECONDS = 30  # in which a device shows one code: https://datatracker.ietf.org/doc/html/rfc6238#section-5.2
QUIET_SECONDS = 0.5  # until it is shown that the background waits for the keychain
IDLE_SECONDS = 60  # after which a connection may be dead, as where the machine slept: it would lose the code


class BackgroundClient:
    """The STS client and its keys, made in the background of the question."""

    def __init__(self, request: Request, keys: Keys, terminal: Terminal) -> None:
        self.keys = keys
        self.user = request.user
        self._request = request
        self._terminal = terminal
        self._client: Any = None
        self._error: BaseException | None = None
        self._made: Event | None = None

    def begin(self) -> None:
        """Start to make it, once."""
        if self._made is None:
            made = Event()
            with suppress(RuntimeError):  # no thread to be had: it is made when it is needed
                Thread(target=self._make_ahead, args=(made,), daemon=True).start()
                self._made = made

    def check(self, outer: Callable[[], None]) -> None:
        """Begin, call the outer check, and raise MfaenvError for what no code can help, such as a wrong proxy."""
        self.begin()
        outer()
        if isinstance(self._error, MfaenvError):
            raise self._error

    def client(self) -> Any:
        """Wait for the client, or make it now. Raise what went wrong."""
        told = False
        if self._made is None:
            self._make(self._terminal)
        while self._made and not self._made.wait(QUIET_SECONDS):
            if not (self.keys.secret_key or told):
                told = True
                self._terminal.show_waiting(keychain.WAITING)
        if self._error is not None:
            raise self._error
        if time.time() - self._made_at > IDLE_SECONDS:
            self._client.close()  # the next call opens another connection
        return self._client

    def _make_ahead(self, made: Event) -> None:
        try:
            self._make(Terminal(self._terminal.env, quiet=True))  # the question stands
            # Opens the connection, and fails with bad keys and clocks before a code is spent on them.
            self.user = sts.identity(self._client, self.keys).user  # who may have another name by now
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
        finally:
            made.set()

    def _make(self, terminal: Terminal) -> None:
        self.keys = longterm.with_secret(self._request, self.keys, terminal)
        self._client = client.client("sts", client.settings_of(self._request), self.keys)
        self._made_at = time.time()


def question(request: Request, env: Env) -> tuple[Styled, ...]:
    """Return lines that say for whom the code is, and where it goes if not to AWS; then the question."""
    endpoint = request.endpoint.text
    account = f" in account {request.account}" if request.account else ""
    profile, device = f"For profile {request.profile.text}{account},", f"device {request.device.text}"
    one_line = f"{profile} {device}"
    whom = (one_line,) if cells(one_line) <= USUAL_COLUMNS else (profile, device)  # else a name would break
    not_aws = f"The code goes to {address.shown(endpoint)}, not to AWS."
    return (
        *map(Styled, whom),
        *([Styled(not_aws, DOUBTFUL)] if endpoint else []),
        *([Styled(shown)] if (shown := shown_in_demo(endpoint, env)) else []),
        Styled("MFA code"),
    )


def shown_in_demo(endpoint: str, env: Env) -> str:
    """Return what the demo's device shows, if the code goes to a demo."""
    if not endpoint.startswith(environment.LOOPBACK) or endpoint.rstrip("/") != env.get(environment.DEMO):
        return ""
    from mfaenv.session.demo_device import read_device_page  # slow to load, and only for the demo

    with suppress(OSError):
        if shown := read_device_page(endpoint):
            good = f"good for {shown.good_seconds} s"
            state = f"used already; the next one comes in {shown.seconds} s" if shown.used else good
            return f"The demo's device shows {shown.code}, {state}."
    return ""


class UsedCodeError(MfaenvError):
    """The code was sent a moment ago."""


def fetch(
    request: Request, keys: Keys, source: CodeSource, context: Context, lock: CallLock
) -> tuple[Session, Keys, str]:
    """Get a session for the request, which has its device; return it, the keys and their user, with the lock acquired.

    Raise MfaenvError, KeyboardInterrupt, SessionStoredError.
    """
    terminal, background = context.terminal, BackgroundClient(request, keys, context.terminal)
    tries, wrong = TRIES if source.asks else 1, ""
    try:
        while True:
            if source.asks:
                lock.release()
            with terminal.watching(partial(background.check, terminal.check)):
                code = source.get(question(request, terminal.env), wrong)
            try:
                return _send(code, request, background, context, lock), background.keys, background.user
            except (WrongCodeError, UsedCodeError) as error:
                lock.release()
                tries -= 1
                if not tries:
                    if context.acquisition.token_code.origin is Origin.VARIABLE:  # of another time, perhaps
                        error.hint = "Unset MFAENV_TOKEN_CODE, or set it to the next code."
                    raise
                wrong = error.message
                if isinstance(error, UsedCodeError):
                    terminal.wait(error.message.rstrip("."), CODE_SECONDS - context.now() % CODE_SECONDS)
                else:
                    terminal.error(error)
    except BaseException:
        program.end_tracked()  # the background thread may wait for one
        raise


def _send(code: str, request: Request, ready: BackgroundClient, context: Context, lock: CallLock) -> Session:
    """Send a code that was not sent before, with the lock acquired, and remember AWS's answer to it."""
    store, serial = context.store, request.device.text

    def verdict() -> str:
        return remembered.verdict(store, serial, code, context.now())

    if verdict() != remembered.REFUSED:  # the session of a used one may be about to be stored
        lock.acquire()
    if before := verdict():
        lock.check_store()  # a process that was stopped may have lost the lock
        hint = f"The device shows the next one in {int(CODE_SECONDS - context.now() % CODE_SECONDS) + 1} s."
        raise UsedCodeError(f"That code was already {before}.", hint)
    sts_client = ready.client()
    lock.check_store()  # as above
    try:
        credentials = sts.session_token(sts_client, ready.keys, serial, code, request.duration.seconds)
    except WrongCodeError as error:
        lock.check_store()
        answer = remembered.USED if isinstance(error, LostAnswerError) else remembered.REFUSED
        remembered.remember_code(store, serial, code, answer, context.now())
        raise
    remembered.remember_code(store, serial, code, remembered.USED, context.now())
    return credentials
