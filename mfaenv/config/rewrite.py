"""Replace a text file of the user in one step, with its encoding, mode, owner and links as they were."""

import difflib
import locale
import os
import re
import stat
import sys
from contextlib import suppress
from typing import NamedTuple

from mfaenv.config.awsfiles import SECRET_KEY, TOKENS, short
from mfaenv.config.names import CONFIG_VARIABLE, CREDENTIALS_VARIABLE
from mfaenv.errors import MfaenvError, changed_meanwhile, without_password
from mfaenv.store import private_files

# Of a comment or a shell too. The next name in a list of variables is no secret.
_SECRET = re.compile(rf"(?i)((?:{'|'.join((SECRET_KEY, *TOKENS))})[\s=:'\"]*+)(?!(?:AWS|MFAENV)_).+")


class TextFile(NamedTuple):
    """A file as it was read, with its line ends; empty where there is none."""

    path: str
    text: str
    encoding: str = "utf-8"
    target: str = ""  # of its link, or itself
    status: os.stat_result | None = None
    attributes: dict[str, bytes] | None = None


def read(path: str, encoding: str = "utf-8") -> TextFile:
    """Return the file; an empty one without it. Raise MfaenvError where it is not readable text."""
    if not path:  # to write it would put it beside the current folder
        hint = f"Set {CONFIG_VARIABLE} and {CREDENTIALS_VARIABLE} to files, or unset them."
        raise MfaenvError("An AWS file has no name.", hint)
    target = os.path.realpath(path)
    try:
        if not stat.S_ISREG(os.stat(target).st_mode):  # a pipe would be waited for, and a device be replaced
            raise MfaenvError(f"{short(path)} is not a file, so it is left alone.", "Name a file.")
        with open(target, encoding=encoding, newline="") as file:
            fd = file.fileno()
            return TextFile(path, file.read(), encoding, target, os.fstat(fd), _attributes(fd))
    except FileNotFoundError:
        if os.path.islink(path):
            raise MfaenvError(f"{short(path)} is a link to a file that is not there.", "Remove it.") from None
        return TextFile(path, "", encoding, target)
    except UnicodeDecodeError as error:
        wrong = f"{short(path)} is not {error.encoding} text, so it is left alone."
        raise MfaenvError(wrong, "Save it in that encoding.") from None
    except OSError as error:
        wrong = f"{short(path)} cannot be read: {error.strerror}."
        raise MfaenvError(wrong, "Check its owner and mode.") from None


def _attributes(fd: int) -> dict[str, bytes]:
    attributes: dict[str, bytes] = {}
    if sys.platform == "linux":
        with suppress(OSError):  # a file system may have none
            for name in os.listxattr(fd):
                with suppress(OSError):  # without one that cannot be read, the others stay
                    attributes[name] = os.getxattr(fd, name)
    return attributes


def diff(file: TextFile, text: str) -> list[str]:
    """Return a unified diff without the secrets of keys, and without the lines around it: any may hold one."""
    name = short(file.path)
    lines = difflib.unified_diff(_with_titles(file.text), _with_titles(text), name, name, n=0, lineterm="")
    rows = (_SECRET.sub(r"\1…", line[0] + line[1:].rpartition("\n")[2]) for line in lines)
    return [without_password(row) if "://" in row else row for row in rows]


def _with_titles(text: str) -> list[str]:
    """Return the lines, each behind its section's title: in long texts difflib shows a frequent line as changed."""
    title, lines = "", []
    for line in text.splitlines():
        title = line if line.startswith("[") else title
        lines.append(f"{title}\n{line}")
    return lines


def replace(file: TextFile, text: str) -> None:
    """Replace the file, or what a link leads to, in one step. A new file or folder is its owner's alone.

    Raise MfaenvError where it cannot be written, or somebody else changed it since it was read.
    """
    folder, name = os.path.split(file.target)
    temporary = os.path.join(folder, f".{name}.{os.urandom(8).hex()}.mfaenv")

    try:
        data = text.encode(locale.getencoding() if file.encoding == "locale" else file.encoding)
        private_files.make_folders(folder)
        private_files.replace(file.target, data, temporary=temporary, prepare=lambda new: _prepare(file, new))
        with suppress(OSError):  # a power cut would bring back a key that is deactivated by then
            opened = os.open(folder, os.O_RDONLY)  # which Windows refuses
            try:
                os.fsync(opened)
            finally:
                os.close(opened)
    except UnicodeEncodeError as error:
        wrong = f"{short(file.path)} is {error.encoding} text, which cannot hold what would be written."
        raise MfaenvError(wrong, "Choose a name without such characters.") from None
    except OSError as error:
        wrong = f"{short(file.path)} cannot be written: {error.strerror}."
        raise MfaenvError(wrong, "Check its owner, its mode and the disk.") from None
    _check_text(file, text)


def _check_text(file: TextFile, text: str) -> None:
    if read(file.path, file.encoding).text != text:
        raise changed_meanwhile(short(file.path))


def _prepare(old: TextFile, new: int) -> None:
    """Use no path, of the old file neither: whoever may write to the folder may have put another one there."""
    if sys.platform != "win32" and (status := old.status):
        made = os.fstat(new)  # the folder may have given it a group
        if (status.st_uid, status.st_gid) != (made.st_uid, made.st_gid):
            try:
                os.fchown(new, status.st_uid, status.st_gid)
            except PermissionError:  # for a group of others; it need not stay where all may do the same
                if status.st_uid != made.st_uid or status.st_mode >> 3 & 7 != status.st_mode & 7:
                    raise
        mode = stat.S_IMODE(status.st_mode)
        if sys.platform == "linux":
            attributes = old.attributes or {}
            for name in {**_attributes(new), **attributes}:
                try:
                    if name in attributes:
                        os.setxattr(new, name, attributes[name])
                    else:  # the folder's for new files
                        os.removexattr(new, name)
                except OSError:
                    if name == "system.posix_acl_access":  # whose mask would be the group's rights
                        mode &= ~stat.S_IRWXG
        os.fchmod(new, mode)
    os.fsync(new)
    _check_text(old, old.text)


def remove_leftovers(path: str) -> None:
    """Remove what killed processes left; only under `change_lock`."""
    folder, name = os.path.split(os.path.realpath(path))
    ours = re.compile(rf"\.{re.escape(name)}\.[0-9a-f]{{16}}\.mfaenv")
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if ours.fullmatch(entry.name):
                os.unlink(entry.path)
