"""A secret link, opened in the person's browser once."""

import hmac
import os
import secrets
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus

from mfaenv.errors import MfaenvError
from mfaenv.serving.loopback import POLL_SECONDS, HttpRequest, HttpResponse, LoopbackServer
from mfaenv.terminal import program

BROWSER_VARIABLE = "BROWSER"

STARTED_SECONDS = 5  # after which a program counts as started well
OPENERS = (("xdg-open",), ("gio", "open"), ("x-www-browser",))
WINDOWS_FROM_LINUX = (("wslview",), ("powershell.exe", "-NoProfile", "-Command", "Start-Process"))
"""In WSL: https://wslu.wedotstuff.com/wslu/wslview.html, which not everybody has."""

MAX_WAIT_SECONDS = 60  # until the browser has asked
_HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}

ELSE = "--print shows the link instead, which signs in whoever has it."


def find(env: Mapping[str, str]) -> Callable[[str], None]:
    """Return what opens a secret link in a browser. Raise MfaenvError where none can be shown.

    The system's opener gets an address here that leads to the link once, so that it is in no list of processes.
    A program that BROWSER names gets the link itself, and may open it on another machine.
    """
    if env.get(BROWSER_VARIABLE):
        if not list(_named(env)):
            raise MfaenvError(f"{BROWSER_VARIABLE} names no program that is there.", ELSE)
        return lambda link: _open_named(link, env)
    # Not in a window of another machine's: a user of SSH has another screen.
    if sys.platform in {"darwin", "win32"} and env.get("SSH_CONNECTION"):
        raise MfaenvError("There is no browser here to show the console in.", ELSE)
    command = () if sys.platform == "win32" else _opener_command(env)
    return lambda link: _open_by_system(link, command, env)


def _named(env: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield BROWSER's commands whose program is there, read as by webbrowser; all run in the background."""
    for choice in env[BROWSER_VARIABLE].split(os.pathsep):
        words = [choice] if choice and program.find(choice, env) else []
        with suppress(ValueError):
            words = words or [word.strip('"') for word in shlex.split(choice, posix=os.name != "nt")]
        words = words[:-1] if words[-1:] == ["&"] else words
        if words and program.find(words[0], env):
            yield words


def _open_named(link: str, env: Mapping[str, str]) -> None:
    name, status = "", 0
    for words in _named(env):
        name = os.path.basename(words[0])
        filled = [word.replace("%s", link) for word in words]
        try:
            status = _start(filled if filled != words else [*words, link], env).wait(STARTED_SECONDS)
        except subprocess.TimeoutExpired:
            return
        if status == 0:
            return
    raise MfaenvError(f"{name} ({BROWSER_VARIABLE}) ended with status {status}.", ELSE)


def _start(command: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    try:
        return program.start(command, env, **quiet, start_new_session=True)
    except (OSError, ValueError) as error:
        raise program.cannot_run(command[0], error, env) from None


def _opener_command(env: Mapping[str, str]) -> tuple[str, ...]:
    has_display = sys.platform == "darwin" or program.has_display(env)
    openers = [("open",)] if sys.platform == "darwin" else [*WINDOWS_FROM_LINUX, *OPENERS]
    usable = [words for words in openers if has_display or words in WINDOWS_FROM_LINUX]
    command = next((words for words in usable if program.find(words[0], env)), ())
    if not command:
        lacking = "no program that opens a browser" if has_display else "no display to show a browser on"
        raise MfaenvError(f"There is {lacking}.", ELSE)
    return command


def _open_by_system(link: str, command: Sequence[str], env: Mapping[str, str]) -> None:
    opener: subprocess.Popen[bytes] | None = None
    with redirect_once(link) as (address, answered):
        if sys.platform == "win32":
            program.open_address(address)
        else:
            opener = _start([*command, address], env)
        end = time.monotonic() + MAX_WAIT_SECONDS
        while not answered.wait(POLL_SECONDS):
            if opener and opener.poll():
                raise MfaenvError(f"{command[0]} found no browser (status {opener.returncode}).", ELSE)
            if time.monotonic() > end:
                raise MfaenvError("No browser has asked for the page.", "--print shows the link, to open it.")


@contextmanager
def redirect_once(link: str) -> Iterator[tuple[str, threading.Event]]:
    """Yield an address that leads the first who asks to the link, and the event of that."""
    path, first, answered = f"/{secrets.token_urlsafe()}", threading.Lock(), threading.Event()

    def redirect(request: HttpRequest) -> HttpResponse:
        matches = not request.query and hmac.compare_digest(request.path.encode(), path.encode())
        if matches and first.acquire(blocking=False):
            return HttpResponse(HTTPStatus.FOUND, headers={"Location": link, **_HEADERS}, after=answered.set)
        return HttpResponse(HTTPStatus.NOT_FOUND, headers=_HEADERS)

    with LoopbackServer(redirect) as server:
        yield f"{server.url}{path}", answered
