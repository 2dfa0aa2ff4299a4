"""`mfaenv clear`: remove all that the store holds, or one profile's sessions with those that depend on it."""

import os

from mfaenv.commands.status import nothing_stored
from mfaenv.config import awsfiles
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import environment, parse
from mfaenv.fast.entry import Session
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.model import PROCESS
from mfaenv.session import remembered
from mfaenv.session.lock import remove_abandoned
from mfaenv.shells import detect
from mfaenv.store import DEVICE, KINDS, LOCK, SESSION, Store, kind
from mfaenv.terminal.terminal import Terminal

MANY = 20
"""Sessions that are named one by one; of more, their number says more."""


def run(options: Options, _words: Words, env: Env) -> int:
    """Remove them, and say which. Raise MfaenvError where the store is refused or a file cannot be removed."""
    profile = parse.text(options, "profile")
    store = Store.of(env)
    store.check()
    terminal = Terminal.for_options(options, env)
    if profile:
        chosen = _of_profile(store, profile, terminal)
    else:  # sessions are read where they are few enough to be listed
        names = store.names(SESSION)
        sessions_read = {name: store.read(Session, name) for name in names} if len(names) <= MANY else {}
        chosen = {**dict.fromkeys(store.names(*KINDS)), **sessions_read}
    removed = {name: entry for name, entry in chosen.items() if _remove(store, name)}
    sessions = [entry for name, entry in removed.items() if kind(name) == SESSION]
    if len(sessions) > MANY:
        terminal.note(f"Removed {len(sessions)} sessions.")
    for entry in sessions if len(sessions) <= MANY else ():
        terminal.note(f"Removed {_described(entry) if entry else 'a damaged session'}.")
    if not sessions:
        terminal.note(nothing_stored(profile))
    in_shell = env.get(environment.PROFILE, "")
    if env.get(environment.EXPIRES) and profile in {"", in_shell}:
        line = detect.loading_line(env, "mfaenv unset")
        terminal.note(f"This shell still has its own session, of profile {in_shell}. To remove it too, type:", line)
    stuck = sorted(chosen.keys() - removed.keys())
    if any(kind(name) == LOCK for name in stuck):
        terminal.note("Another mfaenv is getting a session just now.")
    if files := [name for name in stuck if kind(name) != LOCK]:
        named = f"{files[0]} and {len(files) - 1} more" if files[1:] else files[0]
        hint = "Check who owns it, and remove it yourself."
        raise MfaenvError(f"{store.path}: {named} cannot be removed.", hint)
    return DONE


def _of_profile(store: Store, profile: str, terminal: Terminal) -> dict[str, Session | None]:
    """Return the sessions that depend on a profile, and the files that remember its access keys' devices."""
    section: awsfiles.Section = {}
    try:
        section = awsfiles.load(terminal.env).section(profile)
    except MfaenvError as error:  # the sessions have the names of their profiles
        terminal.warn(error.message)
    command = section.get(PROCESS, "")
    remembered_key = remembered.access_key(store, profile, command)
    keys = {key for key in (section.get(awsfiles.ACCESS_KEY, ""), remembered_key) if key}
    entries = {name: store.read(Session, name) for name in store.names(SESSION)}
    # Got with the profile, through it, or with its access key under another name.
    sessions = {name: e for name, e in entries.items() if e and (profile in e.profiles or e.source in keys)}
    devices = {name: store.read(remembered.RememberedDevice, name) for name in store.names(DEVICE)}
    own = (name for name, entry in devices.items() if entry and remembered.access_key_of(entry) in keys)
    return {**sessions, **dict.fromkeys(own)}


def _remove(store: Store, name: str) -> bool:
    """Remove a file, and return whether it is gone, by whichever process; a lock that is held stays."""
    if kind(name) == LOCK:
        return remove_abandoned(store.file(name))
    return store.delete(name) or not os.path.lexists(store.file(name))


def _described(entry: Session) -> str:
    role = f", role {entry.role}" if entry.role else f" in account {entry.account}"
    return f"the session of profile {entry.profiles[0]}{role}"
