"""The pretend AWS's access keys: two at most, unknown for a moment, switched off and on, and deleted."""

import pytest
from direct_aws import NOON, DirectAws
from rare_things import SlowKeys

from mfaenv.aws.mfa_policies import SELF_SERVICE
from mfaenv.pretend_aws.world import Credential

UNKNOWN = "InvalidClientTokenId: The security token included in the request is invalid."


def made(direct: DirectAws, session: Credential) -> Credential:
    reply = direct.iam(session, "CreateAccessKey", UserName="alice")
    assert not reply.error, reply.error
    key = direct.world.credentials[reply.values("AccessKeyId")[0]]
    assert reply.values("SecretAccessKey") == [key.secret]
    assert (reply.values("Status"), reply.values("UserName")) == (["Active"], ["alice"])
    return key


def test_a_user_has_two_keys_at_most_and_an_inactive_one_counts(direct: DirectAws) -> None:
    session = direct.session()
    second = made(direct, session)
    quota = "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2"
    assert direct.iam(session, "CreateAccessKey").error == quota
    assert direct.iam(session, "UpdateAccessKey", AccessKeyId=second.id, Status="Inactive").status == 200
    assert direct.iam(session, "CreateAccessKey").error == quota
    assert direct.iam(session, "ListAccessKeys", UserName="alice").values("Status") == ["Active", "Inactive"]
    assert direct.iam(session, "DeleteAccessKey", AccessKeyId=second.id).status == 200
    assert made(direct, session).id != second.id


def test_a_new_key_is_unknown_until_the_regions_are_told(direct: DirectAws) -> None:
    SlowKeys(direct.world, 7)
    key = made(direct, direct.session())
    assert direct.sts(key, "GetCallerIdentity").error == UNKNOWN
    direct.clock.now += 7
    assert direct.sts(key, "GetCallerIdentity").status == 200


def test_an_inactive_or_deleted_key_signs_nothing_and_its_sessions_go_on(direct: DirectAws) -> None:
    session = direct.session()
    direct.iam(session, "UpdateAccessKey", AccessKeyId=direct.key.id, Status="Inactive")
    assert direct.sts(direct.key, "GetCallerIdentity").error == UNKNOWN
    direct.iam(session, "UpdateAccessKey", AccessKeyId=direct.key.id, Status="Active")
    assert direct.sts(direct.key, "GetCallerIdentity").status == 200
    direct.iam(session, "DeleteAccessKey", AccessKeyId=direct.key.id)
    assert direct.sts(direct.key, "GetCallerIdentity").error == UNKNOWN
    assert direct.sts(session, "GetCallerIdentity").status == 200


def test_last_use_is_that_of_the_key_itself(direct: DirectAws) -> None:
    session = direct.session()
    second = made(direct, session)
    unused = direct.iam(session, "GetAccessKeyLastUsed", AccessKeyId=second.id)
    assert (unused.values("ServiceName"), unused.values("Region")) == (["N/A"], ["N/A"])
    assert unused.values("LastUsedDate") == []
    direct.clock.now = NOON + 60
    direct.sts(second, "GetCallerIdentity", region="eu-west-1")
    used = direct.iam(session, "GetAccessKeyLastUsed", AccessKeyId=second.id)
    assert (used.values("ServiceName"), used.values("Region"), used.values("UserName")) == (
        ["sts"],
        ["eu-west-1"],
        ["alice"],
    )
    assert used.values("LastUsedDate") == ["2027-01-15T08:01:00Z"]


@pytest.mark.parametrize("action", ["UpdateAccessKey", "DeleteAccessKey", "GetAccessKeyLastUsed"])
def test_another_users_key_is_none_of_this_users(direct: DirectAws, action: str) -> None:
    direct.alice.policies = {"RequireMFA": SELF_SERVICE}
    bobs = direct.account.add_user("bob").add_key()
    status = {"Status": "Inactive"} if action == "UpdateAccessKey" else {}
    reply = direct.iam(direct.session(), action, AccessKeyId=bobs.id, **status)
    assert reply.error.startswith(("NoSuchEntity: ", "AccessDenied: "))
    assert bobs.active


def test_wrong_values_are_refused(direct: DirectAws) -> None:
    session = direct.session()
    reply = direct.iam(session, "UpdateAccessKey", AccessKeyId=direct.key.id, Status="Off")
    assert reply.error.startswith("ValidationError: ")
    assert direct.iam(session, "DeleteAccessKey").error.startswith("ValidationError: ")
