"""A screen without a monitor, on which real windows open, and a person who types into them."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from product import PATIENCE
from terminals import need

TITLE = "^mfaenv$"
SECONDS_TO_TAKE = 5
"""After which it is typed again."""


class Screen:
    """An X server of its own; a context manager. `title` is a pattern of the names of the windows that ask."""

    def __init__(self, title: str = TITLE) -> None:
        self._title = title
        need("Xvfb", "xdotool")
        reader, writer = os.pipe()
        # By default it starts anew when its last client leaves, and refuses whoever comes meanwhile.
        command = (
            "Xvfb",
            "-displayfd",
            str(writer),
            "-screen",
            "0",
            "1024x768x24",
            "-nolisten",
            "tcp",
            "-noreset",
        )
        self._server = subprocess.Popen(
            command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(writer)
        with open(reader, encoding="ascii") as file:
            self.name = f":{file.readline().strip()}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.terminate()
        self._server.wait()

    def windows(self) -> list[str]:
        """List the windows that ask."""
        return self._do("search", "--onlyvisible", "--name", self._title).split()

    def type(self, keys: str, taken: Callable[[], object]) -> None:
        """Wait until a window asks, and type into it, Enter at the end, until that is taken.

        A window that has just opened may get a part of it, or nothing; another one asks where it got a part.
        """
        until(self.windows)
        for _ in range(PATIENCE // SECONDS_TO_TAKE):
            self._do("key", "ctrl+a")  # what it has already is written over
            self._do("type", "--delay", "20", keys)
            self._do("key", "Return")
            if is_soon(taken, SECONDS_TO_TAKE):
                return
        pytest.fail(f"nothing has taken {keys}")

    def close(self) -> None:
        """Wait until a window asks, and close it."""
        until(self.windows)
        until(self._closed)

    def _closed(self) -> bool:
        """Press Escape, which a window that has just opened may not get, and tell whether none asks any more."""
        self._do("key", "Escape")
        return not self.windows()

    def _do(self, *words: str) -> str:
        env = {**os.environ, "DISPLAY": self.name}
        done = subprocess.run(["xdotool", *words], env=env, capture_output=True, check=False)
        return done.stdout.decode()


def until(there: Callable[[], object]) -> None:
    """Wait until something is there; the test fails where that takes too long."""
    if not is_soon(there, PATIENCE):
        pytest.fail("nothing came")


def is_soon(there: Callable[[], object], seconds: float) -> bool:
    """Return whether something is there before so many seconds have passed."""
    end = time.monotonic() + seconds
    while not there():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def command_lines(program: str, screen: Screen) -> dict[str, list[str]]:
    """Return the words of each process of this program on the screen, by its number: other screens may have theirs."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words, variables = (
                (process / name).read_bytes().split(b"\0")[:-1] for name in ("cmdline", "environ")
            )
        except OSError:
            continue
        command = [word.decode("utf-8", "replace") for word in words]
        if command and Path(command[0]).name == program and f"DISPLAY={screen.name}".encode() in variables:
            found[process.name] = command
    return found
