"""The part of AWS IAM for a user's devices, access keys and policies.

Source: the IAM API Reference, and the Service Authorization Reference for the resource of each action.
"""

import base64
import secrets
from collections.abc import Callable

from mfaenv.pretend_aws.policy import parse
from mfaenv.pretend_aws.service import Call, QueryService
from mfaenv.pretend_aws.totp import Device
from mfaenv.pretend_aws.wire import Content, Refusal, timestamp
from mfaenv.pretend_aws.world import Account, Credential, Role, User

MAX_KEYS = 2  # access keys of a user: "IAM and AWS STS quotas"
SEED_BYTES = 40  # AWS's are 64 characters of base32


def _on_user(perform: Callable[[User, Call], Content]) -> Callable[[Call], Content]:
    """Return an action on the user that the call or its key names, else on the caller."""
    # ListMFADevices without a name is for `*`: a policy for the user's own ARN does not allow it.

    def perform_call(call: Call) -> Content:
        caller, name = call.caller, call.form.get("UserName", "")
        is_of_any = perform is _list_devices and not name
        if perform is _get_last_use:
            key = call.world.credentials.get(call.form["AccessKeyId"])
            name = key.principal.name if key else ""
        elif not name and isinstance(caller.principal, Role):
            wrong = "Must specify userName when calling with non-User credentials"
            raise Refusal("ValidationError", wrong, 400)
        name = name or caller.principal.name
        user = caller.account.users.get(name)
        arn = user.arn if user else caller.account.arn(f"user/{name}")
        call.authorize(call.query("*" if is_of_any else arn), "*" if is_of_any else f"user {name}")
        if user is None:
            raise _missing(f"user with name {name}")
        return perform(user, call)

    return perform_call


def _user_content(user: User) -> Content:
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": timestamp(user.created),
    }


def _put_user_policy(user: User, call: Call) -> Content:
    user.policies[call.form["PolicyName"]] = parse(call.form["PolicyDocument"])
    return {}


def _delete_user_policy(user: User, call: Call) -> Content:
    name = call.form["PolicyName"]
    if user.policies.pop(name, None) is None:
        raise _missing(f"user policy with name {name}")
    return {}


def _list_access_keys(user: User, _call: Call) -> Content:
    keys: Content = [_key_content(user, key) for key in user.keys]
    return {"IsTruncated": "false", "AccessKeyMetadata": {"member": keys}}


def _create_access_key(user: User, _call: Call) -> Content:
    if len(user.keys) >= MAX_KEYS:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {MAX_KEYS}", 409)
    key = user.add_key()
    return {"AccessKey": {**_key_content(user, key), "SecretAccessKey": key.secret}}


def _update_access_key(user: User, call: Call) -> Content:
    _find_key(user, call).active = call.form["Status"] == "Active"
    return {}


def _delete_access_key(user: User, call: Call) -> Content:
    key = _find_key(user, call)
    user.keys.remove(key)
    del call.world.credentials[key.id]
    return {}


def _get_last_use(user: User, call: Call) -> Content:
    use: dict[str, Content] = {"ServiceName": "N/A", "Region": "N/A"}
    if used := _find_key(user, call).used:
        use = {"LastUsedDate": timestamp(used.at), "ServiceName": used.service, "Region": used.region}
    return {"UserName": user.name, "AccessKeyLastUsed": use}


def _key_content(user: User, key: Credential) -> dict[str, Content]:
    return {
        "UserName": user.name,
        "AccessKeyId": key.id,
        "Status": "Active" if key.active else "Inactive",
        "CreateDate": timestamp(key.created),
    }


def _find_key(user: User, call: Call) -> Credential:
    name = call.form["AccessKeyId"]
    for key in user.keys:
        if key.id == name:
            return key
    raise _missing(f"Access Key with id {name}")


def _list_devices(user: User, _call: Call) -> Content:
    devices: Content = [{"UserName": user.name, **_device_content(each)} for each in user.devices]
    return {"IsTruncated": "false", "MFADevices": {"member": devices}}


def _device_content(device: Device) -> dict[str, Content]:
    return {"SerialNumber": device.serial, "EnableDate": timestamp(device.created)}


def _enable_device(user: User, call: Call) -> Content:
    account, serial = user.account, call.form["SerialNumber"]
    if _is_assigned(account, serial):
        raise Refusal("EntityAlreadyExists", "MFA device is already in use.", 409)
    device = _find_device(account, serial)
    if not device.accept(call.form["AuthenticationCode1"], call.form["AuthenticationCode2"]):
        raise Refusal("InvalidAuthenticationCode", "Authentication code for device is not valid.")
    device.created = call.world.now()
    user.devices.append(account.unassigned_devices.pop(serial))
    return {}


def _create_virtual_device(call: Call) -> Content:
    account, now = call.caller.account, call.world.now
    serial = account.arn(f"mfa{call.form.get('Path', '/')}{call.form['VirtualMFADeviceName']}")
    call.authorize(call.query(serial), serial)
    device = Device(secrets.token_bytes(SEED_BYTES), now, serial, now())
    # In one step: several may ask for the same name.
    if _is_assigned(account, serial) or account.unassigned_devices.setdefault(serial, device) is not device:
        raise Refusal("EntityAlreadyExists", "MFADevice entity at the same path and name already exists.", 409)
    # Text in base32, in an element of octets, which XML has in base64.
    seed = base64.b64encode(base64.b32encode(device.secret)).decode()
    return {"VirtualMFADevice": {"SerialNumber": serial, "Base32StringSeed": seed}}


def _delete_virtual_device(call: Call) -> Content:
    account, serial = call.caller.account, call.form["SerialNumber"]
    call.authorize(call.query(serial), serial)
    if _is_assigned(account, serial):
        raise Refusal("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.", 409)
    del account.unassigned_devices[_find_device(account, serial).serial]
    return {}


def _list_virtual_devices(call: Call) -> Content:
    account, status = call.caller.account, call.form.get("AssignmentStatus", "Any")
    call.authorize(call.query("*"), account.arn("mfa/"))
    members: list[Content] = []
    if status != "Unassigned":
        members += [
            {**_device_content(device), "User": _user_content(user)}
            for user in account.users.values()
            for device in user.devices
        ]
    if status != "Assigned":
        members += [{"SerialNumber": serial} for serial in account.unassigned_devices]
    return {"IsTruncated": "false", "VirtualMFADevices": {"member": members}}


def _is_assigned(account: Account, serial: str) -> bool:
    return any(device.serial == serial for user in account.users.values() for device in user.devices)


def _find_device(account: Account, serial: str) -> Device:
    if serial not in account.unassigned_devices:
        raise Refusal("NoSuchEntity", f"VirtualMFADevice with serial number {serial} doesn't exist.", 404)
    return account.unassigned_devices[serial]


def _missing(what: str) -> Refusal:
    return Refusal("NoSuchEntity", f"The {what} cannot be found.", 404)


IAM = QueryService(
    "iam",
    "2010-05-08",
    {
        "CreateAccessKey": _on_user(_create_access_key),
        "CreateVirtualMFADevice": _create_virtual_device,
        "DeleteAccessKey": _on_user(_delete_access_key),
        "DeleteUserPolicy": _on_user(_delete_user_policy),
        "DeleteVirtualMFADevice": _delete_virtual_device,
        "EnableMFADevice": _on_user(_enable_device),
        "GetAccessKeyLastUsed": _on_user(_get_last_use),
        "GetUser": _on_user(lambda user, _: {"User": _user_content(user)}),
        "ListAccessKeys": _on_user(_list_access_keys),
        "ListMFADevices": _on_user(_list_devices),
        "ListVirtualMFADevices": _list_virtual_devices,
        "PutUserPolicy": _on_user(_put_user_policy),
        "UpdateAccessKey": _on_user(_update_access_key),
    },
)
