"""The console's sign-in: a token for a role's session, and a page that says who signed in with it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
"""

import json
import secrets
from collections.abc import Mapping
from functools import partial
from hmac import compare_digest
from html import escape

from mfaenv.pretend_aws.pages import render_refusal
from mfaenv.pretend_aws.routing import Operation
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import Credential, Role, World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

FEDERATION = "/federation"
TOKEN_SECONDS = 15 * 60

_PRIVATE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Pretend AWS console</title>
<h1>Pretend AWS console</h1>
<p>You are <b>{who}</b> in account <b>{account}</b>.
<p>You asked for {destination}
<p>This page comes from the pretend AWS on this machine, and nothing has left it.
</html>
"""


def signin_route(world: World, request: HttpRequest) -> Operation | None:
    """Return the operation that signs in, where the request is for that."""
    if request.path != FEDERATION:
        return None
    action = request.parameters.get("Action", "")
    perform = {"getSigninToken": _get_signin_token, "login": _log_in}.get(action, _refuse_action)
    return Operation("signin", action, partial(perform, world, request.parameters), render_refusal)


def _get_signin_token(world: World, parameters: Mapping[str, str]) -> HttpResponse:
    if "SessionDuration" in parameters:  # AWS takes it where long-term keys assumed the role, which nobody notes here
        raise _bad("Invalid credentials parameter: SessionDuration is of no use with a session's keys.")
    credential = _find_session(world, parameters.get("Session", ""))
    if not isinstance(credential.principal, Role):
        raise _bad("Only federation tokens or assume role tokens may be used for federated login.")
    token = secrets.token_urlsafe(64)
    world.signin_tokens[token] = (credential, world.now() + TOKEN_SECONDS)
    return HttpResponse(200, json.dumps({"SigninToken": token}).encode(), "application/json", _PRIVATE)


def _find_session(world: World, text: str) -> Credential:
    """Return the session whose keys these are. Raise Refusal for any others."""
    try:
        session = json.loads(text)
        credential = world.credentials[session["sessionId"]]
        is_secret = compare_digest(session["sessionKey"], credential.secret)
        is_token = compare_digest(session["sessionToken"], credential.token)
    except (ValueError, LookupError, TypeError):
        raise _bad("Invalid credentials.") from None
    if not (is_secret and is_token and credential.active and (credential.expires or 0) > world.now()):
        raise _bad("The credentials are invalid, or have expired.")
    return credential


def _log_in(world: World, parameters: Mapping[str, str]) -> HttpResponse:
    """Show who signed in; AWS leads to the page that was asked for."""
    credential, until = world.signin_tokens.pop(parameters.get("SigninToken", ""), (None, 0.0))
    if credential is None or until <= world.now():
        raise _bad("The sign-in token was used before, has expired, or is none.")
    page = _PAGE.format(
        who=escape(f"{credential.principal.name}/{credential.name}"),
        account=escape(credential.account.id),
        destination=escape(parameters.get("Destination", "")),
    )
    return HttpResponse(200, page.encode(), "text/html; charset=utf-8", _PRIVATE)


def _refuse_action(_world: World, _parameters: Mapping[str, str]) -> HttpResponse:
    raise _bad("The action is getSigninToken or login.")


def _bad(message: str) -> Refusal:
    return Refusal("BadRequest", message, 400)
