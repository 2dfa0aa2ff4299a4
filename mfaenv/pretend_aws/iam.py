"""AWS IAM, as much of it as a user needs to look at itself and to try a policy.

Source: the IAM API Reference and the Service Authorization Reference.
"""

import json
from collections.abc import Callable
from typing import TypeAlias

from mfaenv.demo.authentication import IAM_DIALECT
from mfaenv.demo.authorization import authorize
from mfaenv.demo.policy import check
from mfaenv.demo.query import query_service
from mfaenv.demo.service import Action, Call
from mfaenv.demo.validation import Number, Text, validate
from mfaenv.demo.wire import Content, Refusal, timestamp
from mfaenv.demo.world import User

UserAction: TypeAlias = Callable[[User, Call], Content]

_USER_NAME = Text("UserName", 1, 128, r"[\w+=,.@-]+")
_MARKER = Text("Marker", 1, 320, r"[0-9]+")
_MAX_ITEMS = Number("MaxItems", 1, 1000)
_POLICY_NAME = Text("PolicyName", 1, 128, r"[\w+=,.@-]+", required=True)
_POLICY_DOCUMENT = Text("PolicyDocument", 1, 131_072, r"[\u0009\u000A\u000D\u0020-\u00FF]+", required=True)


def _get_user(user: User, _call: Call) -> Content:
    shown: Content = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.account.id if user.is_root else user.id,
        "Arn": user.arn,
        "CreateDate": timestamp(user.created),
    }
    return {"User": shown}


def _list_mfa_devices(user: User, call: Call) -> Content:
    validate(call.parameters, [_MARKER, _MAX_ITEMS])
    start = int(call.parameters.get("Marker", 0))
    end = start + int(call.parameters.get("MaxItems", 100))
    devices: Content = [
        {"UserName": user.name, "SerialNumber": device.serial, "EnableDate": timestamp(device.created)}
        for device in user.devices[start:end]
    ]
    if end < len(user.devices):
        return {"IsTruncated": "true", "Marker": str(end), "MFADevices": {"member": devices}}
    return {"IsTruncated": "false", "MFADevices": {"member": devices}}


def _list_access_keys(user: User, _call: Call) -> Content:
    keys: Content = [
        {
            "UserName": user.name,
            "AccessKeyId": key.id,
            "Status": "Active" if key.active else "Inactive",
            "CreateDate": timestamp(key.created),
        }
        for key in user.keys
    ]
    return {"IsTruncated": "false", "AccessKeyMetadata": {"member": keys}}


def _put_user_policy(user: User, call: Call) -> Content:
    validate(call.parameters, [_POLICY_NAME, _POLICY_DOCUMENT])
    try:
        policy = json.loads(call.parameters["PolicyDocument"])
        check(policy)
    except ValueError:
        raise Refusal("MalformedPolicyDocument", "Syntax errors in policy.", 400) from None
    user.policies[call.parameters["PolicyName"]] = policy
    return {}


def _delete_user_policy(user: User, call: Call) -> Content:
    validate(call.parameters, [_POLICY_NAME])
    name = call.parameters["PolicyName"]
    if user.policies.pop(name, None) is None:
        raise Refusal("NoSuchEntity", f"The user policy with name {name} cannot be found.", 404)
    return {}


def _on_user(action: str, answer: UserAction, *, unnamed: str = "") -> Action:
    """Return the action for the user that the call names, or the caller where it names none.

    `unnamed` is the resource that the policies are asked about in that case, the user's ARN if empty: `ListMFADevices`
    is asked on `*`, so that a policy scoped to the user's own ARN does not allow it.
    """

    def act(call: Call) -> Content:
        caller = call.caller
        is_user = isinstance(caller.principal, User)
        if caller.token and is_user and caller.mfa_at is None:
            # A session without MFA cannot call IAM, and IAM does not say why.
            raise IAM_DIALECT.fault("unknown key")
        validate(call.parameters, [_USER_NAME])
        if "UserName" not in call.parameters and not is_user:
            raise Refusal("ValidationError", "Must specify userName when calling with non-User credentials", 400)
        name = call.parameters.get("UserName", caller.principal.name)
        user = caller.account.users.get(name)
        arn = user.arn if user else caller.account.arn(f"user/{name}")
        is_unnamed = bool(unnamed) and "UserName" not in call.parameters
        query = call.query(f"iam:{action}", unnamed if is_unnamed else arn)
        authorize(caller, query, unnamed if is_unnamed else f"user {name}")
        if user is None:
            raise Refusal("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
        return answer(user, call)

    return act


IAM = query_service(
    IAM_DIALECT,
    "https://iam.amazonaws.com/doc/2010-05-08/",
    {
        "DeleteUserPolicy": _on_user("DeleteUserPolicy", _delete_user_policy),
        "GetUser": _on_user("GetUser", _get_user),
        "ListAccessKeys": _on_user("ListAccessKeys", _list_access_keys),
        "ListMFADevices": _on_user("ListMFADevices", _list_mfa_devices, unnamed="*"),
        "PutUserPolicy": _on_user("PutUserPolicy", _put_user_policy),
    },
)
