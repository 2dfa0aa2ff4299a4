"""Session policies, tags, source identities and names of role sessions, as STS takes and refuses them."""

import json
from typing import Any

import pytest
from direct_aws import DirectAws
from replies import Reply
from signing import sign

from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.world import Credential, Role
from mfaenv.serving.loopback import HttpRequest

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
LISTS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}]}


@pytest.fixture
def role(direct: DirectAws) -> Role:
    made = direct.account.add_role("Developer", trust(direct.alice.arn), policies={"All": ALLOW_ALL})
    made.max_session = 7200
    return made


@pytest.fixture
def session(direct: DirectAws) -> Credential:
    return direct.session()


def make_bucket(direct: DirectAws, keys: Credential) -> Reply:
    request = HttpRequest("PUT", "/new-bucket", "", {"host": "127.0.0.1"}, b"")
    return direct.send(sign(request, keys, "us-east-1", "s3", direct.clock.now))


def tags(**values: str) -> dict[str, str]:
    return numbered("Tags", [{"Key": key, "Value": value} for key, value in values.items()])


def numbered(name: str, items: list[dict[str, str]]) -> dict[str, str]:
    return {
        f"{name}.member.{number}.{field}": value
        for number, item in enumerate(items, 1)
        for field, value in item.items()
    }


def test_a_session_may_do_what_both_the_role_and_its_session_policies_allow(
    direct: DirectAws, role: Role, session: Credential
) -> None:
    for form in ({"PolicyArns.member.1.arn": READ_ONLY}, {"Policy": json.dumps(LISTS)}):
        opened = direct.opened(direct.assume(session, role, **form))
        assert direct.s3(opened).values("Name") == ["photos", "reports"]
        refused = make_bucket(direct, opened)
        assert refused.status == 403
        assert "because no session policy allows the s3:CreateBucket action" in (refused.error or "")
    whole = direct.opened(direct.assume(session, role))
    assert make_bucket(direct, whole).status == 200
    assert "new-bucket" in direct.account.buckets
    role.policies.clear()
    opened = direct.opened(direct.assume(session, role, **{"PolicyArns.member.1.arn": READ_ONLY}))
    assert "because no identity-based policy allows" in (direct.s3(opened).error or "")


def test_a_session_policy_binds_the_next_role_as_well(
    direct: DirectAws, role: Role, session: Credential
) -> None:
    further = direct.account.add_role("Further", trust(role.arn, mfa=False), policies={"All": ALLOW_ALL})
    read_only = direct.opened(direct.assume(session, role, Policy=json.dumps(LISTS)))
    assert direct.assume(read_only, further).status == 403
    assert direct.assume(direct.opened(direct.assume(session, role)), further).status == 200


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"Policy": "no JSON"}, "MalformedPolicyDocument"),
        ({"Policy": "[]"}, "MalformedPolicyDocument"),
        (
            {"Policy": json.dumps({**LISTS, "Statement": [LISTS["Statement"]] * 500})[:5000]},
            "MalformedPolicyDocument",
        ),
        ({"Policy": json.dumps({**LISTS, "Id": "x" * 2048})}, "PackedPolicyTooLarge"),
        ({"PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/NoSuchPolicy"}, "MalformedPolicyDocument"),
        ({f"PolicyArns.member.{number}.arn": READ_ONLY for number in range(1, 12)}, "ValidationError"),
        (tags(**{f"key{number}": "" for number in range(51)}), "ValidationError"),
        (tags(**{"k" * 129: "v"}), "ValidationError"),
        (tags(key="v" * 257), "ValidationError"),
        (tags(**{"": "v"}), "ValidationError"),
        (tags(**{"a,b": "v"}), "ValidationError"),
        (tags(key="a\nb"), "ValidationError"),
        ({"SourceIdentity": "a"}, "ValidationError"),
        ({"SourceIdentity": "a" * 257}, "ValidationError"),
        ({"SourceIdentity": "a b"}, "ValidationError"),
        ({"RoleSessionName": "a b"}, "ValidationError"),
        ({"Tags.member.1.Other": "v"}, "NotImplemented"),
    ],
)
def test_a_roles_session_is_refused_as_by_aws(
    direct: DirectAws, role: Role, session: Credential, form: dict[str, str], code: str
) -> None:
    reply = direct.assume(session, role, **form)
    assert (reply.error or "").partition(":")[0] == code


def test_tags_of_any_script_are_taken_up_to_the_limits(
    direct: DirectAws, role: Role, session: Credential
) -> None:
    form = tags(**{"Kostenstelle / été_.:/=+-@": "プロジェクト 42", "k" * 128: "v" * 256, "empty": ""})
    opened = direct.opened(direct.assume(session, role, **form))
    assert opened.details.tags["empty"] == ""
    assert len(opened.details.tags) == 3


def test_tags_decide_as_conditions(direct: DirectAws, role: Role, session: Credential) -> None:
    role.policies["All"] = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}},
            }
        ],
    }
    for team, status in (("blue", 200), ("red", 403)):
        assert direct.s3(direct.opened(direct.assume(session, role, **tags(team=team)))).status == status


def test_a_role_must_allow_tags_and_identities(direct: DirectAws, session: Credential) -> None:
    only = trust(direct.alice.arn)
    only["Statement"][0]["Action"] = "sts:AssumeRole"
    plain = direct.account.add_role("Plain", only, policies={"All": ALLOW_ALL})
    assert direct.assume(session, plain).status == 200
    for form, action in (
        (tags(a="b"), "sts:TagSession"),
        ({"SourceIdentity": "alice"}, "sts:SetSourceIdentity"),
    ):
        assert f"is not authorized to perform: {action}" in (direct.assume(session, plain, **form).error or "")


def test_transitive_tags_and_the_source_identity_go_along_a_chain(
    direct: DirectAws, role: Role, session: Credential
) -> None:
    further = direct.account.add_role("Further", trust(role.arn, mfa=False), policies={})
    form = {**tags(team="blue", place="here"), "TransitiveTagKeys.member.1": "team", "SourceIdentity": "alice"}
    first = direct.opened(direct.assume(session, role, **form))
    second = direct.opened(direct.assume(first, further, **tags(more="x")))
    assert second.details.tags == {"team": "blue", "more": "x"}
    assert second.details.source_identity == "alice"
    assert direct.assume(first, further, SourceIdentity="alice").values("SourceIdentity") == ["alice"]
    for wrong, code in (
        (tags(TEAM="red"), "InvalidParameterValue"),
        ({"SourceIdentity": "bob"}, "AccessDenied"),
    ):
        assert (direct.assume(first, further, **wrong).error or "").partition(":")[0] == code


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("mfaenv", 403)])
def test_a_trust_policy_may_demand_the_users_name(
    direct: DirectAws, session: Credential, name: str, status: int
) -> None:
    named: dict[str, Any] = dict(trust(direct.alice.arn))
    named["Statement"][0]["Condition"]["StringLike"] = {"sts:RoleSessionName": "${aws:username}"}
    role = direct.account.add_role("Named", named)
    assert direct.assume(session, role, RoleSessionName=name).status == status
