"""`mfaenv keys import` and `export`: the keys of a profile into the keychain, and back into the credentials file.

After each step the keys are in the file, in the keychain, or in both. Until the last step they are in both. The same
command goes on where it was interrupted.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from mfaenv.aws import client, sts
from mfaenv.aws.client import Settings
from mfaenv.commands.keys import sharing
from mfaenv.commands.keys.storage import InFile, InKeychain, set_process
from mfaenv.config import awsfiles, process, resolve, sources
from mfaenv.config.awsfiles import AwsFiles, Section
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import catalog
from mfaenv.fast.parse import Options
from mfaenv.model import Keys
from mfaenv.session import longterm
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal

OTHERS_READ = stat.S_IRGRP | stat.S_IROTH


class Move(NamedTuple):
    """A profile with what the files say of it, and the entry that it has or would have in the keychain."""

    name: str
    section: Section
    files: AwsFiles
    entry: str
    terminal: Terminal
    asks: bool

    @property
    def is_set(self) -> bool:
        """Return whether the profile gets its keys from the keychain already."""
        return bool(process.entry(self.section.get(process.SETTING, "")))

    @property
    def file(self) -> InFile:
        """Return the section that holds the profile's keys, or that would."""
        path = self.files.keys_from.get(self.name, self.files.credentials)
        return InFile(path, self.name, config=self.files.keys_in_config(self.name))


def _move(options: Options, env: Mapping[str, str]) -> Move:
    files = awsfiles.load(env)
    name = catalog.profile_or_default(options, env)
    section = files.profiles.get(name, {})
    entry = process.entry(section.get(process.SETTING, "")) or name
    terminal = Terminal.for_options(options, env)
    return Move(name, section, files, entry, terminal, asks=not options.get("no_input") and terminal.available())


def into_keychain(options: Options, env: Mapping[str, str]) -> int:
    """Put the keys into the keychain, prove them, and only then take them out of the file. Raise MfaenvError."""
    move = _move(options, env)
    chain = InKeychain(move.entry, move.terminal)
    if move.name not in move.files.keys_from:
        return _imported(move, chain)
    keys = _in_file(move)
    command = move.section[process.SETTING] if move.is_set else process.line(move.entry, process.called(env))
    set_process(move.files.config, move.name, command, dry=True)
    move.file.remove(keys, dry=True)
    held = chain.load()
    if held and held[:2] != keys[:2]:
        _confirm_replacing(move, held)
    _store_and_prove(chain, keys, held, _settings(move, options, env))
    set_process(move.files.config, move.name, command)
    longterm.remember(Store.of(env), move.name, command, keys.access_key, time.time())
    move.file.remove(keys)
    move.terminal.note(f"The keys {keys.access_key} of profile {move.name} are in {chain.title} now.")
    for other in sharing.named(move.files, keys.access_key, but=move.name):
        move.terminal.note(
            f"Profile {other} still has them in a file: {process.to_type('keys', 'import', '-p', other)}"
        )
    rotate = process.to_type("keys", "rotate", "-p", move.name)
    move.terminal.note(f"Backups of {move.file.title} may still hold them: {rotate} makes new ones.")
    return DONE


def _imported(move: Move, chain: InKeychain) -> int:
    """Show that nothing is left to do. Raise MfaenvError where the profile has no keys at all."""
    if not move.section:
        raise resolve.unknown_profile(move.files, move.name, "")
    held = chain.load() if move.is_set else None
    if held:
        move.terminal.note(f"The keys {held.access_key} of profile {move.name} are in {chain.title} already.")
        return DONE
    if move.is_set:
        raise longterm.not_there(move.entry)
    source = move.section.get("source_profile", "")
    there = f"Its keys are another profile's: {process.to_type('keys', 'import', '-p', source)}"
    hint = there if source else "mfaenv keys lists them all."
    raise MfaenvError(f"Profile '{move.name}' has no keys in {awsfiles.short(move.files.credentials)}.", hint)


def _in_file(move: Move) -> Keys:
    """Return the profile's keys. Raise MfaenvError where they cannot be moved as they are."""
    where = move.files.where(move.name)
    keys = move.file.load()
    if keys is None:
        raise MfaenvError(f"Profile '{move.name}' has one key of two in {where}.", "`aws configure` stores both.")
    if sources.token(move.section):
        raise MfaenvError(f"The keys of profile '{move.name}' belong to a session.", "Import long-term keys (AKIA…).")
    if not move.files.keys_in_config(move.name):
        other = InFile(move.files.config, move.name, config=True)
        if not other.holds(move.files.credentials, move.name) and other.load() is not None:
            raise MfaenvError(
                f"Profile '{move.name}' has keys in {where} and in {other.title}.",
                f"Remove those in {other.title}, which are not used.",
            )
    command = move.section.get(process.SETTING, "")
    if command and not move.is_set:
        raise MfaenvError(
            f"Profile '{move.name}' has another credential_process beside its keys.",
            f"Remove it from {awsfiles.short(move.files.config)}, or the keys from {where}.",
        )
    return keys


def _confirm_replacing(move: Move, held: Keys) -> None:
    """Ask whether the keychain's keys may be replaced. Raise MfaenvError where they may not."""
    wrong = f"The keychain has other keys, {held.access_key}, for a profile '{move.name}'."
    if move.asks:
        answers = ["Leave both as they are", f"Replace {held.access_key} in the keychain"]
        if move.terminal.choose(f"{wrong} What now?", answers, (), lambda: None) == answers[1]:
            return
    raise MfaenvError(wrong, "Run it in a terminal to choose, or give the profile another name.")


def _settings(move: Move, options: Options, env: Mapping[str, str]) -> Settings:
    """Return what a client of the profile goes by. Raise MfaenvError for what is wrong in the options or the files."""
    request = resolve.resolve({**options, "profile": move.name}, env, move.files)
    return client.Settings(move.name, request.session_region)


def _store_and_prove(chain: InKeychain, keys: Keys, held: Keys | None, settings: Settings) -> None:
    """Store the keys in the keychain and sign a call with what it gives back; where that fails it is as before."""
    try:
        chain.save(keys, held)
        kept = chain.load() or keys
        sts.identity(client.client("sts", settings, kept), kept.access_key)
    except BaseException:
        with suppress(MfaenvError):
            if held:
                chain.save(held, chain.load())
            else:
                chain.remove(keys)
        raise


def out_of_keychain(options: Options, env: Mapping[str, str]) -> int:
    """Put the keys into the credentials file, and only then take them out of the keychain. Raise MfaenvError."""
    move = _move(options, env)
    chain = InKeychain(move.entry, move.terminal)
    held = chain.load()
    keys = move.file.load() if move.name in move.files.keys_from else None
    if held is None and keys is None:
        raise longterm.not_there(move.entry) if move.section else resolve.unknown_profile(move.files, move.name, "")
    if held and keys and held[:2] != keys[:2]:
        raise MfaenvError(
            f"{move.file.title} has other keys, {keys.access_key}, for profile '{move.name}'.",
            f"Remove them there, or import them: {process.to_type('keys', 'import', '-p', move.name)}",
        )
    if move.is_set:
        set_process(move.files.config, move.name, None, dry=True)
    if held and keys is None:
        move.file.save(held, None)
    if move.is_set:
        set_process(move.files.config, move.name, None)
    if held:
        _take_out(move, chain, held)
    named = "".join(each.access_key for each in (held or keys,) if each)
    move.terminal.note(f"The keys {named} of profile {move.name} are in {move.file.title} now, in plain text.")
    _warn_of_readers(move)
    return DONE


def _take_out(move: Move, chain: InKeychain, held: Keys) -> None:
    """Remove the entry, unless another profile has its keys from there."""
    sharing = [
        name
        for name, section in move.files.profiles.items()
        if name != move.name and process.entry(section.get(process.SETTING, "")) == move.entry
    ]
    if sharing:
        move.terminal.note(f"They stay in the keychain too, for profile {sharing[0]}.")
    else:
        chain.remove(held)


def _warn_of_readers(move: Move) -> None:
    path = move.files.keys_from.get(move.name, move.files.credentials)
    with suppress(OSError):
        if os.name != "nt" and stat.S_IMODE(os.stat(path).st_mode) & OTHERS_READ:
            move.terminal.warn(f"Others can read {move.file.title}: chmod 600 {move.file.title}")
