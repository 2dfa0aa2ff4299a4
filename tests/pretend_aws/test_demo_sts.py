"""What STS gives and refuses, in AWS's words; the texts are AWS's own."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from demo.town import NOON, Town

from mfaenv.demo.client import Reply
from mfaenv.demo.policy import trust
from mfaenv.demo.server import THROTTLED

HOUR = 3600
INVALID_TOKEN = "InvalidClientTokenId: The security token included in the request is invalid."
WRONG_CODE = "AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. "
WRONG_DEVICE = (
    "AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)


def identity(town: Town, **changes: str) -> Reply:
    """GetCallerIdentity with the headers of the signed request changed."""
    request = town.request("sts", town.key, "GetCallerIdentity")
    headers = {**request.headers, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return town.send(replace(request, headers={name: value for name, value in headers.items() if value}))


def authorization(town: Town, old: str, new: str) -> Reply:
    text = town.request("sts", town.key, "GetCallerIdentity").headers["authorization"]
    assert old in text
    return identity(town, authorization=text.replace(old, new))


def late(town: Town) -> Reply:
    request = town.request("sts", town.key, "GetCallerIdentity")
    town.clock.now += 301
    return town.send(request)


def early(town: Town) -> Reply:
    request = town.request("sts", town.key, "GetCallerIdentity")
    town.clock.now -= 301
    return town.send(request)


def expired(town: Town) -> Reply:
    session = town.session(DurationSeconds="900")
    town.clock.now += 900
    return town.sts(session, "GetCallerIdentity")


def deactivated(town: Town) -> Reply:
    town.key.active = False
    return town.sts(town.key, "GetCallerIdentity")


def without_token(town: Town) -> Reply:
    return town.sts(replace(town.session(), token=""), "GetCallerIdentity")


def stale_token(town: Town) -> Reply:
    return town.sts(replace(town.key, token=town.session().token), "GetCallerIdentity")


def session_token(**form: str) -> Callable[[Town], Reply]:
    return lambda town: town.sts(town.key, "GetSessionToken", **form)


def with_device(code: str = "123456", serial: str = "arn:aws:iam::123456789012:mfa/alice") -> Callable[[Town], Reply]:
    return session_token(SerialNumber=serial, TokenCode=code)


def security_key(town: Town) -> Reply:
    key = town.alice.add_device("security key")
    return with_device(key.code(), key.serial)(town)


def used_code(town: Town) -> Reply:
    code = town.device.code()
    town.opened(with_device(code)(town))
    return with_device(code)(town)


def from_session(town: Town) -> Reply:
    return town.sts(town.session(), "GetSessionToken")


CASES: list[tuple[str, Callable[[Town], Reply], int, str]] = [
    (
        "unsigned",
        lambda town: identity(town, authorization=""),
        403,
        "MissingAuthenticationToken: Request is missing Authentication Token",
    ),
    ("unknown key", lambda town: authorization(town, town.key.id, "AKIAIOSFODNN7EXAMPLE"), 403, INVALID_TOKEN),
    ("deactivated key", deactivated, 403, INVALID_TOKEN),
    (
        "wrong secret",
        lambda town: town.sts(replace(town.key, secret="wrong"), "GetCallerIdentity"),
        403,
        (
            "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        ),
    ),
    (
        "late",
        late,
        403,
        (
            "SignatureDoesNotMatch: Signature expired: 20270115T080000Z is now earlier than 20270115T080001Z "
            "(20270115T080501Z - 5 min.)"
        ),
    ),
    (
        "early",
        early,
        403,
        (
            "SignatureDoesNotMatch: Signature not yet current: 20270115T080000Z is still later than 20270115T075959Z "
            "(20270115T075459Z + 5 min.)"
        ),
    ),
    (
        "no such region",
        lambda town: town.sts(town.key, "GetCallerIdentity", "us-east-9"),
        403,
        "SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'us-east-9'. ",
    ),
    (
        "a region of another partition",
        lambda town: town.sts(town.key, "GetCallerIdentity", "cn-north-1"),
        403,
        INVALID_TOKEN,
    ),
    (
        "signed for another service",
        lambda town: authorization(town, "/sts/", "/iam/"),
        403,
        "SignatureDoesNotMatch: Credential should be scoped to correct service: 'sts'. ",
    ),
    (
        "signed for another day",
        lambda town: authorization(town, "/20270115/", "/20270114/"),
        403,
        (
            "SignatureDoesNotMatch: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
            "from HTTP: "
            "'20270114' != '20270115', from '20270115T080000Z'."
        ),
    ),
    (
        "host not signed",
        lambda town: authorization(town, "content-type;host;", "content-type;"),
        403,
        "SignatureDoesNotMatch: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    ("expired session", expired, 403, "ExpiredToken: The security token included in the request is expired"),
    ("session keys without their token", without_token, 403, INVALID_TOKEN),
    ("long-term keys with a stale token", stale_token, 403, INVALID_TOKEN),
    ("wrong code", with_device(), 403, WRONG_CODE),
    ("used code", used_code, 403, WRONG_CODE),
    ("another's device", with_device(serial="arn:aws:iam::123456789012:mfa/bob"), 403, WRONG_DEVICE),
    ("a user for a device", with_device(serial="arn:aws:iam::123456789012:user/alice"), 403, WRONG_DEVICE),
    ("security key", security_key, 403, WRONG_DEVICE),
    (
        "code without device",
        session_token(TokenCode="123456"),
        403,
        "AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    ),
    ("session keys", from_session, 403, "AccessDenied: Cannot call GetSessionToken with session credentials"),
    (
        "too short",
        session_token(DurationSeconds="899"),
        400,
        (
            "ValidationError: 1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy "
            "constraint: Member must have value greater than or equal to 900"
        ),
    ),
    (
        "too long, and no code",
        session_token(DurationSeconds="129601", SerialNumber="arn:aws:iam::123456789012:mfa/alice", TokenCode="12345a"),
        400,
        (
            "ValidationError: 2 validation errors detected: Value '129601' at 'durationSeconds' failed to satisfy "
            "constraint: Member must have value less than or equal to 129600; Value '12345a' at 'tokenCode' failed to "
            r"satisfy constraint: Member must satisfy regular expression pattern: [\d]*"
        ),
    ),
    (
        "serial number of eight characters",
        session_token(SerialNumber="GAHT1234", TokenCode="123456"),
        400,
        (
            "ValidationError: 1 validation error detected: Value 'GAHT1234' at 'serialNumber' failed to satisfy "
            "constraint: "
            "Member must have length greater than or equal to 9"
        ),
    ),
    (
        "no such action",
        lambda town: town.sts(town.key, "Foo"),
        400,
        "InvalidAction: Could not find operation Foo for version 2011-06-15",
    ),
]


@pytest.mark.parametrize(("call", "status", "error"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_refusals(town: Town, call: Callable[[Town], Reply], status: int, error: str) -> None:
    reply = call(town)
    assert (reply.status, reply.error) == (status, error)
    assert reply.values("Type") == ["Sender"]


def test_a_clock_may_be_off_by_five_minutes(town: Town) -> None:
    request = town.request("sts", town.key, "GetCallerIdentity")
    for seconds in (300, -600):
        town.clock.now += seconds
        assert town.send(request).status == 200


def test_a_session_lasts_as_long_as_it_was_asked_for_and_twelve_hours_otherwise(town: Town) -> None:
    assert town.session(DurationSeconds="129600").expires == NOON + 129_600
    assert town.session().expires == NOON + 12 * HOUR


def test_the_account_owner_has_an_hour_at_most_and_no_roles(town: Town) -> None:
    root = town.account.add_user("root").add_key()
    session = town.opened(town.sts(root, "GetSessionToken", DurationSeconds="43200"))
    assert session.expires == NOON + HOUR
    assert town.sts(root, "GetCallerIdentity").values("Arn") == ["arn:aws:iam::123456789012:root"]
    role = town.account.add_role("Admin", trust("*", mfa=False))
    assert town.assume(root, role).error == "AccessDenied: Roles may not be assumed by root accounts."


def test_a_hardware_device_has_a_serial_number_that_is_no_arn(town: Town) -> None:
    device = town.alice.add_device("hardware")
    town.opened(with_device(device.code(), device.serial)(town))
    assert device.serial == "GAHT12345678"


def test_identity_is_told_to_all_keys_whatever_the_policy(town: Town) -> None:
    without_mfa = town.session(mfa=False)
    for keys in (town.key, without_mfa, town.session()):
        reply = town.sts(keys, "GetCallerIdentity")
        assert reply.values("Arn") == [town.alice.arn]
        assert reply.values("Account") == ["123456789012"]
        assert reply.values("UserId") == [town.alice.id]


def test_a_partition_has_arns_and_regions_of_its_own(town: Town) -> None:
    china = town.world.add_account("111122223333", partition="aws-cn")
    li = china.add_user("li")
    key, device = li.add_key(), li.add_device()
    assert device.serial == "arn:aws-cn:iam::111122223333:mfa/li"
    assert town.sts(key, "GetCallerIdentity", "cn-northwest-1").values("Arn") == [li.arn]
    assert town.sts(key, "GetCallerIdentity").error == INVALID_TOKEN


def test_what_is_logged_holds_no_secret(town: Town) -> None:
    session, code = town.session(), town.device.code()
    with_device(code)(town)
    town.aws.fail("sts", THROTTLED)
    town.sts(session, "GetCallerIdentity", "eu-west-1")
    log = repr(town.aws.log)
    assert [(record.action, record.status, record.error) for record in town.aws.log] == [
        ("GetSessionToken", 200, ""),
        ("GetSessionToken", 200, ""),
        ("GetCallerIdentity", 400, "Throttling"),
    ]
    assert town.aws.log[-1].region == "eu-west-1"
    assert town.aws.log[-1].access_key_id == session.id
    for secret in (code, town.key.secret, session.secret, session.token):
        assert secret not in log
    assert town.key.secret not in repr(town.key)
