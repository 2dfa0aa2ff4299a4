"""`mfaenv clear`: remove all that is stored, or one profile's sessions and those that depend on it."""

import os
from contextlib import suppress

from mfaenv.commands.status import nothing_stored
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import environment, parse
from mfaenv.fast.entry import Session, patiently
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.session import remembered
from mfaenv.session.cache import of_profile
from mfaenv.session.lock import remove_abandoned
from mfaenv.shells import detect
from mfaenv.store import DEVICE, FILE_KINDS, LOCK, SESSION, Store, kind
from mfaenv.terminal.terminal import Terminal


def run(options: Options, _words: Words, env: Env) -> int:
    """Raise MfaenvError for a refused store, a wrong name, or a file that stays."""
    profile = parse.text(options, "profile")
    store = Store.of(env)
    store.check(is_read=True)
    terminal = Terminal.for_options(options, env)
    names = store.names(*FILE_KINDS)
    sessions = {name: store.read(Session, name) for name in names if kind(name) == SESSION}
    chosen = _of_profile(options, sessions, store, env) if profile else names
    stuck = [name for name in chosen if not _remove(store, name)]
    removed = [(name, entry) for name, entry in sessions.items() if name in chosen and name not in stuck]
    # A rotated key has the session of the old one.
    for entry in {entry.access_key if entry else name: entry for name, entry in removed}.values():
        terminal.note(f"Removed {_described(entry) if entry else 'a damaged session'}.")
    if sessions.keys().isdisjoint(chosen):
        terminal.note(nothing_stored(profile))
    in_shell, key = env.get(environment.PROFILE, ""), env.get("AWS_ACCESS_KEY_ID")
    is_removed = profile in {"", in_shell} or any(entry and entry.access_key == key for _, entry in removed)
    if environment.has_session(env) and is_removed:
        still = f"This shell still has its own session, of profile {in_shell}."
        terminal.note(f"{still} To remove it too, type:", detect.loading_line(env, ("mfaenv", "unset")))
    files = [name for name in stuck if kind(name) != LOCK]
    if files != stuck:
        terminal.note("Another mfaenv is getting a session just now.")
    if files:
        which = f"{files[0]} and {len(files) - 1} more" if files[1:] else files[0]
        hint = "Check who owns it, and remove it yourself."
        raise MfaenvError(f"{store.path}: {which} cannot be removed.", hint)
    return DONE


def _of_profile(options: Options, sessions: dict[str, Session | None], store: Store, env: Env) -> list[str]:
    depending, keys = of_profile(options, filter(None, sessions.values()), store, env)
    names = [name for name, entry in sessions.items() if entry in depending]
    devices = {name: store.read(remembered.RememberedDevice, name) for name in store.names(DEVICE)}
    return [*names, *(name for name, e in devices.items() if e and e.key.partition("\n")[0] in keys)]


def _remove(store: Store, name: str) -> bool:
    """Return whether a file is gone, by whichever process; a lock that is held stays."""
    path = store.file(name)
    if kind(name) == LOCK:
        return remove_abandoned(path)
    with suppress(OSError):
        patiently(lambda: os.unlink(path))
    return not os.path.lexists(path)


def _described(entry: Session) -> str:
    role = f", role {entry.role}" if entry.role else f" in account {entry.account}"
    return f"the session of profile {entry.profiles[0]}{role}{entry.limit and f', {entry.limit}'}"
