"""IAM Identity Center: the portal that gives a role's keys for an access token, and the renewal of that token.

Source: the Identity Center Portal API Reference (`GetRoleCredentials`) and the OIDC API Reference
(`CreateToken`).
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from mfaenv.pretend_aws.service import Operation
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import HOUR, Role, RoleSession, World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

TOKEN_SECONDS = HOUR
START_URL = "https://alice.awsapps.example.com/start"


def new_token() -> str:
    return secrets.token_urlsafe(48)


@dataclass(eq=False)
class SignIn:
    """What `aws sso login` leaves behind: tokens, as its cache file has them, and the roles that they open."""

    user: str
    roles: Collection[Role]
    expires: float
    """Unix time at which the access token ends."""
    access_token: str = field(default_factory=new_token, repr=False)
    refresh_token: str = field(default_factory=new_token, repr=False)
    client_id: str = field(default_factory=new_token)
    client_secret: str = field(default_factory=new_token, repr=False)

    def find_role(self, account_id: str, name: str) -> Role | None:
        """Return the role that a profile's `sso_account_id` and `sso_role_name` mean."""
        return next((role for role in self.roles if (role.account.id, role.name) == (account_id, name)), None)


def cache_token(home: Path, sign_in: SignIn, name: str = START_URL) -> None:
    """Leave in a home what `aws sso login` leaves there: by the start URL, or the name of a profile's `sso_session`."""
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    token = {
        "startUrl": START_URL,
        "region": "us-east-1",
        "accessToken": sign_in.access_token,
        "expiresAt": (datetime.now(UTC) + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    (folder / f"{hashlib.sha1(name.encode()).hexdigest()}.json").write_text(json.dumps(token))


class IdentityCenter:
    """The sign-ins; `route` plugs them into a `ObservedAws`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sign_ins: list[SignIn] = []

    def sign_in(self, user: str, *roles: Role, seconds: int = 8 * HOUR) -> SignIn:
        """Sign a user in, as `aws sso login` does, for these roles."""
        sign_in = SignIn(user, roles, self._world.now() + seconds)
        self._sign_ins.append(sign_in)
        return sign_in

    def route(self, world: World, request: HttpRequest) -> Operation | None:
        """Return the operation where the request is of this kind."""
        if request.path == "/federation/credentials":
            return Operation(
                "sso", "GetRoleCredentials", partial(self._give_keys, world, request), render_refusal
            )
        if request.path == "/token":
            return Operation("sso-oidc", "CreateToken", partial(self._renew, world, request), render_refusal)
        return None

    def _give_keys(self, world: World, request: HttpRequest) -> HttpResponse:
        """Return a role's keys to whoever holds an access token that opens it."""
        bearer = request.headers.get("x-amz-sso_bearer_token", "")
        sign_in = self._find(lambda known: known.access_token == bearer and known.expires > world.now())
        if sign_in is None:
            raise Refusal("UnauthorizedException", "Session token not found or invalid", 401)
        wanted = {name: values[0] for name, values in parse_qs(request.query).items()}
        role = sign_in.find_role(wanted.get("account_id", ""), wanted.get("role_name", ""))
        if role is None:
            raise Refusal("ForbiddenException", "No access", 403)
        session = world.open_session(role, role.max_session, details=RoleSession(sign_in.user))
        keys = {
            "accessKeyId": session.id,
            "secretAccessKey": session.secret,
            "sessionToken": session.token,
            "expiration": int((session.expires or 0) * 1000),
        }
        return _json({"roleCredentials": keys})

    def _renew(self, world: World, request: HttpRequest) -> HttpResponse:
        """Renew an access token for a refresh token; each refresh token is good once."""
        wanted = _fields(request.body)
        if wanted.get("grantType") != "refresh_token":
            raise Refusal("UnsupportedGrantTypeException", "unsupported_grant_type", 400)
        client = (wanted.get("clientId"), wanted.get("clientSecret"))
        sign_in = self._find(lambda known: (known.client_id, known.client_secret) == client)
        if sign_in is None:
            raise Refusal("InvalidClientException", "Invalid client provided", 401)
        if wanted.get("refreshToken") != sign_in.refresh_token:
            raise Refusal("InvalidGrantException", "Invalid refresh token provided", 400)
        sign_in.access_token, sign_in.refresh_token = new_token(), new_token()
        sign_in.expires = world.now() + TOKEN_SECONDS
        return _json(
            {
                "accessToken": sign_in.access_token,
                "refreshToken": sign_in.refresh_token,
                "expiresIn": TOKEN_SECONDS,
                "tokenType": "Bearer",
            }
        )

    def _find(self, fits: Callable[[SignIn], bool]) -> SignIn | None:
        return next(filter(fits, self._sign_ins), None)


def render_refusal(failure: Refusal) -> HttpResponse:
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


def _json(
    content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    return HttpResponse(status, json.dumps(content).encode(), "application/json", headers or {})
