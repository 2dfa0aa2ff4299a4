"""`PretendAws`: the server.

>>> with PretendAws(world) as aws:
...     boto3.client("sts", endpoint_url=aws.url, …).get_caller_identity()
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from email.utils import formatdate
from typing import Self

from mfaenv.pretend_aws.pages import code_route
from mfaenv.pretend_aws.routing import Operation, Route, find_operation
from mfaenv.pretend_aws.signin import signin_route
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import World
from mfaenv.serving.loopback import HttpRequest, HttpResponse, Limits, LoopbackServer

LIMITS = Limits(
    body_bytes=1024 * 1024,
    idle_seconds=300,
    keeps_connections=True,
    methods=frozenset({"GET", "POST", "PUT", "DELETE"}),
)


class PretendAws:
    """Serves a world on a loopback port of its own while the `with` block lasts.

    `routes` are asked before the services of this package: each returns an Operation for a request that it answers,
    which is how tests add services of their own.
    """

    scheme = "http"

    def __init__(self, world: World, *, routes: Sequence[Route] = ()) -> None:
        self.world = world
        self._routes = (code_route, signin_route, *routes)
        self._closing = ExitStack()
        self.url = ""

    def __enter__(self) -> Self:
        server = self._closing.enter_context(self.make_server())
        self.url = f"{self.scheme}://{server.host}"
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def make_server(self) -> LoopbackServer:
        """Return the server, which listens on a free port and does not answer yet."""
        return LoopbackServer(self._answer_with_date, LIMITS)

    def _answer_with_date(self, request: HttpRequest) -> HttpResponse:
        """Answer a request, dated by the world's clock."""
        response = self.answer(request)
        return replace(response, headers={"Date": formatdate(self.world.now(), usegmt=True), **response.headers})

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        return self.perform(find_operation(self.world, request, self._routes), request)

    def perform(self, operation: Operation, _request: HttpRequest) -> HttpResponse:
        """Perform what the request asks for; a refusal is written as its service writes it."""
        try:
            return operation.perform()
        except Refusal as refusal:
            return operation.render_refusal(refusal)
