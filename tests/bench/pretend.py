"""AWS for the bench: a process of its own, so that it has no part in what is measured, whose device takes any code."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from mfaenv.demo.policy import ALLOW_ALL, FORCE_MFA
from mfaenv.demo.server import PretendAws
from mfaenv.demo.sigv4 import sign
from mfaenv.demo.wire import Request
from mfaenv.demo.world import Credential, Device, User, World

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "123456789012"
SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
REGION = "us-east-1"
CODE = "123456"


class Generous(Device):
    """A device whose every code is good, as often as one likes: a bench cannot wait 30 seconds for the next."""

    def accept(self, code: str) -> bool:
        return code.isdigit()


def alice() -> tuple[User, Credential]:
    """Make the user and her key."""
    world = World()
    user = world.add_account(ACCOUNT).add_user("alice", policies={"All": ALLOW_ALL, "MFA": FORCE_MFA})
    user.devices.append(Generous(SERIAL, "virtual", bytes(20), world.now, created=world.now()))
    return user, user.add_key(*KEY)


@contextmanager
def serving() -> Iterator[str]:
    """Start it, and give its address."""
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("the server has no pipes")
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()


class Sts:
    """An open connection to it."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._connection = HTTPConnection(self._host)
        self._key = alice()[1]

    def answer(self) -> float:
        """Get a session, and give the seconds that STS takes to answer."""
        form = {"Action": "GetSessionToken", "Version": "2011-06-15", "SerialNumber": SERIAL, "TokenCode": CODE}
        headers = {"host": self._host, "content-type": "application/x-www-form-urlencoded"}
        request = Request("POST", "/", "", headers, urlencode(form).encode())
        signed = sign(request, self._key, REGION, "sts", time.time())
        started = time.perf_counter()
        self._connection.request(signed.method, signed.path, signed.body, dict(signed.headers))
        response = self._connection.getresponse()
        response.read()
        seconds = time.perf_counter() - started
        if response.status != 200:
            raise RuntimeError(f"STS answered {response.status}")
        return seconds


def main() -> None:
    """Serve until nobody listens."""
    with PretendAws(alice()[0].account.world) as aws:
        sys.stdout.write(f"{aws.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
