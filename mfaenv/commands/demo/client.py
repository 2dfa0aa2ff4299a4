"""The demo's own calls: a few lines instead of clients that would read the user's AWS files and variables."""

import html
import re
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from mfaenv.aws.signing import signed_headers
from mfaenv.model import Credentials

_FORM = {"content-type": "application/x-www-form-urlencoded"}


class Reply(NamedTuple):
    """An answer of AWS: the HTTP status and the XML."""

    status: int
    text: str

    def values(self, element: str) -> list[str]:
        """Return the text of every element of that name."""
        return [html.unescape(text) for text in re.findall(rf"<{element}>([^<]*)</{element}>", self.text)]

    @property
    def error(self) -> str:
        """Return the error's code and message, or nothing."""
        return ": ".join(self.values("Code") + self.values("Message"))


def get_caller_identity(url: str, keys: Credentials, region: str) -> Reply:
    """Call STS. Raise OSError where nobody answers."""
    form = urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"}).encode()
    return _send("POST", url, form, signed_headers(("POST", f"{url}/", form), _FORM, keys, (region, "sts")))


def list_buckets(url: str, keys: Credentials, region: str) -> Reply:
    """Call S3. Raise OSError where nobody answers."""
    return _send("GET", url, b"", signed_headers(("GET", f"{url}/", b""), {}, keys, (region, "s3")))


def _send(method: str, url: str, body: bytes, headers: dict[str, str]) -> Reply:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(method, "/", body, headers)
        response = connection.getresponse()
        return Reply(response.status, response.read().decode())
    finally:
        connection.close()
