"""From a code to a session: ask, check, send, and ask again where it was the wrong one."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from mfaenv import memory
from mfaenv.code import Source
from mfaenv.errors import MfaenvError, WrongCodeError
from mfaenv.leaving import leaving
from mfaenv.model import Credentials, Keys, Plan
from mfaenv.store import Store
from mfaenv.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from threading import Event

TRIES = 3
CODE_SECONDS = 30
"""How long a device shows one code: https://datatracker.ietf.org/doc/html/rfc6238, section 5.2."""


class Surroundings(NamedTuple):
    """What is there to work with: a store, a person, and the time of day in seconds since 1970."""

    place: Store
    terminal: Terminal
    now: Callable[[], float] = time.time


class Ready:
    """The STS client; begun ahead, it is made in the background while the person looks for the code."""

    def __init__(self, plan: Plan, keys: Keys, terminal: Terminal) -> None:
        self._plan = plan
        self._keys = keys
        self._terminal = terminal
        self._client: Any = None
        self._error: BaseException | None = None
        self._made: Event | None = None

    def begin(self) -> None:
        """Start to make it in the background, unless that was done before."""
        if self._made is None:
            from threading import Event, Thread

            made = Event()
            with suppress(RuntimeError):  # no thread to be had: it is made when it is needed
                Thread(target=self._make_ahead, args=(made,), daemon=True).start()
                self._made = made

    def _make_ahead(self, made: "Event") -> None:
        try:
            from mfaenv.aws import sts

            self._client = self._make()
            # Opens the connection, and finds out about bad keys and clocks before the code is spent on them.
            sts.identity(self._client, self._keys.access_key)
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
        finally:
            made.set()
        self._terminal.load()  # for what is said after the answer

    def _make(self) -> Any:
        from mfaenv.aws import client

        plan = self._plan
        return client.client("sts", plan.config_profile, self._keys, plan.session_region, plan.device.text)

    def client(self) -> Any:
        """Wait for the client, or make it now. Raises what went wrong on the way to it."""
        if self._made is None:
            return self._make()
        self._made.wait()
        if self._error is not None:
            raise self._error
        return self._client


def question(plan: Plan) -> str:
    """Write the question: it names the profile, the account and the device."""
    account = f" in account {plan.account}" if plan.account else ""
    return f"MFA code for profile {plan.profile.text}{account}, device {plan.device.text}"


class Fetch:
    """One search for a session; the device in the plan is known by now."""

    def __init__(self, plan: Plan, keys: Keys, source: Source, around: Surroundings) -> None:
        self._plan = plan
        self._keys = keys
        self._source = source
        self._place, self._terminal, self._now = around
        self._refused: set[str] = set()

    def session(self) -> Credentials:
        """Get the session. Raises MfaenvError, after three wrong codes at the latest; KeyboardInterrupt."""
        ready = Ready(self._plan, self._keys, self._terminal)
        for remaining in reversed(range(TRIES)):
            code = self._unused_code(ready.begin)
            try:
                with leaving():
                    return self._send(ready.client(), code)
            except WrongCodeError as error:
                if not remaining or not self._source.again:
                    raise
                self._refused.add(code)
                self._terminal.error(error)
        raise AssertionError("the last try returns or raises")

    def _unused_code(self, meanwhile: Callable[[], None]) -> str:
        """Get a code that was not sent before; a person or program that gives such a one is asked for the next.

        Raises MfaenvError where there is no next one: a given code, or a program that never changes its own.
        """
        for remaining in reversed(range(TRIES)):
            code = self._source.get(question(self._plan), meanwhile)
            used = memory.was_used(self._place, self._plan.device.text, code, self._now())
            if not used and code not in self._refused:
                return code
            left = CODE_SECONDS - self._now() % CODE_SECONDS
            reason = "That code was already used" if used else "That code was already refused"
            if not remaining or not self._source.again:
                raise MfaenvError(f"{reason}.", f"The device shows the next one in {int(left) + 1} s.")
            self._terminal.wait(reason, left)
        raise AssertionError("the last try returns or raises")

    def _send(self, client: Any, code: str) -> Credentials:
        from mfaenv.aws import sts

        serial = self._plan.device.text
        credentials = sts.session_token(client, self._keys.access_key, serial, code, self._plan.duration)
        with suppress(OSError):  # the store was tried before the question, and was complained about then
            memory.remember_code(self._place, serial, code, self._now())
        return credentials
