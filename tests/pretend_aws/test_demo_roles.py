"""Roles: who may assume them, with what proof, and for how long."""

from typing import Any

import pytest
from direct_aws import NOON, DirectAws
from rare_things import demanding

from mfaenv.aws.mfa_policies import EVERYTHING
from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.world import Role

HOUR = 3600


def role(direct: DirectAws, **demands: Any) -> Role:
    """A role in another account that alice may assume."""
    account = direct.world.accounts.get("111122223333") or direct.world.add_account("111122223333")
    return account.add_role(
        "Deploy", demanding(trust(direct.alice.arn), **demands), policies={"All": ALLOW_ALL}
    )


def denied(arn: str, target: Role, reason: str = "") -> str:
    return f"AccessDenied: User: {arn} is not authorized to perform: sts:AssumeRole on resource: {target.arn}{reason}"


def test_a_role_is_assumed_with_the_mfa_of_the_session(direct: DirectAws) -> None:
    target = role(direct)
    reply = direct.assume(direct.session(), target, RoleSessionName="alice-1")
    assert reply.values("Arn") == ["arn:aws:sts::111122223333:assumed-role/Deploy/alice-1"]
    assert reply.values("AssumedRoleId") == [f"{target.id}:alice-1"]
    assert direct.opened(reply).expires == NOON + HOUR


def test_the_policy_that_forces_mfa_holds_for_roles_too(direct: DirectAws) -> None:
    target = role(direct, mfa=False)
    reason = " with an explicit deny in an identity-based policy"
    assert direct.assume(direct.key, target).error == denied(direct.alice.arn, target, reason)
    assert direct.assume(direct.session(mfa=False), target).error == denied(direct.alice.arn, target, reason)


def test_trust_demands_mfa_where_the_user_is_not_bound(direct: DirectAws) -> None:
    del direct.alice.policies["ForceMFA"]
    target = role(direct)
    assert direct.assume(direct.key, target).error == denied(direct.alice.arn, target)
    direct.opened(direct.assume(direct.session(), target))


def test_trust_may_demand_a_recent_code(direct: DirectAws) -> None:
    target, session = role(direct, NumericLessThan={"aws:MultiFactorAuthAge": "300"}), direct.session()
    direct.clock.now += 299
    direct.opened(direct.assume(session, target))
    direct.clock.now += 1
    assert direct.assume(session, target).error == denied(direct.alice.arn, target)
    direct.opened(direct.assume(direct.session(), target))


def test_a_code_given_with_the_call_itself_counts(direct: DirectAws) -> None:
    target = role(direct, NumericLessThan={"aws:MultiFactorAuthAge": "1"})
    proof = {"SerialNumber": direct.device.serial, "TokenCode": direct.device.code()}
    direct.opened(direct.assume(direct.key, target, **proof))
    assert direct.assume(direct.key, target, **proof).error.startswith(
        "AccessDenied: MultiFactorAuthentication failed"
    )


def test_trust_may_demand_an_external_id(direct: DirectAws) -> None:
    target, session = role(direct, StringEquals={"sts:ExternalId": "blue/42"}), direct.session()
    for wrong in ({}, {"ExternalId": "red"}):
        assert direct.assume(session, target, **wrong).error == denied(direct.alice.arn, target)
    direct.opened(direct.assume(session, target, ExternalId="blue/42"))


def test_a_role_that_does_not_exist_is_refused_like_one_that_does_not_trust(direct: DirectAws) -> None:
    ghost = Role(direct.account, "Ghost", {}, trust=trust("*"))
    assert direct.assume(direct.session(), ghost).error == denied(direct.alice.arn, ghost)


def test_trust_in_another_account_needs_an_allow_at_home(direct: DirectAws) -> None:
    target, session = role(direct), direct.session()
    direct.alice.policies = {}
    reason = " because no identity-based policy allows the sts:AssumeRole action"
    assert direct.assume(session, target).error == denied(direct.alice.arn, target, reason)


@pytest.mark.parametrize(("seconds", "fits"), [("900", True), ("7200", True), ("7201", False)])
def test_a_role_has_a_longest_session(direct: DirectAws, seconds: str, fits: bool) -> None:
    target = role(direct)
    target.max_session = 2 * HOUR
    error = "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert direct.assume(direct.session(), target, DurationSeconds=seconds).error == ("" if fits else error)


def test_a_role_behind_a_role_lasts_an_hour_at_most(direct: DirectAws) -> None:
    first = role(direct)
    second = direct.world.add_account("444455556666").add_role("Audit", trust(first.arn, mfa=False))
    second.max_session = 12 * HOUR
    keys = direct.opened(direct.assume(direct.session(), first))
    assert direct.assume(keys, second, DurationSeconds="3601").error == (
        "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining."
    )
    chained = direct.opened(direct.assume(keys, second, DurationSeconds="3600"))
    assert direct.sts(chained, "GetCallerIdentity").values("Arn") == [
        "arn:aws:sts::444455556666:assumed-role/Audit/tester"
    ]


def test_a_role_session_has_no_mfa(direct: DirectAws) -> None:
    first = role(direct)
    second = direct.account.add_role("Audit", trust(first.arn))
    keys = direct.opened(direct.assume(direct.session(), first))
    assert direct.assume(keys, second).error == denied(keys.arn, second)
    first.policies["ForceMFA"] = EVERYTHING
    assert "explicit deny" in direct.s3(keys).error
    assert "session credentials" in direct.sts(keys, "GetSessionToken").error


@pytest.mark.parametrize(
    ("form", "member"),
    [
        ({"RoleSessionName": "a"}, "roleSessionName"),
        ({"RoleSessionName": "alice smith"}, "roleSessionName"),
        ({"RoleArn": "arn:aws:iam"}, "roleArn"),
        ({"DurationSeconds": "43201"}, "durationSeconds"),
        ({"ExternalId": "a"}, "externalId"),
    ],
)
def test_parameters_of_roles_are_checked(direct: DirectAws, form: dict[str, str], member: str) -> None:
    arguments = {"RoleArn": role(direct).arn, "RoleSessionName": "tester", **form}
    error = direct.sts(direct.session(), "AssumeRole", **arguments).error
    assert error.startswith("ValidationError: 1 validation error detected: ")
    assert f" at '{member}' failed to satisfy constraint: " in error


def test_a_parameter_that_must_be_there(direct: DirectAws) -> None:
    assert direct.sts(direct.key, "AssumeRole", RoleArn=role(direct).arn).error == (
        "ValidationError: 1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: "
        "Member must not be null"
    )
