"""The AWS config and credentials files, read as botocore reads them, without the time that its import takes."""

import configparser
import io
import os
from collections.abc import Mapping
from typing import NamedTuple

from mfaenv.errors import MfaenvError

Section = dict[str, str]
Sections = dict[str, Section]

CONFIG = ("AWS_CONFIG_FILE", "~/.aws/config")
CREDENTIALS = ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
ENCODING = io.text_encoding(None)
"""What botocore reads them in: the locale's, or UTF-8 where that is C."""

MEND = "Mend or remove that line."
BYTE_ORDER_MARKS = ("\ufeff", "\xef\xbb\xbf")
"""What some editors put first into a file that they save as UTF-8, read as UTF-8 or as something else."""


class AwsFiles(NamedTuple):
    """What both files say; where both know a profile, the credentials file's values win, as in botocore."""

    config: str
    credentials: str
    profiles: Sections
    services: Sections
    keys_from: Mapping[str, str]

    def where(self, profile: str) -> str:
        """Name the file that a profile's keys stand in."""
        return short(self.keys_from.get(profile, self.config))


def paths(env: Mapping[str, str]) -> tuple[str, str]:
    """Give the paths of the config file and the credentials file; an empty variable means none, as in botocore."""
    config, credentials = (
        os.path.expanduser(os.path.expandvars(env.get(variable, usual))) for variable, usual in (CONFIG, CREDENTIALS)
    )
    return config, credentials


def short(path: str) -> str:
    """Write a path as people do, with `~` for the home directory."""
    home = os.path.expanduser("~")
    return "~" + path[len(home) :] if path.startswith(home + os.sep) else path


def load(env: Mapping[str, str]) -> AwsFiles:
    """Read both files; a missing one is empty.

    Raises MfaenvError, with the line's number but never its text, where one is damaged or cannot be read.
    """
    config_path, credentials_path = paths(env)
    profiles: Sections = {}
    services: Sections = {}
    for title, section in _read(config_path).items():
        kind, name = _title(title)
        if kind == "profile":
            profiles[name] = section
        elif kind == "services":
            services[name] = section
    credentials = _read(credentials_path)
    keys_from = _with_keys(profiles, config_path) | _with_keys(credentials, credentials_path)
    for name, section in credentials.items():
        profiles[name] = {**profiles.get(name, {}), **section}
    return AwsFiles(config_path, credentials_path, profiles, services, keys_from)


def _with_keys(sections: Sections, path: str) -> dict[str, str]:
    return {name: path for name, section in sections.items() if has_keys(section)}


def has_keys(section: Section) -> bool:
    """Tell whether a section has an access key, if only half of one."""
    return not section.keys().isdisjoint(("aws_access_key_id", "aws_secret_access_key"))


def _title(title: str) -> tuple[str, str]:
    """Split a section's title: `profile "a b"` is a profile's, so is `default`; others are of no interest."""
    if title == "default":
        return "profile", title
    if not title.startswith(("profile", "services")):
        return "", ""
    words = title.split() if title.replace(" ", "").isalnum() else _shell_words(title)
    kind = "profile" if title.startswith("profile") else "services"
    return (kind, words[1]) if len(words) == len(("kind", "name")) else ("", "")


def _shell_words(title: str) -> list[str]:
    import shlex

    try:
        return shlex.split(title)
    except ValueError:
        return []


def _read(path: str) -> Sections:
    parser = configparser.RawConfigParser()
    try:
        with open(path, encoding=ENCODING) as file:
            text = file.read()
        parser.read_string(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise MfaenvError(f"{short(path)} cannot be read: {error.strerror}.", "Look at its owner and mode.") from None
    except UnicodeDecodeError:
        raise MfaenvError(f"{short(path)} is not text in this locale's encoding.", "Save it as UTF-8.") from None
    except configparser.Error as error:
        raise MfaenvError(f"{short(path)}, {_complaint(error)}.", MEND) from None
    sections = {title: dict(parser.items(title)) for title in parser.sections()}
    _check_blocks(path, text, sections)
    return sections


def _check_blocks(path: str, text: str, sections: Sections) -> None:
    """Raise MfaenvError for an indented block with a line that is no `name = value`: botocore reads no such file."""
    blocks = (value for section in sections.values() for value in section.values() if value.startswith("\n"))
    lines = (line.strip() for block in blocks for line in block.splitlines())
    wrong = next((line for line in lines if line and "=" not in line), "")
    if wrong:
        number = [line.strip() for line in text.splitlines()].index(wrong) + 1
        raise MfaenvError(f"{short(path)}, line {number}: no name = value in an indented block.", MEND)


def _complaint(error: configparser.Error) -> str:
    """Say which line is wrong, and how, without its text: it may be half of a key."""
    if isinstance(error, configparser.DuplicateSectionError):
        return f"line {error.lineno}: the section [{error.section}] is there twice"
    if isinstance(error, configparser.DuplicateOptionError):
        return f"line {error.lineno}: {error.option} is there twice in [{error.section}]"
    if isinstance(error, configparser.MissingSectionHeaderError):
        is_mark = str(error.line).startswith(BYTE_ORDER_MARKS)
        thing = "a byte-order mark (save the file without one)" if is_mark else "a value"
        return f"line {error.lineno}: {thing} stands before the first [section]"
    lines = getattr(error, "errors", None)
    return f"line {lines[0][0]}: neither a [section] nor a name = value" if lines else "it is damaged"


def nested(value: str) -> Section:
    """Read an indented block (`sts =` and lines below it), as botocore does, into names and values."""
    lines = (line.partition("=") for line in value.splitlines() if "=" in line)
    return {name.strip(): text.strip() for name, _, text in lines}
