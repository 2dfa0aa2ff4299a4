"""Which MFA device a user has: asked of IAM where it answers, guessed from the user's name where it must not."""

from __future__ import annotations

from typing import Any, NamedTuple

from mfaenv.aws import explain
from mfaenv.aws.sts import Identity
from mfaenv.errors import DeniedError, MfaenvError

SECURITY_KEY = ":u2f/"
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_fido.html: no FIDO with the STS API."""

_NAME_THE_DEVICE = "Name the device with --serial-number or mfa_serial: then IAM is not asked."


class Found(NamedTuple):
    """What IAM said: devices whose codes STS takes, security keys that it does not, or that it may not be asked."""

    usable: tuple[str, ...]
    security_keys: tuple[str, ...]
    denied: bool


def ask(client: Any, identity: Identity, access_key: str) -> Found:
    """List the user's devices. Raise MfaenvError for anything but a denial.

    UserName is passed since policies scoped to the user's own ARN deny the call without it; the root user has none.
    """
    scope = {"UserName": identity.user} if identity.user else {}
    try:
        with explain.aws_errors(access_key):
            pages = client.get_paginator("list_mfa_devices").paginate(**scope)
            serials = tuple(str(device["SerialNumber"]) for page in pages for device in page["MFADevices"])
    except DeniedError:
        return Found((), (), denied=True)
    except MfaenvError as error:
        raise MfaenvError(error.message, _NAME_THE_DEVICE) from None
    return Found(
        tuple(serial for serial in serials if SECURITY_KEY not in serial),
        tuple(serial for serial in serials if SECURITY_KEY in serial),
        denied=False,
    )


def likely(identity: Identity) -> str:
    """Guess the ARN of a user's virtual device: the console proposes the user's name for it.

    Raise MfaenvError where the keys are no user's.
    """
    if identity.is_root:
        return f"arn:{identity.partition}:iam::{identity.account}:mfa/root-account-mfa-device"
    if not identity.user:
        raise MfaenvError(f"{identity.arn} is not a user and has no MFA device.", "Use an IAM user's access keys.")
    return f"arn:{identity.partition}:iam::{identity.account}:mfa/{identity.user}"
