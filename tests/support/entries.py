"""All kinds of entries that the store holds."""

from mfaenv.fast import CachedRequest
from mfaenv.fast.entry import Entry, Session
from mfaenv.session.remembered import Codes, RememberedDevice, RememberedKey

KINDS: tuple[type[Entry], ...] = (Session, CachedRequest, RememberedDevice, Codes, RememberedKey)
