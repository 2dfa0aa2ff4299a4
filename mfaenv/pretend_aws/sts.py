"""AWS STS: sessions for an MFA code, and roles.

Source: the STS API Reference, and for what a session may do "Compare AWS STS credentials" in the IAM User Guide.
"""

from collections.abc import Mapping, Sequence

from mfaenv.pretend_aws import role_sessions
from mfaenv.pretend_aws.authentication import STS_CHECKS
from mfaenv.pretend_aws.authorization import authorize_assume, refuse
from mfaenv.pretend_aws.query import query_service
from mfaenv.pretend_aws.role_sessions import RoleSession
from mfaenv.pretend_aws.service import Call
from mfaenv.pretend_aws.validation import Number, Rule, Text
from mfaenv.pretend_aws.wire import Content, Refusal, timestamp
from mfaenv.pretend_aws.world import HOUR, Credential, Role, User

_SERIAL_NUMBER = Text("SerialNumber", 9, 256, r"[\w+=/:,.@-]*")
_TOKEN_CODE = Text("TokenCode", 6, 6, r"[\d]*")
ROLE_ARN = Text(
    "RoleArn",
    20,
    2048,
    r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
    required=True,
)
SESSION_NAME = Text("RoleSessionName", 2, 64, r"[\w+=,.@-]*", required=True)
ROLE_SECONDS = Number("DurationSeconds", 900, 43_200)
RULES: Mapping[str, Sequence[Rule]] = {
    "AssumeRole": [
        ROLE_ARN,
        SESSION_NAME,
        ROLE_SECONDS,
        Text("ExternalId", 2, 1224, r"[\w+=,.@:\/-]*"),
        _SERIAL_NUMBER,
        _TOKEN_CODE,
        *role_sessions.RULES,
    ],
    "GetSessionToken": [Number("DurationSeconds", 900, 129_600), _SERIAL_NUMBER, _TOKEN_CODE],
}
"""The parameters by action, with the limits of the API Reference."""


def _get_caller_identity(call: Call) -> Content:
    """Return who calls: no permission is needed, and an explicit deny does not stop it."""
    caller = call.caller
    return {"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account.id}


def _get_session_token(call: Call) -> Content:
    """Return a session: no permission is needed, and none can be denied."""
    caller = call.caller
    if caller.token or isinstance(caller.principal, Role):
        raise Refusal("AccessDenied", "Cannot call GetSessionToken with session credentials")
    seconds = int(call.parameters.get("DurationSeconds", 12 * HOUR))
    mfa_at = _verified_at(call)
    if caller.principal.is_root:
        seconds = min(seconds, HOUR)
    return {"Credentials": _keys(call.world.open_session(caller.principal, seconds, mfa_at=mfa_at))}


def _assume_role(call: Call) -> Content:
    caller, role_arn, name = call.caller, call.parameters["RoleArn"], call.parameters["RoleSessionName"]
    if not role_arn.startswith("arn:"):
        raise Refusal("ValidationError", f"{role_arn} is invalid", 400)
    if isinstance(caller.principal, User) and caller.principal.is_root:
        raise Refusal("AccessDenied", "Roles may not be assumed by root accounts.")
    role = call.world.find_role(role_arn)
    if role is None:
        raise refuse(caller.arn, "sts:AssumeRole", role_arn)
    details = role_sessions.read(call.parameters, caller.details, role.account.policies)
    context = {"sts:RoleSessionName": name, **details.request_context()}
    if "ExternalId" in call.parameters:
        context["sts:ExternalId"] = call.parameters["ExternalId"]
    if _verified_at(call) is not None:
        context |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    for action in _actions(details):
        authorize_assume(caller, role, call.query(action, role.arn, context))
    seconds = role_seconds(call.parameters, role, is_chained=isinstance(caller.principal, Role))
    return assumed_role(call.world.open_session(role, seconds, name=name, details=details))


def _actions(details: RoleSession) -> list[str]:
    """Return what is asked of the caller's policies and the role's: tags and identities of before count too."""
    tags = ["sts:TagSession"] if details.tags else []
    return ["sts:AssumeRole", *tags, *(["sts:SetSourceIdentity"] if details.source_identity else [])]


def role_seconds(parameters: Mapping[str, str], role: Role, *, is_chained: bool = False) -> int:
    """Return the session's length: an hour unless asked otherwise, and from another role's keys an hour at most."""
    seconds = int(parameters.get("DurationSeconds", HOUR))
    if is_chained and seconds > HOUR:
        raise Refusal(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
            400,
        )
    if seconds > role.max_session:
        raise Refusal(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", 400
        )
    return seconds


def _verified_at(call: Call) -> float | None:
    """Use up the code of the call; return the time if it holds, nothing if the call has neither device nor code."""
    serial, code = call.parameters.get("SerialNumber"), call.parameters.get("TokenCode")
    if serial is None and code is None:
        return None
    if serial is None or code is None:
        raise Refusal(
            "AccessDenied",
            "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
        )
    principal = call.caller.principal
    devices = principal.devices if isinstance(principal, User) and not call.caller.token else []
    device = next((device for device in devices if device.serial == serial and device.has_codes), None)
    if device is None:
        raise Refusal(
            "AccessDenied",
            "MultiFactorAuthentication failed, unable to validate MFA code.  "
            "Please verify your MFA serial number is valid and associated with this user.",
        )
    if not device.accept(code):
        raise Refusal("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
    return call.world.now()


def assumed_role(session: Credential) -> dict[str, Content]:
    """Return what every way to assume a role answers with."""
    return {
        "Credentials": _keys(session),
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        "PackedPolicySize": session.details.packed_percent or None,
        "SourceIdentity": session.details.source_identity or None,
    }


def _keys(session: Credential) -> Content:
    return {
        "AccessKeyId": session.id,
        "SecretAccessKey": session.secret,
        "SessionToken": session.token,
        "Expiration": timestamp(session.expires or 0),
    }


STS = query_service(
    STS_CHECKS,
    "https://sts.amazonaws.com/doc/2011-06-15/",
    {
        "AssumeRole": _assume_role,
        "GetCallerIdentity": _get_caller_identity,
        "GetSessionToken": _get_session_token,
    },
    RULES,
)
