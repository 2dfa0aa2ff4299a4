"""Stored sessions: what each depends on, and who may call AWS or ask for it."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from typing import NamedTuple

from mfaenv.config import awsfiles, resolve, roles
from mfaenv.errors import DismissedError, MfaenvError, SessionStoredError
from mfaenv.fast import environment, parse
from mfaenv.fast.entry import Session, file_name
from mfaenv.fast.parse import Env, Options
from mfaenv.model import NEVER_ASK, Acquisition, Hop, Request
from mfaenv.session import remembered
from mfaenv.session.code import CodeSource
from mfaenv.session.lock import lock
from mfaenv.session.remembered import DISMISSED_SECONDS, DismissedPrompt
from mfaenv.store import LOCK, Store
from mfaenv.terminal.terminal import Terminal

MAX_CALL_SECONDS = 60  # seconds that a process which calls AWS keeps others waiting: some answers never end


class Context(NamedTuple):
    """What every step needs; `now` returns seconds since 1970."""

    store: Store
    terminal: Terminal
    acquisition: Acquisition = NEVER_ASK
    now: Callable[[], float] = time.time


def session_key(request: Request, access_key: str) -> str:
    """Return all that a session depends on: neither the region nor how long it was asked for."""
    return f"session\n{access_key}\n{request.device.text}\n{request.endpoint.text}"


def role_key(base: str, hops: tuple[Hop, ...]) -> str:
    """Return all that a role's credentials depend on; a digest of the key before keeps that of a long chain short."""
    for hop in hops:
        from hashlib import sha256  # takes its time, and without a role the question comes before

        digest = sha256(base.encode("utf-8", "surrogateescape")).hexdigest()
        base = f"role\n{digest}\n{tuple(hop._replace(duration=None, region='', profile=''))!r}"
    return base


def as_entry(credentials: Session, request: Request, key: str, source: str, now: float) -> Session:
    """Return credentials as the store has them, with what they depend on; `source` is the long-term access key."""
    return credentials.replace(
        key=key,
        account=request.account,
        profiles=request.profiles[-len(request.hops) - 1 :],
        source=source,
        device=request.device.text,
        role=request.hops[-1].role_arn if request.hops else "",
        limit=request.hops[-1].limit() if request.hops else "",
        created=now,
    )


def of_profile(
    options: Options, sessions: Iterable[Session], store: Store, env: Env
) -> tuple[set[Session], list[str]]:
    """Return the sessions that are a profile's, and its own access keys. Raise MfaenvError for a wrong name."""
    profile, own_key, keys = parse.text(options, "profile"), "", list[str]()
    try:
        files = awsfiles.load(env)
        profile = roles.profile_behind_process(files, profile)
        last_key = remembered.access_key(store, files.program(profile))
        keys = [*filter(None, (files.section(profile).get(awsfiles.ACCESS_KEY), last_key))]
        with suppress(MfaenvError):  # it gets no session any more
            request = resolve.resolve({"profile": profile}, environment.without_settings(env), files)
            request = remembered.filled_in(request, store)
            if request.keys:
                own_key = role_key(session_key(request, request.keys.access_key), request.hops)
    except MfaenvError as error:  # sessions name their profiles themselves
        Terminal.for_options(options, env).warn(error.message)
    of_it = {e for e in sessions if profile in e.profiles or e.source in keys or e.key == own_key}
    if not of_it:
        resolve.refuse_unknown(profile, env)
    return of_it, keys


class Cache:
    """A store for sessions; that it cannot be written is a warning, and the session is still printed.

    `sessions` are those that this process got, by key, for where the store keeps none.
    """

    def __init__(self, context: Context, sessions: dict[str, Session] | None = None) -> None:
        self.store, self._terminal, self._now = context.store, context.terminal, context.now
        self._sessions = {} if sessions is None else sessions
        self._writable = True
        self._started = self._now()
        self._only_new = context.acquisition.refresh

    def is_new(self, session: Session) -> bool:
        """Return whether it was made in this run; one from the future is from before a clock was set back."""
        return self._started <= session.created <= self._now()

    def find(self, key: str, min_remaining: int) -> Session:
        """Return the session with most left, `min_remaining` seconds or more; an empty one has the key."""
        now = self._now()
        sessions = filter(None, (self.store.get(Session, key), self._sessions.get(key)))
        usable = filter(self.is_new, sessions) if self._only_new else sessions
        best = max(usable, key=lambda session: session.left(now), default=Session(key=key))
        return best if best.left(now) >= min_remaining else Session(key=key)

    def prepare(self) -> None:
        """Warn, before anybody is asked, where sessions cannot be stored."""
        self._try_to(self.store.prepare)

    def lock_calls(self, access_key: str, profile: str) -> AbstractContextManager[None]:
        """Let one process at a time call AWS with this key."""
        waiting = f"Another mfaenv is getting a session with the keys of profile {profile}; waiting for it."
        return self._lock(access_key, waiting, MAX_CALL_SECONDS)

    @contextmanager
    def lock_prompt(self, source: CodeSource, access_key: str, profile: str) -> Iterator[None]:
        """Let one process at a time ask in the source's place, until its session is stored.

        Raise KeyboardInterrupt where the person closed the window before: the next would ask the same.
        """
        since = self._now()
        waiting = f"{source.other}; profile {profile} waits for it."
        with self._lock(source.place, waiting) if source.place else nullcontext():
            self._terminal.check()
            dismissed = self.store.get(DismissedPrompt, access_key) if source.is_window else None
            if dismissed and since <= dismissed.at <= self._now():
                raise DismissedError
            try:
                yield
            except KeyboardInterrupt:
                dismissed = DismissedPrompt(key=access_key, at=self._now())
                if source.is_window:
                    self._try_to(lambda: self.store.put(dismissed, dismissed.at + DISMISSED_SECONDS))
                raise

    @contextmanager
    def _lock(self, key: str, waiting: str, longest: float = math.inf) -> Iterator[None]:
        def acquire() -> None:
            path, tell = self.store.file(file_name(LOCK, key)), partial(self._terminal.note, waiting)
            stack.enter_context(lock(path, tell, self._terminal.check, longest=longest))

        with ExitStack() as stack:
            self._try_to(acquire)
            yield

    def put(self, credentials: Session, request: Request, key: str, source: str) -> Session:
        """Return a new session, stored unless a stored one ends later. Raise MfaenvError for one that has ended."""
        session = as_entry(credentials, request, key, source, self._now())
        left = session.left(session.created)
        if left <= 0:
            hint = "Check this machine's clock, and the server's."
            raise MfaenvError("The new session has ended already.", hint)
        self._sessions[key] = session
        if not source:
            return session  # a role's on top of what needs no code: nobody would read it
        stored = self.store.get(Session, key)
        if stored is None or stored.left(session.created) <= left:
            self._try_to(lambda: self.store.put(session, session.expires or 0))
        self._try_to(lambda: self.store.announce(str(session.created)))
        return session

    def _try_to(self, write: Callable[[], object]) -> None:
        if self._writable:
            try:
                write()
            except OSError as error:
                self._writable = False
                where, reason = error.filename2 or self.store.path or "The store", error.strerror or error
                self._terminal.warn(f"{where} cannot be written ({reason}): the session is not stored.")


class CallLock(ExitStack):
    """The lock for calling AWS with an access key, unless `is_stored` says that the answer is there."""

    def __init__(self, cache: Cache, access_key: str, profile: str, is_stored: Callable[[], bool]) -> None:
        super().__init__()
        self._cache = cache
        self._lock = partial(cache.lock_calls, access_key, profile)
        self._is_stored = is_stored
        self._latest: str | None = None
        self._acquired = False

    def acquire(self) -> None:
        """Wait for the lock, unless this process has it. Raise as `check_store`."""
        if not self._acquired:
            self.enter_context(self._lock())
            self._acquired, self._latest = True, None
            self.check_store()

    def release(self) -> None:
        """Let the next process call AWS."""
        self._acquired = False
        self.close()

    def check_store(self) -> None:
        """Raise SessionStoredError if the session is stored."""
        latest = self._cache.store.latest()
        if latest != self._latest:
            self._latest = latest
            if self._is_stored():
                raise SessionStoredError
