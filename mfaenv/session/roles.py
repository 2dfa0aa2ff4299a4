"""Roles, assumed one after the other with a session, each stored for itself."""

from mfaenv.aws import client, sts
from mfaenv.config import role_sessions
from mfaenv.fast.entry import Session
from mfaenv.model import Request
from mfaenv.session import device, remembered
from mfaenv.session.cache import Answer, Cache, credentials_of, role_key

NO_USERS_NAME = "mfaenv"
"""What a role's session is named where no user is known."""


def assume(request: Request, base: Answer, cache: Cache) -> Answer:
    """Assume the request's roles with a session. Raise MfaenvError, DeniedError where a policy is in the way."""
    clients, key, answer = client.RoleClients(), base.key, base
    for depth, hop in enumerate(request.hops, 1):
        key = role_key(key, (hop,))
        stored = cache.find(key, request.min_remaining.seconds)
        if stored.session:
            answer = stored
            continue
        profile = hop.profile if request.config_profile else None
        settings = client.ClientSettings(profile, hop.region, hop.role_arn, hop.endpoint, ca_bundle=request.ca_bundle)
        made = clients.client(settings, credentials_of(answer.session))
        named = hop if hop.session_name else hop._replace(session_name=_users_name(request, base.session, cache))
        credentials = sts.assume_role(made, named)
        answer = cache.keep(request._replace(hops=request.hops[:depth]), credentials, key, answer.session.source)
    return answer


def _users_name(request: Request, base: Session, cache: Cache) -> str:
    """Return the name of a role's session after the user, who is asked for once and remembered with the device."""
    if not base.source:
        return NO_USERS_NAME
    user = request.user or remembered.device(cache.store, base.source, request.endpoint.text).user
    if not user:
        user = device.owner(request, credentials_of(base)).user
        cache.remember_device(base.source, request._replace(user=user))
    return role_sessions.user_session_name(user) if user else NO_USERS_NAME
