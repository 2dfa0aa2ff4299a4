"""`mfaenv clear`: forget the stored sessions, all of them or one profile's with what hangs on it."""

from __future__ import annotations

import os

from mfaenv import awsfiles, commands, memory, options, store, tables
from mfaenv.errors import DONE, MfaenvError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.entry import Fields
    from mfaenv.options import Given
    from mfaenv.store import Store

MANY = 20
"""Sessions that are named one by one; of more, their number says more."""


def run(given: Given, env: Mapping[str, str]) -> int:
    """Remove them, and say which. Raises MfaenvError where the store is refused or a file cannot be removed."""
    place = store.Store(store.directory(env))
    place.check()
    person = commands.terminal(given, env)
    profile = options.text(given, "profile")
    key = _access_key(profile, env) if profile else ""
    entries = {name: place.read(name) for name in place.names(store.SESSION)}
    chosen = {
        name: entry for name, entry in entries.items() if not profile or (entry and _hangs_on(entry, profile, key))
    }
    removed = {name: entry for name, entry in chosen.items() if _gone(place, name)}
    for name in [memory.device_name(key)] if profile else place.names(store.ANSWER, store.DEVICE, store.TEMPORARY):
        place.delete(name)
    for line in _told(removed):
        person.note(line)
    if len(removed) < len(chosen):
        stuck = ", ".join(chosen.keys() - removed.keys())
        raise MfaenvError(f"{place.path}: {stuck} cannot be removed.", "Look at whose it is, and remove it yourself.")
    if not chosen:
        person.note(tables.nothing_stored(profile))
    return DONE


def _gone(place: Store, name: str) -> bool:
    """Remove an entry, and tell whether it is gone, whoever was the first to remove it."""
    return place.delete(name) or not os.path.lexists(place.file(name))


def _told(removed: Mapping[str, Fields | None]) -> list[str]:
    """Say what was removed."""
    if len(removed) > MANY:
        return [f"Removed {len(removed)} sessions."]
    return [f"Removed {describe(entry) if entry else f'a damaged entry, {name}'}." for name, entry in removed.items()]


def _access_key(profile: str, env: Mapping[str, str]) -> str:
    return awsfiles.load(env).profiles.get(profile, {}).get("aws_access_key_id", "")


def _hangs_on(entry: Fields, profile: str, key: str) -> bool:
    """Tell whether an entry was got with a profile, through it, or with its access key under another name."""
    return profile in entry["profiles"].split("\n") or entry["source"] == (key or None)


def describe(entry: Fields) -> str:
    """Name an entry as a person knows it."""
    profile = entry["profiles"].partition("\n")[0]
    role = f", role {entry['role']}" if entry["role"] else f" in account {entry['account']}"
    return f"the session of profile {profile}{role}"
