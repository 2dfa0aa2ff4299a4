"""The AWS files as they stand: who can read them, and what stands in them where nobody looks for it."""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mfaenv.commands.doctor.report import Check, State
from mfaenv.config import awsfiles
from mfaenv.config.paths import CONFIG, CREDENTIALS, file_paths
from mfaenv.config.scanner import IniSection
from mfaenv.errors import MfaenvError

TOPIC = "files"
SECRETS = {awsfiles.SECRET_KEY, *awsfiles.TOKENS}
KEYS = {awsfiles.ACCESS_KEY, *SECRETS}
SETTINGS = {*KEYS, "credential_process", "mfa_serial", "output", "region", "role_arn", "source_profile"}
"""What gives a section away as a profile."""

NO_PROFILES = ("default", "sso-session ", "services ")
"""Beginnings of the config file's titles that are in order without `profile`."""

OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
READERS = {0: "you alone", stat.S_IRGRP: "you and your group", stat.S_IROTH: "everybody", OTHERS_READ: "everybody"}


class Scanned(NamedTuple):
    """One file and its sections, whatever is wrong in it."""

    path: str
    sections: Sequence[IniSection]

    @property
    def short(self) -> str:
        """Return the path as people write it."""
        return awsfiles.short(self.path)

    def holds(self, names: set[str]) -> bool:
        """Return whether any section has one of these names."""
        return any(section.names & names for section in self.sections)


def checks(env: Mapping[str, str]) -> list[Check]:
    """Look at both files."""
    config, credentials = (_scan(path) for path in file_paths(env))
    return [
        *_readable(config, CONFIG[0], env),
        *_readable(credentials, CREDENTIALS[0], env),
        *_twice(config),
        *_twice(credentials),
        *_mistitled(config, credentials),
        *_misplaced_keys(config, credentials),
    ]


def _scan(path: str) -> Scanned:
    try:
        return Scanned(path, awsfiles.scan(path, errors="replace").sections)
    except (OSError, MfaenvError):
        return Scanned(path, ())


def _profile(section: IniSection) -> str:
    """Return the profile that a title is meant for: `profile x`, `profile "x"` and `x` are meant for x."""
    title = section.title
    return title.removeprefix("profile").strip().strip("\"'") if re.match(r"profile\s", title) else title


def _readable(file: Scanned, variable: str, env: Mapping[str, str]) -> Iterator[Check]:
    """Yield whether a file is there and who can read it."""
    named = f" ({variable})" if env.get(variable) else ""
    try:
        mode = stat.S_IMODE(os.stat(file.path).st_mode)
    except OSError:
        state, step = (State.WRONG, f"Correct or unset {variable}.") if named else (State.OK, "")
        yield Check(TOPIC, file.short, f"is not there{named}", state, step)
        return
    count = len({_profile(section) for section in file.sections})
    about = f"{count} section{'' if count == 1 else 's'}"
    if os.name == "nt":
        yield Check(TOPIC, file.short, f"{about}{named}")
        return
    about += f", mode {mode:04o}: {READERS[mode & OTHERS_READ]} can read it{named}"
    # All works with keys that others can read; what others can write is no longer the user's.
    read = State.NOTE if mode & OTHERS_READ and file.holds(SECRETS) else State.OK
    state = State.WRONG if mode & OTHERS_WRITE else read
    step = "" if state is State.OK else f"Make it private: chmod 600 {file.short}"
    yield Check(TOPIC, file.short, about, state, step)


def _twice(file: Scanned) -> Iterator[Check]:
    """Find sections of one name: exact doubles stop every program, others hide each other."""
    lines_of = defaultdict(list)
    for section in file.sections:
        lines_of[_profile(section)].append(str(section.line))
    for name, lines in lines_of.items():
        if len(lines) > 1:
            text = f"[{name}] is there more than once, in lines {', '.join(lines)}"
            yield Check(TOPIC, file.short, text, State.WRONG, "Make one section of them.")


def _mistitled(config: Scanned, credentials: Scanned) -> Iterator[Check]:
    """Find titles of the other file's kind: `[profile x]` belongs into the config file, `[x]` into the other."""
    for section in config.sections:
        plain = section.title == _profile(section) and not section.title.startswith(NO_PROFILES)
        if plain and section.names & SETTINGS:
            yield _mistitle(config, section, f"[profile {_profile(section)}]")
    for section in credentials.sections:
        if section.title != _profile(section) and section.names & SETTINGS:
            yield _mistitle(credentials, section, f"[{_profile(section)}]")


def _mistitle(file: Scanned, section: IniSection, right: str) -> Check:
    text = f"[{section.title}] in line {section.line} is a title that no program reads in this file"
    return Check(TOPIC, file.short, text, State.WRONG, f"Write {right}.")


def _misplaced_keys(config: Scanned, credentials: Scanned) -> Iterator[Check]:
    """Find keys in the config file, which people show and share more readily."""
    theirs = {_profile(section) for section in credentials.sections if section.names & KEYS}
    for section in config.sections:
        if section.names & KEYS:
            text = f"[{section.title}] in line {section.line} holds keys"
            there = f"Remove them: {credentials.short} has some too, which are used."
            step = there if _profile(section) in theirs else f"Move them to {credentials.short}."
            yield Check(TOPIC, config.short, text, State.NOTE, step)
