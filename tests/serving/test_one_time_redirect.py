"""The address that leads a browser to a secret link: once, and only whoever knows it."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from product import NOBODY, PATIENCE

from mfaenv.serving import browser

LINK = "https://signin.example.com/federation?Action=login&SigninToken=secret"


def ask(address: str, path: str = "", method: str = "GET", **headers: str) -> tuple[int, Mapping[str, str]]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)
    try:
        connection.request(method, path or parts.path, headers=headers)
        answer = connection.getresponse()
        assert b"secret" not in answer.read()
        return answer.status, dict(answer.headers)
    finally:
        connection.close()


def hand_over(start: Callable[[str], object]) -> None:
    """Hand the link over to what asks at once."""
    with browser.redirect_once(LINK) as (address, answered):
        start(address)
        assert answered.wait(PATIENCE)


def test_the_first_who_asks_is_led_to_the_link() -> None:
    answers = []
    hand_over(lambda address: answers.append(ask(address)))
    [(status, headers)] = answers
    assert (status, headers["Location"]) == (302, LINK)
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")


def test_of_many_at_once_one_gets_it() -> None:
    statuses: list[int] = []

    def start(address: str) -> None:
        with ThreadPoolExecutor(20) as pool:
            statuses.extend(status for status, _ in pool.map(lambda _: ask(address), range(20)))

    hand_over(start)
    assert sorted(statuses) == [302, *[404] * 19]


def test_nobody_else_gets_it_and_it_stays_for_the_browser() -> None:
    def start(address: str) -> None:
        host = urlsplit(address).netloc
        for wrong in ("/", "/favicon.ico", f"{urlsplit(address).path}/", f"{urlsplit(address).path}?x"):
            status, headers = ask(address, wrong)
            assert (status, headers.get("Location")) == (404, None)
        assert ask(address, Host=host.replace("127.0.0.1", "evil.example.com"))[0] == 421
        assert ask(address, method="POST")[0] == 501
        assert ask(address)[0] == 302

    hand_over(start)


def test_one_who_says_nothing_holds_up_nobody() -> None:
    def start(address: str) -> None:
        parts = urlsplit(address)
        with socket.create_connection((str(parts.hostname), parts.port or 0)):
            assert ask(address)[0] == 302

    hand_over(start)


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0,
    reason="Linux shows whose connection it is, and root can be anybody",
)
def test_another_user_who_comes_first_gets_nothing() -> None:
    def start(address: str) -> None:
        parts = urlsplit(address)
        line = (
            f"exec 3<>/dev/tcp/127.0.0.1/{parts.port}; "
            f"printf 'GET {parts.path} HTTP/1.1\\r\\nHost: {parts.netloc}\\r\\n\\r\\n' >&3; cat <&3"
        )
        done = subprocess.run(["bash", "-c", line], user=NOBODY, capture_output=True, check=False)
        assert done.stdout == b""
        assert ask(address)[0] == 302

    hand_over(start)


def test_it_is_gone_afterwards() -> None:
    addresses = []

    def start(address: str) -> None:
        addresses.append(address)
        ask(address)

    hand_over(start)
    with pytest.raises(ConnectionRefusedError):
        ask(addresses[0])


def test_each_time_it_is_another() -> None:
    with browser.redirect_once(LINK) as (one, _), browser.redirect_once(LINK) as (other, _):
        first, second = (urlsplit(address).path for address in (one, other))
    assert first != second
    assert len(first) > 40
