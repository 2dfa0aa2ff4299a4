"""Pages beside AWS's services: what the demo's MFA device shows, and the console's sign-in for a role's session.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
"""

import json
import secrets
from collections.abc import Mapping
from functools import partial
from html import escape

from mfaenv.pretend_aws.device_page import CODE_PATH
from mfaenv.pretend_aws.service import Operation
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import Role, World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

SIGNIN_PATH = "/federation"
TOKEN_SECONDS = 15 * 60

_PRIVATE = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'"}

_CONSOLE = """\
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


def page_route(world: World, request: HttpRequest) -> Operation | None:
    """Return the operation that a request for a page asks for."""
    if request.path == CODE_PATH:
        return Operation("demo", "ShowCode", partial(_show_code, world))
    if request.path == SIGNIN_PATH:
        action = request.parameters.get("Action", "")
        perform = {"getSigninToken": _get_signin_token, "login": _log_in}.get(action, _refuse_action)
        return Operation("signin", action, partial(perform, world, request.parameters))
    return None


def _show_code(world: World) -> HttpResponse:
    """Return what the first device shows now, as JSON; 404 in a world without one.

    A device that was made and is nobody's yet is on the person's phone as well.
    """
    accounts = world.accounts.values()
    devices = [device for account in accounts for user in account.users.values() for device in user.devices]
    made = [device for account in accounts for device in reversed(account.unassigned_devices.values())]
    for device in (*devices, *made):
        return HttpResponse(200, json.dumps(device.shown()._asdict()).encode(), "application/json")
    raise Refusal("NotFound", "nobody here has a device", 404)


def _get_signin_token(world: World, parameters: Mapping[str, str]) -> HttpResponse:
    if "SessionDuration" in parameters:  # AWS takes it where long-term keys assumed the role, which nobody notes here
        raise _bad("Invalid credentials parameter: SessionDuration is of no use with a session's keys.")
    try:
        session = json.loads(parameters.get("Session", ""))
        credential = world.credentials[session["sessionId"]]
        is_same = (session["sessionKey"], session["sessionToken"]) == (credential.secret, credential.token)
    except (ValueError, LookupError, TypeError):
        is_same = False
    if not is_same or (credential.expires or 0) <= world.now():
        raise _bad("The credentials are invalid, or have expired.")
    if not isinstance(credential.principal, Role):
        raise _bad("Only federation tokens or assume role tokens may be used for federated login.")
    token = secrets.token_urlsafe(64)
    world.signin_tokens[token] = (credential, world.now() + TOKEN_SECONDS)
    return HttpResponse(200, json.dumps({"SigninToken": token}).encode(), "application/json", _PRIVATE)


def _log_in(world: World, parameters: Mapping[str, str]) -> HttpResponse:
    """Show who signed in; AWS leads to the page that was asked for."""
    credential, until = world.signin_tokens.pop(parameters.get("SigninToken", ""), (None, 0.0))
    if credential is None or until <= world.now():
        raise _bad("The sign-in token was used before, has expired, or is none.")
    who, account = f"{credential.principal.name}/{credential.details.name}", credential.account.id
    page = _CONSOLE.format(who=escape(who), account=account, destination=escape(parameters.get("Destination", "")))
    return HttpResponse(200, page.encode(), "text/html; charset=utf-8", _PRIVATE)


def _refuse_action(_world: World, _parameters: Mapping[str, str]) -> HttpResponse:
    raise _bad("The action is getSigninToken or login.")


def _bad(message: str) -> Refusal:
    return Refusal("BadRequest", message, 400)
