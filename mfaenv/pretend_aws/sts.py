"""AWS STS: sessions for an MFA code, and those of roles.

Source: the STS API Reference, and in the IAM User Guide "Compare AWS STS credentials", "Session policies",
"Pass session tags in AWS STS" and "Monitor and control actions taken with assumed roles".
"""

from collections.abc import Mapping

from mfaenv.aws.mfa_policies import Document
from mfaenv.pretend_aws.policy import ALLOW_ALL, Decision, evaluate, parse
from mfaenv.pretend_aws.service import Call, QueryService
from mfaenv.pretend_aws.wire import Content, Refusal, timestamp
from mfaenv.pretend_aws.world import HOUR, Credential, Role, RoleSession

READ_ONLY: Document = {
    **ALLOW_ALL,
    "Statement": {**ALLOW_ALL["Statement"], "Action": ["*:Describe*", "*:Get*", "*:Head*", "*:List*"]},
}
"""ReadOnlyAccess: AWS's lists each service's actions of these names."""


def _caller_identity(call: Call) -> Content:
    """Need no permission; no deny stops it."""
    caller = call.caller
    return {"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account.id}


def _session_token(call: Call) -> Content:
    if call.caller.token:
        raise Refusal("AccessDenied", "Cannot call GetSessionToken with session credentials")
    mfa_at = _verified_at(call)
    seconds = int(call.form.get("DurationSeconds", 12 * HOUR))
    return {"Credentials": _keys(call.world.open_session(call.caller.principal, seconds, mfa_at=mfa_at))}


def _assume_role(call: Call) -> Content:
    """Ask the caller's policies too; AWS does not where a role of its account names the caller."""
    caller, role_arn = call.caller, call.form["RoleArn"]
    role = call.world.find_role(role_arn)
    if role is None:
        raise call.refusal(call.action, role_arn)
    details = _details(call, caller.details)
    context = {"sts:RoleSessionName": details.name, **details.context("aws:RequestTag", "sts:SourceIdentity")}
    if "ExternalId" in call.form:
        context["sts:ExternalId"] = call.form["ExternalId"]
    if _verified_at(call) is not None:
        context |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    needed = {"AssumeRole": True, "TagSession": details.tags, "SetSourceIdentity": details.source_identity}
    for action in filter(needed.get, needed):
        query = call.query(role_arn, context, action=f"sts:{action}")
        call.authorize(query, role_arn)
        if evaluate([role.trust], query) is not Decision.ALLOW:
            raise call.refusal(query.action, role_arn)
    seconds = role_seconds(call.form, role, is_chained=isinstance(caller.principal, Role))
    return assumed_role(call.world.open_session(role, seconds, details=details))


def _details(call: Call, before: RoleSession) -> RoleSession:
    documents = filter(None, [call.form.get("Policy")])
    tags = dict(zip(call.values("Tags", ".Key"), call.values("Tags", ".Value"), strict=True))
    transitive = {key: tags[key] for key in call.values("TransitiveTagKeys") if key in tags}
    return RoleSession(
        call.form["RoleSessionName"],
        (*map(_managed, call.values("PolicyArns", ".arn")), *map(parse, documents)),
        {**before.transitive, **tags},
        {**before.transitive, **transitive},
        call.form.get("SourceIdentity", before.source_identity),
    )


def _managed(arn: str) -> Document:
    if not arn.endswith(":iam::aws:policy/ReadOnlyAccess"):
        raise Refusal("MalformedPolicyDocument", f"The policy {arn} does not exist or is not attachable.", 400)
    return READ_ONLY


def role_seconds(form: Mapping[str, str], role: Role, *, is_chained: bool = False) -> int:
    """Return a session's seconds. Raise Refusal."""
    seconds = int(form.get("DurationSeconds", HOUR))
    if is_chained and seconds > HOUR:
        limit = "1 hour session limit for roles assumed by role chaining"
    elif seconds > role.max_session:
        limit = "MaxSessionDuration set for this role"
    else:
        return seconds
    raise Refusal("ValidationError", f"The requested DurationSeconds exceeds the {limit}.", 400)


def _verified_at(call: Call) -> float | None:
    """Use the code up and return the time. Raise Refusal."""
    serial, code = call.form.get("SerialNumber"), call.form.get("TokenCode")
    if serial is None and code is None:
        return None
    principal = call.caller.principal
    devices = [] if isinstance(principal, Role) or call.caller.token else principal.devices
    device = next((device for device in devices if device.serial == serial), None)
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
    {"AssumeRole": _assume_role, "GetCallerIdentity": _caller_identity, "GetSessionToken": _session_token},
)
