"""What the server takes from nobody: other users' and web pages' requests, endless ones, and unfinished ones."""

import errno
import os
import platform
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from io import StringIO
from typing import TextIO
from urllib.parse import urlsplit

import pytest
from observed_aws import ObservedAws
from product import PATIENCE

from mfaenv.pretend_aws.server import PretendAws
from mfaenv.serving import peers
from mfaenv.serving.loopback import HttpRequest, HttpResponse, LoopbackServer
from mfaenv.session.demo_device import CODE_PATH


def asked(aws: ObservedAws, method: str = "GET", body: bytes = b"", **headers: str) -> int:
    """The status that a request for the code's page gets, with these headers (`_` stands for `-`)."""
    connection = HTTPConnection(urlsplit(aws.url).netloc, timeout=PATIENCE)
    try:
        connection.request(
            method, CODE_PATH, body, {name.replace("_", "-"): text for name, text in headers.items()}
        )
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def answer(_: HttpRequest) -> HttpResponse:
    return HttpResponse(200, b"answer")


@contextmanager
def raw(host: str) -> Iterator[socket.socket]:
    """A connection of our own."""
    with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=PATIENCE) as connection:
        yield connection


def closed(connection: socket.socket) -> bool:
    """Whether the server closes the connection; what it says before that does not count."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost:80",
        "127.0.0.1:1",
        "",
        "[",
        "a@b@c",
    ],
)
def test_a_name_that_a_page_made_up_for_this_machine_is_refused(aws: ObservedAws, host: str) -> None:
    assert asked(aws, Host=host) == 421
    assert aws.log == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_page_of_another_site_is_refused(aws: ObservedAws, method: str, headers: dict[str, str]) -> None:
    assert asked(aws, method, b"", **headers) == 403
    assert aws.log == []


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_a_person_in_a_browser_is_answered(aws: ObservedAws, site: str) -> None:
    assert asked(aws, Sec_Fetch_Site=site) == 200


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("1048577", 413),
        ("9" * 400, 413),
        ("9" * 5000, 413),
        ("-1", 400),
        ("1,1", 400),
        ("٣", 400),
        ("1e3", 400),
    ],
)
def test_a_length_that_is_too_long_or_none_is_refused(aws: ObservedAws, length: str, status: int) -> None:
    with raw(urlsplit(aws.url).netloc) as connection:
        host = urlsplit(aws.url).netloc
        head = f"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n"
        connection.sendall(head.encode("utf-8"))
        assert connection.recv(64).startswith(f"HTTP/1.1 {status} ".encode())
        assert closed(connection)


def test_a_body_in_pieces_of_no_length_is_refused(aws: ObservedAws) -> None:
    assert asked(aws, "POST", Transfer_Encoding="chunked") == 501


def test_the_longest_body_is_read(aws: ObservedAws) -> None:
    assert asked(aws, "POST", b"a" * PretendAws.body_bytes) == 200


def test_headers_without_an_end_are_not_read_for_ever(aws: ObservedAws) -> None:
    with raw(urlsplit(aws.url).netloc) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        sent, most = 0, 64 * 1024 * 1024
        line = b"A: " + b"b" * 60_000 + b"\r\n"
        try:
            while sent < most:
                connection.sendall(line)
                sent += len(line)
        except OSError:
            pass
        assert sent < most


def test_who_stops_sending_is_dropped() -> None:
    class Impatient(LoopbackServer):
        idle_seconds, body_bytes, methods = 0.3, 10, frozenset({"POST"})

    assert LoopbackServer.idle_seconds <= 5
    with Impatient(answer) as short, raw(short.host) as unfinished, raw(short.host) as silent:
        unfinished.sendall(f"POST / HTTP/1.1\r\nHost: {short.host}\r\nContent-Length: 10\r\n\r\n123".encode())
        assert closed(silent)
        assert closed(unfinished)


def test_a_connection_is_kept_between_requests() -> None:
    class Keeping(LoopbackServer):
        keeps_connections = True

    with Keeping(answer) as kept:
        connection = HTTPConnection(kept.host, timeout=PATIENCE)
        for _ in range(3):
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"answer"
        connection.close()


def test_one_that_answers_once_takes_no_body_and_closes() -> None:
    with LoopbackServer(answer) as once:
        for method, body, status in (("GET", b"", 200), ("GET", b"a", 413), ("POST", b"", 501)):
            connection = HTTPConnection(once.host, timeout=PATIENCE)
            connection.request(method, "/", body)
            response = connection.getresponse()
            assert (response.status, response.getheader("Connection")) == (status, "close")


@pytest.mark.parametrize(
    "sent", [b"\x00\xff\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"\x16\x03\x01", b"G"]
)
def test_nonsense_is_answered_without_a_word_on_standard_error(
    aws: ObservedAws, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with raw(urlsplit(aws.url).netloc) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert closed(connection)
    assert asked(aws) == 200
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(sys.platform != "linux", reason="the system may allow a queue of 128 alone")
def test_hundreds_of_programs_may_ask_at_once() -> None:
    with ExitStack() as opened:
        waiting = LoopbackServer(answer)  # takes no connection yet, as on a busy machine
        connections = [opened.enter_context(raw(waiting.host)) for _ in range(160)]
        for connection in connections:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {waiting.host}\r\n\r\n".encode())
        with waiting:
            assert {connection.recv(65536)[:15] for connection in connections} == {b"HTTP/1.1 200 OK"}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux shows whose connection it is")
def test_one_look_at_the_systems_table_serves_all_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look takes long where the table is long: one for each connection would let another user's hold up ours."""
    looks = []

    def noted(path: str, *, encoding: str) -> TextIO:
        looks.append(path)
        return open(path, encoding=encoding)

    monkeypatch.setattr(peers, "open", noted, raising=False)
    with ExitStack() as opened:
        waiting = LoopbackServer(answer)
        connections = [opened.enter_context(raw(waiting.host)) for _ in range(200)]
        for connection in connections:  # before it waits for them: on a busy machine the last may come late
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {waiting.host}\r\n\r\n".encode())
        with waiting:
            assert {connection.recv(65536)[:15] for connection in connections} == {b"HTTP/1.1 200 OK"}
    assert looks == ["/proc/net/tcp", "/proc/net/tcp6"]


@pytest.mark.skipif(sys.platform == "win32", reason="Linux shows whose connection it is")
@pytest.mark.parametrize(
    ("error", "allowed"),
    [(errno.ENOENT, True), (errno.EACCES, True), (errno.EMFILE, False), (errno.ENFILE, False)],
)
def test_where_no_descriptor_is_left_to_look_with_nobody_is_let_in(
    monkeypatch: pytest.MonkeyPatch, error: int, allowed: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(peers, "open", refuse, raising=False)
    client = ("127.0.0.1", 1)
    assert peers.of_this_user([client], ("127.0.0.1", 2)) == ({client} if allowed else set())


LISTENING = "0: 0100007F:0002 00000000:0000 0A 0:0 00:0 0 {user} 0 7 1"
ROW = "1: 0100007F:0001 0100007F:0002 01 0:0 00:0 0 {user} 0 {inode} 1"


@pytest.mark.skipif(sys.platform == "win32", reason="Linux shows whose connection it is")
@pytest.mark.parametrize(
    ("tables", "is_allowed"),
    [
        ([[LISTENING, ROW]], True),
        ([[LISTENING], [LISTENING, ROW]], True),
        ([[LISTENING], [LISTENING]], False),
        ([[LISTENING, ROW.replace("{user}", "4711")]], False),
        ([[LISTENING, ROW.replace("{inode}", "0")]], False),
        ([[], []], True),  # of a sandbox
    ],
    ids=["found", "found at the second look", "never found", "another's", "closed", "not told"],
)
def test_who_is_not_found_in_the_systems_table_is_not_let_in(
    monkeypatch: pytest.MonkeyPatch, tables: list[list[str]], is_allowed: bool
) -> None:
    """A row is left out where somebody closes a connection beside it while the table is read."""
    left = iter(tables)

    def made(path: str, **_: str) -> TextIO:
        rows = next(left) if path == "/proc/net/tcp" else []
        return StringIO("".join(f"{row.format(user=os.geteuid(), inode=8)}\n" for row in rows))

    monkeypatch.setattr(peers, "open", made, raising=False)
    client = ("127.0.0.1", 1)
    assert peers.of_this_user([client], ("127.0.0.1", 2)) == ({client} if is_allowed else set())
    assert list(left) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Linux shows whose connection it is")
def test_a_browser_of_windows_is_let_in_though_linux_does_not_list_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in WSL with the network mirrored."""
    monkeypatch.setattr(peers, "open", lambda *_, **__: StringIO(LISTENING.format(user=0)), raising=False)
    monkeypatch.setattr(platform, "release", lambda: "6.6.87.2-microsoft-standard-WSL2")
    client = ("127.0.0.1", 1)
    assert peers.of_this_user([client], ("127.0.0.1", 2)) == {client}


def test_a_connection_without_a_thread_is_closed_and_the_others_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, refused = threading.Thread.start, list[threading.Thread]()

    def first_fails(thread: threading.Thread) -> None:
        if thread.name.endswith("(process_request_thread)") and not refused:
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", first_fails)
    waiting = LoopbackServer(answer)
    with raw(waiting.host) as first, raw(waiting.host) as second, waiting:
        second.sendall(f"GET / HTTP/1.1\r\nHost: {waiting.host}\r\n\r\n".encode())
        assert second.recv(65536)[:15] == b"HTTP/1.1 200 OK"
        assert closed(first)
