"""The server of `exec --serve` where a renewal stalls."""

import http.client
import json
import threading
import time

import pytest
from product import PATIENCE

from mfaenv.commands import credential_server
from mfaenv.commands.credential_server import CREDENTIALS_PATH, CredentialServer
from mfaenv.fast.entry import Session
from mfaenv.model import Provider, Request, Span, Value
from mfaenv.session.sessions import Sessions

NOTHING = Value("", "")
REQUEST = Request(
    profile=Value("work", "--profile"),
    config_profile="work",
    profiles=("work",),
    provider=Provider.PROCESS,
    keys=None,
    device=NOTHING,
    account="",
    region=NOTHING,
    session_region="",
    endpoints={"sts": NOTHING},
    duration=Span(3600, ""),
    min_remaining=Span(0, ""),
    hops=(),
)


class FirstStalls(Sessions):
    """Sessions whose first renewal gets no answer until it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.renewals = 0

    def renew(self, _request: Request) -> Session:
        self.renewals += 1
        if self.renewals == 1:
            self.released.wait(PATIENCE)
            return Session()
        now = time.time()
        return Session(access_key="ASIANEW", secret_key="s", token="t", created=now, expires=int(now) + 3600)


def ask(server: CredentialServer) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection(server.host, timeout=PATIENCE)
    connection.request("GET", CREDENTIALS_PATH, headers={"Authorization": server.token})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_a_renewal_that_stalls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credential_server, "MAX_WAIT", 0)
    sessions = FirstStalls()
    ended = Session(access_key="ASIAOLD", secret_key="s", token="t", created=1.0, expires=2)
    with CredentialServer(sessions, REQUEST, lambda: REQUEST, ended, "mfaenv") as server:
        assert [ask(server)[0] for _ in range(2)] == [503, 503]
        assert sessions.renewals == 1
        monkeypatch.setattr(credential_server, "MAX_WAIT", PATIENCE)
        monkeypatch.setattr(credential_server, "RENEWAL_SECONDS", 0)
        status, got = ask(server)
        renewals = sessions.renewals
        sessions.released.set()
    assert (status, got.get("AccessKeyId"), renewals) == (200, "ASIANEW", 2)
