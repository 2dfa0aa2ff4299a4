"""What is remembered beside sessions: devices, the codes that AWS took or refused, and prompts that were dismissed."""

from collections.abc import Callable

from mfaenv.fast.entry import READERS, Entry, file_name, whole
from mfaenv.model import Request
from mfaenv.store import CLOSED, CODE, DEVICE, Store

DEVICE_SECONDS = 400 * 86_400
VERDICT_SECONDS = 90
"""A code counts for its own 30 seconds and one step to each side; after that AWS would refuse it in any case."""

DISMISSED_SECONDS = 60
"""Who waits for the window sees it at once."""

MOST_CODES = 100
"""More wrong codes than these in a minute and a half are no typing errors; the oldest are forgotten."""

USED = "used"
REFUSED = "refused"


class RememberedDevice(Entry):
    """The device that an access key, which is the entry's key, used before, its account and its user's name."""

    PREFIX = DEVICE
    key: str = ""
    serial: str = ""
    account: str = ""
    user: str = ""


def _codes(text: str) -> tuple[tuple[str, str, int], ...]:
    rows = (line.split(" ") for line in text.split("\n") if text)
    return tuple((code, said, whole(until)) for code, said, until in rows)


_READERS: dict[object, Callable[[str], object]] = {**READERS, tuple[tuple[str, str, int], ...]: _codes}


class Codes(Entry):
    """What AWS said to the codes of a device, whose serial number is the key.

    Of each: the digits, the verdict, and until when it counts, in seconds since 1970.
    """

    PREFIX = CODE
    READERS = _READERS
    key: str = ""
    codes: tuple[tuple[str, str, int], ...] = ()


class DismissedPrompt(Entry):
    """When a person closed a window that asked, in seconds since 1970; the key is the access key it asked for."""

    PREFIX = CLOSED
    key: str = ""
    at: float = 0.0


def device_name(access_key: str, endpoint: str) -> str:
    """Return the name of the file that remembers an access key's device at an address of STS, empty for AWS's own."""
    return file_name(DEVICE, _device_key(access_key, endpoint))


def _device_key(access_key: str, endpoint: str) -> str:
    """Return what a device depends on: another server than AWS could name one of its own."""
    return "\n".join(filter(None, (access_key, endpoint)))


def access_key_of(entry: RememberedDevice) -> str:
    """Return the access key whose device an entry remembers."""
    return entry.key.partition("\n")[0]


def device(store: Store, access_key: str, endpoint: str) -> RememberedDevice:
    """Return the device that this access key used before at this address; an empty entry where there is none."""
    return store.get(RememberedDevice, _device_key(access_key, endpoint)) or RememberedDevice()


def remember_device(store: Store, access_key: str, request: Request, now: float) -> None:
    """Keep the request's device for the next time. Raise OSError where the store cannot be written."""
    before = device(store, access_key, request.endpoint.text)
    after = RememberedDevice(
        key=_device_key(access_key, request.endpoint.text),
        serial=request.device.text,
        account=request.account,
        user=request.user or before.user,
    )
    if after != before:
        store.put(after, now + DEVICE_SECONDS)


def verdict(store: Store, serial: str, code: str, now: float) -> str:
    """Return what AWS said to this code a moment ago: USED, REFUSED or an empty text."""
    for each, said, until in (store.get(Codes, serial) or Codes()).codes:
        if each == code and now < until:
            return said
    return ""


def remember_code(store: Store, serial: str, code: str, said: str, now: float) -> None:
    """Note what AWS said to a code. Raise OSError where the store cannot be written.

    The code is written as it is. A used one opens nothing any more, and a refused one opened nothing; one that belongs
    to another device ends in a moment, and the session beside it in the store is worth more. Six digits with a hash
    over them are found in a second. Two processes never do this at once: only who calls AWS does.
    """
    until = int(now) + VERDICT_SECONDS
    codes = store.get(Codes, serial) or Codes()
    kept = [row for row in codes.codes if row[0] != code and now < row[2]][-MOST_CODES:]
    store.put(Codes(key=serial, codes=(*kept, (code, said, until))), until)


def is_dismissed(store: Store, access_key: str, since: float, now: float) -> bool:
    """Return whether a person closed a window that asked for this access key, since then and not in the future."""
    return since <= (store.get(DismissedPrompt, access_key) or DismissedPrompt()).at <= now


def remember_dismissed(store: Store, access_key: str, now: float) -> None:
    """Note that a person closed the window that asked. Raise OSError where the store cannot be written."""
    store.put(DismissedPrompt(key=access_key, at=now), now + DISMISSED_SECONDS)
