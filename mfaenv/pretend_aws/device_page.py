"""Read from a running demo what its MFA device shows."""

import json
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from mfaenv.pretend_aws.totp import ShownCode

CODE_PATH = "/-/code"
PATIENCE = 10  # seconds; a demo on a busy machine may take some


def read_device_page(url: str) -> ShownCode | None:
    """Ask the demo; return None where nobody there has a device. Raise OSError."""
    try:
        with closing(HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)) as connection:
            connection.request("GET", CODE_PATH)
            response = connection.getresponse()
            if response.status == HTTPStatus.NOT_FOUND:
                return None
            shown = json.loads(response.read(1000))
            return ShownCode(str(shown["code"]), int(shown["seconds"]), bool(shown["used"]))
    except (HTTPException, ValueError, LookupError) as error:
        raise OSError(f"this is not a demo's address: {url}") from error
