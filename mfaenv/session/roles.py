"""Roles, assumed one after the other with a session, each stored for itself."""

from mfaenv.aws import client, sts
from mfaenv.config import role_sessions
from mfaenv.fast.entry import Session
from mfaenv.model import Request
from mfaenv.session import device, remembered
from mfaenv.session.cache import NONE_STALE, USERS_NAME, Answer, Cache, Stale, credentials_of, role_key
from mfaenv.store import Store


class Roles:
    """What assumes the roles of a request."""

    def __init__(self, store: Store, cache: Cache) -> None:
        self._store = store
        self._cache = cache

    def assume(self, request: Request, answer: Answer, stale: Stale = NONE_STALE) -> Answer:
        """Assume one role after the other, each stored for itself. Raise DeniedError where a policy is in the way."""
        clients, key, base = client.RoleClients(), answer.key, answer.session
        for depth, hop in enumerate(request.hops, 1):
            key = role_key(key, (hop,))
            stored = self._cache.find(key, request.min_remaining.seconds, stale)
            if stored.session:
                answer = stored
                continue
            profile = hop.profile if request.config_profile else None
            settings = client.ClientSettings(
                profile, hop.region, hop.role_arn, hop.endpoint, ca_bundle=request.ca_bundle
            )
            made = clients.client(settings, credentials_of(answer.session))
            upto = request._replace(hops=request.hops[:depth])
            named = hop if hop.session_name else hop._replace(session_name=self._users_name(request, base))
            answer = self._cache.keep(upto, sts.assume_role(made, named), key, answer.session.source)
        return answer

    def _users_name(self, request: Request, base: Session) -> str:
        """Return the name of a role's session after the user, who is asked for once and remembered with the device."""
        if not base.source:
            return USERS_NAME
        user = request.user or remembered.user(self._store, base.source, request.endpoint.text)
        if not user:
            user = device.owner(request, credentials_of(base)).user
            self._cache.remember_device(base.source, request._replace(user=user))
        return role_sessions.user_session_name(user) if user else USERS_NAME
