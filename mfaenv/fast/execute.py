"""`mfaenv exec` with a stored session: the program takes this process's place."""

import _signal  # type: ignore[import-not-found]  # signal itself takes its time
import errno
import os
import sys
import time

from mfaenv import fast
from mfaenv.fast import environment, parse
from mfaenv.fast.entry import ReadOnlyStore
from mfaenv.fast.parse import Env, Options, Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

FIRST_LINE_BYTES = 128  # of a program, to see whether it is a script


ignored_by_caller: list[int] = []
"""Signals that this process takes, and the program that takes its place is to ignore as the caller does."""


def replace_with_stored(options: Options, words: list[str], env: Env) -> None:
    """Replace this process by the program; or decline, and return: on Windows, and for options that exec alone has."""
    if not words or options.keys() - parse.MAIN_OPTIONS.keys() or environment.lost_limit(options, env):
        return
    if sys.platform != "win32":
        pairs = fast.stored(options, env, ReadOnlyStore.of(env), time.time())
        try:
            if pairs and not fast.concerns_direnv(pairs, env):
                replace(words, environment.changed(pairs, env))
        except (OSError, ValueError):
            return


def replace(words: list[str], env: dict[str, str]) -> "NoReturn":
    """Replace this process by the first such program on the PATH, as a shell does. Raise ValueError or OSError."""
    restore_locale(env)
    ignored = (_signal.SIGPIPE, _signal.SIGXFSZ)  # by Python: the program would ignore them too
    for number in ignored:
        _signal.signal(number, _signal.SIG_DFL)
    for number in ignored_by_caller:
        _signal.signal(number, _signal.SIG_IGN)
    missing: OSError = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    try:
        for folder in [""] if os.path.dirname(words[0]) else env.get("PATH", os.defpath).split(os.pathsep):
            path = words[0] if os.path.dirname(words[0]) else os.path.join(folder or ".", words[0])
            try:
                os.execve(path, words, env)  # noqa: S606 - the user's own command, without a shell
            except (FileNotFoundError, NotADirectoryError):
                continue
            except PermissionError as error:
                missing = error
            except OSError as error:
                script = script_command(path, words) if error.errno == errno.ENOEXEC else []
                if not script:
                    raise
                os.execve(script[0], script, env)  # noqa: S606 - the same
        raise missing
    finally:
        for number in ignored:
            _signal.signal(number, _signal.SIG_IGN)


def script_command(path: str, words: Words) -> list[str]:
    """Return the command that runs a script without `#!`, as a shell does; empty for a binary.

    That has a NUL in its first line (POSIX.1-2024, XCU 2.9.1.4).
    """
    with open(path, "rb") as file:
        is_text = b"\0" not in file.readline(FIRST_LINE_BYTES)
    return ["/bin/sh", path, *words[1:]] if is_text else []


def restore_locale(env: dict[str, str]) -> None:
    """Undo what Python sets in the locale C (PEP 538). Linux alone shows what was there before."""
    if env.get("LC_CTYPE") not in {"C.UTF-8", "C.utf8", "UTF-8"}:
        return
    try:
        with open("/proc/self/environ", "rb") as file:
            named = [line for line in file.read().split(b"\0") if line.startswith(b"LC_CTYPE=")]
    except OSError:
        return
    del env["LC_CTYPE"]
    if named:
        env["LC_CTYPE"] = os.fsdecode(named[0].partition(b"=")[2])
