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
from mfaenv.fast import FILE_VARIABLES, environment
from mfaenv.fast.parse import Env

Section = dict[str, str]
Sections = dict[str, Section]

ACCESS_KEY, SECRET_KEY = "aws_access_key_id", "aws_secret_access_key"
TOKENS = ("aws_security_token", "aws_session_token")  # the first counts, as in botocore

MISSING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
"""Where a path leads to no file; botocore asks os.path.isfile."""

MAX_COMMAND = 32_768  # characters of a command: shlex's time for it grows with their square


class AwsFiles(NamedTuple):
    """What both files say, and each: keys and their token come from one. The credentials file's values win.

    `nameless` are the config file's titles without a kind, such as `profile`, before the name: [staging].
    """

    config: str
    credentials: str
    profiles: Sections
    services: Sections
    of_config: Sections
    of_credentials: Sections
    nameless: tuple[str, ...]

    def section(self, profile: str) -> Section:
        """Return what both files say of a profile, if anything."""
        return self.profiles.get(profile, {})

    def title_to_write(self, profile: str) -> str:
        """Return the hint for a missing profile that stands under a title of other words; else empty."""
        meant = (profile, f"profile {profile}")
        of_config = self.config, names.title_of(profile), self.nameless
        for path, right, titles in (of_config, (self.credentials, profile, self.of_credentials)):
            if title := next((each for each in titles if each.strip() in meant), ""):
                return f"In {short(path)} write [{right}] instead of [{title}]."
        return ""

    def keys_file(self, profile: str) -> str:
        """Return the file with a profile's keys; empty for none."""
        if has_keys(self.of_credentials.get(profile, {})):
            return self.credentials
        return self.config if self.keys_in_config(profile) else ""

    def used_file(self, profile: str) -> str:
        """Return the file whose keys a profile uses; credential_process wins over keys in the config file."""
        process = self.section(profile).get("credential_process")
        return "" if process and self.keys_in_config(profile) else self.keys_file(profile)

    def long_term_key(self, profile: str) -> str:
        """Return the long-term access key that a profile uses from a file; empty for none."""
        section = self.section(profile)
        key = section.get(ACCESS_KEY, "")
        is_none = token(section) or environment.has_secret_as_id(key, section.get(SECRET_KEY, ""))
        return key if self.used_file(profile) and not is_none else ""

    def program(self, profile: str) -> str:
        """Return what identifies a profile's program: the profile, both files and the command; empty without one."""
        command = self.section(profile).get("credential_process", "")
        files = (os.path.realpath(path) for path in (self.config, self.credentials) if path)
        return "\n".join((profile, *files, command)) if command else ""

    def with_roles(self, *settings: str) -> str:
        """Return the names of profiles with one of the settings, for a message."""
        return join_names(sorted(name for name, each in self.profiles.items() if any(map(each.get, settings))))

    def services_of(self, section: Section) -> Section | None:
        """Return the `[services NAME]` that a profile names; None where it is missing."""
        return self.services.get(section["services"]) or None if "services" in section else {}

    def keys_in_config(self, profile: str) -> bool:
        """Return whether a profile's keys are in the config file."""
        return not has_keys(self.of_credentials.get(profile, {})) and has_keys(self.of_config.get(profile, {}))


def short(path: str) -> str:
    """Return a path with `~` for the home directory."""
    rest = path.removeprefix(os.path.expanduser("~"))
    return f"~{rest}" if rest != path and rest.startswith((os.sep, "/")) else path  # Windows has both


def load(env: Env, *, must_be_readable: bool = True) -> AwsFiles:
    """Read both files. Raise MfaenvError with a wrong line's number, never its text."""
    config_path, credentials_path = file_paths(env)
    profiles: Sections = {}
    services: Sections = {}
    nameless: list[str] = []
    config = read(config_path, must_be_readable=must_be_readable)
    credentials = read(credentials_path, must_be_readable=must_be_readable)
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
    """Return whether a section has keys, or half a pair."""
    return not section.keys().isdisjoint((ACCESS_KEY, SECRET_KEY))


def token(section: Mapping[str, str]) -> str:
    """Return the token of a section's keys; empty for long-term ones."""
    return next((section[setting] for setting in TOKENS if setting in section), "")


def read(path: str, *, must_be_readable: bool = True) -> Sections:
    """Return a file's sections by title; none of a missing one. Raise as `load` does."""
    try:
        scanned = scan(path)
    except MfaenvError:
        if must_be_readable:
            raise
        return {}
    except OSError as error:
        if error.errno in MISSING or not must_be_readable:
            return {}
        wrong = f"{short(path)} cannot be read: {error.strerror}."
        raise MfaenvError(wrong, "Check its owner and mode.") from None
    except UnicodeDecodeError:
        wrong = f"{short(path)} is not text in this locale's encoding."
        raise MfaenvError(wrong, "Save it as UTF-8.") from None
    for line, text in scanned.problems:
        raise MfaenvError(f"{short(path)}, line {line}: {text}.", "Fix or remove that line.")
    sections = scanned.values()
    for title, section in sections.items():
        for name in ("credential_process", "mfa_process"):
            if len(section.get(name, "")) > MAX_COMMAND:
                wrong = f"{short(path)}: the {name} of [{title}] is too long."
                raise MfaenvError(wrong, "Put it into a script.")
    return sections


def scan(path: str, errors: str = "strict") -> scanner.Scan:
    """Scan a file; a device, such as /dev/null, counts as empty. Raise MfaenvError, OSError, UnicodeDecodeError."""
    kind = stat.S_IFMT(os.stat(path).st_mode)
    if kind == stat.S_IFCHR:
        return scanner.scan([])
    if kind != stat.S_IFREG:
        what = "a directory" if kind == stat.S_IFDIR else "a pipe or a socket"
        hint = f"Name a file in {' or '.join(FILE_VARIABLES)}, or put one there: AWS's tools read nothing else."
        raise MfaenvError(f"{short(path)} is {what}, not a file.", hint)
    with open(path, encoding=ENCODING, errors=errors) as file:
        return scanner.scan(file.readlines())


def to_text(sections: Mapping[str, Mapping[str, str]]) -> str:
    """Return sections as the text of a file."""
    lines = []
    for title, section in sections.items():
        options = (f"{name} = {value}".replace("\n", "\n\t") for name, value in section.items())
        lines += [f"[{title}]", *options, ""]
    return "\n".join(lines)


@cache
def nested(value: str) -> Section:
    """Read an indented block (`sts =` and lines below it) as botocore does."""
    lines = (line.partition("=") for line in value.splitlines() if "=" in line)
    return {name.strip(): text.strip() for name, _, text in lines}
