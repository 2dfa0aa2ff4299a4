"""The address where programs fetch credentials: one path on loopback, for those who have the token.

The protocol is that of containers, which every SDK speaks:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import hmac
import io
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Self

from mfaenv.fast.entry import Session
from mfaenv.serving.renewal import DENIED, ENDED, RefusedError

PATH = "/credentials"
TOKEN_BYTES = 32
HEAD_BYTES = 16 * 1024
"""Of a request: SDKs send some hundred."""

HEAD_SECONDS = 10
"""From the connection to the end of the request's head."""

CONNECTIONS = 100
"""At once; more wait until one is closed."""

UNENDING_SECONDS = 3600
"""After which credentials without an end are asked for again: SDKs want to know an end."""

_STATUS = {ENDED: HTTPStatus.FORBIDDEN, DENIED: HTTPStatus.FORBIDDEN}
"""What to try again is no use for. All else is SERVICE_UNAVAILABLE, which SDKs try again."""

_POLL = 3600
"""Seconds between two looks whether the server is to stop: it ends with the process."""


class CredentialServer(ThreadingTCPServer):
    """Serves what `current` returns on a loopback port of its own while the `with` block lasts."""

    allow_reuse_address = False
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, current: Callable[[], Session]) -> None:
        self.current = current
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}{PATH}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(_POLL,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()  # nobody waits for the threads: the process ends

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection, once there are fewer than CONNECTIONS."""
        self._free.acquire()
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread to be had: the base closes the connection
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer in the connection's thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: standard error is the program's, and the client sees that its connection is closed."""


class _Handler(BaseHTTPRequestHandler):
    """One request a connection."""

    protocol_version = "HTTP/1.1"
    server: CredentialServer
    wbufsize = -1

    def setup(self) -> None:
        """Read the head of the request, within its limits, before anything looks at it."""
        super().setup()
        self.rfile = io.BufferedReader(io.BytesIO(_head(self.connection)))

    def parse_request(self) -> bool:
        """Read the request, and close the connection after its answer whatever it says."""
        parsed = super().parse_request()
        self.close_connection = True
        return parsed

    def handle_expect_100(self) -> bool:
        """Take no body."""
        return False

    def do_GET(self) -> None:
        """Answer with credentials, or with the status alone where the request is not the program's."""
        refused = self._refusal()
        if refused:
            self._send(refused)
            return
        try:
            self._send(HTTPStatus.OK, _credentials(self.server.current()))
        except RefusedError as error:
            # Go and Java read the small names, JavaScript the others.
            said = {"code": error.code, "message": error.message, "Code": error.code, "Message": error.message}
            self._send(_STATUS.get(error.code, HTTPStatus.SERVICE_UNAVAILABLE), said)

    def _refusal(self) -> HTTPStatus | None:
        """Return the status for a request that gets nothing.

        A page in a browser on this machine reaches the port under a name of its own (DNS rebinding), which `Host` says.
        """
        if self.headers.get_all("Host") != [self.server.host]:
            return HTTPStatus.MISDIRECTED_REQUEST
        if self.path != PATH:
            return HTTPStatus.NOT_FOUND
        options = self.headers.get_all("Authorization") or []
        ours = self.server.token.encode()
        if len(options) != 1 or not hmac.compare_digest(options[0].encode("latin-1", "replace"), ours):
            return HTTPStatus.FORBIDDEN
        return None

    def send_error(self, code: int, *_: object, **_more: object) -> None:
        """Answer with the status alone."""
        self.close_connection = True
        self._send(HTTPStatus(code))

    def _send(self, status: HTTPStatus, said: dict[str, str] | None = None) -> None:
        body = json.dumps(said).encode() if said else b""
        self.send_response_only(status)
        if said:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's own name
        """Keep quiet: standard error is the program's."""


def _head(connection: socket.socket) -> bytes:
    """Read up to the end of a request's head. Raise OSError where it is too long or takes too long."""
    end, head = time.monotonic() + HEAD_SECONDS, b""
    while b"\r\n\r\n" not in head:
        left = end - time.monotonic()
        if left <= 0 or len(head) > HEAD_BYTES:
            raise TimeoutError
        connection.settimeout(left)
        part = connection.recv(HEAD_BYTES)
        if not part:
            break
        head += part
    connection.settimeout(HEAD_SECONDS)
    return head


def _credentials(session: Session) -> dict[str, str]:
    """Return what SDKs read; the JavaScript SDK wants every text, and the end with a Z."""
    expires = int(time.time()) + UNENDING_SECONDS if session.expires is None else session.expires
    account = session.exported(account=True)["account"]
    return {
        "AccessKeyId": session.access_key,
        "SecretAccessKey": session.secret_key,
        "Token": session.token,
        "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires)),
        **({"AccountId": account} if account else {}),
    }
