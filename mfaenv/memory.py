"""What is remembered beside sessions: the device of each access key, and the codes that are used up."""

from __future__ import annotations

from mfaenv import store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfaenv.model import Plan
    from mfaenv.store import Store

DEVICE_SECONDS = 400 * 86_400
CODE_SECONDS = 90
"""A code counts for its own 30 seconds and one step to each side; after that AWS would refuse it in any case."""


def device_name(access_key: str) -> str:
    """Give the name of the file that remembers an access key's device."""
    return store.named(store.DEVICE, access_key)


def device(place: Store, access_key: str) -> tuple[str, str]:
    """Give the device that this access key used before, and its account, or nothing twice."""
    found = place.read(device_name(access_key), access_key) or {}
    return found.get("serial", ""), found.get("account", "")


def remember_device(place: Store, access_key: str, plan: Plan, now: float) -> None:
    """Keep the plan's device for the next time. Raises OSError where the store cannot be written."""
    if device(place, access_key) != (plan.device.text, plan.account):
        fields = {"key": access_key, "serial": plan.device.text, "account": plan.account}
        place.write(device_name(access_key), fields, now + DEVICE_SECONDS)


def was_used(place: Store, serial: str, code: str, now: float) -> bool:
    """Tell whether this code got a session a moment ago."""
    found = place.read(_code_name(serial), serial) or {}
    return found.get("code") == code and now < int(found["until"])


def remember_code(place: Store, serial: str, code: str, now: float) -> None:
    """Note a code that is used up, and so no secret any more. Raises OSError where the store cannot be written."""
    until = int(now) + CODE_SECONDS
    place.write(_code_name(serial), {"key": serial, "code": code, "until": str(until)}, until)


def _code_name(serial: str) -> str:
    return store.named(store.CODE, serial)
