"""Other profiles that have the same access key: each gets the new one where it has the old one."""

from __future__ import annotations

import time
from collections.abc import Iterator

from mfaenv.commands.keys import storage
from mfaenv.commands.keys.storage import Storage
from mfaenv.config import awsfiles, process
from mfaenv.config.awsfiles import AwsFiles
from mfaenv.errors import MfaenvError
from mfaenv.model import Keys
from mfaenv.session import longterm
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal


def named(files: AwsFiles, access_key: str, *, but: str = "") -> list[str]:
    """Return the profiles that use this access key from a file, without the one `but`."""
    return [
        name
        for name, section in files.profiles.items()
        if name != but and storage.used_file(files, name) and section.get(awsfiles.ACCESS_KEY) == access_key
    ]


def update(files: AwsFiles, store: Store, terminal: Terminal, new: Keys, old: str) -> None:
    """Store the new key for every profile that has the old one, and show which do.

    Raise MfaenvError for the first that cannot have it: the old key has to stay active then.
    """
    for name in files.profiles:
        command = files.profiles[name].get(process.SETTING, "")
        try:
            for held, keys in _holding(files, store, terminal, name, old):
                held.save(new, keys)
                if held.in_keychain:
                    longterm.remember(store, name, command, new.access_key, time.time())
                terminal.note(f"Profile {name} had the old key too, and has the new one now.")
        except MfaenvError as error:
            left = f"Profile {name} still has the old key {old}, which therefore stays active. Run it again."
            raise MfaenvError(error.message, left) from None


def _holding(files: AwsFiles, store: Store, terminal: Terminal, name: str, old: str) -> Iterator[tuple[Storage, Keys]]:
    """Yield where a profile has the old key, and the keys. Raise MfaenvError where it does and they cannot be read.

    A keychain is not opened for profiles that are known to have others.
    """
    held = storage.of_profile(files, name, terminal)
    if held is None:
        return
    known = longterm.known_key(store, name, files.profiles[name].get(process.SETTING, "")) if held.in_keychain else ""
    if known not in {"", old}:
        return
    try:
        keys = held.load()
    except MfaenvError as error:
        if known == old:
            raise
        terminal.warn(f"Which key profile {name} has is not known: {error.message}")
        return
    if keys and keys.access_key == old and not keys.token:
        yield held, keys
