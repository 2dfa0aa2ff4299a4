"""A window that a person closed: processes that wait for its answer see that, and open none themselves."""

from mfaenv.fast.entry import Entry
from mfaenv.store import CLOSED, Store

KEPT = 60
"""Seconds; who waits for the window sees it at once."""


class DismissedPrompt(Entry):
    """When a person closed a window that asked, in seconds since 1970; the key is the access key it asked for."""

    PREFIX = CLOSED
    key: str = ""
    at: float = 0.0


def since(store: Store, access_key: str, moment: float) -> bool:
    """Return whether a person closed a window that asked for this access key, since then."""
    return (store.get(DismissedPrompt, access_key) or DismissedPrompt()).at >= moment


def remember(store: Store, access_key: str, now: float) -> None:
    """Note it. Raise OSError where the store cannot be written."""
    store.put(DismissedPrompt(key=access_key, at=now), now + KEPT)
