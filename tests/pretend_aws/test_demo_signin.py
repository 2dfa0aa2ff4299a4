"""The console's sign-in in the pretend AWS: a token for a role, good once, and a page that says who you are."""

import json
from urllib.parse import quote, urlencode

import pytest
from direct_aws import DirectAws

from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.world import Credential, Role
from mfaenv.serving.loopback import HttpRequest, HttpResponse

PAGE = "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1"
HOST = {"host": "127.0.0.1"}


@pytest.fixture
def role(direct: DirectAws) -> Role:
    return direct.account.add_role("Developer", trust(direct.alice.arn), policies={"All": ALLOW_ALL})


@pytest.fixture
def session(direct: DirectAws, role: Role) -> Credential:
    return direct.opened(direct.assume(direct.session(), role))


def session_of(keys: Credential, **changes: str) -> str:
    return json.dumps({"sessionId": keys.id, "sessionKey": keys.secret, "sessionToken": keys.token, **changes})


def get(direct: DirectAws, path: str, **parameters: str) -> HttpResponse:
    return direct.aws.answer(HttpRequest("GET", path, urlencode(parameters), HOST))


def token(direct: DirectAws, session: Credential) -> str:
    answer = get(direct, "/federation", Action="getSigninToken", Session=session_of(session))
    assert (answer.status, answer.content_type) == (200, "application/json")
    return str(json.loads(answer.body)["SigninToken"])


def log_in(direct: DirectAws, given: str, page: str = PAGE) -> HttpResponse:
    return get(direct, "/federation", Action="login", Issuer="test", Destination=page, SigninToken=given)


def test_the_page_says_who_signed_in(direct: DirectAws, session: Credential) -> None:
    page = log_in(direct, token(direct, session))
    assert page.status == 200
    text = page.body.decode()
    assert "<b>Developer/tester</b> in account <b>123456789012</b>" in text
    assert f"You asked for {PAGE}" in text
    assert page.headers["Content-Security-Policy"] == "default-src 'none'"
    assert page.headers["Cache-Control"] == "no-store"


def test_what_is_shown_is_no_markup(direct: DirectAws, session: Credential) -> None:
    page = log_in(direct, token(direct, session), "<script>alert(1)</script>\"'&")
    assert b"<script" not in page.body
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;" in page.body


def test_a_token_is_good_once_and_for_fifteen_minutes(direct: DirectAws, session: Credential) -> None:
    first, second, third = (token(direct, session) for _ in range(3))
    assert log_in(direct, first).status == 200
    assert log_in(direct, first).status == 400
    direct.clock.now += 15 * 60 - 1
    assert log_in(direct, second).status == 200
    direct.clock.now += 1
    assert log_in(direct, third).status == 400


def test_a_users_session_is_refused_as_aws_refuses_it(direct: DirectAws) -> None:
    answer = get(direct, "/federation", Action="getSigninToken", Session=session_of(direct.session()))
    assert answer.status == 400
    assert b"Only federation tokens or assume role tokens may be used" in answer.body


@pytest.mark.parametrize(
    "changes",
    [
        {"sessionKey": "wrong"},
        {"sessionToken": "wrong"},
        {"sessionToken": ""},
        {"sessionToken": "é"},
        {"sessionId": "ASIAIOSFODNN7EXAMPLE"},
    ],
)
def test_the_keys_have_to_hold(direct: DirectAws, session: Credential, changes: dict[str, str]) -> None:
    answer = get(direct, "/federation", Action="getSigninToken", Session=session_of(session, **changes))
    assert answer.status == 400
    assert session.secret.encode() not in answer.body


def test_keys_that_have_ended_or_are_long_term_sign_nobody_in(direct: DirectAws, session: Credential) -> None:
    long_term = get(direct, "/federation", Action="getSigninToken", Session=session_of(direct.key))
    direct.clock.now += 3600
    ended = get(direct, "/federation", Action="getSigninToken", Session=session_of(session))
    assert (long_term.status, ended.status) == (400, 400)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "Action=logout",
        "Action=getSigninToken",
        "Action=getSigninToken&Session=",
        "Action=getSigninToken&Session=[]",
        "Action=getSigninToken&Session=1",
        "Action=getSigninToken&Session=%7B",
        "Action=login",
        f"Action=login&SigninToken=none&Destination={quote(PAGE)}",
    ],
)
def test_a_malformed_request_is_refused(direct: DirectAws, query: str) -> None:
    assert direct.aws.answer(HttpRequest("GET", "/federation", query, HOST)).status == 400


def test_a_duration_is_refused_for_a_role_that_a_session_assumed(
    direct: DirectAws, session: Credential
) -> None:
    text = session_of(session)
    answer = get(direct, "/federation", Action="getSigninToken", SessionDuration="3600", Session=text)
    assert answer.status == 400
