"""`ObservedAws`: the pretend AWS with a log, whose calls can be made to fail or to wait.

>>> with ObservedAws(world) as aws:
...     boto3.client("sts", endpoint_url=aws.url, …).get_caller_identity()
...     aws.log[-1].action                            # "GetCallerIdentity"
...     aws.fail("GetSessionToken", THROTTLED, times=2)
...     aws.fail("s3", DROPPED, times=ALWAYS)
...     aws.delay("iam", 0.5)
...     held = aws.hold("AssumeRole")                 # until `held.released.set()`
...     aws.change("GetCallerIdentity", lambda answer: HttpResponse(200, b"<html>"))
"""

import re
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from socketserver import ThreadingTCPServer
from ssl import SSLContext
from typing import Any, Final

from product import PATIENCE
from strict_services import STRICT_SERVICES

from mfaenv.pretend_aws.server import PretendAws
from mfaenv.pretend_aws.service import Operation
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

ALWAYS: Final = sys.maxsize
"""For `fail`: until further notice."""

THROTTLED = Refusal("Throttling", "Rate exceeded", 400)
UNAVAILABLE = Refusal("ServiceUnavailable", "Service is unable to handle request.", 503)
INTERNAL = Refusal(
    "InternalFailure",
    "The request processing has failed because of an unknown error, exception or failure.",
    500,
)
DROPPED = Refusal("", "", 0)
"""No answer: the connection is closed."""

Route = Callable[[World, HttpRequest], Operation | None]
"""Returns what a request asks for where it is one that this route answers, else None."""

SECRET_PARAMETERS = frozenset(["TokenCode", "WebIdentityToken"])


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


@dataclass(frozen=True)
class Held:
    """Calls that wait: the one event is set when one has come, the other lets all go on."""

    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


class ObservedAws(PretendAws):
    """A pretend AWS for tests, which checks parameters too, with services of theirs: `routes` are asked first.

    `tls` is a server's context and makes the URL an https one.
    """

    services = STRICT_SERVICES

    def __init__(self, world: World, *, routes: Sequence[Route] = (), tls: SSLContext | None = None) -> None:
        super().__init__(world)
        self._routes = routes
        self.log: list[Record] = []
        self._delays: dict[str, float] = {}
        self._held: dict[str, Held] = {}
        self._failures: list[tuple[str, Refusal, int]] = []
        self._changes: dict[str, Callable[[HttpResponse], HttpResponse]] = {}
        self._lock = threading.Lock()
        if tls is not None:
            # The handshake is left to the connection's own thread: a slow client must not hold up the others.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            self.url = f"https://{self.host}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer other users too: some tests run mfaenv as one."""
        ThreadingTCPServer.process_request(self, request, client_address)

    def fail(self, what: str, failure: Refusal, *, times: int = 1) -> None:
        """Let the next calls fail; `what` is an action ("GetSessionToken"), a service ("iam") or "*" for all."""
        with self._lock:
            self._failures.append((what, failure, times))

    def delay(self, what: str, seconds: float) -> None:
        """Let calls wait before they are looked at; `what` as for `fail`. The longest delay that fits counts."""
        self._delays[what] = seconds

    def hold(self, what: str) -> Held:
        """Let calls wait for something else than time; `what` as for `fail`."""
        return self._held.setdefault(what, Held())

    def change(self, action: str, change: Callable[[HttpResponse], HttpResponse]) -> None:
        """Let another server answer in AWS's place: `change` makes its answers out of AWS's."""
        self._changes[action] = change

    def recover(self) -> None:
        """Forget all failures and delays."""
        with self._lock:
            self._failures.clear()
        self._delays.clear()

    def actions(self, *names: str) -> list[str]:
        """Return the actions in the log, in order; with names only those."""
        return [record.action for record in self.log if not names or record.action in names]

    def find_operation(self, request: HttpRequest) -> Operation:
        by_routes = (route(self.world, request) for route in self._routes)
        operation = next(filter(None, by_routes), None) or super().find_operation(request)
        return operation._replace(perform=lambda: self.perform(operation, request))

    def perform(self, operation: Operation, request: HttpRequest) -> HttpResponse:
        """Perform an operation, or fail as wanted. Raises ConnectionAbortedError where nothing is to be answered."""
        names = ("*", operation.service, operation.action)
        time.sleep(max(self._delays.get(name, 0) for name in names))
        for held in filter(None, map(self._held.get, names)):
            held.reached.set()
            held.released.wait(PATIENCE)
        failure = self._next_failure(names)
        response = None
        if failure is None:
            try:
                response = operation.perform()
                if operation.action in self._changes:
                    response = self._changes[operation.action](response)
            except Refusal as refusal:
                failure = refusal
        if failure is not None and failure is not DROPPED:
            response = operation.render_refusal(failure)
        status, error = response.status if response else 0, failure.code if failure else ""
        self.log.append(_record(request, operation, status, error))
        if response is None:
            raise ConnectionAbortedError
        return response

    def _next_failure(self, names: tuple[str, ...]) -> Refusal | None:
        with self._lock:
            for index, (what, failure, times) in enumerate(self._failures):
                if what in names:
                    self._failures[index : index + 1] = [(what, failure, times - 1)] if times > 1 else []
                    return failure
        return None


def _record(request: HttpRequest, operation: Operation, status: int, error: str) -> Record:
    scope = re.search(r"Credential=([^/]+)/[^/]+/([^/]+)/", request.headers.get("authorization", ""))
    key_id, region = scope.groups() if scope else ("", "")
    is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    parameters = {
        name: "…" if name in SECRET_PARAMETERS else value
        for name, value in (request.parameters if is_form else {}).items()
        if name not in {"Action", "Version"}
    }
    return Record(operation.service, operation.action, key_id, region, status, error, parameters)
