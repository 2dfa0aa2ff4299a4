"""The page of the demo's MFA device, and the console's sign-in.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
"""

import json
import secrets
from collections.abc import Mapping
from html import escape
from pathlib import Path

from mfaenv.pretend_aws.service import Operation
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import Role, World
from mfaenv.serving.loopback import HttpRequest, HttpResponse
from mfaenv.session.demo_device import CODE_PATH

SIGNIN_PATH = "/federation"
TOKEN_SECONDS = 15 * 60

_PRIVATE = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'"}

_CONSOLE = Path(__file__).with_name("console.html").read_text(encoding="utf-8")


def page_route(world: World, request: HttpRequest) -> Operation | None:
    if request.path == CODE_PATH:
        return Operation("demo", "ShowCode", lambda: _show_code(world))
    if request.path == SIGNIN_PATH:
        action = request.parameters.get("Action", "")
        perform = _get_signin_token if action == "getSigninToken" else _log_in
        return Operation("signin", action, lambda: perform(world, request.parameters))
    return None


def _show_code(world: World) -> HttpResponse:
    for account in world.accounts.values():
        assigned = [device for user in account.users.values() for device in user.devices]
        for device in (*assigned, *reversed(account.unassigned_devices.values())):
            return HttpResponse(200, json.dumps(device.shown()._asdict()).encode(), "application/json")
    raise Refusal("NotFound", "nobody here has a device", 404)


def _get_signin_token(world: World, form: Mapping[str, str]) -> HttpResponse:
    if "SessionDuration" in form:  # AWS takes it where long-term keys assumed the role
        raise _bad("Invalid credentials parameter: SessionDuration is of no use with a session's keys.")
    try:
        session = json.loads(form.get("Session", ""))
        keys = world.credentials[session["sessionId"]]
        is_same = (session["sessionKey"], session["sessionToken"]) == (keys.secret, keys.token)
    except (ValueError, LookupError, TypeError):
        is_same = False
    if not is_same or (keys.expires or 0) <= world.now():
        raise _bad("The credentials are invalid, or have expired.")
    if not isinstance(keys.principal, Role):
        raise _bad("Only federation tokens or assume role tokens may be used for federated login.")
    token = secrets.token_urlsafe(64)
    world.signin_tokens[token] = (keys, world.now() + TOKEN_SECONDS)
    return HttpResponse(200, json.dumps({"SigninToken": token}).encode(), "application/json", _PRIVATE)


def _log_in(world: World, form: Mapping[str, str]) -> HttpResponse:
    keys, until = world.signin_tokens.pop(form.get("SigninToken", ""), (None, 0.0))
    if keys is None or until <= world.now():
        raise _bad("The sign-in token was used before, has expired, or is none.")
    who, account = f"{keys.principal.name}/{keys.details.name}", keys.account.id
    page = _CONSOLE.format(who=escape(who), account=account, destination=escape(form.get("Destination", "")))
    return HttpResponse(200, page.encode(), "text/html; charset=utf-8", _PRIVATE)


def _bad(message: str) -> Refusal:
    return Refusal("BadRequest", message, 400)
