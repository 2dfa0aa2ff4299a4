"""Signed calls to the pretend AWS that read no AWS files and no variables, and what comes back."""

import html
import re
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from product import PATIENCE
from signing import SigningKeys

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


def get_caller_identity(url: str, keys: SigningKeys, region: str) -> Reply:
    """Call STS. Raise OSError where nobody answers."""
    form = urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"}).encode()
    request = AWSRequest("POST", f"{url}/", _FORM, form)
    SigV4Auth(Credentials(keys.id, keys.secret, keys.token or None), "sts", region).add_auth(request)
    return _send(url, request)


def list_buckets(url: str, keys: SigningKeys, region: str) -> Reply:
    """Call S3. Raise OSError where nobody answers."""
    request = AWSRequest("GET", f"{url}/", {}, b"")
    S3SigV4Auth(Credentials(keys.id, keys.secret, keys.token or None), "s3", region).add_auth(request)
    return _send(url, request)


def _send(url: str, request: AWSRequest) -> Reply:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        connection.request(str(request.method), "/", request.body, dict(request.headers.items()))
        response = connection.getresponse()
        return Reply(response.status, response.read().decode())
    finally:
        connection.close()
