"""What STS gives and refuses, in AWS's words; the texts are AWS's own."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from direct_aws import NOON, DirectAws
from observed_aws import THROTTLED
from rare_things import add_account_of, add_hardware_token, add_security_key
from replies import Reply

HOUR = 3600
INVALID_TOKEN = "InvalidClientTokenId: The security token included in the request is invalid."
WRONG_SIGNATURE = (
    "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
WRONG_CODE = "AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. "
WRONG_DEVICE = (
    "AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)


def identity(direct: DirectAws, **changes: str) -> Reply:
    """GetCallerIdentity with the headers of the signed request changed."""
    request = direct.request("sts", direct.key, "GetCallerIdentity")
    headers = {**request.headers, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return direct.send(replace(request, headers={name: value for name, value in headers.items() if value}))


def authorization(direct: DirectAws, old: str, new: str) -> Reply:
    text = direct.request("sts", direct.key, "GetCallerIdentity").headers["authorization"]
    assert old in text
    return identity(direct, authorization=text.replace(old, new))


def late(direct: DirectAws) -> Reply:
    request = direct.request("sts", direct.key, "GetCallerIdentity")
    direct.clock.now += 301
    return direct.send(request)


def early(direct: DirectAws) -> Reply:
    request = direct.request("sts", direct.key, "GetCallerIdentity")
    direct.clock.now -= 301
    return direct.send(request)


def expired(direct: DirectAws) -> Reply:
    session = direct.session(DurationSeconds="900")
    direct.clock.now += 900
    return direct.sts(session, "GetCallerIdentity")


def deactivated(direct: DirectAws) -> Reply:
    direct.key.active = False
    return direct.sts(direct.key, "GetCallerIdentity")


def without_token(direct: DirectAws) -> Reply:
    return direct.sts(replace(direct.session(), token=""), "GetCallerIdentity")


def stale_token(direct: DirectAws) -> Reply:
    return direct.sts(replace(direct.key, token=direct.session().token), "GetCallerIdentity")


def session_token(**form: str) -> Callable[[DirectAws], Reply]:
    return lambda direct: direct.sts(direct.key, "GetSessionToken", **form)


def with_device(
    code: str = "123456", serial: str = "arn:aws:iam::123456789012:mfa/alice"
) -> Callable[[DirectAws], Reply]:
    return session_token(SerialNumber=serial, TokenCode=code)


def security_key(direct: DirectAws) -> Reply:
    key = add_security_key(direct.alice)
    return with_device(key.code(), key.serial)(direct)


def used_code(direct: DirectAws) -> Reply:
    code = direct.device.code()
    direct.opened(with_device(code)(direct))
    return with_device(code)(direct)


def from_session(direct: DirectAws) -> Reply:
    return direct.sts(direct.session(), "GetSessionToken")


CASES: list[tuple[str, Callable[[DirectAws], Reply], int, str]] = [
    (
        "unsigned",
        lambda direct: identity(direct, authorization=""),
        403,
        "MissingAuthenticationToken: Request is missing Authentication Token",
    ),
    (
        "unknown key",
        lambda direct: authorization(direct, direct.key.id, "AKIAIOSFODNN7EXAMPLE"),
        403,
        INVALID_TOKEN,
    ),
    ("deactivated key", deactivated, 403, INVALID_TOKEN),
    (
        "wrong secret",
        lambda direct: direct.sts(replace(direct.key, secret="wrong"), "GetCallerIdentity"),
        403,
        WRONG_SIGNATURE,
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
        lambda direct: direct.sts(direct.key, "GetCallerIdentity", "us-east-9"),
        403,
        "SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'us-east-9'. ",
    ),
    (
        "a region of another partition",
        lambda direct: direct.sts(direct.key, "GetCallerIdentity", "cn-north-1"),
        403,
        INVALID_TOKEN,
    ),
    (
        "signed for another service",
        lambda direct: authorization(direct, "/sts/", "/iam/"),
        403,
        "SignatureDoesNotMatch: Credential should be scoped to correct service: 'sts'. ",
    ),
    (
        "signed for another day",
        lambda direct: authorization(direct, "/20270115/", "/20270114/"),
        403,
        WRONG_SIGNATURE,
    ),
    (
        "host not signed",
        lambda direct: authorization(direct, "content-type;host;", "content-type;"),
        403,
        WRONG_SIGNATURE,
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
        session_token(
            DurationSeconds="129601", SerialNumber="arn:aws:iam::123456789012:mfa/alice", TokenCode="12345a"
        ),
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
        lambda direct: direct.sts(direct.key, "Foo"),
        400,
        "InvalidAction: Could not find operation Foo for version 2011-06-15",
    ),
]


@pytest.mark.parametrize(("call", "status", "error"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_refusals_are_those_of_sts(
    direct: DirectAws, call: Callable[[DirectAws], Reply], status: int, error: str
) -> None:
    reply = call(direct)
    assert (reply.status, reply.error) == (status, error)
    assert reply.values("Type") == ["Sender"]


def test_a_clock_may_be_off_by_five_minutes(direct: DirectAws) -> None:
    request = direct.request("sts", direct.key, "GetCallerIdentity")
    for seconds in (300, -600):
        direct.clock.now += seconds
        assert direct.send(request).status == 200


def test_a_session_lasts_as_long_as_it_was_asked_for_and_twelve_hours_otherwise(direct: DirectAws) -> None:
    assert direct.session(DurationSeconds="129600").expires == NOON + 129_600
    assert direct.session().expires == NOON + 12 * HOUR


def test_a_hardware_device_has_a_serial_number_that_is_no_arn(direct: DirectAws) -> None:
    device = add_hardware_token(direct.alice)
    direct.opened(with_device(device.code(), device.serial)(direct))
    assert device.serial == "GAHT12345678"


def test_identity_is_told_to_all_keys_whatever_the_policy(direct: DirectAws) -> None:
    without_mfa = direct.session(mfa=False)
    for keys in (direct.key, without_mfa, direct.session()):
        reply = direct.sts(keys, "GetCallerIdentity")
        assert reply.values("Arn") == [direct.alice.arn]
        assert reply.values("Account") == ["123456789012"]
        assert reply.values("UserId") == [direct.alice.id]


def test_a_partition_has_arns_and_regions_of_its_own(direct: DirectAws) -> None:
    china = add_account_of(direct.world, "aws-cn")
    li = china.add_user("li")
    key, device = li.add_key(), li.add_device()
    assert device.serial == "arn:aws-cn:iam::555566667777:mfa/li"
    assert direct.sts(key, "GetCallerIdentity", "cn-northwest-1").values("Arn") == [li.arn]
    assert direct.sts(key, "GetCallerIdentity").error == INVALID_TOKEN


def test_what_is_logged_holds_no_secret(direct: DirectAws) -> None:
    session, code = direct.session(), direct.device.code()
    with_device(code)(direct)
    direct.aws.fail("sts", THROTTLED)
    direct.sts(session, "GetCallerIdentity", "eu-west-1")
    log = repr(direct.aws.log)
    assert [(record.action, record.status, record.error) for record in direct.aws.log] == [
        ("GetSessionToken", 200, ""),
        ("GetSessionToken", 200, ""),
        ("GetCallerIdentity", 400, "Throttling"),
    ]
    assert direct.aws.log[-1].region == "eu-west-1"
    assert direct.aws.log[-1].access_key_id == session.id
    for secret in (code, direct.key.secret, session.secret, session.token):
        assert secret not in log
    assert direct.key.secret not in repr(direct.key)
