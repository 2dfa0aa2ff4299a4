import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from demo.town import Town

from mfaenv.demo.client import Reply
from mfaenv.demo.policy import ALLOW_ALL, Document, trust
from mfaenv.demo.sigv4 import UNSIGNED_PAYLOAD, Keys, parse_authorization, signature
from mfaenv.demo.wire import Request
from mfaenv.policy import EVERYTHING, SELF_SERVICE

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


def test_long_term_keys_are_denied_explicitly_where_mfa_is_forced(town: Town) -> None:
    assert town.iam(town.key, "ListMFADevices", UserName="alice").error == denied(
        "iam:ListMFADevices", "user alice", EXPLICITLY
    )
    assert town.iam(town.key, "GetUser").error == denied("iam:GetUser", "user alice", EXPLICITLY)
    assert town.s3(town.key).error == denied("s3:ListAllMyBuckets", "", EXPLICITLY)


def test_a_session_without_mfa_cannot_call_iam_at_all_and_is_not_told_why(town: Town) -> None:
    del town.alice.policies["ForceMFA"]
    session = town.session(mfa=False)
    assert town.iam(session, "GetUser").error == INVALID_TOKEN
    assert town.iam(town.key, "GetUser").status == 200
    assert town.s3(session).status == 200


def test_devices_come_in_pages(town: Town) -> None:
    session = town.session()
    for number in range(2, 104):
        town.alice.add_device(name=f"device-{number}")
    serials = [device.serial for device in town.alice.devices]
    first = town.iam(session, "ListMFADevices", UserName="alice")
    assert (first.values("SerialNumber"), first.values("IsTruncated")) == (serials[:100], ["true"])
    (marker,) = first.values("Marker")
    second = town.iam(session, "ListMFADevices", UserName="alice", Marker=marker, MaxItems="2")
    assert (second.values("SerialNumber"), second.values("IsTruncated")) == (serials[100:102], ["true"])
    last = town.iam(session, "ListMFADevices", UserName="alice", Marker=second.values("Marker")[0])
    assert (last.values("SerialNumber"), last.values("IsTruncated")) == (serials[102:], ["false"])
    assert last.values("Marker") == []
    assert (town.iam(session, "ListMFADevices", MaxItems="0").error or "").startswith("ValidationError: ")


def test_a_session_with_mfa_may_do_what_the_user_may(town: Town) -> None:
    session = town.session()
    town.alice.add_device("security key")
    assert town.iam(session, "GetUser").values("Arn") == [town.alice.arn]
    assert town.iam(session, "ListMFADevices").values("SerialNumber") == [
        device.serial for device in town.alice.devices
    ]
    assert town.iam(session, "ListAccessKeys").values("AccessKeyId") == [town.key.id]
    assert town.s3(session).values("Name") == ["photos", "reports"]


def test_listing_devices_needs_the_name_under_a_policy_scoped_to_the_user(town: Town) -> None:
    town.alice.policies = {"Own": OWN_DEVICES}
    assert town.iam(town.key, "ListMFADevices", UserName="alice").status == 200
    reason = "because no identity-based policy allows the iam:ListMFADevices action"
    assert town.iam(town.key, "ListMFADevices").error == denied("iam:ListMFADevices", "*", reason)
    assert town.iam(town.key, "ListMFADevices", UserName="bob").error == denied(
        "iam:ListMFADevices", "user bob", reason
    )


@pytest.mark.parametrize("call", [Town.s3, lambda town, keys: town.iam(keys, "GetUser")])
def test_a_missing_allow_is_told_apart_from_a_deny(town: Town, call: Callable[[Town, Keys], Reply]) -> None:
    session = town.session()
    town.alice.policies = {}
    assert "because no identity-based policy allows the" in call(town, session).error


def test_a_service_control_policy_denies_with_mfa_and_without(town: Town) -> None:
    town.account.control_policies.append(NO_S3)
    reason = "with an explicit deny in a service control policy"
    for keys in (town.key, town.session()):
        assert town.s3(keys).error == denied("s3:ListAllMyBuckets", "", reason)


def test_service_control_policies_must_allow_too_and_bind_the_owner(town: Town) -> None:
    root = town.account.add_user("root").add_key()
    assert town.s3(root).status == 200
    town.account.control_policies.append(OWN_DEVICES)
    assert "because no service control policy allows" in town.s3(root).error
    assert "because no service control policy allows" in town.iam(town.session(), "GetUser").error


def test_who_does_not_exist_cannot_be_found(town: Town) -> None:
    session = town.session()
    assert town.iam(session, "GetUser", UserName="bob").status == 404
    assert town.iam(session, "GetUser", UserName="bob").error == "NoSuchEntity: The user with name bob cannot be found."


def test_a_role_must_say_whom_it_means(town: Town) -> None:
    role = town.account.add_role("Admin", trust(town.alice.arn), policies={"All": ALLOW_ALL})
    keys = town.opened(town.assume(town.session(), role))
    assert town.iam(keys, "GetUser").error == (
        "ValidationError: Must specify userName when calling with non-User credentials"
    )
    assert town.iam(keys, "ListMFADevices", UserName="alice").values("SerialNumber") == [town.device.serial]


def test_a_policy_can_be_tried_and_taken_off_again(town: Town) -> None:
    del town.alice.policies["ForceMFA"]
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}'
    mine = {"UserName": "alice", "PolicyName": "NoS3"}
    assert town.iam(town.key, "PutUserPolicy", PolicyDocument=document, **mine).status == 200
    assert town.s3(town.key).error == denied("s3:ListAllMyBuckets", "", EXPLICITLY)
    assert town.iam(town.key, "DeleteUserPolicy", **mine).status == 200
    assert town.s3(town.key).status == 200
    assert town.iam(town.key, "DeleteUserPolicy", **mine).error == (
        "NoSuchEntity: The user policy with name NoS3 cannot be found."
    )


@pytest.mark.parametrize(("policy", "may_list"), [(EVERYTHING, False), (SELF_SERVICE, True)])
def test_what_mfaenv_policy_prints_can_be_tried(town: Town, policy: Document, may_list: bool) -> None:
    mine = {"UserName": "alice", "PolicyName": "ForceMFA"}
    printed = json.dumps(policy, indent=2)
    assert town.iam(town.session(), "PutUserPolicy", PolicyDocument=printed, **mine).status == 200
    assert (town.iam(town.key, "ListMFADevices", UserName="alice").status == 200) is may_list
    assert town.s3(town.key).error == denied("s3:ListAllMyBuckets", "", EXPLICITLY)
    assert town.s3(town.session()).status == 200


@pytest.mark.parametrize(
    "document", ["{", "[]", "{}", '{"Statement": [{"Effect": "Deny", "Ressource": "*"}]}', '{"Statement": 1}', "null"]
)
def test_a_policy_that_is_none_is_refused(town: Town, document: str) -> None:
    reply = town.iam(town.session(), "PutUserPolicy", UserName="alice", PolicyName="X", PolicyDocument=document)
    assert reply.error == "MalformedPolicyDocument: Syntax errors in policy."


# S3 finds the same faults as the others and names them in its own way.


def deactivated(town: Town) -> Reply:
    town.key.active = False
    return town.s3(town.key)


def expired(town: Town) -> Reply:
    session = town.session()
    town.clock.now += 12 * 3600
    return town.s3(session)


def late(town: Town) -> Reply:
    request = town.request("s3", town.key)
    town.clock.now += 901
    return town.send(request)


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (deactivated, 403, "InvalidAccessKeyId"),
        (expired, 400, "ExpiredToken"),
        (late, 403, "RequestTimeTooSkewed"),
        (lambda town: town.s3(replace(town.key, secret="wrong")), 403, "SignatureDoesNotMatch"),
        (lambda town: town.s3(replace(town.key, token="stale")), 400, "InvalidToken"),
        (lambda town: town.send(town.request("s3", town.key, region="us-east-9")), 400, "AuthorizationHeaderMalformed"),
        (lambda town: town.send(Request("GET", "/", "", {"host": "127.0.0.1"})), 403, "AccessDenied"),
        (lambda town: town.send(payload(town, "0" * 64)), 400, "XAmzContentSHA256Mismatch"),
        (lambda town: town.send(unsigned_header(town)), 403, "AccessDenied"),
    ],
)
def test_refusals_of_s3(town: Town, call: Callable[[Town], Reply], status: int, code: str) -> None:
    reply = call(town)
    assert (reply.status, reply.values("Code")) == (status, [code])


def payload(town: Town, stated: str) -> Request:
    """A well signed request to S3 that states this hash of its payload."""
    request = town.request("s3", town.session())
    stating = replace(request, headers={**request.headers, "x-amz-content-sha256": stated})
    authorization = parse_authorization(request.headers["authorization"])
    assert authorization is not None
    secret = town.world.credentials[authorization.key_id].secret
    signed = replace(authorization, signature=signature(stating, authorization, secret))
    return replace(stating, headers={**stating.headers, "authorization": str(signed)})


def unsigned_header(town: Town) -> Request:
    request = town.request("s3", town.key)
    return replace(request, headers={**request.headers, "x-amz-acl": "public-read"})


def test_s3_takes_a_payload_that_is_not_signed(town: Town) -> None:
    assert town.send(payload(town, UNSIGNED_PAYLOAD)).status == 200


def test_what_this_s3_cannot_do_it_says(town: Town) -> None:
    request = town.request("s3", town.session())
    authorization = parse_authorization(request.headers["authorization"])
    assert authorization is not None
    inside = replace(request, path="/photos")
    secret = town.world.credentials[authorization.key_id].secret
    signed = replace(authorization, signature=signature(inside, authorization, secret))
    reply = town.send(replace(inside, headers={**inside.headers, "authorization": str(signed)}))
    assert (reply.status, reply.values("Code")) == (501, ["NotImplemented"])
