"""`PretendAws`: the server.

>>> with PretendAws(world) as aws:
...     boto3.client("sts", endpoint_url=aws.url, …).get_caller_identity()
"""

import io
import socket
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Self

from mfaenv.pretend_aws import limits
from mfaenv.pretend_aws.pages import code_route
from mfaenv.pretend_aws.routing import Operation, Route, find_operation
from mfaenv.pretend_aws.signin import signin_route
from mfaenv.pretend_aws.wire import Refusal, Request, Response
from mfaenv.pretend_aws.world import World

_POLL = 0.02
"""Seconds until a server that is to stop finds out."""


class PretendAws:
    """Serves a world on a loopback port of its own while the `with` block lasts.

    `routes` are asked before the services of this package: each returns an Operation for a request that it answers,
    which is how tests add services of their own.
    """

    scheme = "http"

    def __init__(self, world: "World", *, routes: "Sequence[Route]" = ()) -> None:
        self.world = world
        self._routes = (code_route, signin_route, *routes)
        self._closing = ExitStack()
        self.url = ""

    def __enter__(self) -> Self:
        server = self.make_server()
        thread = threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True)
        thread.start()
        for step in (thread.join, server.server_close, server.shutdown):  # taken from the last
            self._closing.callback(step)
        self.url = f"{self.scheme}://127.0.0.1:{server.server_address[1]}"
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: BaseException | None, traceback: "TracebackType | None"
    ) -> None:
        self._closing.close()

    def make_server(self) -> ThreadingTCPServer:
        """Return the server, which listens on a free port and does not answer yet."""
        return _Server(self)

    def answer(self, request: Request) -> Response:
        """Answer a request."""
        return self.perform(find_operation(self.world, request, self._routes), request)

    def perform(self, operation: Operation, _request: Request) -> Response:
        """Perform what the request asks for; a refusal is written as its service writes it."""
        try:
            return operation.perform()
        except Refusal as refusal:
            return operation.render_failure(refusal.failure)


class _Server(ThreadingTCPServer):
    """One thread a connection, and all connections closed with the server."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, aws: PretendAws) -> None:
        self.aws = aws
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

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
        """Keep quiet: standard error is the user's, and the client sees that its connection is closed."""


class _Handler(BaseHTTPRequestHandler):
    """HTTP: nothing but reading a request and writing its answer."""

    protocol_version = "HTTP/1.1"
    server: _Server
    wbufsize = -1  # an answer is one packet: head and body apart make clients wait for a delayed acknowledgement
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Read through what limits a request."""
        super().setup()
        self._input = limits.LimitedInput(self.connection)
        self.rfile = io.BufferedReader(self._input)

    def handle_one_request(self) -> None:
        """Answer a request, and close the connection after one that is too slow or too long."""
        self._input.begin()
        super().handle_one_request()

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
        refused = limits.refusal(headers)
        if refused:
            self.send_error(refused)
            return
        body = self.rfile.read(int(headers.get("content-length") or 0))
        answer = self.server.aws.answer(Request(self.command, path, query, headers, body))
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
        """Keep quiet: standard error is the user's."""
