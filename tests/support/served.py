"""Commands behind `mfaenv exec --serve`, and roles that end while they run."""

import http.client
import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import pytest
from product import PATIENCE, Outcome, Product, finish

from mfaenv.pretend_aws.world import Credential, Principal, Role, World


def shorten(monkeypatch: pytest.MonkeyPatch, world: World, *, roles: int = 0, users: int = 0) -> None:
    """Let the sessions of roles, or of users, last for so many seconds, whatever was asked for."""
    whole = world.open_session

    def short(principal: Principal, seconds: int, **more: object) -> Credential:
        wanted = roles if isinstance(principal, Role) else users
        return whole(principal, wanted or seconds, **more)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(world, "open_session", short)


class Served:
    """A command behind `mfaenv exec --serve` until the `with` block ends, and the address that it was given."""

    COMMAND = (
        "sh",
        "-c",
        'echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN"; read line',
    )

    def __init__(self, product: Product, *options: str, **more: Any) -> None:
        self.process = product.start(
            "exec", "--serve", *options, "--", *self.COMMAND, stdin=subprocess.PIPE, **more
        )

    def __enter__(self) -> Self:
        assert self.process.stdout is not None
        words = self.process.stdout.readline().decode().split()
        if len(words) != len(("address", "token")):
            pytest.fail(finish(self.process).err)
        self.uri, self.token = words
        self.address = urlsplit(self.uri)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.end()

    def find_server(self) -> int:
        """Return the process that serves, on Linux: the one that has the listening socket."""
        lines = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()]
        listening = next(
            line for line in lines if line[1].endswith(f":{self.address.port:04X}") and line[3] == "0A"
        )
        for link in Path("/proc").glob("[0-9]*/fd/*"):
            with suppress(OSError):
                if os.readlink(link) == f"socket:[{listening[9]}]":
                    return int(link.parts[2])
        raise AssertionError("nobody listens")

    def end(self) -> Outcome:
        """Let the command end, and mfaenv with it."""
        return finish(self.process, "\n")

    def ask(self, *, method: str = "GET", path: str = "", **headers: str | None) -> tuple[int, bytes]:
        """Ask as a program does, with other headers where these are given; return the status and the body."""
        connection = http.client.HTTPConnection(self.address.netloc, timeout=PATIENCE)
        connection.putrequest(method, path or self.address.path, skip_host=True)
        for name, value in {"Host": self.address.netloc, "Authorization": self.token, **headers}.items():
            if value is not None:
                connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()

    def credentials(self) -> dict[str, str]:
        """Ask, and return what the answer says; it has to be one."""
        status, body = self.ask()
        assert status == http.HTTPStatus.OK, body
        return dict(json.loads(body))
