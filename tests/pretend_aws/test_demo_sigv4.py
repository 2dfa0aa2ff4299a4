from dataclasses import replace
from urllib.parse import parse_qsl

import depth
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import percent_encode_sequence
from direct_aws import NOON, DirectAws
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from signing import sign

from mfaenv.pretend_aws.sigv4 import Authorization, parse_authorization, signature
from mfaenv.serving.loopback import HttpRequest

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HEADERS = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}
FORM = {**HEADERS, "content-type": "application/x-www-form-urlencoded"}


# From AWS's own Signature Version 4 test suite, under the names that the cases have there.
@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(
            HttpRequest("GET", "/", "", HEADERS),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            id="get-vanilla",
        ),
        pytest.param(
            HttpRequest("GET", "/", "Param2=value2&Param1=value1", HEADERS),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            id="get-vanilla-query-order-key-case",
        ),
        pytest.param(
            HttpRequest("POST", "/", "", FORM, b"Param1=value1"),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            id="post-x-www-form-urlencoded",
        ),
    ],
)
def test_signatures_are_those_of_awss_test_suite(request_: HttpRequest, expected: str) -> None:
    scope = ("AKIDEXAMPLE", "20150830", "us-east-1", "service", "aws4_request")
    assert (
        signature(request_, Authorization(*scope, ";".join(sorted(request_.headers)), ""), SECRET) == expected
    )


words = st.text(
    st.characters(max_codepoint=0x17F, categories=["L", "N"], include_characters="-_.~ /&=%+:"), max_size=12
)
plain = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, include_characters=" "), max_size=20)


@given(
    service=st.sampled_from(["sts", "iam", "s3"]),
    parameters=st.dictionaries(words.filter(bool), words, max_size=4),
    header=plain.map(str.strip),
    body=st.binary(max_size=40),
)
@settings(max_examples=depth.examples(150))
def test_signatures_are_those_of_botocore(
    service: str, parameters: dict[str, str], header: str, body: bytes
) -> None:
    query = percent_encode_sequence(parameters)
    theirs = AWSRequest("POST", f"https://example.amazonaws.com/?{query}", data=body)
    theirs.headers["Content-Type"] = header
    theirs.headers["x-amz-security-token"] = "token+of/a=session"
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(Credentials("AKIDEXAMPLE", SECRET), service, "eu-west-1").add_auth(theirs)
    headers = {name.lower(): value for name, value in theirs.headers.items()}
    headers["host"] = "example.amazonaws.com"
    authorization = parse_authorization(headers["authorization"])
    assert authorization is not None
    assert (
        signature(HttpRequest("POST", "/", query, headers, body), authorization, SECRET)
        == authorization.signature
    )


BARE = {"host": "127.0.0.1", "content-type": "application/x-www-form-urlencoded; charset=utf-8"}
PARTS = [
    "method",
    "path",
    "query",
    "body",
    "host",
    "content-type",
    "x-amz-date",
    "x-amz-security-token",
    "authorization",
]


@given(part=st.sampled_from(PARTS), place=st.integers(0, 2000), byte=st.integers(0x20, 0x7E))
@settings(max_examples=depth.examples(400), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_request_with_any_byte_changed_is_refused(
    direct: DirectAws, part: str, place: int, byte: int
) -> None:
    session = direct.world.open_session(direct.alice, 3600, mfa_at=0)
    unsigned = replace(direct.request("sts", session, "GetCallerIdentity"), query="Version=2011-06-15")
    good = sign(replace(unsigned, headers=BARE), session, "us-east-1", "sts", NOON)
    bad = changed(good, part, place, chr(byte))
    assume(bad != good)
    assert direct.send(good).status == 200
    reply = direct.send(bad)
    assert reply.status in {400, 403}
    assert reply.values("Code")[0] in {
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "AccessDenied",
    }


@given(
    part=st.sampled_from(["method", "host", "x-amz-date", "x-amz-content-sha256", "authorization"]),
    place=st.integers(0, 500),
)
@settings(max_examples=depth.examples(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_request_to_s3_with_any_byte_changed_is_refused(direct: DirectAws, part: str, place: int) -> None:
    session = direct.world.open_session(direct.alice, 3600, mfa_at=0)
    good = direct.request("s3", session)
    assert direct.send(good).status == 200
    assert direct.send(changed(good, part, place, "~")).status in {400, 403, 501}


def changed(request: HttpRequest, part: str, place: int, letter: str) -> HttpRequest:
    """The request with one letter of a part put in another's place."""
    headers = dict(request.headers)
    fields = {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "body": request.body.decode(),
    }
    text = headers.get(part, fields.get(part, ""))
    place %= len(text)
    text = text[:place] + letter + text[place + 1 :]
    if part in headers:
        headers[part] = text
    else:
        fields[part] = text
    return HttpRequest(fields["method"], fields["path"], fields["query"], headers, fields["body"].encode())


def test_a_query_is_part_of_what_is_signed(direct: DirectAws) -> None:
    request = direct.request("sts", direct.key, "GetCallerIdentity")
    moved = HttpRequest("POST", "/", request.body.decode(), request.headers, b"")
    assert dict(parse_qsl(moved.query)) == request.parameters
    assert "SignatureDoesNotMatch" in direct.send(moved).error


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"date": "20270114"},
        {"terminator": "aws5_request"},
        {"signed_headers": "content-type;x-amz-date"},
        {"signed_headers": "content-type;host"},
    ],
)
def test_what_has_to_be_signed_is_signed(direct: DirectAws, changes: dict[str, str]) -> None:
    request = direct.request("sts", direct.key, "GetCallerIdentity")
    parts = parse_authorization(request.headers["authorization"])
    assert parts is not None
    parts = parts._replace(**changes)
    scope = "/".join(parts[:5])
    right = signature(request, parts, direct.key.secret)
    text = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={parts.signed_headers}, Signature={right}"
    reply = direct.send(replace(request, headers={**request.headers, "authorization": text}))
    assert reply.status == (403 if changes else 200)
    assert reply.values("Code") == (["SignatureDoesNotMatch"] if changes else [])
