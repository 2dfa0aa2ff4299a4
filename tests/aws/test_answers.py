"""Answers that are none of AWS's: a proxy's, another server's, a broken one's."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.parsers import ResponseParserError, create_parser
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from observed_aws import ObservedAws
from product import Product
from settings import configure
from trouble import CODE, assert_explained

from mfaenv.aws import explain, iam, sts
from mfaenv.aws.client import ClientSettings, client
from mfaenv.aws.iam import serials_in
from mfaenv.errors import MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.model import Keys
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.serving.loopback import HttpResponse

Change = Callable[[HttpResponse], HttpResponse]

ENDLESS = "9" * 400
LINE = ("--shell", "sh")


def element(name: str) -> re.Pattern[bytes]:
    """An element in three parts: its first tag, what it holds, and its last tag."""
    return re.compile(rb"(<%(name)s(?: [^>]*)?>)(.*?)(</%(name)s>)" % {b"name": name.encode()}, re.DOTALL)


def rewritten(name: str, change: Callable[[re.Match[bytes]], bytes]) -> Change:
    return lambda answer: replace(answer, body=element(name).sub(change, answer.body, count=1))


def twice(name: str) -> Change:
    return rewritten(name, lambda found: 2 * found[0])


def without(name: str) -> Change:
    return rewritten(name, lambda _: b"")


def holding(name: str, text: str) -> Change:
    return rewritten(name, lambda found: found[1] + text.encode() + found[3])


@pytest.mark.parametrize("command", [LINE, ("process",)])
@pytest.mark.parametrize(
    "change",
    [
        twice("AccessKeyId"),
        twice("Expiration"),
        without("Expiration"),
        holding("Expiration", ENDLESS),
        holding("Expiration", "inf"),
        holding("Expiration", "soon"),
        holding("SecretAccessKey", "<b>x</b>"),
        holding("SecretAccessKey", "x&#10;[other]&#10;credential_process = touch ran"),
        holding("SessionToken", "x&#13;y"),
        holding("Credentials", "x"),
    ],
)
def test_a_session_that_is_none_is_told(
    product: Product, scenario: Scenario, aws: ObservedAws, command: tuple[str, ...], change: Change
) -> None:
    aws.change("GetSessionToken", change)
    done = product.run(*command, "--token-code", scenario.device.code())
    assert (done.status, "Element" in done.out) == (1, False)
    assert_explained(done, "The answer is not from AWS")


@pytest.mark.parametrize("moment", ["2001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "-1"])
@pytest.mark.parametrize("action", ["GetSessionToken", "AssumeRole"])
def test_a_session_that_has_ended_already_is_an_error(
    product: Product, scenario: Scenario, aws: ObservedAws, action: str, moment: str
) -> None:
    aws.change(action, holding("Expiration", moment))
    done = product.run(*LINE, "-p", "staging", "--token-code", scenario.device.code())
    assert (done.status, "AWS_" in done.out) == (1, False)
    assert_explained(done, "has ended already", "clock")


def test_a_warning_of_a_library_is_not_shown(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    aws.change("GetSessionToken", holding("Expiration", "2101-01-01 10:00 EST"))
    done = product.run(*LINE, "--token-code", scenario.device.code())
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize(
    "change",
    [
        twice("Arn"),
        without("Account"),
        holding("Account", ""),
        holding("Arn", "inf"),
        holding("Arn", ""),
        holding("GetCallerIdentityResult", "x"),
    ],
)
@pytest.mark.parametrize("command", [LINE, ("doctor", "--json"), ("configure", "--yes"), ("console",)])
def test_an_identity_that_is_none_is_told(
    product: Product, scenario: Scenario, aws: ObservedAws, command: tuple[str, ...], change: Change
) -> None:
    configure(product, mfa_serial=None)
    aws.change("GetCallerIdentity", change)
    done = product.run(*command, "--token-code", scenario.device.code())
    assert done.status == 1
    assert "mistake" not in done.err
    assert ("not from AWS" in done.out + done.err) or command == ("console",)


@pytest.mark.parametrize(
    ("action", "change"),
    [
        ("ListMFADevices", twice("member")),
        ("ListMFADevices", twice("MFADevices")),
        ("ListMFADevices", without("SerialNumber")),
        ("ListMFADevices", holding("SerialNumber", "<b>x</b>")),
        ("ListAccessKeys", without("AccessKeyId")),
        ("ListAccessKeys", without("CreateDate")),
        ("ListAccessKeys", holding("CreateDate", ENDLESS)),
        ("GetUser", twice("User")),
        ("ListBuckets", holding("CreationDate", "inf")),
    ],
)
def test_doctor_goes_on_whatever_a_call_says(
    product: Product, scenario: Scenario, aws: ObservedAws, action: str, change: Change
) -> None:
    aws.change(action, change)
    done = product.run("doctor", "--json", "--token-code", scenario.device.code())
    assert "mistake" not in done.err
    assert '"verdict": "enforced"' in done.out


@pytest.mark.parametrize("part", ["Code", "Message"])
@pytest.mark.parametrize("text", ["", "<b>x</b>", "</{0}><{0}>"])
def test_an_error_without_its_words_is_told(product: Product, aws: ObservedAws, part: str, text: str) -> None:
    inside = {"Code": "AccessDenied", "Message": "No.", part: text.format(part)}
    words = "".join(f"<{name}>{value}</{name}>" for name, value in inside.items())
    page = f"<ErrorResponse><Error>{words}</Error></ErrorResponse>".encode()
    aws.change("GetCallerIdentity", lambda _: HttpResponse(403, page))
    configure(product, mfa_serial=None)
    done = product.run(*LINE, "--token-code", CODE)
    assert done.status == 1
    assert_explained(done, "The answer is not from AWS|AWS denied it")


def keys_in(session: Session) -> tuple[object, ...]:
    return session.access_key, session.secret_key, session.token, session.expires


READERS: dict[str, Callable[[Any], Iterable[object]]] = {
    "GetSessionToken": lambda answer: keys_in(sts.credentials(answer["Credentials"])),
    "AssumeRole": lambda answer: keys_in(sts.credentials(answer["Credentials"])),
    "GetCallerIdentity": sts.identity_in,
    "ListMFADevices": serials_in,
}
OPERATIONS = [
    ServiceModel(create_loader().load_service_model(service, "service-2"), service).operation_model(name)
    for name in READERS
    for service in ["iam" if name.startswith("List") else "sts"]
]
NAMES = [
    "Credentials",
    "AccessKeyId",
    "Expiration",
    "Arn",
    "MFADevices",
    "member",
    "SerialNumber",
    "CreateDate",
]
TEXTS = st.sampled_from(["", "x", "inf", "nan", "-1", "soon", ENDLESS, "2036-01-01T00:00:00Z", "&#0;", "]]>"])
ELEMENTS = st.recursive(
    TEXTS,
    lambda inner: st.lists(st.tuples(st.sampled_from(NAMES), inner), max_size=3).map(
        lambda rows: "".join(f"<{name}>{text}</{name}>" for name, text in rows)
    ),
    max_leaves=8,
)


@given(st.sampled_from(OPERATIONS), ELEMENTS)
def test_what_is_read_out_of_an_answer_is_text_or_a_time(operation: Any, inner: str) -> None:
    result = operation.output_shape.serialization.get("resultWrapper", f"{operation.name}Result")
    page = f"<{operation.name}Response><{result}>{inner}</{result}></{operation.name}Response>"
    response = {"status_code": 200, "headers": {}, "body": page.encode()}
    try:
        values = READERS[operation.name](create_parser("query").parse(response, operation.output_shape))
    except (ResponseParserError, *explain.UNREADABLE):
        return
    assert {type(value) for value in values} <= {str, int}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(2, "No such file or directory", "/token"), "No such file or directory: /token"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (TimeoutError("timed out"), "timed out"),
        (TimeoutError(), "TimeoutError"),
    ],
    ids=str,
)
def test_an_error_of_the_system_is_said_without_what_it_lacks(error: OSError, reason: str) -> None:
    with pytest.raises(MfaenvError) as caught, explain.source_errors("dev", "assume-role"):
        raise error
    assert caught.value.message == f"Profile dev (assume-role) gives no keys: {reason}."


def test_what_to_do_is_said_for_calls_of_iam_too() -> None:
    with pytest.raises(MfaenvError) as caught, explain.iam_errors("iam:ListAccessKeys"):
        raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "No."}}, "ListAccessKeys")
    assert caught.value.message.startswith("iam:ListAccessKeys: AWS says that the session has ended.")
    assert "with --refresh" in caught.value.hint


def test_what_to_type_is_said_where_the_device_is_looked_for() -> None:
    keys = Keys("AKIAIOSFODNN7EXAMPLE", "secret", "", "")
    calls = client("iam", ClientSettings(None, "us-east-1"), keys)
    user = sts.Identity("123456789012", "arn:aws:iam::123456789012:user/alice")
    stubber = Stubber(calls)
    stubber.add_client_error("list_mfa_devices", "RequestExpired")
    with stubber, pytest.raises(MfaenvError) as caught:
        iam.list_devices(calls, user, keys)
    assert (caught.value.hint, caught.value.command) == ("", explain.SET_CLOCK)


@pytest.mark.parametrize("year", ["26x", "9" * 20])
def test_a_date_that_is_none_says_nothing_of_the_clock(year: str) -> None:
    response = {"ResponseMetadata": {"HTTPHeaders": {"date": f"Mon, 01 Jan {year} 00:00:00 GMT"}}}
    assert explain.ahead(response, 0, 0) is None
