"""The person's browser: the one that BROWSER names, or else the system's own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from mfaenv.errors import MfaenvError
from mfaenv.serving import one_time_redirect
from mfaenv.terminal import program
from mfaenv.terminal.foreground import run_in_foreground

Open = Callable[[str], None]
Start = one_time_redirect.Start


VARIABLE = "BROWSER"
PLACEHOLDER = "%s"

WINDOWED = frozenset(
    {
        "brave-browser",
        "chrome",
        "chromium",
        "chromium-browser",
        "epiphany",
        "firefox",
        "firefox-esr",
        "google-chrome",
        "google-chrome-stable",
        "microsoft-edge",
        "opera",
        "vivaldi",
    }
)
"""Programs that may run until their last window is closed, and need no terminal: nobody waits for them."""

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
        commands = [words for words, _ in _named(env)]
        if not commands:
            raise MfaenvError(f"{VARIABLE} names no program that is there.", ELSE)
        return lambda link: _open_named(link, env)
    start = _system_opener(env)
    return lambda link: one_time_redirect.hand_over(link, start)


def _named(env: Mapping[str, str]) -> Iterator[tuple[list[str], bool]]:
    """Yield the commands in BROWSER whose program is there, and whether each is to run in the background.

    As the standard library's webbrowser reads it: `%s` stands for the URL, and `&` at the end for the background.
    """
    for choice in env[VARIABLE].split(os.pathsep):
        words = [choice] if choice and program.find(choice, env) else _split(choice)
        background = words[-1:] == ["&"]
        words = words[:-1] if background else words
        if words and program.find(words[0], env):
            name = os.path.basename(words[0]).lower().removesuffix(".exe")
            yield words, background or name in WINDOWED


def _split(choice: str) -> list[str]:
    try:
        return [word.strip('"') for word in shlex.split(choice, posix=os.name != "nt")]
    except ValueError:
        return []


def _open_named(link: str, env: Mapping[str, str]) -> None:
    """Open the link with the first command in BROWSER that works. Raise MfaenvError where none does."""
    name, status = "", 0
    for words, background in _named(env):
        name = os.path.basename(words[0])
        filled = [word.replace(PLACEHOLDER, link) for word in words[1:]]
        command = [words[0], *(filled if filled != words[1:] else [*words[1:], link])]
        status = _in_background(command, env) if background else run_in_foreground(command, env)
        if status == 0:
            return
    raise MfaenvError(f"{name} ({VARIABLE}) ended with status {status}.", ELSE)


def _in_background(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Start a program that goes on without this one; return its exit status where it ends soon, else 0."""
    with _going_on(command, env) as started, suppress(subprocess.TimeoutExpired):
        return started.wait(STARTED_SECONDS)
    return 0


@contextmanager
def _going_on(command: Sequence[str], env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program without a terminal, which goes on after the block and nobody waits for."""
    nothing = subprocess.DEVNULL
    try:
        started = program.start(command, env, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
    except (OSError, ValueError) as error:
        raise program.cannot_run(command[0], error, env) from None
    try:
        yield started
    finally:
        if started.poll() is None:
            started.returncode = 0  # else Python warns that it still runs


def _system_opener(env: Mapping[str, str]) -> Start:
    """Return what opens an address, in no window of another machine's: a user of SSH has another screen."""
    if sys.platform in {"darwin", "win32"} and env.get("SSH_CONNECTION"):
        raise MfaenvError("There is no browser here to show the console in.", ELSE)
    return _own_opener(env)


if sys.platform == "win32":

    def _own_opener(_env: Mapping[str, str]) -> Start:
        @contextmanager
        def start(address: str) -> Iterator[Callable[[], None]]:
            program.open_address(address)
            yield lambda: None

        return start
else:

    def _own_opener(env: Mapping[str, str]) -> Start:
        command = _opener_command(env)

        @contextmanager
        def start(address: str) -> Iterator[Callable[[], None]]:
            with _going_on([*command, address], env) as started:

                def check() -> None:
                    if started.poll():
                        raise MfaenvError(f"{command[0]} found no browser (status {started.returncode}).", ELSE)

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
