"""`mfaenv keys import` and `export`: the keys of a profile into the keychain, and back into the credentials file.

After each step the keys are in the file, in the keychain, or in both, and until the last step in both. The same command
goes on where it was interrupted.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from mfaenv.aws import client, sts
from mfaenv.command_line import aws_configure, join
from mfaenv.commands.keys import places
from mfaenv.commands.keys.places import FileSection, KeychainEntry, same
from mfaenv.config import awsfiles, process, resolve, sources
from mfaenv.config.awsfiles import AwsFiles, Section
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import catalog
from mfaenv.fast.parse import Options
from mfaenv.model import Keys
from mfaenv.session import longterm
from mfaenv.session.change_lock import change_lock
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal

OTHERS_READ = stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True)
class Move:
    """A profile as the files have it now, and the entry that it has or would have in the keychain."""

    name: str
    files: AwsFiles
    section: Section
    entry: KeychainEntry
    options: Options

    @classmethod
    def of(cls, options: Options, env: Mapping[str, str], terminal: Terminal) -> Move:
        """Read the files. Raise MfaenvError."""
        files = awsfiles.load(env)
        name = catalog.profile_or_default(options, env)
        section = files.profiles.get(name, {})
        entry = process.entry(section.get(process.SETTING, "")) or name
        return cls(name, files, section, KeychainEntry(entry, env, terminal), options)

    @property
    def terminal(self) -> Terminal:
        """Return the person."""
        return self.entry.terminal

    @property
    def command(self) -> str:
        """Return the command that gets the profile its keys from the keychain already; an empty text without one."""
        command = self.section.get(process.SETTING, "")
        return command if process.entry(command) else ""

    @property
    def file(self) -> FileSection:
        """Return the section that holds the profile's keys, or that would."""
        path = self.files.keys_from.get(self.name, self.files.credentials)
        return FileSection(path, self.name, self.files.keys_in_config(self.name))

    @property
    def config(self) -> FileSection:
        """Return the section that names the command."""
        return FileSection(self.files.config, self.name, in_config=True)

    def keys_in_file(self) -> Keys | None:
        """Return the profile's keys, or None where no file has them. Raise MfaenvError for what cannot be moved."""
        if self.name not in self.files.keys_from:
            return None
        keys, where = self.file.load(), self.file.title
        if keys is None:
            wrong = f"Profile '{self.name}' has one key of two in {where}. This stores both:"
            raise MfaenvError(wrong, command=aws_configure(self.name))
        if sources.token(self.section):
            raise MfaenvError(
                f"The keys of profile '{self.name}' belong to a session.", "Import long-term keys (AKIA…)."
            )
        one_file = self.files.config == self.files.credentials
        if not (self.file.in_config or one_file) and self.config.load() is not None:
            raise MfaenvError(
                f"Profile '{self.name}' has keys in {where} and in {self.config.title}.",
                f"Remove those in {self.config.title}, which are not used.",
            )
        if self.section.get(process.SETTING) and not self.command:
            raise MfaenvError(
                f"Profile '{self.name}' has another credential_process beside its keys.",
                f"Remove it from {self.config.title}, or the keys from {where}.",
            )
        return keys


def into_keychain(options: Options, env: Mapping[str, str]) -> int:
    """Put the keys into the keychain, prove them, and only then take them out of the file. Raise MfaenvError."""
    terminal = Terminal.for_options(options, env)
    agreed = _replaced_by_consent(Move.of(options, env, terminal))
    with change_lock(env, terminal):
        move = Move.of(options, env, terminal)
        move.entry.remove_spare()
        keys = move.keys_in_file()
        if keys is None:
            return _show_imported(move)
        _import(move, keys, agreed)
    terminal.note(f"The keys {keys.access_key} of profile {move.name} are in {move.entry.title} now.")
    for other in places.profiles_with(awsfiles.load(env), keys.access_key):
        line = process.to_type("keys", "import", "-p", other)
        terminal.note(f"Profile {other} still has them in a file:", line)
    rotate = process.to_type("keys", "rotate", "-p", move.name)
    terminal.note(f"Backups of {move.file.title} may still hold them. This makes new ones:", rotate)
    return DONE


def _replaced_by_consent(move: Move) -> Keys | None:
    """Return the keys that the keychain has in the place of the file's, if any and if they may be replaced.

    Raise MfaenvError where they may not.
    """
    keys = move.keys_in_file()
    stored = move.entry.load() if keys else None
    if stored is None or same(stored, keys):
        return None
    wrong = f"The keychain has other keys, {stored.access_key}, for a profile '{move.name}'."
    if not move.options.get("no_input") and move.terminal.available():
        answers = ["Leave both as they are", f"Replace {stored.access_key} in the keychain"]
        if move.terminal.choose(f"{wrong} What now?", answers) == answers[1]:
            return stored
    raise MfaenvError(wrong, "Run it in a terminal to choose, or give the profile another name.")


def _import(move: Move, keys: Keys, agreed: Keys | None) -> None:
    """Move the keys, which AWS has to know once another process has read them in the keychain.

    Raise MfaenvError where one or the other fails; the keychain is as it was before then.
    """
    env = move.entry.env
    request = resolve.resolve({**move.options, "profile": move.name}, env, move.files)
    before = move.entry.load()
    try:
        move.entry.replace(keys if same(before, keys) else agreed, keys)
        settings = client.ClientSettings(move.name, request.session_region)
        sts.identity(client.client("sts", settings, keys), keys.access_key)
    except BaseException:
        if not same(before, keys):
            with suppress(MfaenvError):
                move.entry.replace(keys, before)
        raise
    command = move.command or process.line(move.entry.name, process.called(env))
    move.config.set(process.SETTING, command)
    longterm.remember(Store.of(env), move.name, command, keys.access_key, time.time())
    move.entry.check(keys)
    move.file.replace(keys, None)


def _show_imported(move: Move) -> int:
    """Show that nothing is left to do. Raise MfaenvError where the profile has no keys at all."""
    if not move.section:
        raise resolve.unknown_profile(move.files, move.name, "")
    if move.command:
        keys = move.entry.load()
        if keys is None:
            raise longterm.not_there(move.entry.name)
        title = move.entry.title
        move.terminal.note(f"The keys {keys.access_key} of profile {move.name} are in {title} already.")
        return DONE
    wrong = f"Profile '{move.name}' has no keys in {awsfiles.short(move.files.credentials)}."
    source = move.section.get("source_profile", "")
    if source:
        line = process.to_type("keys", "import", "-p", source)
        raise MfaenvError(f"{wrong} Its keys are another profile's:", command=line)
    raise MfaenvError(f"{wrong} This lists them all:", command=process.to_type("keys"))


def out_of_keychain(options: Options, env: Mapping[str, str]) -> int:
    """Put the keys into the credentials file, and only then take them out of the keychain. Raise MfaenvError."""
    terminal = Terminal.for_options(options, env)
    with change_lock(env, terminal):
        move = Move.of(options, env, terminal)
        move.entry.remove_spare()
        stored = move.entry.load()
        in_file = move.file.load() if move.name in move.files.keys_from else None
        keys = stored or in_file
        if keys is None:
            raise (
                longterm.not_there(move.entry.name)
                if move.section
                else resolve.unknown_profile(move.files, move.name, "")
            )
        _check_same(move, stored, in_file)
        _check_private(move.file)
        if in_file is None:
            move.file.replace(None, keys)
        if move.command:
            move.config.set(process.SETTING, None)
        if stored:
            _take_out(move, stored)
    terminal.note(f"The keys {keys.access_key} of profile {move.name} are in {move.file.title} now, in plain text.")
    return DONE


def _check_same(move: Move, stored: Keys | None, in_file: Keys | None) -> None:
    if stored and in_file and not same(stored, in_file):
        raise MfaenvError(
            f"{move.file.title} has other keys, {in_file.access_key}, for profile '{move.name}'. "
            "Remove them there, or import them:",
            command=process.to_type("keys", "import", "-p", move.name),
        )


def _check_private(file: FileSection) -> None:
    """Raise MfaenvError where others can read the file; one that is not there yet will be its owner's alone."""
    with suppress(OSError):
        if os.name != "nt" and stat.S_IMODE(os.stat(file.path).st_mode) & OTHERS_READ:
            raise MfaenvError(
                f"Others can read {file.title}, so no keys are put there. Close it first:",
                command=join(("chmod", "600", file.path)),
            )


def _take_out(move: Move, keys: Keys) -> None:
    """Remove the entry, unless another profile has its keys from there. The file is read again just before."""
    if not same(move.file.load(), keys):
        raise MfaenvError(f"{move.file.title} was changed by another program meanwhile.", "Run it again.")
    sections = awsfiles.load(move.entry.env).profiles.items()
    sharing = [name for name, section in sections if process.entry(section.get(process.SETTING, "")) == move.entry.name]
    if sharing:
        move.terminal.note(f"They stay in the keychain too, for profile {sharing[0]}.")
    else:
        move.entry.replace(keys, None)
