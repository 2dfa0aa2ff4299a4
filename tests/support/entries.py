"""All kinds of entries that the store holds."""

from mfaenv.fast import CachedRequest
from mfaenv.fast.entry import Entry, Session
from mfaenv.session.remembered import RememberedDevice, RememberedKey, SentCode

KINDS: tuple[type[Entry], ...] = (Session, CachedRequest, RememberedDevice, SentCode, RememberedKey)
