"""Which profiles the AWS files name, without a look at what they say: a Tab waits for this.

Plain files are read line by line. Whatever else a file holds, `awsfiles` has the word, so that both find the same.
"""

import os
import stat
import sys
from collections.abc import Iterable, Mapping

from mfaenv.config.paths import ENCODING, file_paths
from mfaenv.errors import MfaenvError
from mfaenv.fast.parse import DEFAULT


def profiles(env: Mapping[str, str]) -> list[str]:
    """Return the names of the profiles that `awsfiles.load` finds; none where that raises MfaenvError."""
    config, credentials = file_paths(env)
    try:
        found = _names(_lines(config))
        found.update(dict.fromkeys(_titles(_lines(credentials))))
        return list(found)
    except (OSError, ValueError):
        return _read_in_full(env)


def _read_in_full(env: Mapping[str, str]) -> list[str]:
    from mfaenv.config import awsfiles  # slow to load, and rarely needed

    try:
        return list(awsfiles.load(env).profiles)
    except MfaenvError:
        return []


_NO_OPTION = "#; \t\n"
"""What begins a line that is neither a title nor an option; an empty one too."""

_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.@/+"
"""What a name is mostly made of."""

_USUAL_TITLE = 200
"""Characters, brackets too; with more, `awsfiles` has its own rules."""


def _lines(path: str) -> list[str]:
    """Return the lines that are the titles of a file. Raise OSError, or ValueError for whatever is not plain."""
    try:
        kind = stat.S_IFMT(os.stat(path).st_mode)
    except FileNotFoundError:
        return []
    if kind == stat.S_IFCHR:  # /dev/null
        return []
    if kind != stat.S_IFREG:  # a pipe would be waited for, and emptied
        raise ValueError
    with open(path, encoding=ENCODING) as file:
        lines = _lines_in(file)
    if max(map(len, lines), default=0) > _USUAL_TITLE:
        raise ValueError
    return lines


def _lines_in(file: Iterable[str]) -> list[str]:
    """Look at one line after the other: to keep them all takes as long as to look at them."""
    lines: list[str] = []
    sections: dict[str, list[int]] = {}  # the last with an option, by its name and by all that it is written as
    section, nowhere, line = 0, [sys.maxsize], "\n"
    for line in file:
        if line[0] == "[":
            lines.append(line)
            section += 1
        elif (last := sections.get(text := line.partition("=")[0], nowhere))[0] < section:
            last[0] = section
        elif line[0] not in _NO_OPTION:
            last = sections[text] = sections.setdefault(_option(text), [0])
            if text == line or last[0] == section:
                raise ValueError
            last[0] = section
        elif line != "\n" and line.strip()[:1] not in "#;" and not ("=" in line and [section] in sections.values()):
            raise ValueError  # else an indented line belongs to an option's value
    if line in sections:  # without a line break: the file ends with an option's name alone
        raise ValueError
    return lines


def _titles(lines: list[str]) -> list[str]:
    """Return the titles in such lines. Raise ValueError for one that `awsfiles` has its own rules for."""
    titles = [line.rpartition("]")[0][1:] for line in lines]
    different = {"", "DEFAULT", *titles}
    if len(different) < len(titles) + len(("", "DEFAULT")):
        raise ValueError
    return titles


def _names(lines: list[str]) -> dict[str, None]:
    """Return the names of the profiles that the titles of the config file are of. Raise ValueError as _profile does."""
    text = "".join(["]\n", *lines])
    names = text[:-2].split("]\n[profile ")[1:] if text[-2:] == "]\n" else []
    if not all(names) or "".join(names).encode().translate(None, _PLAIN):
        names = []  # other titles between those of profiles, or a name that is not plain
    others = map(_profile, _titles(lines[: len(lines) - len(names)]))
    names[:0] = [name for name in others if name is not None]
    found = dict.fromkeys(names)
    if len(found) < len(names):
        raise ValueError
    return found


def _option(text: str) -> str:
    name = text.rstrip().lower()
    if not name.isidentifier():
        raise ValueError
    return name


def _profile(title: str) -> str | None:
    """Return the name of the profile that a title of the config file is of; None where it is of something else.

    Raise ValueError where it takes a shell's rules to read the title.
    """
    kind, name = title[: len("profile ")], title[len("profile ") :]
    if title == DEFAULT:
        return title
    if kind == "profile " and name and not name.encode().translate(None, _PLAIN):
        return name
    if not title.startswith("profile"):
        return None
    if not title.isprintable() or "\\" in title:
        raise ValueError
    if "'" not in title and '"' not in title:
        words = title.split()
        return words[1] if len(words) == len(("profile", "name")) else None
    if kind != "profile " or name[0] not in "'\"" or name.find(name[0], 1) != len(name) - 1:
        raise ValueError
    return name[1:-1]
