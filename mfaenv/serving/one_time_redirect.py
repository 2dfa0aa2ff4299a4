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
    path, first, answered = f"/{secrets.token_urlsafe(PATH_BYTES)}", threading.Lock(), threading.Event()

    def redirect(request: HttpRequest) -> HttpResponse:
        is_it = not request.query and hmac.compare_digest(request.path.encode(), path.encode())
        if is_it and first.acquire(blocking=False):
            return HttpResponse(HTTPStatus.FOUND, headers={"Location": link, **_HEADERS}, after=answered.set)
        return HttpResponse(HTTPStatus.NOT_FOUND, headers=_HEADERS)

    with LoopbackServer(redirect) as server:
        end = time.monotonic() + seconds
        with start(f"http://{server.host}{path}") as check:
            while not answered.wait(POLL_SECONDS):
                check()
                if time.monotonic() > end:
                    raise MfaenvError("No browser has asked for the page.", "--print shows the link, to open it.")
