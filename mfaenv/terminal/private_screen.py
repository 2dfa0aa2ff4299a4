"""A screen for what is to be seen once: in no scrollback, and cleared in the end, however that comes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from mfaenv.errors import MfaenvError
from mfaenv.terminal import modes, qr_code, tty
from mfaenv.terminal.foreground import handling
from mfaenv.terminal.qr_code import BLACK_ON_WHITE, RESET
from mfaenv.terminal.tones import Styled
from mfaenv.terminal.tty import Tty

OPEN, CLOSE = "\x1b[?1049h", "\x1b[?1049l"
"""The alternate screen: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "DECSET"."""

CLEAR = "\x1b[H\x1b[J"
"""Erases from the top down: what erases the whole screen at once pushes it into some terminals' scrollback first."""

KEEP_CURSOR, PUT_CURSOR_BACK, ERASE_LINE = "\x1b7", "\x1b8", "\x1b[K"

PANEL_COLUMNS = 30
"""What text beside a QR code takes: six groups of four characters, and a free column."""

MARGIN = 2

_CANNOT_CLEAR = "This terminal cannot clear its screen (TERM), and the key of a device must not stay on it."


class PrivateScreen:
    """The terminal's alternate screen, with a QR code at the left where it fits, and text beside it."""

    def __init__(self, console: Tty, code: Sequence[str], columns: int) -> None:
        self._console = console
        self._code = code
        self._left = len(code[0]) + MARGIN + 1 if code else 1
        self._width = columns - self._left

    @property
    def has_code(self) -> bool:
        """Return whether the QR code is there."""
        return bool(self._code)

    def ask(self, texts: Sequence[str], question: str, status: Callable[[], str]) -> str:
        """Show the texts and a status that changes, and ask below them. Raise KeyboardInterrupt, SystemExit."""
        row, shown = self.show(texts), ""

        def update() -> None:
            nonlocal shown
            if shown != (shown := status()):
                self._console.control(KEEP_CURSOR)
                for number, line in enumerate([*tty.broken(shown, self._width), "", ""][:3]):
                    self._at(row + number, line[: self._width])
                self._console.control(PUT_CURSOR_BACK)

        update()
        self._at(row + 3, "")
        self._console.check = update
        return self._console.ask([Styled(f"{question}: ")]).strip()

    def wait_for_key(self, texts: Sequence[str]) -> None:
        """Show texts until a key is pressed; on Windows it has to be Enter. Raise KeyboardInterrupt, SystemExit."""
        self.show(texts)
        fd = self._console.reader.fileno()
        with modes.keep_modes(fd):
            modes.set_modes(fd, by_key=True)
            self._console.reader.read(1)

    def show(self, texts: Sequence[str]) -> int:
        """Show texts and nothing below them, and return the row after the last one."""
        self._console.control(CLEAR)
        for number, line in enumerate(self._code, 1):
            self._console.control(f"\x1b[{number}H{BLACK_ON_WHITE}{line}{RESET}")
        row = 1
        for text in texts:
            for line in tty.broken(text, self._width):
                self._at(row, line[: self._width])
                row += 1
        return row

    def _at(self, row: int, text: str) -> None:
        self._console.control(f"\x1b[{row};{self._left}H{ERASE_LINE}")
        self._console.write(Styled(text))


def check(console: Tty, env: Mapping[str, str]) -> None:
    """Raise MfaenvError where the terminal has no such screen."""
    named = env.get("TERM", "") not in {"", "dumb"} or sys.platform == "win32"
    if not (named and modes.enable_controls(console.writer.fileno())):
        raise MfaenvError(_CANNOT_CLEAR, "Use another terminal.")


@contextmanager
def show(console: Tty, env: Mapping[str, str], parts: Sequence[str]) -> Iterator[PrivateScreen]:
    """Yield the screen, with a QR code of the parts where the terminal is large enough and shows such characters.

    Ctrl-Z does nothing meanwhile. Raise MfaenvError where the terminal has no such screen.
    """
    check(console, env)
    with handling({"SIGTSTP": lambda _number, _frame: None}):
        columns, lines = os.get_terminal_size(console.writer.fileno())
        code = qr_code.draw(parts, lines) if qr_code.shows_blocks(env, windows=sys.platform == "win32") else []
        fits = bool(code) and len(code) <= lines and len(code[0]) + MARGIN + PANEL_COLUMNS <= columns
        console.control(OPEN)
        try:
            yield PrivateScreen(console, code if fits else [], columns)
        except OSError:  # the terminal has gone
            raise KeyboardInterrupt from None
        finally:
            with suppress(OSError):
                console.control(f"{CLEAR}{CLOSE}")
