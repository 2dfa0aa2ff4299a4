"""Stored sessions: what each depends on, what its entry holds, and a store that perhaps cannot be written."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from mfaenv import memory, store
from mfaenv.entry import Fields
from mfaenv.leaving import leaving
from mfaenv.lock import lock
from mfaenv.model import Credentials, Hop, Keys, Plan
from mfaenv.store import Store
from mfaenv.terminal import Terminal


class Answer(NamedTuple):
    """What a plan led to, as the store writes it, and the entry's name and key.

    The session is empty where there is none, the name where it is not one that is stored.
    """

    session: Fields
    name: str = ""
    key: str = ""


def session_key(plan: Plan, keys: Keys) -> str:
    """Write down everything that a session depends on."""
    values = (keys.access_key, plan.device.text, plan.endpoint, plan.session_region, str(plan.duration))
    return "\n".join(("session", *values))


def profile_key(plan: Plan) -> str:
    """Write down what roles depend on that are assumed with what a profile gives without a code."""
    return "\n".join(("profile", plan.profiles[-1], plan.endpoint, plan.session_region))


def role_key(base: str, hops: tuple[Hop, ...]) -> str:
    """Write down everything that a role's credentials depend on: the base's key, and each hop."""
    return "\n".join((base, *("\t".join(str(value) for value in hop[:-1]) for hop in hops)))


def entry_name(key: str) -> str:
    """Give the name of the entry with this key."""
    return store.named(store.SESSION, key)


def fields(plan: Plan, credentials: Credentials, key: str, source: str, now: float) -> Fields:
    """Write a session down as an entry; `source` is the long-term access key that it comes from."""
    return {
        "key": key,
        "profiles": "\n".join(plan.profiles[-len(plan.hops) - 1 :]),
        "source": source,
        "account": plan.account,
        "device": plan.device.text,
        "role": plan.hops[-1].role_arn if plan.hops else "",
        "created": str(now),
        "access_key": credentials.access_key,
        "secret_key": credentials.secret_key,
        "token": credentials.token,
        "expires": str(credentials.expires or ""),
    }


def _usable(entry: Fields, now: float, min_remaining: int, since: float | None) -> bool:
    """Tell whether an entry can be used: long enough (seconds), and got after `since` where that is asked for."""
    return int(entry["expires"]) - now >= min_remaining and (since is None or float(entry["created"]) >= since)


class Shelf:
    """A store for sessions. What cannot be written there is told once, and no error: the session is still printed."""

    def __init__(self, place: Store, terminal: Terminal, now: Callable[[], float]) -> None:
        self._place = place
        self._terminal = terminal
        self._now = now
        self._writable = True

    def find(self, key: str, min_remaining: int, since: float | None) -> Answer:
        """Look a session up that lasts for `min_remaining` seconds more, and was got `since` then, if that is asked."""
        name = entry_name(key)
        entry = self._place.read(name, key)
        held = entry is not None and _usable(entry, self._now(), min_remaining, since)
        return Answer(entry if entry and held else {}, name, key)

    def prepare(self) -> None:
        """See before anybody is asked whether sessions can be stored."""
        try:
            self._place.prepare()
        except OSError as error:
            self._writable = False
            where = self._place.path or "The store"
            self._terminal.warn(f"{where} cannot be written ({error.strerror or error}): the session is not stored.")

    @contextmanager
    def alone(self, access_key: str) -> Iterator[None]:
        """Let one process at a time get sessions with this key; without a store there is nothing to share."""
        with ExitStack() as held:
            if self._writable:
                path = self._place.file(store.named(store.LOCK, access_key))
                with ExitStack() as waiting:
                    self._try_to(lambda: held.enter_context(lock(path, lambda: self._say_waiting(waiting))))
            yield

    def _say_waiting(self, waiting: ExitStack) -> None:
        self._terminal.note("Another mfaenv is getting a session with these keys; waiting for it.")
        waiting.enter_context(leaving())

    def keep(self, plan: Plan, credentials: Credentials, key: str, source: str) -> Answer:
        """Store a session under its key, and announce it to the prompt hooks."""
        answer = Answer(fields(plan, credentials, key, source, self._now()), entry_name(key), key)
        self._try_to(lambda: self._place.write(answer.name, answer.session, credentials.expires or 0))
        self._try_to(lambda: self._place.announce(answer.session["created"]))
        return answer

    def remember_device(self, access_key: str, plan: Plan) -> None:
        """Keep the plan's device for the next time."""
        self._try_to(lambda: memory.remember_device(self._place, access_key, plan, self._now()))

    def _try_to(self, write: Callable[[], object]) -> None:
        if self._writable:
            try:
                write()
            except OSError as error:
                self._writable = False
                self._terminal.warn(f"{self._place.path} cannot be written ({error.strerror}): not stored.")
