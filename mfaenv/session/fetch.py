"""From a code to a session: ask, check, send, and ask again where it was the wrong one."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from mfaenv.aws import address, client, sts
from mfaenv.errors import MfaenvError, WrongCodeError
from mfaenv.fast import environment
from mfaenv.model import NEVER_ASK, Acquisition, Credentials, Keys, Request
from mfaenv.session import longterm, remembered
from mfaenv.session.call_lock import CallLock
from mfaenv.session.code import CodeSource
from mfaenv.store import Store
from mfaenv.terminal import program, tty
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.tones import DOUBTFUL, Styled

if TYPE_CHECKING:
    from mfaenv.session.keychain import Tell


TRIES = 3
CODE_SECONDS = 30
"""How long a device shows one code: https://datatracker.ietf.org/doc/html/rfc6238, section 5.2."""

COLUMNS = 80
"""What every terminal has: a line that fits does not break within a name."""


LOOK_SECONDS = 0.5
"""Between two looks whether what is made in the background waits for the keychain."""

LOOPBACK = "http://127.0.0.1:"

DEMO_SECONDS = 1
"""The longest that a demo which does not answer may delay the question."""


class Context(NamedTuple):
    """What is there to work with: a store, a person, how sessions may be got, and the time in seconds since 1970."""

    store: Store
    terminal: Terminal
    how: Acquisition = NEVER_ASK
    now: Callable[[], float] = time.time


class BackgroundClient:
    """The STS client; begun ahead, it is made in the background while the person looks for the code.

    So are its `keys` loaded, where a keychain has them.
    """

    def __init__(self, request: Request, keys: Keys, terminal: Terminal) -> None:
        self.keys = keys
        self._request = request
        self._terminal = terminal
        self._client: Any = None
        self._error: BaseException | None = None
        self._made: Event | None = None
        self._awaited = ""

    def begin(self) -> None:
        """Start to make it in the background, unless that was done before."""
        if self._made is None:
            made = Event()
            with suppress(RuntimeError):  # no thread to be had: it is made when it is needed
                Thread(target=self._make_ahead, args=(made,), daemon=True).start()
                self._made = made

    def _make_ahead(self, made: Event) -> None:
        try:
            self._client = self._make(self._note)
            # Opens the connection, and finds out about bad keys and clocks before the code is spent on them.
            sts.identity(self._client, self.keys.access_key)
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
        finally:
            made.set()
        self._terminal.load()  # for what is said after the answer

    def _note(self, text: str) -> None:
        """Note what is waited for: it is not said while the question stands."""
        self._awaited = text

    def _make(self, tell: "Tell") -> Any:
        request = self._request
        self.keys = longterm.loaded(request, self.keys, tell)
        self._awaited = ""
        settings = client.settings_of(request, request.device.text, request.endpoint.text)
        return client.client("sts", settings, self.keys)

    def client(self) -> Any:
        """Wait for the client, or make it now. Raise what went wrong while it was made."""
        if self._made is None:
            return self._make(self._terminal.awaited)
        while not self._made.wait(LOOK_SECONDS):
            if self._awaited:
                self._terminal.awaited(self._awaited)
                self._made.wait()
        if self._error is not None:
            raise self._error
        return self._client


def question(request: Request, env: Mapping[str, str]) -> tuple[Styled, ...]:
    """Return the question: lines that say for whom and, where that is not AWS, to whom, then what is asked."""
    account = f" in account {request.account}" if request.account else ""
    profile, device = f"For profile {request.profile.text}{account},", f"device {request.device.text}"
    one_line = f"{profile} {device}"
    whom = (one_line,) if tty.cells(one_line) <= COLUMNS else (profile, device)
    not_aws = f"The code goes to {address.shown(request.endpoint.text)}, not to AWS."
    return (
        *map(Styled, whom),
        *([Styled(not_aws, DOUBTFUL)] if request.endpoint.text else []),
        *map(Styled, shown_in_demo(request.endpoint.text, env)),
        Styled("MFA code"),
    )


def shown_in_demo(endpoint: str, env: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the demo's device shows, where the code goes to the demo that still runs; empty elsewhere."""
    if not endpoint.startswith(LOOPBACK) or endpoint.rstrip("/") != env.get(environment.DEMO):
        return ()
    from mfaenv.pretend_aws.pages import read_code_page  # only for the demo

    try:
        shown = read_code_page(endpoint, DEMO_SECONDS)
    except OSError:
        return ()
    used = f"used already; the next one comes in {shown.seconds} s"
    return (f"The demo's device shows {shown.code}, {used if shown.used else f'good for {shown.good_seconds} s'}.",)


class Fetch:
    """One search for a session; the device in the request is known by now. `keys` are those that got the session."""

    def __init__(self, request: Request, keys: Keys, source: CodeSource, context: Context, lock: CallLock) -> None:
        self._request = request
        self.keys = keys
        self._source = source
        self._store, self._terminal, _, self._now = context
        self._lock = lock
        self._refused: set[str] = set()

    def session(self) -> Credentials:
        """Get the session; it is this process's turn then, until the session is stored.

        Raise MfaenvError, after three wrong codes at the latest; KeyboardInterrupt; ArrivedError where another process
        got a session meanwhile.
        """
        ready = BackgroundClient(self._request, self.keys, self._terminal)
        try:
            return self._session(ready)
        except BaseException:
            program.end_bound()  # the background thread may wait for one
            raise

    def _session(self, ready: BackgroundClient) -> Credentials:
        for remaining in reversed(range(TRIES)):
            code = self._unused_code(ready.begin)
            try:
                made = ready.client()
                self.keys = ready.keys
                self._lock.check_store()  # a stopped process may have lost the lock
                return self._send(made, code)
            except WrongCodeError as error:
                self._lock.check_store()
                self._refuse(code)
                self._lock.release()
                if not remaining or not self._source.asks:
                    raise
                self._source.remark(error.message)
                self._terminal.error(error)
        raise AssertionError("the last try returns or raises")

    def _unused_code(self, meanwhile: Callable[[], None]) -> str:
        """Get a code that was not sent before, and the turn to send it; who gives one that was is asked for the next.

        Raise MfaenvError where there is no next one: a given code, or a program that never changes its own.
        """
        for remaining in reversed(range(TRIES)):
            if self._source.asks:
                self._lock.release()
            code = self._source.get(question(self._request, self._terminal.env), meanwhile)
            if self._verdict(code) != remembered.REFUSED:  # what one got that was used may be about to be stored
                self._lock.acquire()
            verdict = self._verdict(code)
            if not verdict:
                return code
            self._lock.release()
            reason = f"That code was already {verdict}"
            left = CODE_SECONDS - self._now() % CODE_SECONDS
            if not remaining or not self._source.asks:
                raise MfaenvError(f"{reason}.", f"The device shows the next one in {int(left) + 1} s.")
            self._source.remark(f"{reason}.")
            self._terminal.wait(reason, left)
        raise AssertionError("the last try returns or raises")

    def _verdict(self, code: str) -> str:
        """Return what AWS said to this code before, or an empty text."""
        if code in self._refused:
            return remembered.REFUSED
        return remembered.verdict(self._store, self._request.device.text, code, self._now())

    def _refuse(self, code: str) -> None:
        self._refused.add(code)
        self._remember(code, remembered.REFUSED)

    def _remember(self, code: str, verdict: str) -> None:
        with suppress(OSError):  # the store was tried before the question, and was complained about then
            remembered.remember_code(self._store, self._request.device.text, code, verdict, self._now())

    def _send(self, client: Any, code: str) -> Credentials:
        serial = self._request.device.text
        credentials = sts.session_token(client, self.keys.access_key, serial, code, self._request.duration.seconds)
        self._remember(code, remembered.USED)
        return credentials
