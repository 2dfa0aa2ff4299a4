"""What AWS refuses is refused here too."""

import json
from collections.abc import Mapping
from xml.etree import ElementTree as ET

import pytest
from direct_aws import DirectAws

from mfaenv.pretend_aws import iam
from mfaenv.pretend_aws.policy import ALLOW_ALL, trust


@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("GetCallerIdentity", {"Lang": "en"}),
        ("GetSessionToken", {"RoleArn": "arn:aws:iam::123456789012:role/Any"}),
        ("AssumeRole", {"Tags.member.1.Colour": "blue"}),
        ("AssumeRole", {"PolicyArns.member.x.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    ],
)
def test_a_parameter_that_is_not_understood_is_refused(
    direct: DirectAws, action: str, form: Mapping[str, str]
) -> None:
    role = direct.account.add_role("Any", trust(direct.alice.arn))
    needed = {"RoleArn": role.arn, "RoleSessionName": "tester"} if action == "AssumeRole" else {}
    reply = direct.sts(direct.session() if needed else direct.key, action, **needed, **form)
    assert (reply.status, reply.values("Code")) == (501, ["NotImplemented"])
    assert next(iter(form)) in reply.error


@pytest.mark.parametrize(
    ("version", "named"), [("", "NO_VERSION_SPECIFIED"), ("2011-06-14", "2011-06-14"), ("1", "1")]
)
def test_an_action_needs_the_version_of_its_api(direct: DirectAws, version: str, named: str) -> None:
    reply = direct.sts(direct.key, "GetCallerIdentity", Version=version)
    assert (reply.status, reply.error) == (
        400,
        f"InvalidAction: Could not find operation GetCallerIdentity for version {named}",
    )


def test_a_code_is_good_once_for_all_calls_together(direct: DirectAws) -> None:
    role = direct.account.add_role("Home", trust(direct.alice.arn))
    for first, second in (("GetSessionToken", "AssumeRole"), ("AssumeRole", "GetSessionToken")):
        proof = {"SerialNumber": direct.device.serial, "TokenCode": direct.device.code()}
        needed = {"GetSessionToken": {}, "AssumeRole": {"RoleArn": role.arn, "RoleSessionName": "tester"}}
        assert direct.sts(direct.key, first, **needed[first], **proof).status == 200
        assert (
            "invalid MFA one time pass code" in direct.sts(direct.key, second, **needed[second], **proof).error
        )
        direct.clock.now += 90


def test_a_code_that_came_with_a_refused_call_is_used_too(direct: DirectAws) -> None:
    role = direct.account.add_role("Theirs", trust("arn:aws:iam::123456789012:user/bob"))
    proof = {"SerialNumber": direct.device.serial, "TokenCode": direct.device.code()}
    assert "is not authorized" in direct.assume(direct.key, role, **proof).error
    assert "invalid MFA one time pass code" in direct.sts(direct.key, "GetSessionToken", **proof).error


def test_a_session_without_mfa_calls_nothing_of_iam_and_of_sts_two_things(direct: DirectAws) -> None:
    del direct.alice.policies["ForceMFA"]
    session = direct.session(mfa=False)
    document = json.dumps(ALLOW_ALL)
    serial = {"SerialNumber": "arn:aws:iam::123456789012:mfa/alice"}
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    forms: dict[str, dict[str, str]] = {
        "DeleteUserPolicy": {"UserName": "alice", "PolicyName": "Any"},
        "PutUserPolicy": {"UserName": "alice", "PolicyName": "Any", "PolicyDocument": document},
        "GetUser": {"UserName": "alice smith"},  # neither does it say what else is wrong
        "ListAccessKeys": {},
        "ListMFADevices": {},
        "CreateAccessKey": {},
        "UpdateAccessKey": {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive"},
        "DeleteAccessKey": {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "GetAccessKeyLastUsed": {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "CreateVirtualMFADevice": {"VirtualMFADeviceName": "alice"},
        "DeleteVirtualMFADevice": serial,
        "ListVirtualMFADevices": {},
        "EnableMFADevice": {"UserName": "alice", **serial, **codes},
    }
    assert set(forms) == set(iam.IAM.actions)
    for action, form in forms.items():
        error = "InvalidClientTokenId: The security token included in the request is invalid."
        assert direct.iam(session, action, **form).error == error
    role = direct.account.add_role("Home", trust(direct.alice.arn, mfa=False))
    assert direct.sts(session, "GetCallerIdentity").status == 200
    assert direct.assume(session, role).status == 200
    assert "session credentials" in direct.sts(session, "GetSessionToken").error


@pytest.mark.parametrize("action", ["PutUserPolicy", "DeleteUserPolicy"])
def test_a_policys_user_is_named(direct: DirectAws, action: str) -> None:
    form = {
        "PolicyName": "X",
        **({"PolicyDocument": json.dumps(ALLOW_ALL)} if action == "PutUserPolicy" else {}),
    }
    assert "Value null at 'userName' failed" in direct.iam(direct.session(), action, **form).error


def test_an_answer_that_repeats_a_parameter_is_xml_whatever_it_holds(direct: DirectAws) -> None:
    reply = direct.sts(direct.key, "GetSessionToken", SerialNumber="\0\x1b<&>\ufffe" * 3)
    assert reply.status == 400
    assert ET.fromstring(reply.text) is not None
