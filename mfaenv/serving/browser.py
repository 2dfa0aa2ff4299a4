"""The person's browser: the one that BROWSER names, or else the system's own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from mfaenv.errors import MfaenvError
from mfaenv.serving import one_time_redirect
from mfaenv.terminal import program

Open = Callable[[str], None]
Start = one_time_redirect.Start

VARIABLE = "BROWSER"
PLACEHOLDER = "%s"

STARTED_SECONDS = 5
"""After which a program that is not waited for counts as started well."""

OPENERS = (("xdg-open",), ("gio", "open"), ("x-www-browser",))
WINDOWS_FROM_LINUX = (("wslview",), ("powershell.exe", "-NoProfile", "-Command", "Start-Process"))
"""In the Windows Subsystem for Linux: https://wslu.wedotstuff.com/wslu/wslview.html, which not everybody has."""

ELSE = "--print shows the link instead, which signs in whoever has it."


def find(env: Mapping[str, str]) -> Open:
    """Return what opens a secret link in a browser. Raise MfaenvError where there is none, or nowhere to show it.

    The system's own opener gets an address on this machine that leads to the link once, so that the link is in no list
    of processes. A program that BROWSER names gets the link itself: it may run it on another machine.
    """
    if env.get(VARIABLE):
        if not list(_named(env)):
            raise MfaenvError(f"{VARIABLE} names no program that is there.", ELSE)
        return lambda link: _open_named(link, env)
    start = _system_opener(env)
    return lambda link: one_time_redirect.hand_over(link, start)


def _named(env: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield the commands in BROWSER whose program is there.

    As the standard library's webbrowser reads it: `%s` stands for the URL. `&` at the end stands for the background,
    where all of them run here.
    """
    for choice in env[VARIABLE].split(os.pathsep):
        words = [choice] if choice and program.find(choice, env) else _split(choice)
        words = words[:-1] if words[-1:] == ["&"] else words
        if words and program.find(words[0], env):
            yield words


def _split(choice: str) -> list[str]:
    try:
        return [word.strip('"') for word in shlex.split(choice, posix=os.name != "nt")]
    except ValueError:
        return []


def _open_named(link: str, env: Mapping[str, str]) -> None:
    """Open the link with the first command in BROWSER that works. Raise MfaenvError where none does."""
    name, status = "", 0
    for words in _named(env):
        name = os.path.basename(words[0])
        filled = [word.replace(PLACEHOLDER, link) for word in words]
        with _started(filled if filled != words else [*words, link], env) as process:
            try:
                status = process.wait(STARTED_SECONDS)
            except subprocess.TimeoutExpired:
                return
        if status == 0:
            return
    raise MfaenvError(f"{name} ({VARIABLE}) ended with status {status}.", ELSE)


@contextmanager
def _started(command: Sequence[str], env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program without a terminal, which goes on after the block and nobody waits for."""
    nothing = subprocess.DEVNULL
    try:
        process = program.start(command, env, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
    except (OSError, ValueError) as error:
        raise program.cannot_run(command[0], error, env) from None
    try:
        yield process
    finally:
        if process.poll() is None:
            process.returncode = 0  # else Python warns that it still runs


def _system_opener(env: Mapping[str, str]) -> Start:
    """Return what opens an address, in no window of another machine's: a user of SSH has another screen."""
    if sys.platform in {"darwin", "win32"} and env.get("SSH_CONNECTION"):
        raise MfaenvError("There is no browser here to show the console in.", ELSE)
    if sys.platform == "win32":

        @contextmanager
        def start(address: str) -> Iterator[Callable[[], None]]:
            program.open_address(address)
            yield lambda: None
    else:
        command = _opener_command(env)

        @contextmanager
        def start(address: str) -> Iterator[Callable[[], None]]:
            with _started([*command, address], env) as process:

                def check() -> None:
                    if process.poll():
                        raise MfaenvError(f"{command[0]} found no browser (status {process.returncode}).", ELSE)

                yield check

    return start


def _opener_command(env: Mapping[str, str]) -> tuple[str, ...]:
    has_display = sys.platform == "darwin" or bool(env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"))
    openers = [("open",)] if sys.platform == "darwin" else [*WINDOWS_FROM_LINUX, *OPENERS]
    usable = [words for words in openers if has_display or words in WINDOWS_FROM_LINUX]
    command = next((words for words in usable if program.find(words[0], env)), ())
    if not command:
        lacking = "no program that opens a browser" if has_display else "no display to show a browser on"
        raise MfaenvError(f"There is {lacking}.", ELSE)
    return command
