"""AWS IAM, as much of it as a user needs to look at itself and to try a policy.

Source: the IAM API Reference and the Service Authorization Reference.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from mfaenv.pretend_aws import access_keys, devices
from mfaenv.pretend_aws.policy import parse
from mfaenv.pretend_aws.service import Call, QueryService
from mfaenv.pretend_aws.wire import Content, Refusal
from mfaenv.pretend_aws.world import User

UserAction: TypeAlias = Callable[[User, Call], Content]


def _get_user(user: User, _call: Call) -> Content:
    return {"User": devices.user_content(user)}


def _put_user_policy(user: User, call: Call) -> Content:
    user.policies[call.parameters["PolicyName"]] = parse(call.parameters["PolicyDocument"])
    return {}


def _delete_user_policy(user: User, call: Call) -> Content:
    name = call.parameters["PolicyName"]
    if user.policies.pop(name, None) is None:
        raise Refusal("NoSuchEntity", f"The user policy with name {name} cannot be found.", 404)
    return {}


_ON_USER: Mapping[str, UserAction] = {
    "CreateAccessKey": access_keys.create,
    "DeleteAccessKey": access_keys.delete,
    "DeleteUserPolicy": _delete_user_policy,
    "EnableMFADevice": devices.enable,
    "GetAccessKeyLastUsed": access_keys.last_used,
    "GetUser": _get_user,
    "ListAccessKeys": access_keys.list_all,
    "ListMFADevices": devices.list_of_user,
    "PutUserPolicy": _put_user_policy,
    "UpdateAccessKey": access_keys.update,
}


def _on_user(action: str, call: Call) -> Content:
    """Do what is done to a user: to the one that the call names, or whose key it names, else to the caller.

    Where `ListMFADevices` names none, the policies are asked about `*`, so that one scoped to the user's own ARN does
    not allow it.
    """
    caller, name = call.caller, call.parameters.get("UserName")
    resource = "*" if action == "ListMFADevices" and not name else ""
    if action == "GetAccessKeyLastUsed":
        name = _owner(call)
    elif not name and not isinstance(caller.principal, User):
        raise Refusal("ValidationError", "Must specify userName when calling with non-User credentials", 400)
    name = name or caller.principal.name
    user = caller.account.users.get(name)
    arn = user.arn if user else caller.account.arn(f"user/{name}")
    call.authorize(f"iam:{action}", resource or arn, resource or f"user {name}")
    if user is None:
        raise Refusal("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return _ON_USER[action](user, call)


def _owner(call: Call) -> str:
    """Return the user of this account whose key the call names; an empty text where there is no such key."""
    users = call.caller.account.users.values()
    return next((user.name for user in users for key in user.keys if key.id == call.parameters["AccessKeyId"]), "")


IAM = QueryService(
    "iam",
    "2010-05-08",
    {
        **{action: partial(_on_user, action) for action in _ON_USER},
        "CreateVirtualMFADevice": devices.create,
        "DeleteVirtualMFADevice": devices.delete,
        "ListVirtualMFADevices": devices.list_all,
    },
)
