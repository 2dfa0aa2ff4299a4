"""Stored sessions: what each depends on, what its entry holds, and who may call AWS for it or ask in a window."""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import NamedTuple

from mfaenv.errors import ArrivedError, MfaenvError
from mfaenv.fast.entry import Session, file_name
from mfaenv.model import Credentials, Hop, Keys, Request
from mfaenv.session import remembered
from mfaenv.session.lock import lock
from mfaenv.session.remembered import DISMISSED_SECONDS, DismissedPrompt
from mfaenv.store import LOCK, Store
from mfaenv.terminal.terminal import Terminal

CALL_SECONDS = 60
"""Seconds after which a process that calls AWS keeps no other waiting: some answers never end."""


class Answer(NamedTuple):
    """The session that a request led to, which is false where there is none, and the key of its entry in the store."""

    session: Session
    key: str = ""
    new: bool = False


def session_key(request: Request, keys: Keys) -> str:
    """Return everything that a session depends on: it holds in all regions, and however long it was asked for."""
    return f"session\n{keys.access_key}\n{request.device.text}\n{request.endpoint.text}"


def role_key(base: str, hops: tuple[Hop, ...]) -> str:
    """Return everything that a role's credentials depend on: a digest of the key before, and the hop.

    So the key of a long chain is no longer than that of a short one, and the keys of all its hops take one pass.
    """
    for hop in hops:
        from hashlib import sha256  # takes its time, and without a role the question comes before

        digest = sha256(base.encode("utf-8", "surrogateescape")).hexdigest()
        base = f"role\n{digest}\n{tuple(hop._replace(duration=None, profile=''))!r}"
    return base


def as_session(request: Request, credentials: Credentials, key: str, source: str, now: float) -> Session:
    """Return credentials as a session to be stored; `source` is the long-term access key that it comes from."""
    return Session(
        key=key,
        profiles=request.profiles[-len(request.hops) - 1 :],
        source=source,
        account=request.account,
        device=request.device.text,
        role=request.hops[-1].role_arn if request.hops else "",
        limit=request.hops[-1].limit() if request.hops else "",
        created=now,
        access_key=credentials.access_key,
        secret_key=credentials.secret_key,
        token=credentials.token,
        expires=credentials.expires,
    )


def credentials_of(session: Session) -> Credentials:
    """Return the credentials of a session, which sign calls."""
    return Credentials(session.access_key, session.secret_key, session.token, session.expires)


class Cache:
    """A store for sessions. What cannot be written there is reported once, and no error: the session is still printed.

    `sessions` are the sessions by key that this process found or got: it keeps them where the store does not. Those
    that were made before `since` do not count.
    """

    def __init__(
        self, store: Store, terminal: Terminal, now: Callable[[], float], sessions: dict[str, Session] | None = None
    ) -> None:
        self.store = store
        self.since = 0.0
        self._terminal = terminal
        self._now = now
        self._sessions = {} if sessions is None else sessions
        self._writable = True

    def find(self, key: str, min_remaining: int) -> Answer:
        """Look up the session with most left that lasts for `min_remaining` seconds more."""
        now = self._now()
        sessions = filter(None, (self.store.get(Session, key), self._sessions.get(key)))
        best = max(filter(self._counts, sessions), key=lambda session: session.left(now), default=Session())
        return Answer(best if best.left(now) >= min_remaining else Session(), key)

    def _counts(self, session: Session) -> bool:
        """Return whether it is new enough; one that comes from the future was made before the clock was set back."""
        return not self.since or self.since <= session.created <= self._now()

    def prepare(self) -> None:
        """See before anybody is asked whether sessions can be stored."""
        self._try_to(self.store.prepare)

    def lock_calls(self, access_key: str, profile: str) -> AbstractContextManager[None]:
        """Let one process at a time call AWS with this key; without a store there is nothing to share."""
        other = f"Another mfaenv is getting a session with the keys of profile {profile}"
        return self._lock(access_key, other, CALL_SECONDS)

    @contextmanager
    def one_window(self, access_key: str, profile: str) -> Iterator[None]:
        """Let one process at a time ask in a window.

        Raise KeyboardInterrupt where the person closed the window that was waited for: the next would ask the same.
        """
        since = self._now()
        with self._lock("window", f"A window of another mfaenv asks for the code of profile {profile}"):
            self._terminal.check()
            dismissed = self.store.get(DismissedPrompt, access_key)
            if dismissed and since <= dismissed.at <= self._now():
                raise KeyboardInterrupt
            try:
                yield
            except KeyboardInterrupt:
                dismissed = DismissedPrompt(key=access_key, at=self._now())
                self._try_to(lambda: self.store.put(dismissed, dismissed.at + DISMISSED_SECONDS))
                raise

    @contextmanager
    def _lock(self, key: str, other: str, longest: float = math.inf) -> Iterator[None]:
        waiting = partial(self._terminal.note, f"{other}; waiting for it.")
        with ExitStack() as stack:
            path = partial(self.store.file, file_name(LOCK, key))
            self._try_to(lambda: stack.enter_context(lock(path(), waiting, self._terminal.check, longest=longest)))
            yield

    def keep(self, request: Request, credentials: Credentials, key: str, source: str) -> Answer:
        """Store a session, unless a stored one ends later, and announce it. Raise MfaenvError where it has ended."""
        made = as_session(request, credentials, key, source, self._now())
        left = made.left(made.created)
        if left <= 0:
            raise MfaenvError("The new session has ended already.", "Check this machine's clock, and the server's.")
        stored = self.store.get(Session, key)
        self._sessions[key] = made
        if stored is None or stored.left(made.created) <= left:
            self._try_to(lambda: self.store.put(made, credentials.expires or 0))
        self._try_to(lambda: self.store.announce(str(made.created)))
        return Answer(made, key, new=True)

    def remember_device(self, access_key: str, request: Request) -> None:
        """Keep the request's device, and its user where that is known, for the next time."""
        self._try_to(lambda: remembered.remember_device(self.store, access_key, request, self._now()))

    def _try_to(self, write: Callable[[], object]) -> None:
        if self._writable:
            try:
                write()
            except OSError as error:
                self._writable = False
                where, reason = error.filename2 or self.store.path or "The store", error.strerror or error
                self._terminal.warn(f"{where} cannot be written ({reason}): the session is not stored.")


class CallLock(ExitStack):
    """The lock for calling AWS with an access key, released at the end of the `with` block at the latest.

    `lock_calls` waits for it; `is_stored` tells whether what the call would get is stored.
    """

    def __init__(
        self, store: Store, lock_calls: Callable[[], AbstractContextManager[None]], is_stored: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._store = store
        self._lock_calls = lock_calls
        self._is_stored = is_stored
        self._latest: str | None = None
        self._acquired = False

    def acquire(self) -> None:
        """Wait for the lock, unless this process has it, and look in the store. Raise ArrivedError as `check_store`."""
        if not self._acquired:
            self.enter_context(self._lock_calls())
            self._acquired, self._latest = True, None
            self.check_store()

    def release(self) -> None:
        """Let the next process call AWS. To be done before anybody is asked, and before anything is said."""
        self._acquired = False
        self.close()

    def check_store(self) -> None:
        """Raise ArrivedError where what is wanted is stored. It reads only after a new session was announced."""
        latest = self._store.latest()
        if latest != self._latest:
            self._latest = latest
            if self._is_stored():
                raise ArrivedError
