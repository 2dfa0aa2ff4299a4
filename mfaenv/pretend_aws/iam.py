"""AWS IAM, as much of it as a user needs to look at itself and to try a policy.

Source: the IAM API Reference and the Service Authorization Reference.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from mfaenv.pretend_aws import access_keys, virtual_devices
from mfaenv.pretend_aws.authentication import IAM_CHECKS
from mfaenv.pretend_aws.authorization import authorize
from mfaenv.pretend_aws.policy import Document, check, statements
from mfaenv.pretend_aws.query import query_service
from mfaenv.pretend_aws.service import Action, Call
from mfaenv.pretend_aws.validation import Rule, Text
from mfaenv.pretend_aws.wire import Content, Refusal, timestamp
from mfaenv.pretend_aws.world import User

UserAction: TypeAlias = Callable[[User, Call], Content]

_NAME = r"[\w+=,.@-]+"
_USER_NAME = Text("UserName", 1, 128, _NAME)
_NAMED_USER = replace(_USER_NAME, required=True)
_POLICY_NAME = Text("PolicyName", 1, 128, _NAME, required=True)
_POLICY_DOCUMENT = Text("PolicyDocument", 1, 131_072, r"[\u0009\u000A\u000D\u0020-\u00FF]+", required=True)
RULES: Mapping[str, Sequence[Rule]] = {
    "DeleteUserPolicy": [_NAMED_USER, _POLICY_NAME],
    "GetUser": [_USER_NAME],
    "ListAccessKeys": [_USER_NAME],
    "ListMFADevices": [_USER_NAME],
    "PutUserPolicy": [_NAMED_USER, _POLICY_NAME, _POLICY_DOCUMENT],
    "CreateAccessKey": [_USER_NAME],
    "DeleteAccessKey": [_USER_NAME, access_keys.KEY_ID],
    "GetAccessKeyLastUsed": [access_keys.KEY_ID],
    "UpdateAccessKey": [_USER_NAME, access_keys.KEY_ID, access_keys.STATUS],
    "CreateVirtualMFADevice": [virtual_devices.PATH, virtual_devices.NAME],
    "DeleteVirtualMFADevice": [virtual_devices.SERIAL_NUMBER],
    "ListVirtualMFADevices": [virtual_devices.STATUS],
    "EnableMFADevice": [_NAMED_USER, virtual_devices.SERIAL_NUMBER, *virtual_devices.CODES],
    "ResyncMFADevice": [_NAMED_USER, virtual_devices.SERIAL_NUMBER, *virtual_devices.CODES],
    "DeactivateMFADevice": [_USER_NAME, virtual_devices.SERIAL_NUMBER],
}
"""The parameters by action, with the limits of the API Reference."""

_LONGEST_POLICY = 2048
"""Characters of a user's inline policies; white space is not counted (IAM User Guide, "IAM and AWS STS quotas")."""


def _get_user(user: User, _call: Call) -> Content:
    shown: Content = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.account.id if user.is_root else user.id,
        "Arn": user.arn,
        "CreateDate": timestamp(user.created),
    }
    return {"User": shown}


def _list_mfa_devices(user: User, _call: Call) -> Content:
    devices: list[Content] = [
        {"UserName": user.name, "SerialNumber": device.serial, "EnableDate": timestamp(device.created)}
        for device in user.devices
    ]
    return _page("MFADevices", devices)


def _list_access_keys(user: User, _call: Call) -> Content:
    keys: list[Content] = [access_keys.described(user, key) for key in user.keys]
    return _page("AccessKeyMetadata", keys)


def _page(name: str, items: Sequence[Content]) -> Content:
    """Return a list as one page: nobody here has so many that IAM would begin another."""
    return {"IsTruncated": "false", name: {"member": items}}


def _put_user_policy(user: User, call: Call) -> Content:
    document = call.parameters["PolicyDocument"]
    try:
        policy = json.loads(document)
        check(policy)
    except ValueError:
        raise _malformed("Syntax errors in policy.") from None
    _check_statements(policy)
    if len("".join(document.split())) > _LONGEST_POLICY:
        text = f"Maximum policy size of {_LONGEST_POLICY} bytes exceeded for user {user.name}"
        raise Refusal("LimitExceeded", text, 409)
    user.policies[call.parameters["PolicyName"]] = policy
    return {}


def _check_statements(policy: Document) -> None:
    """Raise Refusal where a statement is none of a user's policy (IAM User Guide, "IAM JSON policy elements")."""
    for statement in statements(policy):
        if {"Principal", "NotPrincipal"} & set(statement):
            raise _malformed("Policy document should not specify a principal.")
        if not {"Action", "NotAction"} & set(statement):
            raise _malformed("Policy statement must contain actions.")
        if not {"Resource", "NotResource"} & set(statement):
            raise _malformed("Policy statement must contain resources.")


def _malformed(message: str) -> Refusal:
    return Refusal("MalformedPolicyDocument", message, 400)


def _delete_user_policy(user: User, call: Call) -> Content:
    name = call.parameters["PolicyName"]
    if user.policies.pop(name, None) is None:
        raise Refusal("NoSuchEntity", f"The user policy with name {name} cannot be found.", 404)
    return {}


def _on_user(action: str, answer: UserAction, *, unnamed: str = "", of_key: bool = False) -> Action:
    """Return the action for the user that the call names, or the caller where it names none.

    `unnamed` is the resource that the policies are asked about in that case, the user's ARN if empty: `ListMFADevices`
    is asked on `*`, so that a policy scoped to the user's own ARN does not allow it. With `of_key`, the call
    names a key instead, whose user it is.
    """

    def act(call: Call) -> Content:
        caller = call.caller
        is_user = isinstance(caller.principal, User)
        if "UserName" not in call.parameters and not is_user and not of_key:
            raise Refusal("ValidationError", "Must specify userName when calling with non-User credentials", 400)
        name = call.parameters.get("UserName") or (_owner(call) if of_key else "") or caller.principal.name
        user = caller.account.users.get(name)
        arn = user.arn if user else caller.account.arn(f"user/{name}")
        is_unnamed = bool(unnamed) and "UserName" not in call.parameters
        query = call.query(f"iam:{action}", unnamed if is_unnamed else arn)
        authorize(caller, query, unnamed if is_unnamed else f"user {name}")
        if user is None:
            raise Refusal("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
        return answer(user, call)

    return act


def _owner(call: Call) -> str:
    """Return the user of this account whose key the call names; an empty text where there is no such key."""
    users = call.caller.account.users.values()
    return next((user.name for user in users for key in user.keys if key.id == call.parameters["AccessKeyId"]), "")


IAM = query_service(
    IAM_CHECKS,
    "https://iam.amazonaws.com/doc/2010-05-08/",
    {
        "CreateAccessKey": _on_user("CreateAccessKey", access_keys.create),
        "DeleteAccessKey": _on_user("DeleteAccessKey", access_keys.delete),
        "GetAccessKeyLastUsed": _on_user("GetAccessKeyLastUsed", access_keys.last_used, of_key=True),
        "DeleteUserPolicy": _on_user("DeleteUserPolicy", _delete_user_policy),
        "GetUser": _on_user("GetUser", _get_user),
        "ListAccessKeys": _on_user("ListAccessKeys", _list_access_keys),
        "ListMFADevices": _on_user("ListMFADevices", _list_mfa_devices, unnamed="*"),
        "PutUserPolicy": _on_user("PutUserPolicy", _put_user_policy),
        "UpdateAccessKey": _on_user("UpdateAccessKey", access_keys.update),
        "CreateVirtualMFADevice": virtual_devices.create,
        "DeleteVirtualMFADevice": virtual_devices.delete,
        "ListVirtualMFADevices": virtual_devices.list_all,
        "EnableMFADevice": _on_user("EnableMFADevice", virtual_devices.enable),
        "ResyncMFADevice": _on_user("ResyncMFADevice", virtual_devices.resync),
        "DeactivateMFADevice": _on_user("DeactivateMFADevice", virtual_devices.deactivate),
    },
    RULES,
)
