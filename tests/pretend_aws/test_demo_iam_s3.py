import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from direct_aws import NOON, DirectAws
from rare_things import add_security_key
from replies import Reply
from signing import SigningKeys, sign

from mfaenv.aws.mfa_policies import EVERYTHING, SELF_SERVICE, Document
from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.sigv4 import UNSIGNED_PAYLOAD, parse_authorization, signature
from mfaenv.serving.loopback import HttpRequest

INVALID_TOKEN = "InvalidClientTokenId: The security token included in the request is invalid."
EXPLICITLY = "with an explicit deny in an identity-based policy"
OWN_DEVICES = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "iam:ListMFADevices", "Resource": "arn:aws:iam::*:user/${aws:username}"}
    ],
}
NO_S3 = {
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
    ]
}


def denied(action: str, resource: str, reason: str) -> str:
    on_resource = f" on resource: {resource}" if resource else ""
    arn = "arn:aws:iam::123456789012:user/alice"
    return f"AccessDenied: User: {arn} is not authorized to perform: {action}{on_resource} {reason}"


def test_long_term_keys_are_denied_explicitly_where_mfa_is_forced(direct: DirectAws) -> None:
    assert direct.iam(direct.key, "ListMFADevices", UserName="alice").error == denied(
        "iam:ListMFADevices", "user alice", EXPLICITLY
    )
    assert direct.iam(direct.key, "GetUser").error == denied("iam:GetUser", "user alice", EXPLICITLY)
    assert direct.s3(direct.key).error == denied("s3:ListAllMyBuckets", "", EXPLICITLY)


def test_a_session_without_mfa_cannot_call_iam_at_all_and_is_not_told_why(direct: DirectAws) -> None:
    del direct.alice.policies["ForceMFA"]
    session = direct.session(mfa=False)
    assert direct.iam(session, "GetUser").error == INVALID_TOKEN
    assert direct.iam(direct.key, "GetUser").status == 200
    assert direct.s3(session).status == 200


def test_a_session_with_mfa_may_do_what_the_user_may(direct: DirectAws) -> None:
    session = direct.session()
    add_security_key(direct.alice)
    assert direct.iam(session, "GetUser").values("Arn") == [direct.alice.arn]
    assert direct.iam(session, "ListMFADevices").values("SerialNumber") == [
        device.serial for device in direct.alice.devices
    ]
    assert direct.iam(session, "ListAccessKeys").values("AccessKeyId") == [direct.key.id]
    assert direct.s3(session).values("Name") == ["photos", "reports"]


def test_listing_devices_needs_the_name_under_a_policy_scoped_to_the_user(direct: DirectAws) -> None:
    direct.alice.policies = {"Own": OWN_DEVICES}
    assert direct.iam(direct.key, "ListMFADevices", UserName="alice").status == 200
    reason = "because no identity-based policy allows the iam:ListMFADevices action"
    assert direct.iam(direct.key, "ListMFADevices").error == denied("iam:ListMFADevices", "*", reason)
    assert direct.iam(direct.key, "ListMFADevices", UserName="bob").error == denied(
        "iam:ListMFADevices", "user bob", reason
    )


@pytest.mark.parametrize("call", [DirectAws.s3, lambda direct, keys: direct.iam(keys, "GetUser")])
def test_a_missing_allow_is_told_apart_from_a_deny(
    direct: DirectAws, call: Callable[[DirectAws, SigningKeys], Reply]
) -> None:
    session = direct.session()
    direct.alice.policies = {}
    assert "because no identity-based policy allows the" in call(direct, session).error


def test_who_does_not_exist_cannot_be_found(direct: DirectAws) -> None:
    session = direct.session()
    assert direct.iam(session, "GetUser", UserName="bob").status == 404
    assert (
        direct.iam(session, "GetUser", UserName="bob").error
        == "NoSuchEntity: The user with name bob cannot be found."
    )


def test_a_role_must_say_whom_it_means(direct: DirectAws) -> None:
    role = direct.account.add_role("Admin", trust(direct.alice.arn), policies={"All": ALLOW_ALL})
    keys = direct.opened(direct.assume(direct.session(), role))
    assert direct.iam(keys, "GetUser").error == (
        "ValidationError: Must specify userName when calling with non-User credentials"
    )
    assert direct.iam(keys, "ListMFADevices", UserName="alice").values("SerialNumber") == [direct.device.serial]


def test_a_policy_can_be_tried_and_taken_off_again(direct: DirectAws) -> None:
    del direct.alice.policies["ForceMFA"]
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}'
    mine = {"UserName": "alice", "PolicyName": "NoS3"}
    assert direct.iam(direct.key, "PutUserPolicy", PolicyDocument=document, **mine).status == 200
    assert direct.s3(direct.key).error == denied("s3:ListAllMyBuckets", "", EXPLICITLY)
    assert direct.iam(direct.key, "DeleteUserPolicy", **mine).status == 200
    assert direct.s3(direct.key).status == 200
    assert direct.iam(direct.key, "DeleteUserPolicy", **mine).error == (
        "NoSuchEntity: The user policy with name NoS3 cannot be found."
    )


@pytest.mark.parametrize(("policy", "may_list"), [(EVERYTHING, False), (SELF_SERVICE, True)])
def test_what_mfaenv_policy_prints_can_be_tried(direct: DirectAws, policy: Document, may_list: bool) -> None:
    mine = {"UserName": "alice", "PolicyName": "ForceMFA"}
    printed = json.dumps(policy, indent=2)
    assert direct.iam(direct.session(), "PutUserPolicy", PolicyDocument=printed, **mine).status == 200
    assert (direct.iam(direct.key, "ListMFADevices", UserName="alice").status == 200) is may_list
    assert direct.s3(direct.key).error == denied("s3:ListAllMyBuckets", "", EXPLICITLY)
    assert direct.s3(direct.session()).status == 200


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "[]",
        "{}",
        "null",
        '{"Statement": 1}',
        '{"Statement": [{"Effect": "Deny", "Ressource": "*"}]}',
        '{"Statement": {"Effect": "Deny", "Resource": "*"}}',
        '{"Statement": {"Effect": "Deny", "Action": "*"}}',
        '{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}}',
        json.dumps({**ALLOW_ALL, "Version": "2026-01-01"}),
    ],
)
def test_a_policy_that_is_none_is_refused(direct: DirectAws, document: str) -> None:
    reply = direct.iam(
        direct.session(), "PutUserPolicy", UserName="alice", PolicyName="X", PolicyDocument=document
    )
    assert (reply.status, reply.error) == (400, "MalformedPolicyDocument: Syntax errors in policy.")


# S3 finds the same faults as the others and names them in its own way.


def deactivated(direct: DirectAws) -> Reply:
    direct.key.active = False
    return direct.s3(direct.key)


def expired(direct: DirectAws) -> Reply:
    session = direct.session()
    direct.clock.now += 12 * 3600
    return direct.s3(session)


def late(direct: DirectAws) -> Reply:
    request = direct.request("s3", direct.key)
    direct.clock.now += 901
    return direct.send(request)


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (deactivated, 403, "InvalidClientTokenId"),
        (expired, 403, "ExpiredToken"),
        (late, 403, "SignatureDoesNotMatch"),
        (lambda direct: direct.s3(replace(direct.key, secret="wrong")), 403, "SignatureDoesNotMatch"),
        (lambda direct: direct.s3(replace(direct.key, token="stale")), 403, "InvalidClientTokenId"),
        (
            lambda direct: direct.send(direct.request("s3", direct.key, region="us-east-9")),
            403,
            "SignatureDoesNotMatch",
        ),
        (
            lambda direct: direct.send(HttpRequest("GET", "/", "", {"host": "127.0.0.1"})),
            403,
            "MissingAuthenticationToken",
        ),
        (lambda direct: direct.send(payload(direct, "0" * 64)), 403, "SignatureDoesNotMatch"),
        (lambda direct: direct.send(unsigned_header(direct)), 403, "SignatureDoesNotMatch"),
    ],
)
def test_refusals_are_those_of_s3(
    direct: DirectAws, call: Callable[[DirectAws], Reply], status: int, code: str
) -> None:
    reply = call(direct)
    assert (reply.status, reply.values("Code")) == (status, [code])


def payload(direct: DirectAws, stated: str) -> HttpRequest:
    """A well signed request to S3 that states this hash of its payload."""
    request = direct.request("s3", direct.session())
    stating = replace(request, headers={**request.headers, "x-amz-content-sha256": stated})
    authorization = parse_authorization(request.headers["authorization"])
    assert authorization is not None
    secret = direct.world.credentials[authorization.key_id].secret
    signed = request.headers["authorization"].replace(
        authorization.signature, signature(stating, authorization, secret)
    )
    return replace(stating, headers={**stating.headers, "authorization": signed})


def unsigned_header(direct: DirectAws) -> HttpRequest:
    request = direct.request("s3", direct.key)
    return replace(request, headers={**request.headers, "x-amz-acl": "public-read"})


def test_s3_takes_a_payload_that_is_not_signed(direct: DirectAws) -> None:
    assert direct.send(payload(direct, UNSIGNED_PAYLOAD)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "/photos", ""),
        ("PUT", "/photos/a.txt", ""),
        ("PUT", "/photos", "tagging="),
        ("POST", "/photos/a.txt", "uploads="),
    ],
)
def test_what_this_s3_cannot_do_it_says(direct: DirectAws, method: str, path: str, query: str) -> None:
    inside = HttpRequest(method, path, query, {"host": "127.0.0.1"})
    reply = direct.send(sign(inside, direct.session(), "us-east-1", "s3", NOON))
    assert (reply.status, reply.values("Code")) == (501, ["NotImplemented"])
    assert direct.account.buckets == ["photos", "reports"]


def test_a_bucket_is_made_once(direct: DirectAws) -> None:
    request = HttpRequest("PUT", "/new", "", {"host": "127.0.0.1"})
    signed = sign(request, direct.session(), "us-east-1", "s3", NOON)
    assert direct.send(signed).status == 200
    assert direct.send(signed).values("Code") == ["BucketAlreadyExists"]
    assert direct.account.buckets == ["photos", "reports", "new"]
