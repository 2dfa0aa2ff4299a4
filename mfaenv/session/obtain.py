"""A session for a request: stored or fetched, one process at a time, roles on top."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial

from mfaenv import duration
from mfaenv.aws import address
from mfaenv.errors import ArrivedError, DeniedError, MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.model import Credentials, Keys, Origin, Request, Span, Value
from mfaenv.session import code, device, longterm, remembered, roles
from mfaenv.session.cache import Answer, Cache, as_session, end_in_words, profile_key, role_key, session_key
from mfaenv.session.call_lock import CallLock
from mfaenv.session.code import CodeSource
from mfaenv.session.fetch import Context, Fetch

ANY_TIME = Span(1, "")

SLACK = 60
"""Seconds by which a session may be shorter than asked for without a word: the clocks differ."""

RECENT = "If its trust policy demands a recent MFA (aws:MultiFactorAuthAge), get a new session: --refresh."
"""What may help where a role is denied to a stored session."""


class Sessions:
    """What turns requests into sessions."""

    def __init__(self, context: Context, sessions: dict[str, Session] | None = None) -> None:
        self._context = context
        self._store, self._terminal, self._how, self._now = context
        self._cache = Cache(self._store, self._terminal, self._now, sessions)
        if self._how.refresh:
            self._cache.since = self._now()
        self._code_source: CodeSource | None = None

    def obtain(self, request: Request) -> Answer:
        """Return the session that the request asks for, or an empty one where only stored ones may be used.

        Raise MfaenvError; KeyboardInterrupt where the person leaves.
        """
        if self._how.token_code.origin is Origin.OPTION:
            self._source(request)  # a line of standard input is never left to the program that `exec` runs
        answer = self.stored(request) if self._how.cached else self._answer(request)
        if answer.session:
            self._terminal.detail("session", "new" if answer.new else "stored", end_in_words(answer.session))
        return answer

    def stored(self, request: Request) -> Answer:
        """Return the stored session, or an empty one; never ask, and never call AWS. Raise MfaenvError."""
        return self._find(self._with_known_device(longterm.with_remembered_key(request, self._store)))

    def base_session(self, request: Request) -> Answer:
        """Look the user's own session up that the request's roles are assumed with, however little is left of it."""
        return self._find(self._with_known_device(request)._replace(hops=(), min_remaining=ANY_TIME))

    def with_device(self, request: Request) -> Request:
        """Return the request with its device: the one that it names or that was used before, else what AWS says.

        The person is asked where AWS may not say or knows several. No code is used, and nothing stored. Raise
        MfaenvError, KeyboardInterrupt.
        """
        request = self._with_known_device(request)
        if request.keys is None or request.device.text:
            return request
        address.check_request(request, self._terminal.env)
        with suppress(ArrivedError), self._call_lock(request, request._replace(hops=())) as call_lock:
            return self._with_found_device(request, request.keys, call_lock)
        return self.with_device(request)

    def renew(self, request: Request) -> Answer:
        """Assume the request's roles with the stored session, or resolve anew what needs no code; never ask.

        Nothing is got where the stored session has ended. Raise MfaenvError.
        """
        if request.keys is None:
            return self._unknown(request)
        base = self.base_session(request)
        if not base.session:
            return base
        request = self._with_known_device(request)
        try:
            return self._with_roles(request, base)
        except ArrivedError:
            return self._find(request)

    def _answer(self, request: Request) -> Answer:
        request = longterm.with_remembered_key(request, self._store)
        return self._unknown(request) if request.keys is None else self._of_keys(request, request.keys)

    def _of_keys(self, request: Request, keys: Keys) -> Answer:
        """Look in the store, and get what is not there; look again where another process got part of it meanwhile."""
        request = self._with_known_device(request)
        answer = self._find(request)
        if answer.session:
            return answer
        address.check_request(request, self._terminal.env)
        self._cache.prepare()
        own = request._replace(hops=())
        base = self._find(own)
        try:
            if base.session:
                return self._with_roles(request, base)
            with self._call_lock(request, own) as call_lock:
                base = self._from_code(own, keys, call_lock)
            return self._with_roles(request, base)
        except DeniedError as error:
            if base.new or not base.session:
                raise
            raise DeniedError(error.message, RECENT) from None
        except ArrivedError:
            return self._of_keys(request, keys)

    def _with_known_device(self, request: Request) -> Request:
        """Fill in the device that this access key used before, and check whichever there is."""
        if request.keys is None:
            return request
        known = remembered.device(self._store, request.keys.access_key, request.endpoint.text)
        if request.device.text:
            device.checked(request.device.text, request.device.source)
            account = known.account if known.serial == request.device.text else ""
            return request._replace(account=device.account(request.device.text) or account)
        if not known.serial:
            return request
        return request._replace(device=Value(known.serial, "remembered"), account=known.account)

    def _find(self, request: Request) -> Answer:
        """Look the request up in the store."""
        if request.keys is None or not request.device.text:
            return Answer(Session())
        key = role_key(session_key(request, request.keys), request.hops)
        return self._cache.find(key, request.min_remaining.seconds)

    @contextmanager
    def _call_lock(self, request: Request, *others: Request) -> Iterator[CallLock]:
        """Make the lock for what is wanted; it is not needed once that is stored, or one of the others."""

        def arrived() -> bool:
            return any(self._find(self._with_known_device(each)).session for each in (request, *others))

        access_key = request.keys.access_key if request.keys else ""
        alone = partial(self._cache.alone, access_key, request.profile.text)
        with CallLock(self._store, alone, arrived) as call_lock, self._terminal.watching(call_lock.check_store):
            yield call_lock

    def _with_roles(self, request: Request, base: Answer) -> Answer:
        """Assume the roles, if there are any, with the user's own session."""
        if not request.hops:
            return base
        with self._call_lock(request) as call_lock:
            call_lock.acquire()
            return roles.assume(request, base, self._cache)

    def _from_code(self, request: Request, keys: Keys, call_lock: CallLock) -> Answer:
        """Get the user's own session for a code, and store it."""
        if not keys.secret_key and not request.process.text:
            raise MfaenvError(
                f"The session replaced the long-term keys {keys.access_key} that this shell had exported.",
                "Export them again, or put them into a profile.",
            )
        source = self._source(request)
        searched = not request.device.text
        if searched or not request.account or not longterm.in_keychain(request):
            # Before anybody is asked: another's program may ask on the terminal too.
            keys = self._remembered(request, longterm.loaded(request, keys, self._terminal.env, self._terminal.awaited))
        if searched or not request.account:
            call_lock.acquire()
            request = self._with_found_device(request, keys, call_lock)
        if source.window:  # one process at a time asks in one, until its session is stored: the others wait for that
            call_lock.release()
        with self._cache.one_window(keys.access_key, request.profile.text) if source.window else nullcontext():
            fetch = Fetch(request, keys, source, self._context, call_lock)
            credentials, keys = fetch.session(), self._remembered(request, fetch.keys)
            self._cache.remember_device(keys.access_key, request)
            answer = self._cache.keep(request, credentials, session_key(request, keys), keys.access_key)
            call_lock.release()
        self._tell(request, credentials, searched=searched)
        return answer

    def _remembered(self, request: Request, keys: Keys) -> Keys:
        """Note which access key the request's program gave, and return the keys."""
        if request.process.text:
            longterm.remember(self._store, request.profiles[-1], request.process.text, keys.access_key, self._now())
        return keys

    def _source(self, request: Request) -> CodeSource:
        """Return the source of the code; standard input is read but once. Raise MfaenvError where there is none."""
        if self._code_source is None:
            self._code_source = code.source(request, self._how, self._terminal)
        return self._code_source

    def _with_found_device(self, request: Request, keys: Keys, call_lock: CallLock) -> Request:
        """Fill in the device, or the account of a hardware token, whose serial number does not tell it."""
        if request.device.text:
            who = device.owner(request, keys)
            return request._replace(account=who.account, user=who.user)
        serial, who = device.find(request, self._how, keys, self._terminal, call_lock)
        return request._replace(device=Value(serial, "found"), account=who.account, user=who.user)

    def _tell(self, request: Request, credentials: Credentials, *, searched: bool) -> None:
        """Show what came of it: how long the session lasts, and what spares the search for the device next time."""
        left = (credentials.expires or 0) - self._now()
        if left < request.duration.seconds - SLACK:
            got, asked = (duration.text(each) for each in (round(left / 60) * 60, request.duration.seconds))
            self._terminal.warn(f"AWS gave {got} instead of {asked}.")
        if searched:
            to_profile = f"To set the device permanently, add this line to profile {request.profiles[-1]}:"
            self._terminal.note(to_profile, f"mfa_serial = {request.device.text}")

    def _unknown(self, request: Request) -> Answer:
        """Return what a profile without keys of its own gives, or a session where those are long-term keys."""
        address.check_request(request, self._terminal.env)
        keys = longterm.load_keys(request, self._terminal.env, self._terminal.awaited)
        if not isinstance(keys, Keys):
            return self._without_code(request, keys)
        return self._of_keys(request._replace(keys=self._remembered(request, keys)), keys)

    def _without_code(self, request: Request, credentials: Credentials) -> Answer:
        """Return what botocore resolves the profile to, with the roles on top that it does not know of."""
        self._terminal.note(f"Profile {request.profile.text} needs no code: {request.kind}.")
        request = request._replace(account=credentials.account)
        answer = Answer(as_session(request, credentials, "", "", self._now()), profile_key(request), new=True)
        if not request.hops:
            return answer
        self._cache.prepare()
        self._cache.since = self._now()  # roles on top are assumed each time
        return roles.assume(request, answer, self._cache)
