"""A server that does not end its answer: the call ends all the same, and says so."""

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from mfaenv.aws import bounded, client, sts
from mfaenv.aws.client import ClientSettings
from mfaenv.errors import MfaenvError
from mfaenv.model import Credentials

KEYS = Credentials("ASIAIOSFODNN7EXAMPLE", "secret", "token", None)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


@contextmanager
def serving(answer: Callable[[threading.Event], Iterator[bytes]]) -> Iterator[str]:
    """Serve to every connection what `answer` yields; it gets an event that is set when nobody listens any more."""
    over = threading.Event()

    def serve() -> None:
        with closing(listener):
            while True:
                connection, _ = listener.accept()
                if over.is_set():
                    connection.close()
                    return
                threading.Thread(target=send, args=(connection,), daemon=True).start()

    def send(connection: socket.socket) -> None:
        with closing(connection):
            try:
                connection.recv(65536)
                for part in answer(over):
                    connection.sendall(part)
            except OSError:
                return

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        over.set()
        socket.create_connection(("127.0.0.1", port)).close()


def trickle(head: bytes) -> Callable[[threading.Event], Iterator[bytes]]:
    def answer(over: threading.Event) -> Iterator[bytes]:
        yield head
        for _ in range(600):
            if over.wait(0.05):
                return
            yield b"x"

    return answer


def endless(over: threading.Event) -> Iterator[bytes]:
    yield HEAD + b"\r\n"
    for _ in itertools.takewhile(lambda _: not over.is_set(), range(64)):
        yield b" " * 2**20


def call(url: str) -> MfaenvError:
    made = client.client("sts", ClientSettings(None, "us-east-1", endpoint=url), KEYS)
    with pytest.raises(MfaenvError) as caught:
        sts.identity(made, KEYS.access_key)
    return caught.value


@pytest.mark.parametrize("head", [HEAD, HEAD + b"\r\n", HEAD + b"Content-Length: 5000\r\n\r\n"])
def test_an_answer_that_comes_byte_by_byte_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    monkeypatch.setattr(bounded, "ANSWER_SECONDS", 0.3)
    with serving(trickle(head)) as url:
        error = call(url)
    assert error.message == "AWS's answer was not whole after 0.3 s."
    assert "endpoint_url" in error.hint


def test_an_answer_without_end_is_not_kept() -> None:
    with serving(endless) as url:
        error = call(url)
    assert error.message == "The answer has more than 8 MiB: it is not from AWS."
    assert "endpoint_url" in error.hint
