"""What `mfaenv policy` prints: valid for a linter of IAM policies, and denying what it should in the pretend AWS."""

import json
from typing import Any

import boto3
import pytest
from codes import spare_scenario
from observed_aws import ObservedAws
from product import COMMAND, Product
from terminals import USUAL_SIZE, Window

from mfaenv.aws.mfa_policies import EVERYTHING, SELF_SERVICE
from mfaenv.pretend_aws.policy import ALLOW_ALL, Decision, Query, evaluate, parse
from mfaenv.pretend_aws.scenario import Scenario

VARIANTS: tuple[list[str], ...] = ([], ["--self-service"])
INLINE_QUOTA = 2048
"""Characters without white space in all of a user's inline policies: IAM and STS quotas."""

ON_ONESELF = [
    f"iam:{name}"
    for name in ("EnableMFADevice", "GetMFADevice", "GetUser", "ListMFADevices", "ResyncMFADevice")
]
OWN_KEYS = [
    f"iam:{name}"
    for name in (
        "CreateAccessKey",
        "DeleteAccessKey",
        "GetAccessKeyLastUsed",
        "ListAccessKeys",
        "UpdateAccessKey",
    )
]

ALICE = "arn:aws:iam::123456789012:user/alice"
DEEP_ALICE = "arn:aws:iam::123456789012:user/staff/dev/alice"
BOB = "arn:aws:iam::123456789012:user/bob"
HER_DEVICE = "arn:aws:iam::123456789012:mfa/alice-phone"
WITH_MFA = {"aws:MultiFactorAuthPresent": "true"}
KEYS_ALONE: dict[str, str] = {}
SESSION_WITHOUT_MFA = {"aws:MultiFactorAuthPresent": "false"}


def verdict(*policies: Any, action: str, resource: str = "*", mfa: dict[str, str]) -> Decision:
    return evaluate(policies, Query(action, resource, {"aws:username": "alice", **mfa}))


@pytest.mark.parametrize("arguments", VARIANTS)
def test_it_fits_a_users_inline_policies_and_the_pretend_aws_understands_it(
    bare: Product, arguments: list[str]
) -> None:
    policy = bare.run("policy", *arguments).json()
    assert len("".join(json.dumps(policy).split())) <= INLINE_QUOTA
    assert parse(json.dumps(policy)) == policy


@pytest.mark.parametrize("mfa", [KEYS_ALONE, SESSION_WITHOUT_MFA])
@pytest.mark.parametrize(
    "action", ["s3:ListAllMyBuckets", "iam:GetUser", "iam:EnableMFADevice", "ec2:RunInstances"]
)
def test_everything_is_denied_without_mfa(action: str, mfa: dict[str, str]) -> None:
    assert verdict(ALLOW_ALL, EVERYTHING, action=action, mfa=mfa) is Decision.EXPLICIT_DENY


@pytest.mark.parametrize("policy", [EVERYTHING, SELF_SERVICE])
def test_with_mfa_it_denies_nothing_and_gives_no_right_to_work(policy: Any) -> None:
    assert verdict(ALLOW_ALL, policy, action="s3:ListAllMyBuckets", mfa=WITH_MFA) is Decision.ALLOW
    assert (
        verdict(ALLOW_ALL, policy, action="iam:EnableMFADevice", resource=BOB, mfa=WITH_MFA) is Decision.ALLOW
    )
    assert verdict(policy, action="s3:ListAllMyBuckets", mfa=WITH_MFA) is Decision.NO_ALLOW


@pytest.mark.parametrize("mfa", [KEYS_ALONE, SESSION_WITHOUT_MFA])
@pytest.mark.parametrize("user", [ALICE, DEEP_ALICE])
def test_self_service_lets_a_user_without_other_rights_set_up_a_device(user: str, mfa: dict[str, str]) -> None:
    for action in ON_ONESELF:
        assert verdict(SELF_SERVICE, action=action, resource=user, mfa=mfa) is Decision.ALLOW
    create = verdict(SELF_SERVICE, action="iam:CreateVirtualMFADevice", resource=HER_DEVICE, mfa=mfa)
    assert create is Decision.ALLOW
    assert verdict(SELF_SERVICE, action="iam:ListVirtualMFADevices", mfa=mfa) is Decision.ALLOW


@pytest.mark.parametrize("user", [ALICE, DEEP_ALICE])
@pytest.mark.parametrize("action", OWN_KEYS)
def test_self_service_lets_users_rotate_their_own_keys_with_mfa_alone(action: str, user: str) -> None:
    assert verdict(SELF_SERVICE, action=action, resource=user, mfa=WITH_MFA) is Decision.ALLOW
    assert verdict(SELF_SERVICE, action=action, resource=BOB, mfa=WITH_MFA) is Decision.NO_ALLOW
    for mfa in (KEYS_ALONE, SESSION_WITHOUT_MFA):
        assert verdict(ALLOW_ALL, SELF_SERVICE, action=action, resource=user, mfa=mfa) is Decision.EXPLICIT_DENY


def test_self_service_lets_users_delete_devices_of_their_name_with_mfa_alone() -> None:
    action = "iam:DeleteVirtualMFADevice"
    assert verdict(SELF_SERVICE, action=action, resource=HER_DEVICE, mfa=WITH_MFA) is Decision.ALLOW
    assert verdict(SELF_SERVICE, action=action, resource=HER_DEVICE[:-11], mfa=WITH_MFA) is Decision.NO_ALLOW
    for mfa in (KEYS_ALONE, SESSION_WITHOUT_MFA):
        assert (
            verdict(ALLOW_ALL, SELF_SERVICE, action=action, resource=HER_DEVICE, mfa=mfa)
            is Decision.EXPLICIT_DENY
        )


@pytest.mark.parametrize("mfa", [KEYS_ALONE, SESSION_WITHOUT_MFA])
def test_self_service_leaves_nothing_else_open_not_even_to_administrators(mfa: dict[str, str]) -> None:
    for action in ON_ONESELF:
        for other in (BOB, f"{ALICE}2", "arn:aws:iam::123456789012:user/alice/bob"):
            assert (
                verdict(ALLOW_ALL, SELF_SERVICE, action=action, resource=other, mfa=mfa)
                is Decision.EXPLICIT_DENY
            )
    for action in ("s3:ListAllMyBuckets", "iam:ListAccessKeys", "iam:DeactivateMFADevice", "sts:AssumeRole"):
        found = verdict(ALLOW_ALL, SELF_SERVICE, action=action, resource=ALICE, mfa=mfa)
        assert found is Decision.EXPLICIT_DENY


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], ["not even set one up", "--self-service"]),
        (["--self-service"], ["first device", "rotate their own", "arn:aws-cn"]),
    ],
)
def test_it_says_what_it_locks_out_to_whom_not_to_attach_it_and_how_to_try_it(
    bare: Product, arguments: list[str], said: list[str]
) -> None:
    outcome = bare.run("policy", *arguments)
    said += [
        "a role that a service assumes",
        "aws iam put-user-policy --user-name NAME",
        "--policy-document file://",
    ]
    assert [text for text in said if text not in outcome.err] == []
    assert all(line.startswith(("mfaenv: ", "        ")) for line in outcome.err.splitlines())


@pytest.mark.parametrize("arguments", VARIANTS)
def test_each_command_to_type_is_a_line_of_its_own_on_a_terminal(bare: Product, arguments: list[str]) -> None:
    commands = (
        " ".join(["mfaenv policy", *arguments, "> mfa.json"]),
        "aws iam put-user-policy --user-name NAME --policy-name RequireMFA --policy-document file://mfa.json",
        "mfaenv doctor",
        "aws iam delete-user-policy --user-name NAME --policy-name RequireMFA",
    )
    with Window((*COMMAND, "policy", *arguments), bare.env, bare.home, USUAL_SIZE) as window:
        assert window.ended() == 0
        assert [command for command in commands if f"\n        {command}\r\n" not in window.raw] == []


def test_quiet_leaves_the_words_out(bare: Product) -> None:
    assert bare.run("policy", "--quiet").err == ""


@pytest.fixture
def scenario() -> Scenario:
    return spare_scenario("none")


@pytest.mark.parametrize("arguments", VARIANTS)
def test_put_on_a_user_it_is_what_the_doctor_misses(
    product: Product, scenario: Scenario, aws: ObservedAws, arguments: list[str]
) -> None:
    before = product.run("doctor", "--token-code", scenario.device.code(), "--json")
    iam = boto3.client(
        "iam",
        endpoint_url=aws.url,
        region_name="us-east-1",
        aws_access_key_id=scenario.key.id,
        aws_secret_access_key=scenario.key.secret,
    )
    document = product.run("policy", *arguments).out
    iam.put_user_policy(UserName="alice", PolicyName="RequireMFA", PolicyDocument=document)
    after = product.run("doctor", "--no-input", "--json")
    assert (before.status, before.json()["verdict"]) == (1, "not enforced")
    assert (after.status, after.json()["verdict"]) == (0, "enforced")
