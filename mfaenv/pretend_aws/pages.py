"""What the server shows beside AWS: the face of the demo's MFA device."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from mfaenv.demo.totp import Shown
from mfaenv.demo.wire import Answer, Refusal, Request
from mfaenv.demo.world import World

CODE_PATH = "/-/code"


def code_page(world: World, _request: Request) -> Answer:
    """Return what the first device that shows codes shows now, as JSON; 404 in a world without one."""
    users = (user for account in world.accounts.values() for user in account.users.values())
    device = next((device for user in users for device in user.devices if device.has_codes), None)
    if device is None:
        raise Refusal("NotFound", "nobody here has a device that shows codes", 404)
    return Answer(200, json.dumps(device.shown()._asdict()).encode(), "application/json")


def read_code_page(url: str) -> Shown:
    """Ask the server at the URL what the device shows. Raises OSError where there is no such server."""
    try:
        with closing(HTTPConnection(urlsplit(url).netloc, timeout=5)) as connection:
            connection.request("GET", CODE_PATH)
            shown = json.loads(connection.getresponse().read())
            return Shown(str(shown["code"]), int(shown["seconds"]), bool(shown["used"]))
    except (HTTPException, ValueError, LookupError) as error:
        raise OSError(f"this is no demo's address: {url}") from error
