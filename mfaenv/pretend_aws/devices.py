"""IAM's calls on MFA devices: listed, made, enabled with two codes in a row, deleted.

Source: the IAM API Reference, the Service Authorization Reference (the device is the resource of its making and
deleting, the user of all else).
"""

from __future__ import annotations

import base64
import secrets

from mfaenv.pretend_aws.service import Call
from mfaenv.pretend_aws.wire import Content, Refusal, timestamp
from mfaenv.pretend_aws.world import Account, Device, User

SEED_BYTES = 40
"""AWS's are 64 characters of base32."""

_PNG = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
"""One grey dot: nothing here draws, and a client draws the seed as it likes."""


def list_of_user(user: User, _call: Call) -> Content:
    """List the user's devices, on one page."""
    devices: list[Content] = [
        {"UserName": user.name, "SerialNumber": device.serial, "EnableDate": timestamp(device.created)}
        for device in user.devices
    ]
    return {"IsTruncated": "false", "MFADevices": {"member": devices}}


def create(call: Call) -> Content:
    """Make a device that is nobody's yet; its seed is shown in this answer and in no other."""
    account, name = call.caller.account, call.parameters["VirtualMFADeviceName"]
    serial = account.arn(f"mfa{call.parameters.get('Path', '/')}{name}")
    call.authorize("iam:CreateVirtualMFADevice", serial, serial)
    device = Device(secrets.token_bytes(SEED_BYTES), call.world.now, serial, created=call.world.now())
    # In one step: several may ask for the same name at once.
    if _is_assigned(account, serial) or account.unassigned_devices.setdefault(serial, device) is not device:
        raise Refusal("EntityAlreadyExists", "MFADevice entity at the same path and name already exists.", 409)
    shown: Content = {
        "SerialNumber": serial,
        # The seed is text in base32, and the element holds octets, which XML has in base64.
        "Base32StringSeed": base64.b64encode(base64.b32encode(device.secret)).decode(),
        "QRCodePNG": _PNG.decode(),
    }
    return {"VirtualMFADevice": shown}


def delete(call: Call) -> Content:
    """Delete a device that is nobody's."""
    account, serial = call.caller.account, call.parameters["SerialNumber"]
    call.authorize("iam:DeleteVirtualMFADevice", serial, serial)
    if _is_assigned(account, serial):
        raise Refusal("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.", 409)
    if account.unassigned_devices.pop(serial, None) is None:
        raise _missing(serial)
    return {}


def list_all(call: Call) -> Content:
    """List the account's devices with their users, or those that are nobody's."""
    account, status = call.caller.account, call.parameters.get("AssignmentStatus", "Any")
    call.authorize("iam:ListVirtualMFADevices", "*", account.arn("mfa/"))
    assigned: list[Content] = [
        {"SerialNumber": device.serial, "EnableDate": timestamp(device.created), "User": user_content(user)}
        for user in account.users.values()
        for device in user.devices
        if device.kind == "virtual"
    ]
    unassigned: list[Content] = [{"SerialNumber": serial} for serial in account.unassigned_devices]
    members = (assigned if status != "Unassigned" else []) + (unassigned if status != "Assigned" else [])
    return {"IsTruncated": "false", "VirtualMFADevices": {"member": members}}


def enable(user: User, call: Call) -> Content:
    """Enable a device of the user with two codes in a row."""
    account, serial = user.account, call.parameters["SerialNumber"]
    if _is_assigned(account, serial):
        raise Refusal("EntityAlreadyExists", "MFA device is already in use.", 409)
    device = account.unassigned_devices.get(serial)
    if device is None:
        raise _missing(serial)
    if not device.accept_pair(call.parameters["AuthenticationCode1"], call.parameters["AuthenticationCode2"]):
        raise Refusal("InvalidAuthenticationCode", "Authentication code for device is not valid.")
    device.created = call.world.now()
    user.devices.append(account.unassigned_devices.pop(serial))
    return {}


def user_content(user: User) -> Content:
    """Return what IAM shows of a user."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.account.id if user.is_root else user.id,
        "Arn": user.arn,
        "CreateDate": timestamp(user.created),
    }


def _is_assigned(account: Account, serial: str) -> bool:
    return any(device.serial == serial for user in account.users.values() for device in user.devices)


def _missing(serial: str) -> Refusal:
    return Refusal("NoSuchEntity", f"VirtualMFADevice with serial number {serial} doesn't exist.", 404)
