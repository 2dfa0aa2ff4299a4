"""What is told of the session that one gets: whether it is new, until when it holds, and where it is shorter."""

import json
import re
from datetime import datetime

import pytest
from product import Product
from settings import set_keys
from terminals import direct

from mfaenv.pretend_aws.scenario import Scenario


def told(product: Product, *arguments: str) -> tuple[str, str]:
    """The session's line of --verbose, and the moment at which the session ends."""
    done = product.run("--format", "json", "--verbose", *arguments)
    assert done.status == 0, done.err
    (line,) = re.findall(r"^mfaenv: session +(.*)$", done.err, re.MULTILINE)
    return line, json.loads(done.out).get("AWS_CREDENTIAL_EXPIRATION", "")


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


@pytest.mark.parametrize(
    ("variables", "secret", "told"),
    [
        ({}, "wrong" * 8, "The secret key does not belong"),
        ({"HTTP_PROXY": "http://127.0.0.1:9"}, None, "The proxy refused the connection"),
        ({"HTTP_PROXY": "http://a:b#c@127.0.0.1:9", "MFAENV_ALLOW_HTTP": "1"}, None, "HTTP_PROXY is not"),
    ],
    ids=["secret", "refused", "unparsable"],
)
def test_a_question_ends_where_no_code_can_help(
    product: Product, variables: dict[str, str], secret: str | None, told: str
) -> None:
    if secret:
        set_keys(product, aws_secret_access_key=secret)
    with direct(product, "--shell", "sh", **{"NO_PROXY": "", "no_proxy": "", **variables}) as window:
        assert window.ended() in {1, 2}
        assert re.search(rf"MFA code: \nmfaenv: {told}", window.text)
