"""Virtual MFA devices from their making to their end, by the policy of self-service and by boto3."""

import base64
import time
from typing import Any

import pytest
from direct_aws import Client, DirectAws
from observed_aws import ObservedAws

from mfaenv.aws.mfa_policies import SELF_SERVICE
from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.totp import STEP, code_at_step
from mfaenv.pretend_aws.world import User
from mfaenv.session.demo_device import read_device_page

MINE = {"UserName": "alice"}


@pytest.fixture
def new(direct: DirectAws) -> DirectAws:
    """Alice without a device, who may set one up."""
    direct.alice.devices.clear()
    direct.alice.policies = {"Admin": ALLOW_ALL, "SelfService": SELF_SERVICE}
    return direct


def make(direct: DirectAws, name: str = "alice", **form: str) -> tuple[str, bytes]:
    reply = direct.iam(direct.key, "CreateVirtualMFADevice", VirtualMFADeviceName=name, **form)
    assert not reply.error, reply.error
    seed = base64.b32decode(base64.b64decode(reply.values("Base32StringSeed")[0]))
    return reply.values("SerialNumber")[0], seed


def pair(seed: bytes, now: float, back: int = 1) -> dict[str, str]:
    step = int(now // STEP) - back
    return {f"AuthenticationCode{number}": code_at_step(seed, step + number - 1) for number in (1, 2)}


def test_two_codes_in_a_row_set_a_device_up_and_the_next_one_opens_a_session(new: DirectAws) -> None:
    serial, seed = make(new)
    assert serial == "arn:aws:iam::123456789012:mfa/alice"
    assert len(seed) == 40
    codes = pair(seed, new.clock.now)
    assert new.iam(new.key, "EnableMFADevice", SerialNumber=serial, **MINE, **codes).status == 200
    assert [device.serial for device in new.alice.devices] == [serial]
    used = new.sts(new.key, "GetSessionToken", SerialNumber=serial, TokenCode=codes["AuthenticationCode2"])
    assert "invalid MFA one time pass code" in (used.error or "")
    code = code_at_step(seed, int(new.clock.now // STEP) + 1)
    session = new.opened(new.sts(new.key, "GetSessionToken", SerialNumber=serial, TokenCode=code))
    assert new.s3(session).status == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda codes: {**codes, "AuthenticationCode2": codes["AuthenticationCode1"]},
        lambda codes: dict(zip(codes, reversed(codes.values()), strict=True)),
        lambda codes: {**codes, "AuthenticationCode1": "000000"},
    ],
    ids=["twice the same", "the wrong way round", "wrong"],
)
def test_another_pair_of_codes_sets_nothing_up(new: DirectAws, change: Any) -> None:
    serial, seed = make(new)
    codes = change(pair(seed, new.clock.now))
    reply = new.iam(new.key, "EnableMFADevice", SerialNumber=serial, **MINE, **codes)
    assert (reply.status, reply.error) == (
        403,
        "InvalidAuthenticationCode: Authentication code for device is not valid.",
    )
    assert new.alice.devices == []


def test_names_are_taken_once_and_devices_belong_to_one(new: DirectAws) -> None:
    serial, seed = make(new)
    taken = new.iam(new.key, "CreateVirtualMFADevice", VirtualMFADeviceName="alice")
    assert (taken.status, (taken.error or "").partition(":")[0]) == (409, "EntityAlreadyExists")
    assert make(new, "phone", Path="/phones/")[0] == "arn:aws:iam::123456789012:mfa/phones/phone"
    codes = pair(seed, new.clock.now)
    assert new.iam(new.key, "EnableMFADevice", SerialNumber=serial, **MINE, **codes).status == 200
    again = new.iam(new.key, "EnableMFADevice", SerialNumber=serial, **MINE, **codes)
    assert (again.error or "").partition(":")[0] == "EntityAlreadyExists"
    missing = new.iam(new.key, "EnableMFADevice", SerialNumber=f"{serial}-2", **MINE, **codes)
    assert (missing.status, (missing.error or "").partition(":")[0]) == (404, "NoSuchEntity")
    invalid = new.iam(new.key, "CreateVirtualMFADevice", VirtualMFADeviceName="a b")
    assert (invalid.error or "").partition(":")[0] == "ValidationError"


def test_self_service_ends_where_mfa_begins(new: DirectAws) -> None:
    """Without MFA a device can be made and set up, of one's own, and none can be taken away."""
    serial, seed = make(new)
    bob = new.account.add_user("bob")
    codes = pair(seed, new.clock.now)
    others = new.iam(new.key, "EnableMFADevice", SerialNumber=serial, UserName=bob.name, **codes)
    assert "with an explicit deny" in (others.error or "")
    assert new.iam(new.key, "EnableMFADevice", SerialNumber=serial, **MINE, **codes).status == 200
    assert "with an explicit deny" in (
        new.iam(new.key, "DeleteVirtualMFADevice", SerialNumber=serial).error or ""
    )
    code = code_at_step(seed, int(new.clock.now // STEP) + 1)
    session = new.opened(new.sts(new.key, "GetSessionToken", SerialNumber=serial, TokenCode=code))
    conflict = new.iam(session, "DeleteVirtualMFADevice", SerialNumber=serial)
    assert (conflict.status, (conflict.error or "").partition(":")[0]) == (409, "DeleteConflict")
    unused, _ = make(new, "unused")
    assert new.iam(session, "DeleteVirtualMFADevice", SerialNumber=unused).status == 200
    assert new.iam(session, "ListVirtualMFADevices").values("SerialNumber") == [serial]
    missing = new.iam(session, "DeleteVirtualMFADevice", SerialNumber=unused)
    assert (missing.status, (missing.error or "").partition(":")[0]) == (404, "NoSuchEntity")


def test_devices_are_listed_by_whether_they_are_somebodys(new: DirectAws) -> None:
    unused, _ = make(new, "unused")
    used = new.alice.add_device()
    expected = {"Any": [used.serial, unused], "Assigned": [used.serial], "Unassigned": [unused]}
    for status, serials in expected.items():
        reply = new.iam(new.key, "ListVirtualMFADevices", AssignmentStatus=status)
        assert reply.values("SerialNumber") == serials


def test_boto3_makes_a_device_that_the_demos_phone_shows(aws: ObservedAws, alice: User, client: Client) -> None:
    alice.devices.clear()
    alice.policies["ForceMFA"] = SELF_SERVICE
    iam = client("iam", alice.keys[0])
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]
    seed = base64.b32decode(made["Base32StringSeed"])
    now = time.time()
    aws.world.clock = lambda: now
    shown = read_device_page(aws.url)
    assert shown is not None
    assert shown.code == code_at_step(seed, int(now // STEP))
    iam.enable_mfa_device(UserName="alice", SerialNumber=made["SerialNumber"], **pair(seed, now, back=2))
    assert [device["SerialNumber"] for device in iam.list_mfa_devices(UserName="alice")["MFADevices"]] == [
        made["SerialNumber"]
    ]
    assert iam.get_user()["User"]["UserName"] == "alice"
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"][0]["User"]["UserName"] == "alice"


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("ec2", "describe_regions"),
        ("lambda", "list_functions"),
        ("dynamodb", "list_tables"),
        ("sns", "list_topics"),
    ],
)
def test_a_service_that_is_not_there_is_named(alice: User, client: Client, service: str, call: str) -> None:
    with pytest.raises(Exception, match=rf"This pretend AWS has STS, IAM and S3, and no {service}\.") as caught:
        getattr(client(service, alice.keys[0]), call)()
    assert "(NotImplemented)" in str(caught.value)
