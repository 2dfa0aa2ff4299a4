"""A list to choose from: typing narrows it, arrows and numbers choose, Enter takes.

prompt_toolkit, questionary and textual take five to fifteen bare interpreters to load; simple-term-menu starts
many processes. Windows' consoles have Terminal.choose.
"""

import os
import re
import select
from collections.abc import Sequence

from mfaenv.errors import DismissedError
from mfaenv.terminal import tty
from mfaenv.terminal.text import ASKED, FAINT, PLAIN, Row, Styled, cells, printable

MAX_ROWS = 15  # rows of the list that are shown at once
HELP = "type to narrow, arrows or number, Enter takes, Esc leaves"
UP, DOWN = "\x1b[A", "\x1b[B"
MOVES = {UP: -1, DOWN: 1, "\x1bOA": -1, "\x1bOB": 1, "\t": 1, "\x1b[5~": -MAX_ROWS, "\x1b[6~": MAX_ROWS}
"""Arrows, also those of application mode, Tab, PageUp and PageDown."""

CTRL_U = "\x15"
LEAVING = ("\x1b", "\x03", "\x04", "\x1c")  # Esc, Ctrl-C, Ctrl-D and Ctrl-Backslash
KEY_PRESS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)|.", re.DOTALL)
"""An arrow's sequence, which comes in one piece, or one character."""


class Picker:
    """The state of a list that is being chosen from."""

    def __init__(self, title: str, rows: Sequence[Row]) -> None:
        self._title = title
        self._rows = rows
        self._at = 0
        self._narrow("")

    def press(self, key: str) -> str:
        """Return the name that a key takes, if it does. Raise KeyboardInterrupt where the person leaves."""
        if key in LEAVING:
            raise DismissedError
        if key in {"\r", "\n"}:
            return self._rows[self._shown[self._at]].name if self._shown else ""
        if key in MOVES:
            self._at = max(0, min(self._at + MOVES[key], len(self._shown) - 1))
        elif key in {"\x7f", "\b"}:
            self._narrow(self._typed[:-1])
        elif key == CTRL_U:
            self._narrow("")
        elif key.isprintable():
            self._narrow(self._typed + key)
        return ""

    def _narrow(self, typed: str) -> None:
        self._typed = typed
        number = int(typed[:9]) if typed.isascii() and typed.isdecimal() else 0
        is_number = 1 <= number <= len(self._rows)
        text = "" if is_number else typed.casefold()
        self._shown = [index for index, row in enumerate(self._rows) if text in row.name.casefold()]
        self._at = number - 1 if is_number else 0

    def frame(self, lines: int, columns: int) -> list[Styled]:
        """Return the lines to show on a terminal of this size."""
        height = max(1, min(MAX_ROWS, lines - 3))
        start = max(0, min(self._at - height // 2, len(self._shown) - height))
        shown = list(enumerate(self._shown))[start : start + height]
        width = max((cells(self._rows[index].name) for _, index in shown), default=0)
        drawn = [Styled(f"{self._title} {self._typed}", ASKED)]
        for place, index in shown:
            name, detail = self._rows[index]
            mark, tone = (">", ASKED) if place == self._at else (" ", PLAIN)
            number = f"{index + 1:{len(str(len(self._rows)))}}"
            space = " " * (width - cells(name))
            drawn.append(Styled(f"{mark} {number}  {printable(name)}{space}  {detail}".rstrip(), tone))
        drawn.append(Styled(f"{len(self._shown)} of {len(self._rows)}: {HELP}", FAINT))
        return [Styled(_cut(line.text, columns), line.tone) for line in drawn]


def _cut(text: str, columns: int) -> str:
    """Leave the last column empty."""
    text = printable(text)[:columns]
    while cells(text) >= columns:
        text = text[:-1]
    return text


def pick(title: str, rows: Sequence[Row], console: tty.Tty) -> str:
    """Show the list until a row is taken, and return its name, which alone stays on the terminal.

    Raise KeyboardInterrupt where the person leaves, or the terminal has gone.
    """
    picker, taken, fd = Picker(title, rows), "", console.fd
    drawn, size = list[Styled](), os.terminal_size((0, 0))
    try:
        with tty.keep_modes(fd):
            tty.set_modes(fd, by_key=True)
            try:
                while not taken:
                    new = console.size()
                    frame = picker.frame(new.lines, new.columns)
                    if (frame, new) != (drawn, size):
                        _draw(frame, drawn, console)
                        drawn, size = frame, new
                    taken = next(filter(None, map(picker.press, _keys(fd))), "")
            finally:
                last = Styled(_cut(f"{title} {taken}", console.size().columns), ASKED)
                _draw([last, Styled("")], drawn, console)
    except OSError:
        raise DismissedError from None
    return taken


def _keys(fd: int) -> list[str]:
    """Raise OSError where the terminal has gone."""
    if not select.select([fd], [], [], tty.LOOK_UP_SECONDS)[0]:
        return []
    data = os.read(fd, 4096)
    if not data:
        raise OSError
    return KEY_PRESS.findall(data.decode("utf-8", "replace"))


def _draw(lines: list[Styled], before: list[Styled], console: tty.Tty) -> None:
    """Draw over the lines before, which a narrower terminal has broken."""
    up = sum(max(1, -(-cells(line.text) // console.size().columns)) for line in before) - 1
    console.control((f"\x1b[{up}A" if up > 0 else "") + "\r\x1b[J")
    console.write(*lines)
