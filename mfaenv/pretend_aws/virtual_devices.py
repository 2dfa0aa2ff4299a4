"""IAM's calls on virtual MFA devices: made, enabled with two codes in a row, taken from the user, deleted.

Source: the IAM API Reference, the Service Authorization Reference (the device is the resource of its making and
deleting, the user of all else), and "IAM and AWS STS quotas".
"""

from __future__ import annotations

import base64
import secrets

from mfaenv.pretend_aws.authorization import authorize
from mfaenv.pretend_aws.service import Call
from mfaenv.pretend_aws.validation import UNLIMITED, Text
from mfaenv.pretend_aws.wire import Content, Refusal, timestamp
from mfaenv.pretend_aws.world import Account, Device, User

MAX_DEVICES = 8
SEED_BYTES = 40
"""AWS's are 64 characters of base32."""

SERIAL_NUMBER = Text("SerialNumber", 9, 256, r"[\w+=/:,.@-]+", required=True)
CODES = tuple(Text(f"AuthenticationCode{number}", 6, 6, r"[\d]+", required=True) for number in (1, 2))
NAME = Text("VirtualMFADeviceName", 1, UNLIMITED, r"[\w+=,.@-]+", required=True)
PATH = Text("Path", 1, 512, r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)")
STATUS = Text("AssignmentStatus", 1, 32, "Assigned|Unassigned|Any")

_PNG = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
"""One grey dot: nothing here draws, and a client draws the seed as it likes."""


def create(call: Call) -> Content:
    """Make a device that is nobody's yet; its seed is shown in this answer and in no other."""
    account, name = call.caller.account, call.parameters["VirtualMFADeviceName"]
    serial = account.arn(f"mfa{call.parameters.get('Path', '/')}{name}")
    authorize(call.caller, call.query("iam:CreateVirtualMFADevice", serial), serial)
    if _all(account).get(serial):
        raise Refusal("EntityAlreadyExists", "MFADevice entity at the same path and name already exists.", 409)
    device = Device(serial, "virtual", secrets.token_bytes(SEED_BYTES), call.world.now, created=call.world.now())
    account.unassigned_devices[serial] = device
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
    authorize(call.caller, call.query("iam:DeleteVirtualMFADevice", serial), serial)
    if serial in account.unassigned_devices:
        del account.unassigned_devices[serial]
        return {}
    if serial in _all(account):
        raise Refusal("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.", 409)
    raise _missing(serial)


def list_all(call: Call) -> Content:
    """List the account's devices with their users, or those that are nobody's."""
    account, status = call.caller.account, call.parameters.get("AssignmentStatus", "Any")
    authorize(call.caller, call.query("iam:ListVirtualMFADevices", "*"), account.arn("mfa/"))
    assigned: list[Content] = [
        {
            "SerialNumber": device.serial,
            "EnableDate": timestamp(device.created),
            "User": {
                "Path": user.path,
                "UserName": user.name,
                "UserId": user.id,
                "Arn": user.arn,
                "CreateDate": timestamp(user.created),
            },
        }
        for user in account.users.values()
        for device in user.devices
        if device.kind == "virtual"
    ]
    unassigned: list[Content] = [{"SerialNumber": serial} for serial in account.unassigned_devices]
    members = (assigned if status != "Unassigned" else []) + (unassigned if status != "Assigned" else [])
    return {"IsTruncated": "false", "VirtualMFADevices": {"member": members}}


def enable(user: User, call: Call) -> Content:
    """Enable a device of the user with two codes in a row."""
    serial = call.parameters["SerialNumber"]
    device = user.account.unassigned_devices.get(serial)
    if device is None:
        if serial in _all(user.account):
            raise Refusal("EntityAlreadyExists", "MFA device is already in use.", 409)
        raise _missing(serial)
    if len(user.devices) >= MAX_DEVICES:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for MFADevicesPerUser: {MAX_DEVICES}", 409)
    _synchronize(device, call)
    device.created = call.world.now()
    del user.account.unassigned_devices[serial]
    user.devices.append(device)
    return {}


def deactivate(user: User, call: Call) -> Content:
    """Take a device from the user; a virtual one stays, as nobody's."""
    device = _of(user, call)
    user.devices.remove(device)
    if device.kind == "virtual":
        user.account.unassigned_devices[device.serial] = device
    return {}


def resync(user: User, call: Call) -> Content:
    """Find out how far a device's clock is off, by two codes in a row."""
    _synchronize(_of(user, call), call)
    return {}


def _synchronize(device: Device, call: Call) -> None:
    if not device.has_codes or not device.accept_pair(*(call.parameters[code.name] for code in CODES)):
        raise Refusal("InvalidAuthenticationCode", "Authentication code for device is not valid.")


def _of(user: User, call: Call) -> Device:
    serial = call.parameters["SerialNumber"]
    device = next((device for device in user.devices if device.serial == serial), None)
    if device is None:
        raise _missing(serial)
    return device


def _all(account: Account) -> dict[str, Device]:
    assigned = {device.serial: device for user in account.users.values() for device in user.devices}
    return {**assigned, **account.unassigned_devices}


def _missing(serial: str) -> Refusal:
    return Refusal("NoSuchEntity", f"VirtualMFADevice with serial number {serial} doesn't exist.", 404)
