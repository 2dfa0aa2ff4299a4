"""What the server reads and from whom: requests of a length and within a time, that no web page has sent.

A page in a browser on this machine can reach a loopback port, with a name of its own for it (DNS rebinding) or without
one (a form). The first has that name in `Host`; of the second, browsers tell by `Origin` and `Sec-Fetch-Site`.
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
"""

import io
import time
from collections.abc import Mapping
from http import HTTPStatus
from socket import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mfaenv.fast.environment import is_digits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


HOSTS = {"127.0.0.1", "localhost", "::1"}

BODY_BYTES = 1024 * 1024
REQUEST_BYTES = BODY_BYTES + 256 * 1024
"""Of a whole request: AWS's own have some hundred bytes, and tokens of some thousand."""

REQUEST_SECONDS = 30
"""From the first byte of a request to its last."""

IDLE_SECONDS = 300
"""For which a connection is kept without a request."""

_LENGTH_DIGITS = 9


def refusal(headers: Mapping[str, str]) -> HTTPStatus | None:
    """Return the status with which a request is refused for its headers (names in lower case), or nothing."""
    if hostname(f"//{headers.get('host', '')}") not in HOSTS:
        return HTTPStatus.MISDIRECTED_REQUEST
    if "origin" in headers or headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        return HTTPStatus.FORBIDDEN
    if "transfer-encoding" in headers:
        return HTTPStatus.NOT_IMPLEMENTED
    length = headers.get("content-length") or "0"
    if not is_digits(length):
        return HTTPStatus.BAD_REQUEST
    if len(length) > _LENGTH_DIGITS or int(length) > BODY_BYTES:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return None


def hostname(address: str) -> str | None:
    """Return the host that an address names, in lower case; nothing where it is none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


class LimitedInput(io.RawIOBase):
    """What a client sends; reading raises TimeoutError where a request takes too long or is too long."""

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._end: float | None = None
        self._left = 0
        self.begin()

    def begin(self) -> None:
        """Expect the next request."""
        self._end = None
        self._left = REQUEST_BYTES

    def readable(self) -> bool:
        """Return True: this can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read what is there, and wait where nothing is."""
        now = time.monotonic()
        seconds = IDLE_SECONDS if self._end is None else self._end - now
        if seconds <= 0 or self._left <= 0:
            raise TimeoutError
        self._connection.settimeout(seconds)
        count = self._connection.recv_into(buffer)
        self._left -= count
        self._end = self._end or time.monotonic() + REQUEST_SECONDS
        return count
