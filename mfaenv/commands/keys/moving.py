"""`mfaenv keys import` and `export`: the keys of a profile into the keychain, and back into the credentials file.

Until the last step the keys are in both. The same command goes on where it was interrupted.
"""

import os
import stat
import sys
import time
from contextlib import suppress

from mfaenv.command_line import aws_configure, to_type
from mfaenv.commands.keys import places
from mfaenv.commands.keys.places import FileSection
from mfaenv.config import awsfiles, credential_process, resolve
from mfaenv.config.credential_process import KEYS_GET, SETTING
from mfaenv.config.roles import chain, profile_behind_process
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import catalog
from mfaenv.fast.parse import Env, Options
from mfaenv.model import BEFORE_PROCESS, Keys, same_keys
from mfaenv.session import device, longterm, remembered
from mfaenv.session.change_lock import change_lock
from mfaenv.session.keychain import KeychainEntry
from mfaenv.shells import join
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal


class _Move:
    """A profile's keys in the files and its entry in the keychain. All raise MfaenvError."""

    def __init__(self, options: Options, terminal: Terminal) -> None:
        files = awsfiles.load(terminal.env)
        name = profile_behind_process(files, catalog.profile_or_default(options, terminal.env))
        command = files.section(name).get(SETTING, "")
        entry = credential_process.entry(command)
        self.name, self.files, self.env = name, files, terminal.env
        self.file = FileSection(files.keys_file(name) or files.credentials, name, files.keys_in_config(name))
        self.config = FileSection(files.config, name, in_config=True)
        self.entry = KeychainEntry(entry or name, terminal)
        self.command = command if entry else ""
        self.line = self.command or credential_process.line(name, terminal.env, *KEYS_GET)
        others = filter(files.section(name).get, {SETTING, *BEFORE_PROCESS})
        self.other = "" if entry else min(others, default="")

    def keys_in_file(self) -> Keys | None:
        if not self.files.keys_file(self.name):
            return None
        name, keys, where = self.name, self.file.load(), self.file.title
        if os.name == "nt" and [each.lower() for each in self.files.profiles].count(name.lower()) > 1:
            wrong = f"Windows' keychain does not tell '{name}' from a profile whose name differs in case alone."
            raise MfaenvError(wrong, "Rename one of them.")
        if keys is None:
            wrong = f"Profile '{name}' has one key of two in {where}. This stores both:"
            raise MfaenvError(wrong, command=aws_configure(name))
        if keys.token:
            wrong = f"The keys of profile '{name}' belong to a session."
            raise MfaenvError(wrong, "Import long-term keys (AKIA…).")
        if self.other:
            wrong = f"Profile '{name}' has {self.other} beside its keys."
            raise MfaenvError(wrong, f"Remove it, or the keys from {where}.")
        # Some SDKs would take those, in a file, before the program that gives the imported ones.
        if (hidden := self.config.load()) and not same_keys(hidden, keys):
            wrong = f"{self.config.title} has other keys, {hidden.access_key}, for profile '{name}'."
            raise MfaenvError(wrong, f"Remove them there: those in {where} count.")
        return keys

    def keys_in_keychain(self, action: str) -> Keys | None:
        try:
            self.entry.remove_spare()
            return self.entry.load()
        except MfaenvError as error:
            raise self.wrong_name(action) or error from None

    def name_entry(self, keys: Keys) -> None:
        self.config.set(SETTING, self.line)  # unless it is there
        program = awsfiles.load(self.env).program(self.name)
        remembered.remember_key(Store.of(self.env), program, keys.access_key, time.time())

    def wrong_name(self, action: str) -> MfaenvError | None:
        if self.name not in self.files.profiles:
            return resolve.unknown_profile(self.files, self.name, "")
        source = self.files.profiles[self.name].get("source_profile")
        if self.command or self.files.keys_file(self.name) or not source:
            return None
        wrong = f"Profile '{self.name}' has no keys of its own, but those of another profile:"
        owner = chain(self.files, source, "").profiles[-1]
        return MfaenvError(wrong, command=to_type("keys", action, "-p", owner))


def into_keychain(options: Options, env: Env) -> int:
    """Put the keys into the keychain. Raise MfaenvError."""
    terminal = Terminal.for_options(options, env)
    with change_lock(terminal):
        move = _Move(options, terminal)
        keys = move.keys_in_file()
        stored = move.keys_in_keychain("import")
        if keys is None:
            if stored is None or move.other:
                raise move.wrong_name("import") or longterm.missing_entry(move.entry.name)
            move.name_entry(stored)
            again = "" if move.command else f", and {move.config.title} names it again"
            where = f"{move.entry.title} already{again}"
            terminal.note(f"The keys {stored.access_key} of profile {move.name} are in {where}.")
            return DONE
        if stored and not same_keys(stored, keys):
            others = f"The keychain has other keys, {stored.access_key}, for profile '{move.entry.name}'."
            line = join((sys.executable, "-P", "-m", "keyring", "del", move.entry.service, move.entry.name))
            raise MfaenvError(f"{others} They may be newer. If IAM has them no more, type:", command=line)
        _import(move, keys, stored, options, env)
    terminal.note(f"The keys {keys.access_key} of profile {move.name} are in {move.entry.title} now.")
    files = awsfiles.load(env)
    for other in (name for name in files.profiles if files.long_term_key(name) == keys.access_key):
        line = to_type("keys", "import", "-p", other)
        terminal.note(f"Profile {other} still has them in a file:", line)
    rotate = to_type("keys", "rotate", "-p", move.name)
    terminal.note(f"Backups of {move.file.title} may still hold them. This makes new ones:", rotate)
    return DONE


def _import(move: _Move, keys: Keys, stored: Keys | None, options: Options, env: Env) -> None:
    name, entry = move.name, move.entry
    request = resolve.resolve({**options, "profile": name}, env, move.files)
    try:
        entry.replace(stored, keys)
        device.identify(remembered.filled_in(request, Store.of(env)), keys)
        move.name_entry(keys)
    except BaseException:
        if stored is None:
            with suppress(MfaenvError):
                entry.replace(keys, None)
        raise
    places.check(entry, keys)
    move.file.replace(keys, None)
    if same_keys(move.config.load(), keys):  # both files had them
        move.config.replace(keys, None)


def out_of_keychain(options: Options, env: Env) -> int:
    """Put the keys into the credentials file, and only then remove them from the keychain. Raise MfaenvError."""
    terminal = Terminal.for_options(options, env)
    with change_lock(terminal):
        move = _Move(options, terminal)
        file, entry = move.file, move.entry
        stored = move.keys_in_keychain("export")
        in_file = file.load() if move.files.keys_file(move.name) else None
        keys = stored or in_file
        if keys is None:
            raise move.wrong_name("export") or longterm.missing_entry(entry.name)
        _check_file(file, in_file, keys)
        if in_file is None:
            file.replace(None, keys)
        if move.command:
            move.config.set(SETTING, None)
        if stored:
            places.check(file, stored)
            # The files are read again: this profile's command is out of them.
            sections = awsfiles.load(env).profiles.items()
            entries = {credential_process.entry(section.get(SETTING, "")): name for name, section in sections}
            if sharing := entries.get(entry.name):
                terminal.note(f"They stay in the keychain too, for profile {sharing}.")
            else:
                entry.replace(stored, None)
    terminal.note(f"The keys {keys.access_key} of profile {move.name} are in {file.title} now, in plain text.")
    return DONE


def _check_file(file: FileSection, in_file: Keys | None, keys: Keys) -> None:
    if in_file and not same_keys(in_file, keys):
        others = f"{file.title} has other keys, {in_file.access_key}, for profile '{file.profile}'."
        raise MfaenvError(others, "They may be newer. If IAM has them no more, remove them there.")
    with suppress(OSError):
        if os.name != "nt" and os.stat(file.path).st_mode & (stat.S_IRGRP | stat.S_IROTH):
            wrong = f"Others can read {file.title}, so no keys are put there. Close it first:"
            raise MfaenvError(wrong, command=join(("chmod", "600", file.path)))
