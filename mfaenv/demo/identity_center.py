"""IAM Identity Center: the portal that gives a role's keys for an access token, and the renewal of that token.

Source: the Identity Center Portal API Reference (`GetRoleCredentials`) and the OIDC API Reference (`CreateToken`).
"""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from mfaenv.demo.federation import SignIn
from mfaenv.demo.wire import Answer, Failure, Refusal, Request
from mfaenv.demo.world import HOUR, World

_TOKEN_SECONDS = HOUR


def get_role_credentials(world: World, request: Request) -> Answer:
    """Give a role's keys to whoever holds an access token that opens it."""
    bearer = request.headers.get("x-amz-sso_bearer_token", "")
    sign_in = _find(world, lambda known: known.access_token == bearer and known.expires > world.now())
    if sign_in is None:
        raise Refusal("UnauthorizedException", "Session token not found or invalid", 401)
    wanted = {name: values[0] for name, values in parse_qs(request.query).items()}
    role = sign_in.find_role(wanted.get("account_id", ""), wanted.get("role_name", ""))
    if role is None:
        raise Refusal("ForbiddenException", "No access", 403)
    session = world.open_session(role, role.max_session, name=sign_in.user)
    keys = {
        "accessKeyId": session.id,
        "secretAccessKey": session.secret,
        "sessionToken": session.token,
        "expiration": int((session.expires or 0) * 1000),
    }
    return _json({"roleCredentials": keys})


def create_token(world: World, request: Request) -> Answer:
    """Renew an access token for a refresh token; each refresh token is good once."""
    wanted = _fields(request.body)
    if wanted.get("grantType") != "refresh_token":
        raise Refusal("UnsupportedGrantTypeException", "unsupported_grant_type", 400)
    client = (wanted.get("clientId"), wanted.get("clientSecret"))
    sign_in = _find(world, lambda known: (known.client_id, known.client_secret) == client)
    if sign_in is None:
        raise Refusal("InvalidClientException", "Invalid client provided", 401)
    if wanted.get("refreshToken") != sign_in.refresh_token:
        raise Refusal("InvalidGrantException", "Invalid refresh token provided", 400)
    sign_in.access_token, sign_in.refresh_token = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
    sign_in.expires = world.now() + _TOKEN_SECONDS
    return _json(
        {
            "accessToken": sign_in.access_token,
            "refreshToken": sign_in.refresh_token,
            "expiresIn": _TOKEN_SECONDS,
            "tokenType": "Bearer",
        }
    )


def render_failure(failure: Failure) -> Answer:
    """Return the failure as the JSON protocol writes it: its code is in a header."""
    body = {"message": failure.message, "error_description": failure.message}
    return _json(body, failure.status, {"x-amzn-ErrorType": failure.code})


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refusal("InvalidRequestException", "Invalid request", 400)
    return fields


def _find(world: World, fits: Callable[[SignIn], bool]) -> SignIn | None:
    return next(filter(fits, world.sign_ins), None)


def _json(content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(content).encode(), "application/json", headers or {})
