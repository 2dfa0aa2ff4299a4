"""The start of all programs that mfaenv starts.

Each function imports subprocess, which takes long: most questions come before any program.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mfaenv.errors import FAILED, MfaenvError, without_value
from mfaenv.fast.catalog import ENDINGS
from mfaenv.fast.execute import script_command
from mfaenv.terminal import coredump

if TYPE_CHECKING:
    import subprocess

NOT_FOUND, NOT_EXECUTABLE = 127, 126  # a shell's exit statuses (POSIX.1-2024, XCU 2.8.2)
MAX_PRINTED = 65_536  # bytes of a program: one that prints without end would take all the memory
GRACE_SECONDS = 2  # for a program to end after it was asked to
LOOK_SECONDS = 0.2  # between two looks at something else while a program runs
_BATCH_FILES = (".cmd", ".bat")
_CMDS_OWN = frozenset('"&|<>^%\r\n')
"""What cmd, which reads the command line of a batch file once more, does not take for text: CVE-2024-24576."""


def find(name: str, env: Mapping[str, str]) -> str:
    """Return the path of a program on the PATH, or that is named with its folder; empty where there is none.

    Windows itself looks in the current folder first, where anybody may have put a program. A relative or empty
    entry of the PATH elsewhere is the user's own wish.
    """
    if sys.platform == "win32":
        entries = [entry.strip('"') for entry in env.get("PATH", "").split(os.pathsep)]
        folders = [""] if os.path.dirname(name) else list(filter(None, entries))
        extensions = list(filter(None, (env.get("PATHEXT") or ENDINGS).lower().split(os.pathsep)))
        endings = [""] if name.lower().endswith(tuple(extensions)) else extensions
        paths = (os.path.join(folder, name + ending) for folder in folders for ending in endings)
        path = next((path for path in paths if os.path.isfile(path)), "")
    else:
        from shutil import which

        path = which(name, path=env.get("PATH", os.defpath)) or ""
    return path


def is_wsl() -> bool:
    """Return whether this is the Windows Subsystem for Linux: https://learn.microsoft.com/windows/wsl/faq."""
    import platform  # slow to load, and few ask

    return "microsoft" in platform.release().lower()


def has_display(env: Mapping[str, str]) -> bool:
    """Return whether there is a screen for windows, of X or Wayland."""
    return bool(env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"))


if sys.platform == "win32":

    def open_address(url: str) -> None:
        """Open a URL with Windows' program for it. Raise MfaenvError where there is none."""
        try:
            os.startfile(url)  # noqa: S606 - a URL of ours, for the browser that the person has chosen
        except OSError as error:
            raise MfaenvError(f"Windows opens no browser: {error.strerror}.") from None


def start(command: Sequence[str], env: Mapping[str, str], **streams: Any) -> subprocess.Popen[bytes]:
    """Start a program, without a shell; `streams` are Popen's.

    Raise OSError, ValueError, or MfaenvError for a batch file whose path or arguments cmd would run in part.
    """
    program = find(command[0], env)
    if not program and (shown := without_value(command[0])) != command[0]:
        what = "no such program, or quotes are around all of it"
        if shown.endswith("=…"):
            what = "an assignment, which no shell reads here"
        raise FileNotFoundError(errno.ENOENT, what, shown)
    if not program and sys.platform == "win32":
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    words = [program or command[0], *command[1:]]
    # Windows drops dots and blanks at the end of a name.
    if words[0].rstrip(". ").lower().endswith(_BATCH_FILES) and not _CMDS_OWN.isdisjoint("".join(words)):
        wrong = f"{command[0]} is a batch file, and cmd would run parts of its path or arguments as commands."
        hint = "Leave out quotes, line breaks and & | < > ^ %, or call the program behind it."
        raise MfaenvError(wrong, hint, status=NOT_EXECUTABLE)

    from subprocess import Popen

    coredump.restore()  # the program inherits the limit
    try:
        return Popen(words, env=dict(env), **streams)  # noqa: S603 - the user's own program, or this one
    except OSError as error:
        script = script_command(words[0], words) if error.errno == errno.ENOEXEC else []
        if not script:
            raise
        return Popen(script, env=dict(env), **streams)  # noqa: S603 - as a shell does
    finally:
        coredump.prevent()


def start_tracked(command: Sequence[str], env: Mapping[str, str], **streams: Any) -> subprocess.Popen[bytes]:
    """Start a program that end_tracked ends, whatever thread waits for it."""
    running = start(command, env, **streams)
    _tracked.append(running)
    return running


_tracked: list[subprocess.Popen[bytes]] = []


def end_tracked() -> None:
    """End the programs of start_tracked."""
    while _tracked:
        end(_tracked.pop())


def end(running: subprocess.Popen[bytes]) -> None:
    """Ask a program to end, or kill it."""
    from subprocess import TimeoutExpired

    for ask in (running.terminate, running.kill):
        ask()
        with suppress(TimeoutExpired):
            running.wait(GRACE_SECONDS)
            return
    # A signal just after Popen acquired its lock leaves that locked: what waits would never end.
    running.returncode = FAILED


def communicate(
    running: subprocess.Popen[bytes], name: str, check: Callable[[], None], stdin: bytes | None = None
) -> tuple[bytes, bytes]:
    """Write a program's input and return its output and errors; any exception ends it.

    `check` is called at once and again and again, and may raise. What the program leaves behind, with its output
    open, is not waited for. Raise MfaenvError where it prints too much (seen on POSIX alone).
    """
    from subprocess import TimeoutExpired

    try:
        while True:
            check()
            # Windows shows what was printed at its end alone.
            has_ended = sys.platform != "win32" and running.poll() is not None
            try:
                return running.communicate(stdin, GRACE_SECONDS if has_ended else LOOK_SECONDS)
            except TimeoutExpired as error:
                stdin = None  # what is left of it is kept there
                printed = (error.output or b"", error.stderr or b"")
                if sum(map(len, printed)) > MAX_PRINTED:
                    raise MfaenvError(f"{name} does not stop printing.", "Try it by itself.") from None
            if has_ended:
                return printed
    except BaseException:
        end(running)
        raise


def check(name: str, env: Mapping[str, str]) -> None:
    """Raise MfaenvError, with a shell's exit status, where there is no such program."""
    if not find(name, env):
        number = errno.EACCES if os.path.dirname(name) and os.path.exists(name) else errno.ENOENT
        raise cannot_run(name, OSError(number, os.strerror(number)), env)


def output(command: Sequence[str], env: Mapping[str, str], seconds: float, **streams: Any) -> str:
    """Return what a program prints; empty where it is not there, fails, or takes longer."""
    from subprocess import DEVNULL, PIPE, SubprocessError

    quiet = {"stdin": DEVNULL, "stderr": DEVNULL, **streams}
    try:
        with start(command, env, stdout=PIPE, **quiet) as running:
            try:
                out = running.communicate(timeout=seconds)[0]
            except BaseException:
                running.kill()
                raise
    except (OSError, ValueError, SubprocessError, MfaenvError):
        return ""
    return "" if running.returncode else out.decode("utf-8", "replace")


def cannot_run(name: str, error: OSError | ValueError, env: Mapping[str, str]) -> MfaenvError:
    """Return the error for a program that cannot be started, with a shell's exit status."""
    if isinstance(error, FileNotFoundError):
        if find(name, env):
            wrong = "the program that its first line names is not there"
            return MfaenvError(f"{name} cannot be run: {wrong}.", status=NOT_FOUND)
        shown = without_value(name)
        quoted = "Take away the quotes around all of it, or check its name."
        hint = quoted if shown.endswith(" …") else "Check its name."
        return MfaenvError(f"There is no program {shown}.", hint, status=NOT_FOUND)
    reason = getattr(error, "strerror", None) or "its name cannot be used"
    return MfaenvError(f"{name} cannot be run: {reason}.", status=NOT_EXECUTABLE)
