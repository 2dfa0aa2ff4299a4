import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
import replies
from direct_aws import NOON, DirectAws, StandingClock
from observed_aws import (
    ObservedAws,
)
from product import PATIENCE

from mfaenv.pretend_aws.service import Operation
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import Credential, User, World
from mfaenv.serving.loopback import HttpRequest, HttpResponse


def refused(failure: Refusal) -> HttpResponse:
    return HttpResponse(failure.status, b"")


@pytest.fixture
def key(alice: User) -> Credential:
    return alice.keys[0]


def test_a_call_that_waits_holds_up_no_other(direct: DirectAws, key: Credential) -> None:
    answered = threading.Event()

    def wait() -> HttpResponse:
        return HttpResponse(200 if answered.wait(PATIENCE) else 503, b"")

    def route(_world: World, request: HttpRequest) -> Operation | None:
        return Operation("probe", "Wait", wait, refused) if request.path == "/wait" else None

    with ObservedAws(direct.world, routes=[route]) as aws, ThreadPoolExecutor() as pool:
        slow = pool.submit(urlopen, f"{aws.url}/wait", timeout=2 * PATIENCE)
        assert replies.get_caller_identity(aws.url, key, "us-east-1").error
        answered.set()
        with slow.result() as response:
            assert response.status == 200
    assert aws.actions() == ["GetCallerIdentity", "Wait"]
    assert aws.actions("Wait") == ["Wait"]


def test_a_call_can_be_made_to_wait(direct: DirectAws) -> None:
    direct.aws.delay("sts", 0.05)
    direct.aws.delay("GetCallerIdentity", 0.1)
    before = time.monotonic()
    direct.sts(direct.key, "GetCallerIdentity")
    assert time.monotonic() - before >= 0.1
    direct.aws.recover()


def test_the_date_header_goes_by_the_worlds_clock() -> None:
    world = World()
    world.clock = StandingClock()
    with ObservedAws(world) as aws:
        connection = HTTPConnection(urlsplit(aws.url).netloc)
        connection.request("GET", "/")
        date = connection.getresponse().headers["Date"]
        connection.close()
    assert parsedate_to_datetime(date).timestamp() == NOON


def ask(connection: HTTPConnection) -> int:
    connection.request("GET", "/")
    response = connection.getresponse()
    response.read()
    return response.status


def test_a_connection_serves_many_requests() -> None:
    with ObservedAws(World()) as aws:
        connection = HTTPConnection(urlsplit(aws.url).netloc)
        assert [ask(connection) for _ in range(3)] == [403] * 3
        connection.close()


def test_it_listens_on_the_loopback_address_and_nowhere_else(aws: ObservedAws) -> None:
    port = urlsplit(aws.url).port
    assert port
    with socket.create_connection(("127.0.0.1", port)):
        pass
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.2", port)):
        pass


def test_of_twenty_who_send_the_same_code_at_once_one_gets_a_session(direct: DirectAws) -> None:
    proof = {"SerialNumber": direct.device.serial, "TokenCode": direct.device.code()}
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: direct.sts(direct.key, "GetSessionToken", **proof), range(20)))
    assert sorted(reply.status for reply in replies) == [200] + [403] * 19


def test_a_client_that_goes_away_disturbs_nobody(
    aws: ObservedAws, key: Credential, capfd: pytest.CaptureFixture[str]
) -> None:
    address = urlsplit(aws.url)
    assert address.hostname
    assert address.port
    aws.delay("*", 0.05)
    for sent in (b"", b"POST / HTTP/1.1\r\nContent-Le", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(sent)
    time.sleep(0.1)
    assert replies.get_caller_identity(aws.url, key, "us-east-1").status == 200
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("line", "length", "body"),
    [("POST /", "a", ""), ("POST /", "-5", ""), ("POST /", "²", ""), ("DELETE /team-reports", "0", "")]
    + [("POST /token", str(len(body)), body) for body in ("", "{", "[]", "\0")],
)
def test_a_request_that_makes_no_sense_is_refused_without_a_traceback(
    aws: ObservedAws, capfd: pytest.CaptureFixture[str], line: str, length: str, body: str
) -> None:
    address = urlsplit(aws.url)
    request = f"{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
        connection.sendall(request.encode("latin-1"))
        assert connection.recv(10) == b"HTTP/1.1 4"
    assert capfd.readouterr() == ("", "")
