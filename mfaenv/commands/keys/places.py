"""Where long-term keys can be stored: a section of an AWS file, or an entry of the keychain."""

from collections.abc import Mapping
from dataclasses import dataclass

from mfaenv.config import awsfiles, credential_process, edit, rewrite, sources
from mfaenv.config.names import ENCODING
from mfaenv.errors import changed_meanwhile
from mfaenv.model import Keys, same_keys
from mfaenv.session.keychain import KeychainEntry
from mfaenv.terminal.terminal import Terminal


@dataclass(frozen=True)
class FileSection:
    """A profile's section of an AWS file. All raise MfaenvError."""

    path: str
    profile: str
    in_config: bool = False

    @property
    def title(self) -> str:
        """Return the path as people write it."""
        return awsfiles.short(self.path)

    def load(self) -> Keys | None:
        """Return the keys; None where there is none, or one of two."""
        return self._keys(rewrite.read(self.path, ENCODING))

    def replace(self, old: Keys | None, new: Keys | None) -> None:
        """Replace the old keys, which have to be there; None is no keys."""
        file = rewrite.read(self.path, ENCODING)
        if not same_keys(self._keys(file), old):
            raise changed_meanwhile(self.title)
        access_key, secret_key = new[:2] if new else (None, None)
        self._write(file, {awsfiles.ACCESS_KEY: access_key, awsfiles.SECRET_KEY: secret_key})

    def set(self, name: str, value: str | None) -> None:
        """Set an option; None removes it."""
        self._write(rewrite.read(self.path, ENCODING), {name: value})

    def _keys(self, file: rewrite.TextFile) -> Keys | None:
        section = edit.section(file, self.profile, in_config=self.in_config)
        pair = section.get(awsfiles.ACCESS_KEY, ""), section.get(awsfiles.SECRET_KEY, "")
        keys = Keys(*pair, awsfiles.token(section), self.title, profile=self.profile)
        return sources.refuse_secret_as_id(keys) if all(pair) else None

    def _write(self, file: rewrite.TextFile, values: Mapping[str, str | None]) -> None:
        changed = edit.with_values(file, {self.profile: values}, in_config=self.in_config)
        if changed != file:
            rewrite.replace(file, changed.text)


Place = FileSection | KeychainEntry


def check(place: Place, keys: Keys | None) -> None:
    """Read the keys again. Raise MfaenvError where they have changed."""
    if not same_keys(place.load(), keys):
        raise changed_meanwhile(place.title)


def of_profile(files: awsfiles.AwsFiles, profile: str, terminal: Terminal) -> Place | None:
    """Return where a profile's keys are stored; None where they cannot be replaced."""
    if path := files.used_file(profile):
        return FileSection(path, profile, files.keys_in_config(profile))
    entry = credential_process.entry(files.section(profile).get(credential_process.SETTING, ""))
    return KeychainEntry(entry, terminal) if entry else None
