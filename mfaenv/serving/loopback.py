"""The HTTP server of this program: on a loopback port, and for the programs of this user alone.

A page in a browser can reach the port too: under a name of its own (DNS rebinding), which `Host` has, or by a
form, which browsers mark. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
"""

import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socket import SO_LINGER, SOL_SOCKET
from socketserver import ThreadingTCPServer
from typing import Any, Self
from urllib.parse import parse_qsl

from mfaenv.fast.environment import is_digits
from mfaenv.serving import peers

POLL_SECONDS = 0.02  # until a server that is to stop does
_LENGTH_DIGITS = 9

_AT_ONCE = 200  # connections that are looked at together. Each takes a descriptor
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that closes at once: the system's table would keep each connection for another minute."""


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request, not decoded, with header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def parameters(self) -> dict[str, str]:
        """Return the fields of the query and the body."""
        fields = self.query + "&" + self.body.decode("utf-8", "replace")
        return dict(parse_qsl(fields, keep_blank_values=True))


@dataclass(frozen=True)
class HttpResponse:
    """One HTTP response, and what is done after it has been sent."""

    status: int
    body: bytes = b""
    content_type: str = "text/xml"
    headers: Mapping[str, str] = field(default_factory=dict)
    after: Callable[[], None] | None = None


class LoopbackServer(ThreadingTCPServer):
    """Answers requests with what `answer` returns, on a port of its own, while the `with` block lasts.

    A connection is for one request without a body, unless a subclass takes more.
    """

    allow_reuse_address = False
    daemon_threads = True
    request_queue_size = 4096
    poll_seconds: float = POLL_SECONDS
    body_bytes = 0
    idle_seconds: float = 3
    """Until the next bytes of a request: what SDKs send comes at once."""
    keeps_connections = False
    methods = frozenset({"GET"})

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer
        super().__init__(("127.0.0.1", 0), _Handler)
        self.socket.setblocking(False)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(self.poll_seconds,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer all connections that wait, each in a thread, but those of other users."""
        connections = {client_address[:2]: request}
        with suppress(OSError):  # none waits any more, or there are no descriptors for it
            while len(connections) < _AT_ONCE:
                connection, address = self.get_request()
                connections[address[:2]] = connection
        allowed = peers.of_this_user(connections, self.socket.getsockname()[:2])
        for address, connection in connections.items():
            if address in allowed:
                try:
                    super().process_request(connection, address)
                except RuntimeError:  # there is no thread to be had
                    connection.close()
            else:
                connection.setsockopt(SOL_SOCKET, SO_LINGER, _RESET)
                connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: a traceback could show a secret."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LoopbackServer
    # An answer is one packet: head and body apart make clients wait for a delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.connection.settimeout(self.server.idle_seconds)

    def _serve(self) -> None:
        self.close_connection = self.close_connection or not self.server.keeps_connections
        path, _, query = self.path.partition("?")
        headers = {name.lower(): ",".join(self.headers.get_all(name, [])) for name in self.headers}
        if refused := self._refusal(headers):
            self.send_error(refused)
            return
        body = self.rfile.read(int(headers.get("content-length") or 0))
        response = self.server.answer(HttpRequest(self.command, path, query, headers, body))
        self._send(response)
        if response.after:
            response.after()

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server looks for these names

    def _refusal(self, headers: Mapping[str, str]) -> HTTPStatus | None:
        length = headers.get("content-length") or "0"
        if headers.get("host") != self.server.host:
            return HTTPStatus.MISDIRECTED_REQUEST
        if "origin" in headers or headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return HTTPStatus.FORBIDDEN
        if self.command not in self.server.methods or "transfer-encoding" in headers:
            return HTTPStatus.NOT_IMPLEMENTED
        if not is_digits(length):
            return HTTPStatus.BAD_REQUEST
        if len(length) > _LENGTH_DIGITS or int(length) > self.server.body_bytes:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return None

    def send_error(self, code: int, *_: object, **_more: object) -> None:
        self.close_connection = True
        self._send(HttpResponse(code))

    def _send(self, response: HttpResponse) -> None:
        self.send_response_only(response.status)
        if response.body:
            self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(response.body)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's own name
        """Keep quiet: standard error is the person's."""
