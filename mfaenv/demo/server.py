"""`PretendAws`: the server, its log, and what can be made to go wrong.

>>> with PretendAws(world) as aws:
...     boto3.client("sts", endpoint_url=aws.url, …).get_caller_identity()
...     aws.log[-1].action                            # "GetCallerIdentity"
...     aws.fail("GetSessionToken", THROTTLED, times=2)
...     aws.fail("s3", DROPPED, times=ALWAYS)
...     aws.delay("iam", 0.5)
"""

import re
import socket
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import TYPE_CHECKING, Any, Final, Self

from mfaenv.demo.routing import Operation, route
from mfaenv.demo.wire import Answer, Failure, Refusal, Request
from mfaenv.options import is_digits

if TYPE_CHECKING:
    from ssl import SSLContext
    from types import TracebackType

    from mfaenv.demo.world import World

ALWAYS: Final = sys.maxsize
"""For `PretendAws.fail`: until further notice."""

THROTTLED = Failure("Throttling", "Rate exceeded", 400)
UNAVAILABLE = Failure("ServiceUnavailable", "Service is unable to handle request.", 503)
INTERNAL = Failure(
    "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.", 500
)
DROPPED = Failure("", "", 0)
"""No answer: the connection is closed."""

_POLL = 0.02
"""Seconds until a server that is to stop finds out."""

_SECRET_PARAMETERS = frozenset(["TokenCode", "WebIdentityToken"])


@dataclass(frozen=True)
class Record:
    """One request and how it was answered; no secret is in it."""

    service: str
    action: str
    access_key_id: str
    region: str
    status: int
    """The HTTP status; 0 where the connection was dropped."""
    error: str
    """AWS's error code, or nothing."""
    parameters: Mapping[str, str]


class PretendAws:
    """Serves a world on a loopback port of its own while the `with` block lasts.

    `tls` is a server's context and makes the URL an https one.
    """

    def __init__(self, world: "World", *, tls: "SSLContext | None" = None) -> None:
        self.world = world
        self.log: list[Record] = []
        self._delays: dict[str, float] = {}
        self._failures: list[tuple[str, Failure, int]] = []
        self._lock = threading.Lock()
        self._tls = tls
        self._closing = ExitStack()
        self.url = ""

    def __enter__(self) -> Self:
        server = _Server(self, self._tls)
        thread = threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True)
        thread.start()
        for step in (thread.join, server.server_close, server.shutdown):  # taken from the last
            self._closing.callback(step)
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: BaseException | None, traceback: "TracebackType | None"
    ) -> None:
        self._closing.close()

    def fail(self, what: str, failure: Failure, *, times: int = 1) -> None:
        """Let the next calls fail; `what` is an action ("GetSessionToken"), a service ("iam") or "*" for all."""
        with self._lock:
            self._failures.append((what, failure, times))

    def delay(self, what: str, seconds: float) -> None:
        """Let calls wait before they are looked at; `what` as for `fail`. The longest delay that fits counts."""
        self._delays[what] = seconds

    def recover(self) -> None:
        """Forget all failures and delays."""
        with self._lock:
            self._failures.clear()
        self._delays.clear()

    def actions(self, *names: str) -> list[str]:
        """Return the actions in the log, in order; with names only those."""
        return [record.action for record in self.log if not names or record.action in names]

    def answer(self, request: Request) -> Answer | None:
        """Answer a request, or return nothing for one whose connection is to be dropped."""
        operation = route(self.world, request)
        names = ("*", operation.service, operation.action)
        time.sleep(max(self._delays.get(name, 0) for name in names))
        failure = self._next_failure(names)
        answer = None
        if failure is None:
            try:
                answer = operation.perform()
            except Refusal as refusal:
                failure = refusal.failure
        if failure is not None and failure is not DROPPED:
            answer = operation.render_failure(failure)
        self.log.append(_record(request, operation, answer.status if answer else 0, failure.code if failure else ""))
        return answer

    def _next_failure(self, names: tuple[str, ...]) -> Failure | None:
        with self._lock:
            for place, (what, failure, times) in enumerate(self._failures):
                if what in names:
                    self._failures[place : place + 1] = [(what, failure, times - 1)] if times > 1 else []
                    return failure
        return None


def _record(request: Request, operation: Operation, status: int, error: str) -> Record:
    scope = re.search(r"Credential=([^/]+)/[^/]+/([^/]+)/", request.headers.get("authorization", ""))
    key_id, region = scope.groups() if scope else ("", "")
    is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    parameters = {
        name: "…" if name in _SECRET_PARAMETERS else value
        for name, value in (request.parameters if is_form else {}).items()
        if name not in {"Action", "Version"}
    }
    return Record(operation.service, operation.action, key_id, region, status, error, parameters)


class _Server(ThreadingTCPServer):
    """One thread a connection, and all connections closed with the server."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, aws: PretendAws, tls: "SSLContext | None") -> None:
        self.aws = aws
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)
        if tls is not None:
            # The handshake is left to the connection's own thread: a slow client must not hold up the others.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().close_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about a client that went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """HTTP: nothing but reading a request and writing its answer."""

    protocol_version = "HTTP/1.1"
    server: _Server
    wbufsize = -1  # an answer is one packet: head and body apart make clients wait for a delayed acknowledgement
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
        length = headers.get("content-length") or "0"
        if not is_digits(length):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        body = self.rfile.read(int(length))
        answer = self.server.aws.answer(Request(self.command, path, query, headers, body))
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        self.send_header("Date", formatdate(self.server.aws.world.now(), usegmt=True))
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server looks for these names

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's own name
        """Keep quiet: `PretendAws.log` is the log."""
