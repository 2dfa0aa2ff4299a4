"""An address on this machine that leads a browser to a secret link, once."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mfaenv.errors import MfaenvError

Start = Callable[[str], AbstractContextManager[Callable[[], object]]]


SECONDS = 60
"""How long the browser has to ask."""

PATH_BYTES = 32
CLIENT_SECONDS = 5
POLL_SECONDS = 0.02


def hand_over(link: str, start: Start, seconds: float = SECONDS) -> None:
    """Let `start` open the address, and wait until the link was given; what its block gets is called meanwhile.

    Raise MfaenvError where nobody asked within the seconds, and what both of these raise.
    """
    server = _Server(link)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        end = time.monotonic() + seconds
        with start(server.address) as check:
            while not server.options.wait(POLL_SECONDS):
                check()
                if time.monotonic() > end:
                    raise MfaenvError("No browser has asked for the page.", "--print shows the link, to open it.")
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """Knows the link, and the one path that leads to it."""

    daemon_threads = True

    def __init__(self, link: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.link = link
        self.path = f"/{secrets.token_urlsafe(PATH_BYTES)}"
        self.host = f"127.0.0.1:{self.server_port}"
        self.address = f"http://{self.host}{self.path}"
        self.first = threading.Lock()
        self.answering: Any = None
        self.options = threading.Event()

    def shutdown_request(self, request: Any) -> None:
        """Note that the link was given when its last byte has been sent."""
        super().shutdown_request(request)
        if request is self.answering:
            self.options.set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: a traceback could show the link."""


class _Handler(BaseHTTPRequestHandler):
    """Answers the first request for the path with a redirect, and all others with nothing."""

    server: _Server
    timeout = CLIENT_SECONDS

    def do_GET(self) -> None:
        """Answer a request."""
        is_it = hmac.compare_digest(self.path.encode(), self.server.path.encode())
        if is_it and self.headers["Host"] == self.server.host and self.server.first.acquire(blocking=False):
            self.server.answering = self.request
            self.send_response_only(HTTPStatus.FOUND)
            self.send_header("Location", self.server.link)
        else:
            self.send_response_only(HTTPStatus.NOT_FOUND)
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's own name
        """Keep quiet: standard error is the person's."""
