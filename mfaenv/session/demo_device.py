"""What the MFA device of a running demo shows, on the page of the pretend AWS."""

import json
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple
from urllib.parse import urlsplit

CODE_PATH = "/-/code"
DEMO_TIMEOUT = 10  # seconds; a demo on a busy machine may take some


class ShownCode(NamedTuple):
    """What a device shows, for how many seconds more, for how many AWS takes it, and whether it has already."""

    code: str
    seconds: int
    good_seconds: int
    used: bool


def read_device_page(url: str) -> ShownCode | None:
    """Ask the demo; return None where nobody there has a device. Raise OSError."""
    try:
        with closing(HTTPConnection(urlsplit(url).netloc, timeout=DEMO_TIMEOUT)) as connection:
            connection.request("GET", CODE_PATH)
            response = connection.getresponse()
            if response.status == HTTPStatus.NOT_FOUND:
                return None
            shown = json.loads(response.read(1000))
            seconds, good_seconds = int(shown["seconds"]), int(shown["good_seconds"])
            return ShownCode(str(shown["code"]), seconds, good_seconds, bool(shown["used"]))
    except (HTTPException, ValueError, LookupError) as error:
        raise OSError(f"this is not a demo's address: {url}") from error
