"""The page on which the server shows what the demo's MFA device shows."""

import json
from contextlib import closing
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from mfaenv.pretend_aws.routing import Operation
from mfaenv.pretend_aws.totp import ShownCode
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

CODE_PATH = "/-/code"


class NoDeviceError(OSError):
    """Nobody in the demo has a device that shows codes."""


def code_route(world: World, request: HttpRequest) -> Operation | None:
    """Return the operation that shows the code, where the request is for its page."""
    if request.path != CODE_PATH:
        return None
    return Operation("demo", "ShowCode", partial(_show_code, world), render_refusal)


def render_refusal(refusal: Refusal) -> HttpResponse:
    """Return a refusal as plain text."""
    return HttpResponse(refusal.status, refusal.message.encode(), "text/plain")


def _show_code(world: World) -> HttpResponse:
    """Return what the first device that shows codes shows now, as JSON; 404 in a world without one.

    A virtual device that was made and is nobody's yet is on the person's phone as well.
    """
    accounts = world.accounts.values()
    devices = [device for account in accounts for user in account.users.values() for device in user.devices]
    made = [device for account in accounts for device in reversed(account.unassigned_devices.values())]
    device = next((device for device in (*devices, *made) if device.has_codes), None)
    if device is None:
        raise Refusal("NotFound", "nobody here has a device that shows codes", 404)
    return HttpResponse(200, json.dumps(device.shown()._asdict()).encode(), "application/json")


def read_code_page(url: str, patience: float = 5) -> ShownCode:
    """Ask the server at the URL what the device shows, for so many seconds.

    Raise OSError where there is no server, and NoDeviceError where there is no device.
    """
    try:
        with closing(HTTPConnection(urlsplit(url).netloc, timeout=patience)) as connection:
            connection.request("GET", CODE_PATH)
            response = connection.getresponse()
            if response.status == HTTPStatus.NOT_FOUND:
                raise NoDeviceError
            shown = json.loads(response.read(1000))
            return ShownCode(str(shown["code"]), int(shown["seconds"]), bool(shown["used"]))
    except (HTTPException, ValueError, LookupError) as error:
        raise OSError(f"this is no demo's address: {url}") from error
