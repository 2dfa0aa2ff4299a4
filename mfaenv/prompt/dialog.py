"""The base of the programs that open a window: how one is started, and what its end means."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NamedTuple

TITLE = "mfaenv"
PROMPT = "MFA code:"

ENDED_FROM_OUTSIDE = {-1, -2, -9, -15}
"""The status after SIGHUP, SIGINT, SIGKILL or SIGTERM: somebody closed the window. A crash is another signal."""


class Shown(NamedTuple):
    """What a window shows: lines of printable text, and what was wrong with the last answer.

    A window in a terminal takes that one's path and kind, and the locale.
    """

    lines: tuple[str, ...]
    wrong: str = ""
    tty: str = ""
    term: str = ""
    locale: str = ""

    @property
    def text(self) -> str:
        """Return all of it as one text, for windows that show nothing else."""
        return "\n".join([*filter(None, [self.wrong]), *self.lines, PROMPT])


class ProgramStart(NamedTuple):
    """How the program is started, without a shell: its arguments, what it reads, and variables of its own."""

    arguments: tuple[str, ...] = ()
    stdin: str = ""
    variables: Mapping[str, str] = {}


class Ended(NamedTuple):
    """How the program ended: its status, negative for a signal, and what it wrote; `stdin` is what it was to read."""

    status: int
    output: str
    errors: str
    stdin: str = ""


class NoWindowError(Exception):
    """No window was opened; the text says why in a few words."""


class Dialog(ABC):
    """A program that opens a window. `system` is the only one that has it; `display` says whether it needs one."""

    name = ""
    program = ""
    """What is started, where it is not called as the name says."""
    system = sys.platform
    display = False

    @abstractmethod
    def start(self, shown: Shown) -> ProgramStart:
        """Return how to start the program."""

    def answer(self, ended: Ended) -> str:
        """Return what was typed. Raise KeyboardInterrupt for a window that was closed, NoWindowError for none."""
        if ended.status == 0:
            return ended.output
        if ended.status in ENDED_FROM_OUTSIDE or self.is_closed(ended):
            raise KeyboardInterrupt
        raise NoWindowError("no display")

    def is_closed(self, ended: Ended) -> bool:
        """Return whether the person closed the window, where the status is not 0."""
        return ended.status == 1
