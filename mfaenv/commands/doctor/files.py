"""The AWS files as they stand: who can read them, and titles that nobody looks for."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence

from mfaenv.commands.doctor.report import Check, State
from mfaenv.config import awsfiles
from mfaenv.config.paths import CONFIG, CREDENTIALS, file_paths
from mfaenv.config.scanner import IniSection
from mfaenv.errors import MfaenvError

SECRETS = {awsfiles.SECRET_KEY, *awsfiles.TOKENS}
SETTINGS = SECRETS | {awsfiles.ACCESS_KEY, "credential_process", "mfa_serial", "region", "role_arn", "source_profile"}
"""What gives a section away as a profile."""

NO_PROFILES = ("default", "sso-session ", "services ")
"""Beginnings of the config file's titles that are in order without `profile`."""

OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
READERS = {0: "you alone", stat.S_IRGRP: "you and your group", stat.S_IROTH: "everybody", OTHERS_READ: "everybody"}


def checks(env: Mapping[str, str]) -> Iterator[Check]:
    """Look at both files. What stops every program that reads them is told as a problem with the values."""
    for path, variable in zip(file_paths(env), (CONFIG[0], CREDENTIALS[0]), strict=True):
        named = f" ({variable})" if env.get(variable) else ""
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
            sections = awsfiles.scan(path, errors="replace").sections
        except FileNotFoundError:
            state, step = (State.WRONG, f"Correct or unset {variable}.") if named else (State.OK, "")
            yield Check("files", awsfiles.short(path), f"is not there{named}", state, step)
        except (OSError, MfaenvError):
            yield Check("files", awsfiles.short(path), f"cannot be read{named}")
        else:
            yield _readable(path, named, mode, sections)
            yield from _wrong_titles(path, sections, is_config=variable == CONFIG[0])


def _readable(path: str, named: str, mode: int, sections: Sequence[IniSection]) -> Check:
    """Return who can read a file."""
    name, about = awsfiles.short(path), f"{len(sections)} section{'' if len(sections) == 1 else 's'}"
    if os.name == "nt":
        return Check("files", name, f"{about}{named}")
    state = State.OK
    if mode & OTHERS_WRITE:  # what others can write is no longer the user's
        state = State.WRONG
    elif mode & OTHERS_READ and any(section.names & SECRETS for section in sections):
        state = State.NOTE
    step = f"Make it private: chmod 600 {name}" if state is not State.OK else ""
    about += f", mode {mode:04o}: {READERS[mode & OTHERS_READ]} can read it{named}"
    return Check("files", name, about, state, step)


def _wrong_titles(path: str, sections: Sequence[IniSection], *, is_config: bool) -> Iterator[Check]:
    """Find titles of the other file's kind: the config file has `[profile x]` where the credentials file has `[x]`."""
    for section in sections:
        title = section.title
        profile = title.removeprefix("profile").strip().strip("\"'") if re.match(r"profile\s", title) else title
        is_wrong = title == profile and not title.startswith(NO_PROFILES) if is_config else title != profile
        if is_wrong and section.names & SETTINGS:
            text = f"[{title}] in line {section.line} is a title that no program reads in this file"
            right = f"profile {profile}" if is_config else profile
            yield Check("files", awsfiles.short(path), text, State.WRONG, f"Write [{right}].")
