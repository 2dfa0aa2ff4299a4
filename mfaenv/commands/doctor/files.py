"""The AWS files as they stand: who can read them, and titles that nobody looks for."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mfaenv.commands.doctor.report import Check, State
from mfaenv.config import awsfiles
from mfaenv.config.paths import CONFIG, CREDENTIALS, file_paths
from mfaenv.config.scanner import IniSection
from mfaenv.errors import MfaenvError

SECRETS = {awsfiles.SECRET_KEY, *awsfiles.TOKENS}
SETTINGS = {
    awsfiles.ACCESS_KEY,
    *SECRETS,
    "credential_process",
    "mfa_serial",
    "output",
    "region",
    "role_arn",
    "source_profile",
}
"""What gives a section away as a profile."""

NO_PROFILES = ("default", "sso-session ", "services ")
"""Beginnings of the config file's titles that are in order without `profile`."""

OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
READERS = {0: "you alone", stat.S_IRGRP: "you and your group", stat.S_IROTH: "everybody", OTHERS_READ: "everybody"}


class Scanned(NamedTuple):
    """One file, the variable that names it or its folder, and its sections, whatever is wrong in it."""

    path: str
    variable: str
    sections: Sequence[IniSection]

    def check(self, text: str, state: State = State.OK, next_step: str = "") -> Check:
        """Return what was found in the file."""
        return Check("files", awsfiles.short(self.path), text, state, next_step)

    def wrong_title(self, section: IniSection, right: str) -> Check:
        """Return the check of a section whose title is the other file's kind."""
        text = f"[{section.title}] in line {section.line} is a title that no program reads in this file"
        return self.check(text, State.WRONG, f"Write [{right}].")


def checks(env: Mapping[str, str]) -> list[Check]:
    """Look at both files. What stops every program that reads them is told as a problem with the values."""
    names = (CONFIG[0], CREDENTIALS[0])
    config, credentials = (_scan(path, name) for path, name in zip(file_paths(env), names, strict=True))
    return [*_readable(config, env), *_readable(credentials, env), *_wrong_titles(config, credentials)]


def _scan(path: str, variable: str) -> Scanned:
    try:
        return Scanned(path, variable, awsfiles.scan(path, errors="replace").sections)
    except (OSError, MfaenvError):
        return Scanned(path, variable, ())


def _profile(section: IniSection) -> str:
    """Return the profile that a title is meant for: `profile x`, `profile "x"` and `x` are meant for x."""
    title = section.title
    return title.removeprefix("profile").strip().strip("\"'") if re.match(r"profile\s", title) else title


def _readable(file: Scanned, env: Mapping[str, str]) -> Iterator[Check]:
    """Yield whether a file is there and who can read it."""
    named = f" ({file.variable})" if env.get(file.variable) else ""
    try:
        mode = stat.S_IMODE(os.stat(file.path).st_mode)
    except OSError:
        state, step = (State.WRONG, f"Correct or unset {file.variable}.") if named else (State.OK, "")
        yield file.check(f"is not there{named}", state, step)
        return
    count = len({_profile(section) for section in file.sections})
    about = f"{count} section{'' if count == 1 else 's'}"
    if os.name == "nt":
        yield file.check(f"{about}{named}")
        return
    about += f", mode {mode:04o}: {READERS[mode & OTHERS_READ]} can read it{named}"
    private = f"Make it private: chmod 600 {awsfiles.short(file.path)}"
    if mode & OTHERS_WRITE:  # what others can write is no longer the user's
        yield file.check(about, State.WRONG, private)
    elif mode & OTHERS_READ and any(section.names & SECRETS for section in file.sections):
        yield file.check(about, State.NOTE, private)
    else:
        yield file.check(about)


def _wrong_titles(config: Scanned, credentials: Scanned) -> Iterator[Check]:
    """Find titles of the other file's kind: the config file has `[profile x]` where the credentials file has `[x]`."""
    for section in config.sections:
        plain = section.title == _profile(section) and not section.title.startswith(NO_PROFILES)
        if plain and section.names & SETTINGS:
            yield config.wrong_title(section, f"profile {_profile(section)}")
    for section in credentials.sections:
        if section.title != _profile(section) and section.names & SETTINGS:
            yield credentials.wrong_title(section, _profile(section))
