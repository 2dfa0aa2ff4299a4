"""All kinds of entries that the store holds."""

from mfaenv.fast import CachedRequest
from mfaenv.fast.entry import Entry, Session
from mfaenv.session.remembered import DismissedPrompt, RememberedDevice, RememberedKey, SentCode
from mfaenv.store import ENTRIES

KINDS: tuple[type[Entry], ...] = (
    Session,
    CachedRequest,
    RememberedDevice,
    SentCode,
    RememberedKey,
    DismissedPrompt,
)
assert {kind.PREFIX for kind in KINDS} == set(ENTRIES)
