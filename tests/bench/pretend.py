"""AWS for the bench: a process of its own, with no part in what is measured, whose device takes any code but one."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from mfaenv.aws.mfa_policies import EVERYTHING
from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.server import PretendAws
from mfaenv.pretend_aws.totp import Device
from mfaenv.pretend_aws.world import Credential, User, World

ACCOUNT = "123456789012"
SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
REGION = "us-east-1"
CODE = "123456"
WRONG = "000000"
CHAINED = 100
"""Roles, each of which only the one before may assume."""


class Generous(Device):
    """A device whose every code but one is good, as often as one likes: a bench cannot wait 30 s for the next."""

    def accept(self, *codes: str) -> bool:
        return codes[0].isdigit() and codes[0] != WRONG


def role_name(number: int) -> str:
    """Return the name of a role of the chain; it is its profile's name too."""
    return f"Role{number}"


def alice() -> tuple[User, Credential]:
    """Make the user and her key."""
    account = World().add_account(ACCOUNT)
    user = account.add_user("alice", policies={"All": ALLOW_ALL, "MFA": EVERYTHING})
    world = account.world
    before = user.arn
    for number in range(1, CHAINED + 1):
        before = account.add_role(
            role_name(number), trust(before, mfa=number == 1), policies={"All": ALLOW_ALL}
        ).arn
    user.devices.append(Generous(bytes(20), world.now, SERIAL))
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

    def answer(self) -> float:
        """Get a session, and give the seconds that STS takes to answer."""
        form = {"Action": "GetSessionToken", "Version": "2011-06-15", "SerialNumber": SERIAL, "TokenCode": CODE}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode(form).encode()
        request = AWSRequest("POST", f"http://{self._host}/", headers, body)
        SigV4Auth(Credentials(*KEY), "sts", REGION).add_auth(request)
        started = time.perf_counter()
        self._connection.request("POST", "/", body, dict(request.headers.items()))
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
