"""Codes that are wrong, and how many were sent to AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from observed_aws import ObservedAws

    from mfaenv.pretend_aws.totp import Device


def wrong_codes(device: Device) -> list[str]:
    """Return codes that are not this device's, for a while."""
    shown = {device.code(), device.shown().code}
    return [code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in shown]


def sent_codes(aws: ObservedAws) -> int:
    return len(aws.actions("GetSessionToken"))
