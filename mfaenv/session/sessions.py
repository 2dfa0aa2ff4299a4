"""A session for a request: stored or fetched, one process at a time, roles on top."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from mfaenv import duration
from mfaenv.aws import address, client, explain, sts
from mfaenv.config import credential_process, role_sessions
from mfaenv.errors import DeniedError, MfaenvError, SessionStoredError
from mfaenv.fast.entry import Session
from mfaenv.fast.environment import timestamp
from mfaenv.model import Keys, Origin, Request, Span
from mfaenv.session import cache, code, device, longterm, remembered
from mfaenv.session.fetch import fetch

SLACK = 60  # seconds by which the clocks may differ
NO_USERS_NAME = "mfaenv"  # what a role's session is named where no user is known


class Sessions:
    """Gets the session for a request."""

    def __init__(self, context: cache.Context, sessions: dict[str, Session] | None = None) -> None:
        self._context = context
        self._store, self._terminal = context.store, context.terminal
        self._acquisition, self._now = context.acquisition, context.now
        self._cache = cache.Cache(context, sessions)
        self._code_source: code.CodeSource | None = None

    def get(self, request: Request) -> Session:
        """Return the session, or with --cached an empty one. Raise MfaenvError."""
        if self._acquisition.token_code.origin is Origin.OPTION:
            self._source(request)  # a line of standard input is never left to the program that `exec` runs
        session = self.stored(request) if self._acquisition.cached else self._get(request)
        if session:
            end = "unknown end" if session.token else "no end"  # of one that others made
            end = f"until {timestamp(session.expires)}" if session.expires else end
            self._terminal.detail("session", "new" if self._cache.is_new(session) else "stored", end)
        return session

    def stored(self, request: Request) -> Session:
        """Return the stored session, or an empty one; never call AWS."""
        request = remembered.filled_in(request, self._store)
        if request.keys is None or not request.device.text:
            return Session()
        key = cache.role_key(cache.session_key(request, request.keys.access_key), request.hops)
        return self._cache.find(key, request.min_remaining.seconds)

    def base_session(self, request: Request) -> Session:
        """Return the user's own stored session, however little is left of it."""
        return self.stored(request._replace(hops=(), min_remaining=Span(1, "")))

    def renew(self, request: Request) -> Session:
        """Assume the roles again, or resolve what needs no code; empty after the end. Raise MfaenvError."""
        if request.keys is None:
            return self._get(request)
        base = self.base_session(request)
        return self._with_roles(request, base) if base else base

    def with_device(self, request: Request) -> Request:
        """Return the request with its device, and store nothing. Raise MfaenvError, KeyboardInterrupt."""
        request = self._filled_in(request)
        if request.keys is None or request.device.text:
            return request
        address.check_request(request, self._terminal.env)
        with suppress(SessionStoredError), self._call_lock(request._replace(hops=()), request.keys) as lock:
            return device.complete(request, request.keys, self._context, lock)
        return self.with_device(request)

    def _filled_in(self, request: Request) -> Request:
        request = remembered.filled_in(request, self._store)
        if request.keys and request.device.text:
            device.checked(request.device.text, request.device.source)
        return request

    def _get(self, request: Request) -> Session:
        """Return the stored session, else a new one: the user's own first, then that of each role on top of it."""
        request = self._filled_in(request)
        if request.keys is None:
            return self._from_provider(request)
        if session := self.stored(request):
            return session
        address.check_request(request, self._terminal.env)
        self._cache.prepare()
        user_request = request._replace(hops=())
        base = self.stored(user_request)
        try:
            if not base:
                with self._call_lock(user_request, request.keys) as lock:
                    base = self._from_code(user_request, request.keys, lock)
            return self._with_roles(request, base)
        except DeniedError as error:
            if not base or self._cache.is_new(base):
                raise
            hint = "Check the role's ARN and trust policy. If that wants a recent MFA, get a new session: --refresh."
            raise DeniedError(error.message, hint) from None
        except SessionStoredError:
            return self._get(request)

    def _from_provider(self, request: Request) -> Session:
        """Return the session that the profile's program or AWS gives without a code, with the roles on top of it."""
        address.check_request(request, self._terminal.env)
        keys = longterm.load_keys(request, self._terminal)
        if isinstance(keys, Keys):
            remembered.remember_key(self._store, request.program, keys.access_key, self._now())
            return self._get(request._replace(keys=keys))
        self._terminal.note(f"Profile {request.profile.text} needs no code: {request.provider}.")
        request = request._replace(account=keys.account)
        key = f"profile\n{request.source_profile}\n{request.endpoint.text}"
        return self._assume(request, cache.as_entry(keys, request, key, "", self._now()))

    @contextmanager
    def _call_lock(self, request: Request, keys: Keys) -> Iterator[cache.CallLock]:
        profile = request.profile.text
        lock = cache.CallLock(self._cache, keys.access_key, profile, lambda: bool(self.stored(request)))
        with lock, self._terminal.watching(lock.check_store):
            yield lock

    def _with_roles(self, request: Request, base: Session) -> Session:
        if not request.hops:
            return base
        with self._cache.lock_calls(base.source, request.profile.text):
            return self._assume(remembered.filled_in(request, self._store), base)

    def _assume(self, request: Request, base: Session) -> Session:
        """Assume each role with the session before it, unless its own is stored."""
        clients, session = client.RoleClients(), base
        for depth, hop in enumerate(request.hops, 1):
            caller, key = session, cache.role_key(session.key, (hop,))
            if base.source:  # else nothing is stored: roles on what needs no code are assumed each time
                session = self._cache.find(key, request.min_remaining.seconds)
                if session:
                    continue
            profile = hop.profile if request.config_profile else None
            settings = client.ClientSettings(
                profile, hop.region, hop.role_arn, {"sts": hop.endpoint}, ca_bundle=request.ca_bundle
            )
            role = hop if hop.session_name else hop._replace(session_name=self._users_name(request, base))
            credentials = sts.assume_role(clients.client(settings, caller), role)
            so_far = request._replace(hops=request.hops[:depth])
            session = self._cache.put(credentials, so_far, key, base.source)
        return session

    def _users_name(self, request: Request, base: Session) -> str:
        if not base.source:
            return NO_USERS_NAME
        user = request.user or remembered.device(self._store, base.source, request.endpoint.text).user
        if not user:
            user = device.identify(request, base).user
            remembered.remember_device(self._store, base.source, request._replace(user=user), self._now())
        return role_sessions.user_session_name(user) if user else NO_USERS_NAME

    def _from_code(self, request: Request, keys: Keys, lock: cache.CallLock) -> Session:
        """Find the device, ask for its code, send that, and store the user's own session."""
        if not keys.secret_key and not request.process.text:
            wrong = f"The session replaced the long-term keys {keys.access_key} that this shell had exported."
            raise MfaenvError(wrong, "Export them again, or put them into a profile.")
        source = self._source(request)
        searched = not request.device.text
        if searched or not request.account or not credential_process.entry(request.process.text):
            # Before anybody is asked: another's program may ask on the terminal too, or run mfaenv.
            keys = longterm.with_secret(request, keys, self._terminal)
        with self._cache.lock_prompt(source, keys.access_key, request.profile.text):
            if searched or not request.account:
                lock.acquire()
                request = device.complete(request, keys, self._context, lock)
            try:
                credentials, keys, user = fetch(request, keys, source, self._context, lock)
            except explain.WrongDeviceError:  # a new one has another name
                remembered.forget_device(self._store, keys.access_key, request, self._now())
                raise
            remembered.remember_key(self._store, request.program, keys.access_key, self._now())
            remembered.remember_device(self._store, keys.access_key, request._replace(user=user), self._now())
            key = cache.session_key(request, keys.access_key)
            session = self._cache.put(credentials, request, key, keys.access_key)
            lock.release()
        self._report(request, session, searched=searched)
        return session

    def _source(self, request: Request) -> code.CodeSource:
        if self._code_source is None:  # standard input is read once
            self._code_source = code.source(request, self._acquisition, self._terminal)
        return self._code_source

    def _report(self, request: Request, session: Session, *, searched: bool) -> None:
        left, asked = session.left(self._now()), request.duration.seconds
        if left < asked - SLACK:
            length = duration.text(round(left / 60) * 60)
            self._terminal.warn(f"AWS gave {length} instead of {duration.text(asked)}.")
        if searched:
            to_profile = f"To set the device permanently, add this line to profile {request.source_profile}:"
            self._terminal.note(to_profile, f"mfa_serial = {request.device.text}")
