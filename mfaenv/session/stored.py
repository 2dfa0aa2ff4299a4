"""Which profiles have stored sessions: a list that a Tab reads instead of every session.

It is made by the first Tab after a new session, and counts until the next one is announced or one of its own ends.
"""

import time
from collections.abc import Mapping

from mfaenv.fast.entry import Entry, Session
from mfaenv.store import PROFILES, SESSION, Store

LONGEST = 86_400
"""Seconds for which a list counts at most."""


class Names(Entry):
    """The names of profiles, until when they count, and the word that was announced last when they were listed."""

    PREFIX = PROFILES
    key: str = ""
    latest: str = ""
    until: int = 0
    names: tuple[str, ...] = ()


def profiles(env: Mapping[str, str]) -> list[str]:
    """Return the names of the profiles that have stored sessions."""
    store, now = Store.of(env), time.time()
    if store.refusal():
        return []
    latest = store.latest()
    listed = store.get(Names, "")
    if listed and latest and listed.latest == latest and listed.until > now:
        return list(listed.names)
    return _listed(store, latest, now)


def _listed(store: Store, latest: str, now: float) -> list[str]:
    """Read the sessions, and keep the list for the next time where it can be written."""
    entries = [entry for name in store.names(SESSION) if (entry := store.read(Session, name)) is not None]
    names = list(dict.fromkeys(name for entry in entries for name in entry.profiles))
    ends = [entry.expires for entry in entries if entry.expires and entry.expires > now]
    if names and latest:
        until = min([*ends, int(now) + LONGEST])
        try:
            store.put(Names(latest=latest, until=until, names=tuple(names)), until)
        except OSError:
            return names
    return names


def forget(store: Store) -> None:
    """Remove the list, as sessions were removed."""
    for name in store.names(PROFILES):
        store.delete(name)
