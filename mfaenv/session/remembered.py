"""What the store remembers beside sessions: devices, keys of programs, sent codes, dismissed prompts."""

from contextlib import suppress

from mfaenv.fast.entry import Entry, account_of, checksum, file_name
from mfaenv.model import NO_VALUE, Keys, Request, Value
from mfaenv.store import CODE, CODE_PROGRAM, DEVICE, DISMISSED, Store

REMEMBERED_SECONDS = 400 * 86_400  # of a device and a program's key
VERDICT_SECONDS = 90  # a code counts for its own 30 seconds and one step to each side
DISMISSED_SECONDS = 60  # in which waiting processes see it
USED = "used"
REFUSED = "refused"


class RememberedDevice(Entry):
    """The device that an access key used before."""

    PREFIX = DEVICE
    key: str = ""
    serial: str = ""
    account: str = ""
    user: str = ""


class RememberedKey(Entry):
    """The access key that a program gives a profile."""

    PREFIX = CODE_PROGRAM
    key: str = ""
    access_key: str = ""


class SentCode(Entry):
    """What AWS answered to a code, which counts until then, in seconds since 1970."""

    PREFIX = CODE
    key: str = ""
    verdict: str = ""
    until: int = 0


class DismissedPrompt(Entry):
    """When a person closed a window that asked for an access key, in seconds since 1970."""

    PREFIX = DISMISSED
    key: str = ""
    at: float = 0.0


def filled_in(request: Request, store: Store) -> Request:
    """Return the request with the remembered access key and device, where it has none."""
    keys = request.keys
    if not keys and (key := access_key(store, request.program)):
        keys = Keys(key, "", "", request.process.source)
    if not keys:
        return request
    before = device(store, keys.access_key, request.endpoint.text)
    used = request.device if request.device.text or not before.serial else Value(before.serial, "remembered")
    remembered = before.account if used.text == before.serial else request.account
    return request._replace(keys=keys, device=used, account=account_of(used.text) or remembered)


def file_names(request: Request, keys: Keys) -> list[str]:
    """Return the files from which a request with these keys is filled in."""
    programs = [file_name(CODE_PROGRAM, _program_key(request.program))] if request.program else []
    return [file_name(DEVICE, _device_key(keys.access_key, request.endpoint.text)), *programs]


def _device_key(access_key: str, endpoint: str) -> str:
    """Keep apart what another server than AWS names."""
    return "\n".join(filter(None, (access_key, endpoint)))


def device(store: Store, access_key: str, endpoint: str) -> RememberedDevice:
    """Return the device that an access key used before at an address, or an empty entry."""
    return store.get(RememberedDevice, _device_key(access_key, endpoint)) or RememberedDevice()


def remember_device(store: Store, access_key: str, request: Request, now: float) -> None:
    """Keep the request's device for the next time."""
    before = device(store, access_key, request.endpoint.text)
    after = RememberedDevice(
        key=_device_key(access_key, request.endpoint.text),
        serial=request.device.text,
        account=request.account,
        user=request.user or before.user,
    )
    if after != before:
        with suppress(OSError):  # others report it
            store.put(after, now + REMEMBERED_SECONDS)


def forget_device(store: Store, access_key: str, request: Request, now: float) -> None:
    """Remember no device where it is that of the request."""
    if device(store, access_key, request.endpoint.text).serial == request.device.text:
        remember_device(store, access_key, request._replace(device=NO_VALUE), now)


def _program_key(program: str) -> str:
    """Return what stands for a line that may hold a secret."""
    return f"process\n{checksum(program.encode('utf-8', 'surrogateescape'))}"


def access_key(store: Store, program: str) -> str:
    """Return the access key that a profile's program gave before."""
    return (store.get(RememberedKey, _program_key(program)) or RememberedKey()).access_key


def remember_key(store: Store, program: str, access_key: str, now: float) -> None:
    """Store which access key a profile's program gave, if it has one."""
    entry = RememberedKey(key=_program_key(program), access_key=access_key)
    if program and store.get(RememberedKey, entry.key) != entry:
        with suppress(OSError):  # others report it
            store.prepare()
            store.put(entry, now + REMEMBERED_SECONDS)


def verdict(store: Store, serial: str, code: str, now: float) -> str:
    """Return what AWS answered to this code: USED, REFUSED or an empty text."""
    entry = store.get(SentCode, f"{serial}\n{code}")
    return entry.verdict if entry and now < entry.until else ""


def remember_code(store: Store, serial: str, code: str, answer: str, now: float) -> None:
    """Store AWS's answer to a code, in clear: it opens nothing any more, and six digits behind a hash take a second."""
    until = int(now) + VERDICT_SECONDS
    with suppress(OSError):  # was reported before the question
        store.put(SentCode(key=f"{serial}\n{code}", verdict=answer, until=until), until)
