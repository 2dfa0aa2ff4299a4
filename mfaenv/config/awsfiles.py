"""The AWS config and credentials files, read as botocore reads them, without loading it."""

import errno
import os
import stat
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from mfaenv.config import names, scanner
from mfaenv.config.names import ENCODING, file_paths
from mfaenv.errors import MfaenvError, join_names
from mfaenv.fast import FILE_VARIABLES
from mfaenv.fast.parse import Env

Section = dict[str, str]
Sections = dict[str, Section]

ACCESS_KEY, SECRET_KEY = "aws_access_key_id", "aws_secret_access_key"
TOKENS = ("aws_security_token", "aws_session_token")  # the first that is there counts, as in botocore

COMMAND_SETTINGS = ("credential_process", "mfa_process")
MISSING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
"""Where a path leads to no file; botocore asks os.path.isfile."""

MAX_COMMAND = 32_768
"""Characters of a command: the time in which shlex splits it grows with their square."""


class AwsFiles(NamedTuple):
    """What both files say; where both know a profile, the credentials file's values win, as in botocore.

    `of_config` and `of_credentials` have what each file says for itself: keys and their token come from one of them.
    `nameless` are the titles of the config file that name neither a profile nor anything else that is read.
    """

    config: str
    credentials: str
    profiles: Sections
    services: Sections
    of_config: Sections
    of_credentials: Sections
    nameless: tuple[str, ...]

    def section(self, profile: str) -> Section:
        """Return what both files say of a profile; nothing of one that is in neither."""
        return self.profiles.get(profile, {})

    def keys_file(self, profile: str) -> str:
        """Return the path of the file that has a profile's keys; empty where none has."""
        if has_keys(self.of_credentials.get(profile, {})):
            return self.credentials
        return self.config if self.keys_in_config(profile) else ""

    def used_file(self, profile: str) -> str:
        """Return the file whose keys a profile uses: a credential_process goes before keys in the config file."""
        has_process = bool(self.section(profile).get("credential_process"))
        return "" if has_process and self.keys_in_config(profile) else self.keys_file(profile)

    def long_term_key(self, profile: str) -> str:
        """Return the long-term access key that a profile uses from a file; empty where there is none."""
        section = self.section(profile)
        return section.get(ACCESS_KEY, "") if self.used_file(profile) and not token(section) else ""

    def with_roles(self) -> str:
        """Return the names of profiles with roles, for a message."""
        sections = self.profiles.items()
        return join_names(sorted(name for name, each in sections if each.get("role_arn") or each.get("sso_role_name")))

    def services_of(self, section: Section) -> Section | None:
        """Return the services that a profile names: empty where it names none, None where they are missing."""
        return self.services.get(section["services"]) or None if "services" in section else {}

    def keys_in_config(self, profile: str) -> bool:
        """Return whether a profile's keys are in the config file's section: one file may be both."""
        return not has_keys(self.of_credentials.get(profile, {})) and has_keys(self.of_config.get(profile, {}))


def short(path: str) -> str:
    """Return a path as people write it, with `~` for the home directory."""
    home = os.path.expanduser("~")
    rest = path.removeprefix(home)
    return f"~{rest}" if rest != path and rest.startswith((os.sep, "/")) else path  # Windows has paths with both


class UnreadableError(MfaenvError):
    """The system does not let us read a file."""


def load(env: Env, *, must_be_readable: bool = True) -> AwsFiles:
    """Read both files; a missing one is empty. Raise MfaenvError, with a wrong line's number, never its text."""
    config_path, credentials_path = file_paths(env)
    profiles: Sections = {}
    services: Sections = {}
    nameless: list[str] = []
    config, credentials = (read(path, must_be_readable=must_be_readable) for path in (config_path, credentials_path))
    for title, section in config.items():
        kind, name = names.split_title(title)
        if kind == "profile":
            profiles[name] = section
        elif kind == "services":
            services[name] = section
        elif not kind:
            nameless.append(title)
    of_config = dict(profiles)
    for name, section in credentials.items():
        profiles[name] = {**profiles.get(name, {}), **section}
    return AwsFiles(config_path, credentials_path, profiles, services, of_config, credentials, tuple(nameless))


def has_keys(section: Section) -> bool:
    """Return whether a section has an access key, if only half of one."""
    return not section.keys().isdisjoint((ACCESS_KEY, SECRET_KEY))


def token(section: Mapping[str, str]) -> str:
    """Return the token of the keys in a section; empty for long-term ones."""
    return next((section[setting] for setting in TOKENS if setting in section), "")


def read(path: str, *, must_be_readable: bool = True) -> Sections:
    """Return the sections of a file by title; none of a missing one. Raise MfaenvError as `load` does."""
    try:
        scanned = scan(path)
    except UnreadableError:
        if must_be_readable:
            raise
        return {}
    except OSError as error:
        if error.errno in MISSING or not must_be_readable:
            return {}
        raise MfaenvError(f"{short(path)} cannot be read: {error.strerror}.", "Check its owner and mode.") from None
    except UnicodeDecodeError:
        raise MfaenvError(f"{short(path)} is not text in this locale's encoding.", "Save it as UTF-8.") from None
    for line, text in scanned.problems:
        raise MfaenvError(f"{short(path)}, line {line}: {text}.", "Fix or remove that line.")
    sections = scanned.values()
    for title, section in sections.items():
        for name in COMMAND_SETTINGS:
            if len(section.get(name, "")) > MAX_COMMAND:
                raise MfaenvError(f"{short(path)}: the {name} of [{title}] is too long.", "Put it into a script.")
    return sections


def scan(path: str, errors: str = "strict") -> scanner.Scan:
    """Scan a file; a device (/dev/null) has no lines. Raise MfaenvError, OSError, UnicodeDecodeError."""
    kind = stat.S_IFMT(os.stat(path).st_mode)
    if kind == stat.S_IFCHR:
        return scanner.scan([])
    if kind != stat.S_IFREG:
        what = "a directory" if kind == stat.S_IFDIR else "a pipe or a socket"
        raise UnreadableError(
            f"{short(path)} is {what}, not a file.",
            f"Name a file in {' or '.join(FILE_VARIABLES)}, or put one there: AWS's tools read nothing else.",
        )
    with open(path, encoding=ENCODING, errors=errors) as file:
        return scanner.scan(file.readlines())


def to_text(sections: Mapping[str, Mapping[str, str]]) -> str:
    """Return sections as the text of a file; further lines of a value are indented."""
    lines = []
    for title, section in sections.items():
        lines += [f"[{title}]", *(f"{name} = {value}".replace("\n", "\n\t") for name, value in section.items()), ""]
    return "\n".join(lines)


@cache
def nested(value: str) -> Section:
    """Read an indented block (`sts =` and lines below it), as botocore does, into names and values."""
    lines = (line.partition("=") for line in value.splitlines() if "=" in line)
    return {name.strip(): text.strip() for name, _, text in lines}
