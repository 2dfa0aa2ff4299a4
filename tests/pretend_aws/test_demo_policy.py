import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rare_things import demanding

from mfaenv.aws.mfa_policies import EVERYTHING, Document
from mfaenv.pretend_aws.policy import (
    ALLOW_ALL,
    Decision,
    Query,
    evaluate,
    parse,
    trust,
)
from mfaenv.pretend_aws.wire import Refusal

ALICE = "arn:aws:iam::123456789012:user/alice"
ALLOW, DENY, NOTHING = Decision.ALLOW, Decision.EXPLICIT_DENY, Decision.NO_ALLOW


def statement(effect: str = "Allow", **elements: Any) -> Document:
    return {
        "Version": "2012-10-17",
        "Statement": {"Effect": effect, "Action": "*", "Resource": "*", **elements},
    }


def asked(action: str = "iam:GetUser", resource: str = ALICE, principal: str = ALICE, **context: str) -> Query:
    known = {"aws:username": "alice", **{name.replace("_", ":", 1): value for name, value in context.items()}}
    return Query(action, resource, known, frozenset([principal]))


@pytest.mark.parametrize(
    ("context", "verdict"),
    [
        pytest.param({}, DENY, id="long-term keys: the key is absent"),
        pytest.param({"aws_MultiFactorAuthPresent": "false"}, DENY, id="a session without MFA"),
        pytest.param({"aws_MultiFactorAuthPresent": "true"}, ALLOW, id="a session with MFA"),
    ],
)
def test_the_policy_that_forces_mfa(context: dict[str, str], verdict: Decision) -> None:
    assert evaluate([ALLOW_ALL, EVERYTHING], asked(**context)) is verdict


def test_bool_without_if_exists_lets_long_term_keys_through() -> None:
    leaky = statement("Deny", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    assert evaluate([ALLOW_ALL, leaky], asked()) is ALLOW
    assert evaluate([ALLOW_ALL, leaky], asked(aws_MultiFactorAuthPresent="false")) is DENY


@pytest.mark.parametrize(
    ("policy", "query", "verdict"),
    [
        (statement(), asked(), ALLOW),
        (statement(Action="iam:Get*"), asked(), ALLOW),
        (statement(Action="IAM:getuser"), asked(), ALLOW),
        (statement(Action=["s3:*", "iam:GetUse?"]), asked(), ALLOW),
        (statement(Action="iam:List*"), asked(), NOTHING),
        (statement(Resource="arn:aws:iam::*:user/${aws:username}"), asked(), ALLOW),
        (statement(Resource="arn:aws:iam::*:user/${aws:UserName}"), asked(), ALLOW),
        (statement(Resource="arn:aws:iam::*:user/${aws:username}"), asked(resource=ALICE + "2"), NOTHING),
        (statement(Resource="arn:aws:iam::*:user/${aws:nothing}"), asked(), NOTHING),
        (statement(Resource="arn:aws:iam::*:user/[ab]lice"), asked(), NOTHING),
        (statement("Deny"), asked(), DENY),
        (statement("Deny", Action="iam:GetUser"), asked("iam:ListMFADevices"), NOTHING),
    ],
)
def test_actions_and_resources(policy: Document, query: Query, verdict: Decision) -> None:
    assert evaluate([policy], query) is verdict


@pytest.mark.parametrize(
    ("element", "verdict"),
    [
        ({"NotAction": "iam:*"}, ALLOW),
        ({"NotAction": ["s3:*", "sts:GetSessionToken"]}, DENY),
        ({"NotAction": "s3:*", "NotResource": ALICE}, ALLOW),
        ({"NotAction": "s3:*", "NotResource": "arn:aws:s3:::*"}, DENY),
    ],
)
def test_not_action_and_not_resource_deny_all_but_what_they_name(
    element: dict[str, Any], verdict: Decision
) -> None:
    denying = {"Statement": [{"Effect": "Deny", **element}]}
    assert evaluate([ALLOW_ALL, denying], asked()) is verdict


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": True}}, {"aws_MultiFactorAuthPresent": "true"}, True),
        ({"Bool": {"AWS:multifactorauthpresent": "TRUE"}}, {"aws_MultiFactorAuthPresent": "true"}, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {}, False),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}, {"aws_MultiFactorAuthAge": "299"}, True),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}, {"aws_MultiFactorAuthAge": "300"}, False),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": 300}}, {}, False),
        ({"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}, {}, True),
        ({"StringEquals": {"sts:ExternalId": ["a", "b"]}}, {"sts_ExternalId": "b"}, True),
        ({"StringEquals": {"sts:ExternalId": "A"}}, {"sts_ExternalId": "a"}, False),
        ({"StringNotEquals": {"sts:ExternalId": ["a", "b"]}}, {"sts_ExternalId": "b"}, False),
        ({"StringNotEquals": {"sts:ExternalId": "a"}}, {}, True),
        (
            {"StringLike": {"sts:RoleSessionName": "${aws:username}-*"}},
            {"sts_RoleSessionName": "alice-1"},
            True,
        ),
        ({"StringLike": {"sts:RoleSessionName": "${aws:username}-*"}}, {"sts_RoleSessionName": "bob-1"}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:*:user/*"}}, {"aws_PrincipalArn": ALICE}, True),
        (
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {"sts:ExternalId": "a"}},
            {"aws_MultiFactorAuthPresent": "true"},
            False,
        ),
    ],
)
def test_conditions_decide(condition: dict[str, Any], context: dict[str, str], holds: bool) -> None:
    assert evaluate([statement(Condition=condition)], asked(**context)) is (ALLOW if holds else NOTHING)


@pytest.mark.parametrize(
    ("principal", "trusted"),
    [
        ({"AWS": ALICE}, True),
        ({"AWS": ["arn:aws:iam::123456789012:user/bob", ALICE]}, True),
        ({"Service": "ec2.amazonaws.com"}, False),
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": "arn:aws:iam::123456789012:user/al*"}, False),
    ],
)
def test_principals_are_names_and_not_patterns(principal: Any, trusted: bool) -> None:
    policy = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    assert evaluate([policy], asked("sts:AssumeRole")) is (ALLOW if trusted else NOTHING)


@pytest.mark.parametrize(
    ("context", "verdict"),
    [
        ({"aws_MultiFactorAuthPresent": "true", "aws_MultiFactorAuthAge": "10", "sts_ExternalId": "x"}, ALLOW),
        (
            {"aws_MultiFactorAuthPresent": "true", "aws_MultiFactorAuthAge": "60", "sts_ExternalId": "x"},
            NOTHING,
        ),
        ({"aws_MultiFactorAuthPresent": "true", "aws_MultiFactorAuthAge": "10"}, NOTHING),
        ({"sts_ExternalId": "x"}, NOTHING),
    ],
)
def test_trust_demands_all_that_it_is_told_to(context: dict[str, str], verdict: Decision) -> None:
    policy = demanding(
        trust(ALICE),
        NumericLessThan={"aws:MultiFactorAuthAge": "60"},
        StringEquals={"sts:ExternalId": "x"},
    )
    assert evaluate([policy], asked("sts:AssumeRole", **context)) is verdict


@pytest.mark.parametrize(
    "elements",
    [
        {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
        {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}},
        {"Ressource": "*"},
        {"Effect": "allow"},
    ],
)
def test_a_policy_that_is_only_half_understood_is_refused(elements: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="Syntax errors in policy"):
        parse(json.dumps(statement(**elements)))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["*", "true", "${aws:username}", "1h"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["AWS", "aws:EpochTime"]), inner)
    ),
    max_leaves=3,
)
CONDITIONS = st.dictionaries(
    st.sampled_from(["Bool", "StringEquals", "StringNotLike", "NumericLessThan", "DateLessThan"]),
    VALUES | st.dictionaries(st.sampled_from(["aws:EpochTime", "aws:username"]), VALUES),
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional=dict.fromkeys(("Action", "NotAction", "Resource", "NotResource"), VALUES)
    | {"Condition": CONDITIONS | VALUES},
)


@given(policy=st.fixed_dictionaries({"Statement": st.lists(STATEMENTS, max_size=2) | VALUES}))
def test_whatever_is_not_refused_can_be_evaluated(policy: dict[str, Any]) -> None:
    try:
        read = parse(json.dumps(policy))
    except Refusal:
        return
    assert evaluate([read], asked("s3:ListAllMyBuckets", aws_EpochTime="1", aws_username="alice")) in Decision


@pytest.mark.parametrize(("age", "verdict"), [(60, ALLOW), (10, NOTHING)])
def test_a_number_may_be_written_as_one(age: int, verdict: Decision) -> None:
    policy = statement(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": age}})
    assert evaluate([policy], asked("s3:ListAllMyBuckets", aws_MultiFactorAuthAge="30")) is verdict
