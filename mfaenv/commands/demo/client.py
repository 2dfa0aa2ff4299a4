"""A client in a few lines for the demo's own calls, so that the walk needs no SDK."""

import html
import re
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from mfaenv.demo.sigv4 import Keys, sign
from mfaenv.demo.wire import Request


class Reply(NamedTuple):
    """An answer of AWS: the HTTP status and the XML."""

    status: int
    text: str

    def values(self, element: str) -> list[str]:
        """Return the text of every element of that name."""
        return [html.unescape(text) for text in re.findall(rf"<{element}>([^<]*)</{element}>", self.text)]

    @property
    def error(self) -> str:
        """The error's code and message, or nothing."""
        return ": ".join(self.values("Code") + self.values("Message"))


def get_caller_identity(url: str, keys: Keys, region: str) -> Reply:
    """Call STS."""
    form = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return _send(url, keys, region, "sts", _request("POST", url, headers, form))


def list_buckets(url: str, keys: Keys, region: str) -> Reply:
    """Call S3."""
    return _send(url, keys, region, "s3", _request("GET", url, {}, {}))


def _request(method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str]) -> Request:
    return Request(method, "/", "", {"host": urlsplit(url).netloc, **headers}, urlencode(form).encode())


def _send(url: str, keys: Keys, region: str, service: str, request: Request) -> Reply:
    signed = sign(request, keys, region, service, time.time())
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(signed.method, signed.path, signed.body, dict(signed.headers))
        response = connection.getresponse()
        return Reply(response.status, response.read().decode())
    finally:
        connection.close()
