"""`mfaenv clear`: remove all that the store holds, or one profile's sessions with those that depend on it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from mfaenv.config import awsfiles
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import parse
from mfaenv.fast.entry import ANSWER, Session
from mfaenv.fast.parse import Options
from mfaenv.session import remembered, stored
from mfaenv.session.lock import remove_abandoned
from mfaenv.store import (
    CLOSED,
    CODE,
    DEVICE,
    KEY,
    KINDS,
    LATEST,
    LOCK,
    PROFILES,
    SESSION,
    TEMPORARY,
    Store,
    kind,
)
from mfaenv.terminal import tables
from mfaenv.terminal.terminal import Terminal

MANY = 20
"""Sessions that are named one by one; of more, their number says more."""


OTHERS = {
    ANSWER: "prepared answer",
    DEVICE: "remembered device",
    CODE: "used code",
    PROFILES: "list of profiles",
    KEY: "known access key",
    CLOSED: "closed window",
    LATEST: "time of the last session",
    LOCK: "abandoned lock",
    TEMPORARY: "temporary file",
}
"""What else is removed, of which the number is shown."""


def run(options: Options, _words: Sequence[str], env: Mapping[str, str]) -> int:
    """Remove them, and say which. Raise MfaenvError where the store is refused or a file cannot be removed."""
    store = Store.of(env)
    store.check()
    terminal = Terminal.for_options(options, env)
    profile = parse.text(options, "profile")
    chosen = _of_profile(store, profile, env) if profile else _all(store)
    ours = {name: entry for name, entry in chosen.items() if entry or store.is_ours(name)}
    removed = {name: entry for name, entry in ours.items() if _gone(store, name)}
    if _sessions(removed):
        stored.forget(store)
    for line in _removed_lines(removed):
        terminal.note(line)
    if len(ours) < len(chosen):
        terminal.warn(f"{store.path}: mfaenv did not write {_listed(chosen.keys() - ours.keys())}: left alone.")
    held = {name for name in ours.keys() - removed.keys() if kind(name) == LOCK}
    if held:
        terminal.note("Another mfaenv is getting a session: its lock stays.")
    if len(removed) + len(held) < len(ours):
        stuck = _listed(ours.keys() - removed.keys() - held)
        raise MfaenvError(f"{store.path}: {stuck} cannot be removed.", "Check who owns it, and remove it yourself.")
    if not _sessions(removed):
        terminal.note(tables.nothing_stored(profile))
    return DONE


def _all(store: Store) -> dict[str, Session | None]:
    """Return all files, with the sessions where these are few enough to be listed."""
    sessions = store.names(SESSION)
    listed = {name: store.read(Session, name) for name in sessions} if len(sessions) <= MANY else {}
    return {**dict.fromkeys(store.names(*KINDS)), **listed}


def _of_profile(store: Store, profile: str, env: Mapping[str, str]) -> dict[str, Session | None]:
    """Return the sessions that depend on a profile, and the files that remember its access key's device."""
    key = _access_key(profile, env)
    entries = {name: store.read(Session, name) for name in store.names(SESSION)}
    sessions = {name: entry for name, entry in entries.items() if entry and _depends_on(entry, profile, key)}
    devices = {name: store.read(remembered.Device, name) for name in (store.names(DEVICE) if key else ())}
    mine = (name for name, entry in devices.items() if entry and remembered.is_device_of(entry.key, key))
    return {**sessions, **dict.fromkeys(mine)}


def _gone(store: Store, name: str) -> bool:
    """Remove a file, and return whether it is gone, by whichever process; a lock that is held stays."""
    if kind(name) == LOCK:
        return remove_abandoned(store.file(name))
    return store.delete(name) or not os.path.lexists(store.file(name))


def _sessions(removed: Mapping[str, Session | None]) -> dict[str, Session | None]:
    return {name: entry for name, entry in removed.items() if kind(name) == SESSION}


def _removed_lines(removed: Mapping[str, Session | None]) -> list[str]:
    """Return what was removed."""
    sessions = _sessions(removed)
    lines = [f"Removed {describe(entry) if entry else f'a damaged entry, {name}'}." for name, entry in sessions.items()]
    counts = {what: sum(kind(name) == other for name in removed) for other, what in OTHERS.items()}
    others = [f"{count} {what}{'s' if count > 1 else ''}" for what, count in counts.items() if count]
    return [
        *([f"Removed {len(sessions)} sessions."] if len(sessions) > MANY else lines),
        *([f"Removed {', '.join(others)}."] if others else []),
    ]


def _listed(names: Iterable[str]) -> str:
    first, *rest = sorted(names)
    return f"{first} and {len(rest)} more" if rest else first


def _access_key(profile: str, env: Mapping[str, str]) -> str:
    return awsfiles.load(env).profiles.get(profile, {}).get(awsfiles.ACCESS_KEY, "")


def _depends_on(entry: Session, profile: str, key: str) -> bool:
    """Return whether an entry was got with a profile, through it, or with its access key under another name."""
    return profile in entry.profiles or entry.source == (key or None)


def describe(entry: Session) -> str:
    """Return the words for an entry in messages."""
    role = f", role {entry.role}" if entry.role else f" in account {entry.account}"
    return f"the session of profile {entry.profiles[0]}{role}"
