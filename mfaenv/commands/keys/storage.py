"""Where long-term keys can be stored: a section of the credentials file, or an entry of the keychain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from mfaenv.config import awsfiles, edit, process, rewrite, sources
from mfaenv.config.awsfiles import AwsFiles
from mfaenv.config.paths import CONFIG, CREDENTIALS, ENCODING
from mfaenv.config.rewrite import TextFile
from mfaenv.errors import MfaenvError
from mfaenv.model import Keys
from mfaenv.session import keychain
from mfaenv.terminal.terminal import Terminal


class Storage(Protocol):
    """Stores the keys of one profile. Every method raises MfaenvError where it cannot be done."""

    in_keychain: bool

    @property
    def title(self) -> str:
        """Return what people call it."""

    def load(self) -> Keys | None:
        """Return the keys, or nothing where there are none."""

    def rehearse(self, keys: Keys) -> None:
        """See that these keys, which are there, could be replaced, and leave them alone."""

    def save(self, keys: Keys, instead: Keys | None) -> None:
        """Store the keys instead of those, and check that they are stored."""

    def remove(self, keys: Keys) -> None:
        """Take these keys out."""


class InFile:
    """A profile's section of the credentials file, or of the config file where `config` says so."""

    in_keychain = False

    def __init__(self, path: str, profile: str, *, config: bool = False) -> None:
        self._path = path
        self._title, self._wanted = edit.config_section(profile) if config else (profile, profile.__eq__)

    @property
    def title(self) -> str:
        """Return the file's path as people write it."""
        return awsfiles.short(self._path)

    def holds(self, path: str, title: str) -> bool:
        """Return whether a section of a file, by its title, is this one."""
        return path == self._path and self._wanted(title)

    def load(self) -> Keys | None:
        """Return the keys, or nothing where there are none; half of a pair counts for none."""
        return self._keys(rewrite.read(self._path, ENCODING))

    def rehearse(self, keys: Keys) -> None:
        """See that these keys, which are there, could be replaced, and leave them alone."""
        file = _read(self._path)
        self._same(self._keys(file), keys)
        rewrite.replace(file, file.text)

    def save(self, keys: Keys, instead: Keys | None) -> None:
        """Store the keys instead of those, and check that they are stored."""
        self._change({awsfiles.ACCESS_KEY: keys.access_key, awsfiles.SECRET_KEY: keys.secret_key}, instead)
        self._same(self.load(), keys)

    def remove(self, keys: Keys, *, dry: bool = False) -> None:
        """Take these keys out; `dry` only sees that it can be done."""
        self._change({awsfiles.ACCESS_KEY: None, awsfiles.SECRET_KEY: None}, keys, dry=dry)

    def _change(self, values: Mapping[str, str | None], held: Keys | None, *, dry: bool = False) -> None:
        file = _read(self._path)
        self._same(self._keys(file), held)
        _write(file, self._wanted, self._title, values, dry=dry)

    def _keys(self, file: TextFile) -> Keys | None:
        found = edit.section(file.text, self._wanted)
        access_key, secret_key = found.get(awsfiles.ACCESS_KEY, ""), found.get(awsfiles.SECRET_KEY, "")
        return Keys(access_key, secret_key, sources.token(found), self.title) if access_key and secret_key else None

    def _same(self, found: Keys | None, wanted: Keys | None) -> None:
        """Raise MfaenvError where somebody else changed the keys meanwhile."""
        if (found and found[:2]) != (wanted and wanted[:2]):
            raise MfaenvError(f"{self.title} was changed by another program meanwhile.", "Run it again.")


class InKeychain:
    """An entry of the keychain."""

    in_keychain = True

    def __init__(self, entry: str, terminal: Terminal) -> None:
        self._entry = entry
        self._tell = terminal.awaited

    @property
    def title(self) -> str:
        """Return what the keychain calls itself."""
        return f"the keychain ({keychain.title()})"

    def load(self) -> Keys | None:
        """Return the keys, or nothing where there are none."""
        return keychain.get(self._entry, self._tell)

    def rehearse(self, keys: Keys) -> None:
        """See that these keys, which are there, could be replaced, and leave them alone."""
        self._same(keys)
        keychain.rehearse(self._entry, keys, self._tell)

    def save(self, keys: Keys, instead: Keys | None) -> None:
        """Store the keys instead of those, and check that they are stored."""
        self._same(instead)
        keychain.put(self._entry, keys, self._tell)

    def remove(self, keys: Keys) -> None:
        """Take these keys out."""
        self._same(keys)
        keychain.delete(self._entry, self._tell)

    def _same(self, wanted: Keys | None) -> None:
        found = self.load()
        if (found and found[:2]) != (wanted and wanted[:2]):
            raise MfaenvError(f"The keychain's entry '{self._entry}' was changed meanwhile.", "Run it again.")


def set_process(path: str, profile: str, command: str | None, *, dry: bool = False) -> None:
    """Let a profile get its keys from a command, or no longer; `dry` only sees that it can be done.

    Raise MfaenvError where the file cannot be changed; it is as it was then.
    """
    title, wanted = edit.config_section(profile)
    _write(_read(path), wanted, title, {process.SETTING: command}, dry=dry)


def _read(path: str) -> TextFile:
    if not path:
        raise MfaenvError("An AWS file has no name.", f"Set {CONFIG[0]} and {CREDENTIALS[0]} to files, or unset them.")
    return rewrite.read(path, ENCODING)


def _write(
    file: TextFile, wanted: Callable[[str], bool], title: str, values: Mapping[str, str | None], *, dry: bool
) -> None:
    try:
        text = edit.with_values(file.text, wanted, title, values)
    except MfaenvError as error:
        raise MfaenvError(f"{awsfiles.short(file.path)}: {error.message}", error.hint) from None
    if text != file.text and not dry:
        rewrite.replace(file, text)


def of_profile(files: AwsFiles, profile: str, terminal: Terminal) -> Storage | None:
    """Return where a profile's own keys are stored; nothing where it has none that can be stored."""
    path = used_file(files, profile)
    if path:
        return InFile(path, profile, config=files.keys_in_config(profile))
    entry = process.entry(files.profiles.get(profile, {}).get(process.SETTING, ""))
    return InKeychain(entry, terminal) if entry else None


def used_file(files: AwsFiles, profile: str) -> str:
    """Return the file whose keys a profile uses: a credential_process goes before keys in the config file."""
    has_process = bool(files.profiles.get(profile, {}).get(process.SETTING))
    return "" if has_process and files.keys_in_config(profile) else files.keys_from.get(profile, "")
