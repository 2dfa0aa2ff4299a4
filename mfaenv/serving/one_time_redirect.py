"""An address on this machine that leads a browser to a secret link, once."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus

from mfaenv.errors import MfaenvError
from mfaenv.serving.loopback import POLL_SECONDS, HttpRequest, HttpResponse, LoopbackServer

Start = Callable[[str], AbstractContextManager[Callable[[], object]]]

SECONDS = 60
"""How long the browser has to ask."""

PATH_BYTES = 32
_HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def hand_over(link: str, start: Start, seconds: float = SECONDS) -> None:
    """Let `start` open the address, and wait until the link was given; what its block gets is called meanwhile.

    Raise MfaenvError where nobody asked within the seconds, and what both of these raise.
    """
    with _RedirectServer(link) as server:
        end = time.monotonic() + seconds
        with start(server.address) as check:
            while not server.answered.wait(POLL_SECONDS):
                check()
                if time.monotonic() > end:
                    raise MfaenvError("No browser has asked for the page.", "--print shows the link, to open it.")


class _RedirectServer(LoopbackServer):
    """Knows the link, and the one path that leads to it: from any other, and the second time, to nothing."""

    def __init__(self, link: str) -> None:
        super().__init__(self._redirect)
        self.link = link
        self.path = f"/{secrets.token_urlsafe(PATH_BYTES)}"
        self.address = f"http://{self.host}{self.path}"
        self.first = threading.Lock()
        self.answered = threading.Event()

    def _redirect(self, request: HttpRequest) -> HttpResponse:
        is_it = not request.query and hmac.compare_digest(request.path.encode(), self.path.encode())
        if is_it and self.first.acquire(blocking=False):
            headers = {"Location": self.link, **_HEADERS}
            return HttpResponse(HTTPStatus.FOUND, headers=headers, after=self.answered.set)
        return HttpResponse(HTTPStatus.NOT_FOUND, headers=_HEADERS)
