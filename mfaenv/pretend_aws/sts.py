"""AWS STS: sessions for an MFA code, and roles.

Source: the STS API Reference, and for what a session may do "Compare AWS STS credentials" in the IAM User Guide.
"""

from collections.abc import Mapping
from typing import Any

from mfaenv.pretend_aws import role_sessions
from mfaenv.pretend_aws.authorization import authorize_assume, refuse
from mfaenv.pretend_aws.service import Call, QueryService
from mfaenv.pretend_aws.wire import Content, Refusal, timestamp
from mfaenv.pretend_aws.world import HOUR, Credential, Role, User


def _get_caller_identity(call: Call) -> Content:
    """Return who calls: no permission is needed, and an explicit deny does not stop it."""
    caller = call.caller
    return {"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account.id}


def _get_session_token(call: Call) -> Content:
    """Return a session: no permission is needed, and none can be denied."""
    caller = call.caller
    if caller.token or isinstance(caller.principal, Role):
        raise Refusal("AccessDenied", "Cannot call GetSessionToken with session credentials")
    seconds = call.parameters.get("DurationSeconds", 12 * HOUR)
    mfa_at = _verified_at(call)
    if caller.principal.is_root:
        seconds = min(seconds, HOUR)
    return {"Credentials": _keys(call.world.open_session(caller.principal, seconds, mfa_at=mfa_at))}


def _assume_role(call: Call) -> Content:
    caller, role_arn, name = call.caller, call.parameters["RoleArn"], call.parameters["RoleSessionName"]
    if isinstance(caller.principal, User) and caller.principal.is_root:
        raise Refusal("AccessDenied", "Roles may not be assumed by root accounts.")
    role = call.world.find_role(role_arn)
    if role is None:
        raise refuse(caller.arn, "sts:AssumeRole", role_arn)
    details = role_sessions.read(call.parameters, caller.details)
    context = {"sts:RoleSessionName": name, **details.request_context()}
    if "ExternalId" in call.parameters:
        context["sts:ExternalId"] = call.parameters["ExternalId"]
    if _verified_at(call) is not None:
        context |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    for action in details.actions():
        authorize_assume(caller, role, call.query(action, role.arn, context))
    seconds = role_seconds(call.parameters, role, is_chained=isinstance(caller.principal, Role))
    return assumed_role(call.world.open_session(role, seconds, name=name, details=details))


def role_seconds(parameters: Mapping[str, Any], role: Role, *, is_chained: bool = False) -> int:
    """Return the session's length: an hour unless asked otherwise, and from another role's keys an hour at most."""
    seconds = int(parameters.get("DurationSeconds", HOUR))
    if is_chained and seconds > HOUR:
        limit = "1 hour session limit for roles assumed by role chaining"
    elif seconds > role.max_session:
        limit = "MaxSessionDuration set for this role"
    else:
        return seconds
    raise Refusal("ValidationError", f"The requested DurationSeconds exceeds the {limit}.", 400)


def _verified_at(call: Call) -> float | None:
    """Use up the code of the call; return the time if it holds, None if the call has neither device nor code."""
    serial, code = call.parameters.get("SerialNumber"), call.parameters.get("TokenCode")
    if serial is None and code is None:
        return None
    principal = call.caller.principal
    devices = principal.devices if isinstance(principal, User) and not call.caller.token else []
    device = next((device for device in devices if device.serial == serial and device.has_codes), None)
    if serial is None or code is None:
        reason = ", must provide both MFA serial number and one time pass code."
    elif device is None:
        reason = (
            ", unable to validate MFA code.  "
            "Please verify your MFA serial number is valid and associated with this user."
        )
    elif not device.accept(code):
        reason = " with invalid MFA one time pass code. "
    else:
        return call.world.now()
    raise Refusal("AccessDenied", f"MultiFactorAuthentication failed{reason}")


def assumed_role(session: Credential) -> dict[str, Content]:
    """Return what every way to assume a role answers with."""
    return {
        "Credentials": _keys(session),
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        "SourceIdentity": session.details.source_identity or None,
    }


def _keys(session: Credential) -> Content:
    return {
        "AccessKeyId": session.id,
        "SecretAccessKey": session.secret,
        "SessionToken": session.token,
        "Expiration": timestamp(session.expires or 0),
    }


STS = QueryService(
    "sts",
    "2011-06-15",
    {
        "AssumeRole": _assume_role,
        "GetCallerIdentity": _get_caller_identity,
        "GetSessionToken": _get_session_token,
    },
)
