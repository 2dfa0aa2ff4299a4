"""What is told of the session that one gets: whether it is new, until when it holds, and where it is shorter."""

import re
from datetime import datetime
from errno import EMFILE
from typing import Any

import pytest
from observed_aws import DROPPED, THROTTLED, ObservedAws
from product import Product
from settings import set_keys
from terminals import direct

from mfaenv.aws import client
from mfaenv.aws.client import ClientSettings
from mfaenv.model import Keys
from mfaenv.pretend_aws.scenario import DEMO_REGION, Scenario
from mfaenv.session import fetch, service
from mfaenv.session.fetch import BackgroundClient
from mfaenv.terminal.terminal import Terminal


def told(product: Product, *arguments: str) -> tuple[str, str]:
    """The session's line of --verbose, and the moment at which the session ends."""
    done = product.run("--format", "json", "--verbose", *arguments)
    assert done.status == 0, done.err
    (line,) = re.findall(r"^mfaenv: session +(.*)$", done.err, re.MULTILINE)
    return line, done.json().get("AWS_CREDENTIAL_EXPIRATION", "")


@pytest.mark.parametrize("arguments", [(), ("-p", "staging")], ids=["the user's", "a role's"])
def test_verbose_tells_a_new_session_from_a_stored_one(
    product: Product, scenario: Scenario, arguments: tuple[str, ...]
) -> None:
    line, ends = told(product, *arguments, "-c", scenario.device.code())
    assert line == f"new  (until {ends})"
    assert told(product, *arguments) == (f"stored  (until {ends})", ends)
    assert datetime.fromisoformat(ends).tzinfo is not None


def test_verbose_does_not_know_the_end_of_what_others_made(product: Product) -> None:
    set_keys(product, aws_session_token="token")
    assert told(product) == ("new  (unknown end)", "")


def test_a_token_that_was_pasted_in_two_lines_is_not_shown(product: Product, scenario: Scenario) -> None:
    set_keys(product, aws_access_key_id="ASIAI44QH8DHBEXAMPLE", aws_session_token="FwoGZXIv\n  to-keep")
    done = product.run("--shell", "sh", "-r", scenario.profiles["staging"]["role_arn"])
    assert (done.status, "FwoGZXIv" in done.err, "to-keep" in done.err) == (1, False, False)
    assert "A key or token of the profile holds a line break" in done.err


@pytest.mark.parametrize(
    ("variables", "secret", "told", "status"),
    [
        ({}, "wrong" * 8, "The secret key does not belong", 1),
        ({"HTTP_PROXY": "http://127.0.0.1:9"}, None, "The proxy refused the connection", 1),
        ({"HTTP_PROXY": "http://a:b#c@127.0.0.1:9", "MFAENV_ALLOW_HTTP": "1"}, None, "HTTP_PROXY is not", 2),
    ],
    ids=["secret", "refused", "unparsable"],
)
def test_a_question_ends_where_no_code_can_help(
    product: Product, variables: dict[str, str], secret: str | None, told: str, status: int
) -> None:
    if secret:
        set_keys(product, aws_secret_access_key=secret)
    with direct(product, "--shell", "sh", **{"NO_PROXY": "", "no_proxy": "", **variables}) as window:
        assert window.ended() == status
        assert re.search(rf"MFA code: \nmfaenv: {told}", window.text)


def test_an_error_of_the_machine_ends_no_question(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    def fail(*_: object) -> None:
        raise OSError(EMFILE, "Too many open files")

    monkeypatch.setattr(BackgroundClient, "_make", fail)
    keys = Keys("AKIAIOSFODNN7EXAMPLE", "secret", "", "")
    request = service.resolve_request({}, product.env).request
    background = BackgroundClient(request, keys, Terminal(product.env))
    background.begin()
    with pytest.raises(OSError, match="Too many"):
        background.client()
    background.check(lambda: None)


def test_a_code_whose_answer_was_lost_is_not_sent_again(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    line, code = ("--shell", "sh", "-c"), scenario.device.code()
    aws.fail("GetSessionToken", DROPPED)
    lost, again = product.run(*line, code), product.run(*line, code)
    assert lost.status == again.status == 1
    assert lost.err.startswith("mfaenv: AWS cannot be reached: Connection was closed before")
    assert "AWS may have used the code: wait for the device's next one." in lost.err
    assert again.err.startswith("mfaenv: That code was already used.")
    assert len(aws.actions("GetSessionToken")) == 1


def test_a_used_code_of_the_variable_is_told_as_that(product: Product, scenario: Scenario) -> None:
    product.env["MFAENV_TOKEN_CODE"] = scenario.device.code()
    assert product.run("--shell", "sh").status == 0
    again = product.run("--shell", "sh", "--refresh")
    assert again.status == 1
    assert "Unset MFAENV_TOKEN_CODE, or set it to the next code." in again.err
    assert "MFAENV_TOKEN_CODE" not in product.run("--shell", "sh", "--refresh", "-c", "123456").err


def test_a_code_that_was_not_looked_at_is_sent_again(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    aws.fail("GetSessionToken", THROTTLED)
    assert product.run("--shell", "sh", "-c", scenario.device.code()).status == 0
    assert len(aws.actions("GetSessionToken")) == 2


@pytest.mark.parametrize("longest", [60, -1], ids=["a moment", "too long"])
def test_a_code_is_not_sent_on_a_connection_that_was_idle_for_long(
    monkeypatch: pytest.MonkeyPatch,
    product: Product,
    scenario: Scenario,
    aws: ObservedAws,
    longest: int,
) -> None:
    """Where the machine slept meanwhile, the server has forgotten it: the code would be lost."""
    ports = []
    process = aws.process_request

    def noted(request: Any, client_address: Any) -> None:
        ports.append(client_address)
        process(request, client_address)

    monkeypatch.setattr(aws, "process_request", noted)
    monkeypatch.setattr(fetch, "IDLE_SECONDS", longest)
    monkeypatch.setattr(
        client, "settings_of", lambda *_: ClientSettings(None, DEMO_REGION, endpoints={"sts": aws.url})
    )
    keys = Keys(scenario.key.id, scenario.key.secret, "", "")
    request = service.resolve_request({}, product.env).request
    background = BackgroundClient(request, keys, Terminal(product.env))
    background.begin()
    background.client().get_caller_identity()
    assert len(ports) == (1 if longest > 0 else 2)
