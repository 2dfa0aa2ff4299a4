"""IAM's calls for a user's own MFA devices and access keys.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html and API_CreateAccessKey.html
"""

from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from mfaenv.aws import client as clients
from mfaenv.aws import explain
from mfaenv.aws.sts import Identity, required_text
from mfaenv.errors import DeniedError, MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.fast.environment import timestamp
from mfaenv.model import Keys

SECURITY_KEY = ":u2f/"
"""No FIDO with STS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_fido.html."""

_errors = partial(explain.iam_errors, purpose="set up a device of their own")


def list_devices(client: Any, identity: Identity, keys: Keys) -> list[str] | None:
    """Return the serial numbers of the user's devices; None where a policy denies that. Raise MfaenvError."""
    try:
        with explain.aws_errors(keys):
            pages = client.get_paginator("list_mfa_devices").paginate(**identity.scope)
            return serials_in(pages.build_full_result())
    except DeniedError:
        return None
    except MfaenvError as error:
        if error.command:
            raise
        hint = "Name the device with --serial-number or mfa_serial: then IAM is not asked."
        raise MfaenvError(error.message, hint) from None


def serials_in(response: Any) -> list[str]:
    """Read a response of ListMFADevices. Raise one of explain.UNREADABLE."""
    return [required_text(device, "SerialNumber") for device in response["MFADevices"]]


def guess_device(identity: Identity) -> str:
    """Guess a device's ARN: the console proposes the user's name. Raise MfaenvError."""
    name = "root-account-mfa-device" if identity.is_root else identity.user
    if not name:
        wrong = f"{identity.arn} is not a user and has no MFA device."
        raise MfaenvError(wrong, "Use an IAM user's access keys.")
    return serial_number(identity, name)


def serial_number(identity: Identity, name: str) -> str:
    """Return the ARN of a virtual device in the user's account."""
    return f"arn:{identity.partition}:iam::{identity.account}:mfa/{name}"


class _UserCalls:
    """Calls of a user. All methods raise MfaenvError."""

    def __init__(self, settings: clients.ClientSettings, keys: Keys | Session, identity: Identity) -> None:
        self._client = clients.client("iam", settings, keys)
        # Sent twice, what makes something would make two, or find its name taken.
        self._without_retries = clients.client("iam", settings._replace(attempts=1), keys)
        self._scope = identity.scope
        self._missing = self._client.exceptions.NoSuchEntityException


class NewDevice(NamedTuple):
    """A virtual device that is nobody's yet, and its key in base32, shown this once."""

    serial: str
    key: str

    def __repr__(self) -> str:
        return f"NewDevice({self.serial})"


class VirtualDevices(_UserCalls):
    """Calls on virtual devices."""

    def create(self, name: str) -> NewDevice | None:
        """Make a device; return None where the name is taken."""
        with _errors("iam:CreateVirtualMFADevice"):
            calls = self._without_retries
            try:
                made = calls.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
            except calls.exceptions.EntityAlreadyExistsException:
                return None
            return NewDevice(made["SerialNumber"], made["Base32StringSeed"].decode("ascii"))

    def unused(self) -> list[str]:
        """Return the devices that are nobody's."""
        with _errors("iam:ListVirtualMFADevices"):
            paginator = self._client.get_paginator("list_virtual_mfa_devices")
            pages = paginator.paginate(AssignmentStatus="Unassigned")
            return [str(device["SerialNumber"]) for page in pages for device in page["VirtualMFADevices"]]

    def enable(self, serial: str, first: str, second: str) -> bool:
        """Enable a new device with two codes in a row; return False for wrong ones."""
        codes = {"AuthenticationCode1": first, "AuthenticationCode2": second}
        with _errors("iam:EnableMFADevice"):
            try:
                self._client.enable_mfa_device(SerialNumber=serial, **codes, **self._scope)
            except self._client.exceptions.InvalidAuthenticationCodeException:
                return False
            except self._client.exceptions.EntityAlreadyExistsException:
                pass  # it was enabled, and AWS's answer was lost
        return True

    def delete(self, serial: str) -> None:
        """Delete a device that is nobody's, if it is still there."""
        with _errors("iam:DeleteVirtualMFADevice"), suppress(self._missing):
            self._client.delete_virtual_mfa_device(SerialNumber=serial)


class AccessKey(NamedTuple):
    """An access key as IAM lists it; `created` is in seconds since 1970."""

    id: str
    active: bool
    created: float


class AccessKeys(_UserCalls):
    """Calls on access keys."""

    def list_keys(self) -> list[AccessKey]:
        """Return the user's keys."""
        with explain.iam_errors("iam:ListAccessKeys"):
            every = self._client.get_paginator("list_access_keys").paginate(**self._scope).build_full_result()
            return [
                AccessKey(
                    required_text(row, "AccessKeyId"), row["Status"] == "Active", row["CreateDate"].timestamp()
                )
                for row in every["AccessKeyMetadata"]
            ]

    def last_use(self, key_id: str) -> dict[str, str] | None:
        """Return when (`at`), for which `service` and `region` a key was last used; None for never."""
        with explain.iam_errors("iam:GetAccessKeyLastUsed"):
            used = self._client.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]
            if not (at := used.get("LastUsedDate")):
                return None
            time = timestamp(int(at.timestamp()))
            return {"at": time, "service": used["ServiceName"], "region": used["Region"]}

    def create(self) -> Keys:
        """Make a new key; IAM shows its secret this once."""
        with explain.iam_errors("iam:CreateAccessKey"):
            made = self._without_retries.create_access_key(**self._scope)["AccessKey"]
            return Keys(required_text(made, "AccessKeyId"), required_text(made, "SecretAccessKey"), "", "IAM")

    def deactivate(self, key_id: str) -> None:
        """Switch a key off; it can be switched on again."""
        with explain.iam_errors("iam:UpdateAccessKey"):
            self._client.update_access_key(AccessKeyId=key_id, Status="Inactive", **self._scope)

    def delete(self, key_id: str) -> None:
        """Delete a key for good, if it is still there."""
        with explain.iam_errors("iam:DeleteAccessKey"), suppress(self._missing):
            self._client.delete_access_key(AccessKeyId=key_id, **self._scope)


def is_known(client: Any, keys: Keys) -> bool:
    """Return whether STS knows the client's new keys already. Raise MfaenvError."""
    from botocore.exceptions import ClientError

    with explain.aws_errors(keys):
        try:
            client.get_caller_identity()
        except ClientError as error:
            if explain.text_of(error, "Code") == "InvalidClientTokenId":
                return False
            raise
    return True
