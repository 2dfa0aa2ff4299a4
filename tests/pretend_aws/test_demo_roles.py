"""Roles: who may assume them, with what proof, and for how long."""

from typing import Any

import pytest
from demo.town import NOON, Town

from mfaenv.demo.policy import ALLOW_ALL, FORCE_MFA, trust
from mfaenv.demo.world import Role

HOUR = 3600


def role(town: Town, **demands: Any) -> Role:
    """A role in another account that alice may assume."""
    account = town.world.accounts.get("111122223333") or town.world.add_account("111122223333")
    return account.add_role("Deploy", trust(town.alice.arn, **demands), policies={"All": ALLOW_ALL})


def denied(arn: str, target: Role, reason: str = "") -> str:
    return f"AccessDenied: User: {arn} is not authorized to perform: sts:AssumeRole on resource: {target.arn}{reason}"


def test_a_role_is_assumed_with_the_mfa_of_the_session(town: Town) -> None:
    target = role(town)
    reply = town.assume(town.session(), target, RoleSessionName="alice-1")
    assert reply.values("Arn") == ["arn:aws:sts::111122223333:assumed-role/Deploy/alice-1"]
    assert reply.values("AssumedRoleId") == [f"{target.id}:alice-1"]
    assert town.opened(reply).expires == NOON + HOUR


def test_the_policy_that_forces_mfa_holds_for_roles_too(town: Town) -> None:
    target = role(town, mfa=False)
    reason = " with an explicit deny in an identity-based policy"
    assert town.assume(town.key, target).error == denied(town.alice.arn, target, reason)
    assert town.assume(town.session(mfa=False), target).error == denied(town.alice.arn, target, reason)


def test_trust_demands_mfa_where_the_user_is_not_bound(town: Town) -> None:
    del town.alice.policies["ForceMFA"]
    target = role(town)
    assert town.assume(town.key, target).error == denied(town.alice.arn, target)
    town.opened(town.assume(town.session(), target))


def test_trust_may_demand_a_recent_code(town: Town) -> None:
    target, session = role(town, mfa_age=300), town.session()
    town.clock.now += 299
    town.opened(town.assume(session, target))
    town.clock.now += 1
    assert town.assume(session, target).error == denied(town.alice.arn, target)
    town.opened(town.assume(town.session(), target))


def test_a_code_given_with_the_call_itself_counts(town: Town) -> None:
    target = role(town, mfa_age=1)
    proof = {"SerialNumber": town.device.serial, "TokenCode": town.device.code()}
    town.opened(town.assume(town.key, target, **proof))
    assert town.assume(town.key, target, **proof).error.startswith("AccessDenied: MultiFactorAuthentication failed")


def test_trust_may_demand_an_external_id(town: Town) -> None:
    target, session = role(town, external_id="blue/42"), town.session()
    for wrong in ({}, {"ExternalId": "red"}):
        assert town.assume(session, target, **wrong).error == denied(town.alice.arn, target)
    town.opened(town.assume(session, target, ExternalId="blue/42"))


def test_a_role_that_does_not_exist_is_refused_like_one_that_does_not_trust(town: Town) -> None:
    ghost = Role(town.account, "Ghost", {}, trust=trust("*"))
    assert town.assume(town.session(), ghost).error == denied(town.alice.arn, ghost)


def test_trust_in_another_account_needs_an_allow_at_home(town: Town) -> None:
    target, session = role(town), town.session()
    town.alice.policies = {}
    reason = " because no identity-based policy allows the sts:AssumeRole action"
    assert town.assume(session, target).error == denied(town.alice.arn, target, reason)


@pytest.mark.parametrize(
    ("principal", "is_enough"),
    [
        ("arn:aws:iam::123456789012:user/alice", True),
        ("arn:aws:iam::123456789012:root", False),
        ("123456789012", False),
    ],
)
def test_at_home_trust_in_the_user_is_enough_but_trust_in_the_account_is_not(
    town: Town, principal: str, is_enough: bool
) -> None:
    target, session = town.account.add_role("Home", trust(principal)), town.session()
    town.opened(town.assume(session, target))
    town.alice.policies = {}
    assert (town.assume(session, target).status == 200) is is_enough


@pytest.mark.parametrize(("seconds", "fits"), [("900", True), ("7200", True), ("7201", False)])
def test_a_role_has_a_longest_session(town: Town, seconds: str, fits: bool) -> None:
    target = role(town)
    target.max_session = 2 * HOUR
    error = "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert town.assume(town.session(), target, DurationSeconds=seconds).error == ("" if fits else error)


def test_a_role_behind_a_role_lasts_an_hour_at_most(town: Town) -> None:
    first = role(town)
    second = town.world.add_account("444455556666").add_role(
        "Audit", trust(first.arn, mfa=False), max_session=12 * HOUR
    )
    keys = town.opened(town.assume(town.session(), first))
    assert town.assume(keys, second, DurationSeconds="3601").error == (
        "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining."
    )
    chained = town.opened(town.assume(keys, second, DurationSeconds="3600"))
    assert town.sts(chained, "GetCallerIdentity").values("Arn") == [
        "arn:aws:sts::444455556666:assumed-role/Audit/tester"
    ]


def test_a_role_session_has_no_mfa(town: Town) -> None:
    first = role(town)
    second = town.account.add_role("Audit", trust(first.arn))
    keys = town.opened(town.assume(town.session(), first))
    assert town.assume(keys, second).error == denied(keys.arn, second)
    first.policies["ForceMFA"] = FORCE_MFA
    assert "explicit deny" in town.s3(keys).error
    assert "session credentials" in town.sts(keys, "GetSessionToken").error


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
def test_parameters_of_roles_are_checked(town: Town, form: dict[str, str], member: str) -> None:
    arguments = {"RoleArn": role(town).arn, "RoleSessionName": "tester", **form}
    error = town.sts(town.session(), "AssumeRole", **arguments).error
    assert error.startswith("ValidationError: 1 validation error detected: ")
    assert f" at '{member}' failed to satisfy constraint: " in error


def test_a_parameter_that_must_be_there(town: Town) -> None:
    assert town.sts(town.key, "AssumeRole", RoleArn=role(town).arn).error == (
        "ValidationError: 1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: "
        "Member must not be null"
    )
