"""Where the AWS files are, and which profiles they name, as fast as a Tab needs it."""

import io
import os
import stat

from mfaenv.config.scanner import FOR_ALL, MAX_TITLE, scan
from mfaenv.fast import FILE_VARIABLES
from mfaenv.fast.parse import DEFAULT, Env
from mfaenv.shells import join

CONFIG_VARIABLE, CREDENTIALS_VARIABLE = FILE_VARIABLES
ENCODING = io.text_encoding(None)  # botocore's: the locale's, or UTF-8 where that is C
PROFILE_TITLE, SERVICES_TITLE = SECTION_KINDS = ("profile", "services")  # of the config file, of what is read

_NOT_PLAIN = frozenset(" \t\r\n'\"\\")  # characters by which a shell cuts words, or joins them


def file_paths(env: Env) -> tuple[str, str]:
    """Return the paths of the config and credentials file; an empty variable means none, as in botocore."""
    paths = env.get(CONFIG_VARIABLE, "~/.aws/config"), env.get(CREDENTIALS_VARIABLE, "~/.aws/credentials")
    config, credentials = (os.path.expanduser(os.path.expandvars(path)) for path in paths)
    # Without a home, `~` would be in the current folder.
    return "" if config[:1] == "~" else config, "" if credentials[:1] == "~" else credentials


def profiles(env: Env) -> list[str]:
    """Return the names in both files, whatever is wrong there."""
    config, credentials = file_paths(env)
    names = [name for kind, name in map(split_title, _titles(config)) if kind == PROFILE_TITLE]
    names += [title for title in _titles(credentials) if title not in {"", FOR_ALL}]
    return [*dict.fromkeys(names)]


def profile_of(title: str) -> str | None:
    """Return the profile of a title of the config file; None for other titles."""
    kind, name = split_title(title)
    return name if kind == PROFILE_TITLE else None


def title_of(name: str, kind: str = PROFILE_TITLE) -> str:
    """Return the config file's title for a name of this kind, in quotes where botocore, as a shell, would cut it."""
    quoted = name if _NOT_PLAIN.isdisjoint(name) else join((name,), "sh")  # `aws configure` finds no others
    return name if (kind, name) == (PROFILE_TITLE, DEFAULT) else f"{kind} {quoted}"


def split_title(title: str) -> tuple[str, str]:
    """Split a title of the config file, as a shell does, into one of KINDS and a name; both empty for others."""
    kind, _, name = title.partition(" ")
    if len(title) > MAX_TITLE:
        return "", ""
    if kind in SECTION_KINDS and name and _NOT_PLAIN.isdisjoint(name):  # first, as most titles are: a Tab waits
        return kind, name
    if title == DEFAULT:
        return PROFILE_TITLE, title
    kind = next((kind for kind in SECTION_KINDS if title.startswith(kind)), "")
    if not kind:
        return "", ""
    import shlex  # it takes longer to load than all the rest

    try:
        words = shlex.split(title)
    except ValueError:  # a quote is open
        return "", ""
    return (kind, words[1]) if len(words) == len((kind, name)) else ("", "")


def _titles(path: str) -> list[str]:
    """Return the titles in a file as the scanner does, but for indented ones beside others; none of no text."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would be waited for, and emptied
            return []
        with open(path, encoding=ENCODING) as file:
            text = file.read()
    except (OSError, ValueError):
        return []
    _, *parts = f"\n{text}".split("\n[")
    titles = [part.partition("\n")[0].rpartition("]")[0] for part in parts]
    return titles or [section.title for section in scan(text.split("\n")).sections]
