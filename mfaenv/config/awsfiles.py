"""The AWS config and credentials files, read as botocore reads them, without the time that its import takes."""

import configparser
import io
import os
import re
import stat
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from mfaenv.config.paths import CONFIG, CREDENTIALS, ENCODING, file_paths
from mfaenv.errors import MfaenvError
from mfaenv.fast.parse import DEFAULT

Section = dict[str, str]
Sections = dict[str, Section]

ACCESS_KEY, SECRET_KEY = "aws_access_key_id", "aws_secret_access_key"
TOKENS = ("aws_security_token", "aws_session_token")
"""The first that is there counts, as in botocore."""

FIX_LINE = "Fix or remove that line."

LONGEST_TITLE = 4096
LONGEST_COMMAND = 32_768
COMMANDS = ("credential_process", "mfa_process")
"""Characters of what shlex splits, a section's name and a command: its time grows with their square."""

OPTION = re.compile(r"(?P<option>[^=:]*)(?P<vi>[=:])\s*(?P<value>.*)$")
"""The standard library's own pattern finds the same, in a time that grows with the square of a run of blanks."""

configparser.RawConfigParser.OPTCRE = OPTION  # botocore, which reads the files once more, uses this class as it is

BYTE_ORDER_MARKS = ("\ufeff", "\xef\xbb\xbf")
"""What some editors put first into a file that they save as UTF-8, read as UTF-8 or as something else."""


class AwsFiles(NamedTuple):
    """What both files say; where both know a profile, the credentials file's values win, as in botocore.

    `of_config` and `of_credentials` have what each file says for itself: keys and their token come from one of them.
    `nameless` are the titles of the config file that name neither a profile nor anything else that is read.
    """

    config: str
    credentials: str
    profiles: Sections
    services: Sections
    keys_from: Mapping[str, str]
    of_config: Sections
    of_credentials: Sections
    nameless: tuple[str, ...] = ()

    def where(self, profile: str) -> str:
        """Return the path of the file that has a profile's keys."""
        return short(self.keys_from.get(profile, self.config))

    def has_services_of(self, section: Section) -> bool:
        """Return whether a profile names no section of services, or one that is there."""
        return "services" not in section or bool(self.services.get(section["services"]))

    def keys_in_config(self, profile: str) -> bool:
        """Return whether a profile's keys stand in a section of the config file: one file may be both files."""
        return profile in self.keys_from and not has_keys(self.of_credentials.get(profile, {}))


def short(path: str) -> str:
    """Return a path as people write it, with `~` for the home directory."""
    home = os.path.expanduser("~")
    rest = path.removeprefix(home)
    return f"~{rest}" if rest != path and rest.startswith((os.sep, "/")) else path  # Windows has paths with both


class UnreadableError(MfaenvError):
    """A file cannot be read, whatever is in it."""


def load(env: Mapping[str, str], *, must_be_readable: bool = True) -> AwsFiles:
    """Read both files; a missing one is empty, and one that cannot be read where it need not be readable.

    Raise MfaenvError, with the line's number but never its text, where one is damaged or cannot be read.
    """
    config_path, credentials_path = file_paths(env)
    profiles: Sections = {}
    services: Sections = {}
    nameless: list[str] = []
    config, credentials = (_read(path, must_be_readable=must_be_readable) for path in (config_path, credentials_path))
    for title, section in config.items():
        kind, name = _title(title)
        if kind == "profile":
            profiles[name] = section
        elif kind == "services":
            services[name] = section
        elif not kind:
            nameless.append(title)
    keys_from = _with_keys(profiles, config_path) | _with_keys(credentials, credentials_path)
    of_config = dict(profiles)
    for name, section in credentials.items():
        profiles[name] = {**profiles.get(name, {}), **section}
    return AwsFiles(
        config_path, credentials_path, profiles, services, keys_from, of_config, credentials, tuple(nameless)
    )


def _read(path: str, *, must_be_readable: bool) -> Sections:
    try:
        return read(path)
    except UnreadableError:
        if must_be_readable:
            raise
        return {}


def _with_keys(sections: Sections, path: str) -> dict[str, str]:
    return {name: path for name, section in sections.items() if has_keys(section)}


def has_keys(section: Section) -> bool:
    """Return whether a section has an access key, if only half of one."""
    return not section.keys().isdisjoint((ACCESS_KEY, SECRET_KEY))


def profile_of(title: str) -> str | None:
    """Return the profile that a title of the config file is of; None where it is of something else."""
    kind, name = _title(title)
    return name if kind == "profile" else None


def _title(title: str) -> tuple[str, str]:
    """Split a section's title: `profile "a b"` is a profile's, so is `default`; others are of no interest."""
    if title == DEFAULT:
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


def read(path: str) -> Sections:
    """Return the sections of one file by their titles; of a missing one, none. Raise MfaenvError as `load` does."""
    try:
        text = _text(path)
        found = sections(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UnreadableError(f"{short(path)} cannot be read: {error.strerror}.", "Check its owner and mode.") from None
    except UnicodeDecodeError:
        raise MfaenvError(f"{short(path)} is not text in this locale's encoding.", "Save it as UTF-8.") from None
    except configparser.Error as error:
        raise MfaenvError(f"{short(path)}, {_complaint(error)}.", FIX_LINE) from None
    _check_titles(path, text, found)
    _check_commands(path, found)
    _check_blocks(path, text, found)
    return found


def _text(path: str) -> str:
    """Return what a file holds; nothing for a device such as /dev/null. Raise MfaenvError where it is no file."""
    kind = stat.S_IFMT(os.stat(path).st_mode)
    if kind == stat.S_IFCHR:
        return ""
    if kind != stat.S_IFREG:
        what = "a directory" if kind == stat.S_IFDIR else "a pipe or a socket"
        raise UnreadableError(
            f"{short(path)} is {what}, not a file.",
            f"Name a file in {CONFIG[0]} or {CREDENTIALS[0]}, or put one there: AWS's tools read nothing else.",
        )
    with open(path, encoding=ENCODING) as file:
        return file.read()


def sections(text: str) -> Sections:
    """Parse the text of a file. Raise configparser.Error for the first line that is wrong.

    The standard library goes on to the end and collects the wrong lines, in a time that grows with their square.
    """
    number = 0

    def lines() -> Iterator[str]:
        nonlocal number
        for line in io.StringIO(text):
            number += 1
            yield line

    class Option:
        """Stands in for the pattern."""

        @staticmethod
        def match(line: str) -> re.Match[str]:
            found = OPTION.match(line)
            if found and found["option"]:
                return found
            error = configparser.ParsingError("file")
            error.append(number, "")
            raise error

    class Parser(configparser.RawConfigParser):
        OPTCRE = Option  # type: ignore[assignment] # match is all that the parser asks a pattern for

    parser = Parser()
    parser.read_file(lines())
    return {title: dict(parser.items(title)) for title in parser.sections()}


def _check_titles(path: str, text: str, found: Sections) -> None:
    """Raise MfaenvError for a title that is too long to be split in time, here and in botocore."""
    wrong = next((title for title in found if len(title) > LONGEST_TITLE), "")
    if wrong:
        lines = enumerate(text.split("\n"), 1)
        number = next(number for number, line in lines if line.strip().startswith(f"[{wrong}]"))
        raise MfaenvError(f"{short(path)}, line {number}: the name of the section is too long.", FIX_LINE)


def _check_commands(path: str, found: Sections) -> None:
    """Raise MfaenvError for a command that is too long to be split in time, here and in botocore."""
    for title, section in found.items():
        for name in COMMANDS:
            if len(section.get(name, "")) > LONGEST_COMMAND:
                raise MfaenvError(f"{short(path)}: the {name} of [{title}] is too long.", "Put it into a script.")


def _check_blocks(path: str, text: str, found: Sections) -> None:
    """Raise MfaenvError for an indented block with a line that is no `name = value`: botocore reads no such file."""
    blocks = (value for section in found.values() for value in section.values() if value.startswith("\n"))
    lines = (line.strip() for block in blocks for line in block.splitlines())
    wrong = next((line for line in lines if line and "=" not in line), "")
    if wrong:
        number = next(number for number, line in _numbered(text) if line == wrong)
        raise MfaenvError(f"{short(path)}, line {number}: no name = value in an indented block.", FIX_LINE)


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of each line as botocore splits a block, with the number that an editor shows for the line."""
    for number, line in enumerate(text.split("\n"), 1):
        for part in line.splitlines():
            yield number, part.strip()


def _complaint(error: configparser.Error) -> str:
    """Return which line is wrong, and how, without its text: it may be half of a key."""
    if isinstance(error, configparser.DuplicateSectionError):
        return f"line {error.lineno}: the section [{error.section}] is there twice"
    if isinstance(error, configparser.DuplicateOptionError):
        return f"line {error.lineno}: {error.option} is there twice in [{error.section}]"
    if isinstance(error, configparser.MissingSectionHeaderError):
        is_mark = str(error.line).startswith(BYTE_ORDER_MARKS)
        thing = "a byte-order mark (save the file without one)" if is_mark else "a value"
        return f"line {error.lineno}: {thing} is before the first [section]"
    lines = getattr(error, "errors", None)
    return f"line {lines[0][0]}: neither a [section] nor a name = value" if lines else "it is damaged"


@cache
def nested(value: str) -> Section:
    """Read an indented block (`sts =` and lines below it), as botocore does, into names and values."""
    lines = (line.partition("=") for line in value.splitlines() if "=" in line)
    return {name.strip(): text.strip() for name, _, text in lines}
