"""A screen for a QR code and its key: in no scrollback, and always cleared in the end."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import StringIO
from typing import Any

from mfaenv.errors import DismissedError, MfaenvError
from mfaenv.terminal import tty
from mfaenv.terminal.foreground import handling
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import Styled, wrapped

OPEN, CLOSE = "\x1b[?1049h\x1b[H\x1b[J", "\x1b[?1049l"
"""The alternate screen: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "DECSET"."""

CLEAR = "\x1b[H\x1b[K\x1b[2H\x1b[J\x1b[H"
"""The first row by itself: some terminals move a screen that is erased at once into their scrollback."""

KEEP_CURSOR, PUT_CURSOR_BACK, ERASE_LINE = "\x1b7", "\x1b8", "\x1b[K"

WHITE_ON_BLACK, RESET = "\x1b[38;5;231;48;5;16m", "\x1b[0m"
"""Colours that no theme changes, whatever NO_COLOR says: some scanners read no code that is light on dark."""

USUAL_BORDER, MIN_BORDER = 4, 2
"""The light border of a QR code, in modules: ISO/IEC 18004's, and one that scanners accept too."""

PANEL_COLUMNS = 30  # six groups of four characters beside a QR code, and a free column
MARGIN = 2


class PrivateScreen:
    """The alternate screen, with a QR code at the left where it fits, and text beside it."""

    def __init__(self, console: tty.Tty, code: Sequence[str], columns: int) -> None:
        self._console = console
        self._code = code
        self.has_code = bool(code)
        self._left = len(code[0]) + MARGIN + 1 if code else 1
        self._width = columns - self._left

    def ask(self, texts: Sequence[str], question: str, status: Callable[[], str]) -> str:
        """Show texts and a status that changes, and ask below. Raise KeyboardInterrupt, SystemExit."""
        row, shown = self.show(texts), ""

        def update() -> None:
            nonlocal shown
            if shown != (shown := status()):
                self._console.control(KEEP_CURSOR)
                for number, line in enumerate([*wrapped(shown, self._width), "", ""][:3]):
                    self._at(row + number, line[: self._width])
                self._console.control(PUT_CURSOR_BACK)

        update()
        self._at(row + 3, "")
        self._console.check = update
        return self._console.ask([Styled(f"{question}: ")]).strip()

    def wait_for_key(self, texts: Sequence[str]) -> None:
        """Show texts until a key is pressed, on Windows Enter. Raise KeyboardInterrupt, SystemExit."""
        self.show(texts)
        fd = self._console.fd
        with tty.keep_modes(fd):
            tty.set_modes(fd, by_key=True)
            self._console.reader.read(1)

    def show(self, texts: Sequence[str]) -> int:
        """Show texts alone, and return the row after the last one."""
        self._console.control(CLEAR)
        for number, line in enumerate(self._code, 1):
            self._console.control(f"\x1b[{number}H{WHITE_ON_BLACK}{line}{RESET}")
        row = 1
        for text in texts:
            for line in wrapped(text, self._width):
                self._at(row, line[: self._width])
                row += 1
        return row

    def _at(self, row: int, text: str) -> None:
        self._console.control(f"\x1b[{row};{self._left}H{ERASE_LINE}")
        self._console.write(Styled(text))


def check(terminal: Terminal) -> bool:
    """Return whether a QR code has room. Raise MfaenvError where there is no terminal, or one without such a screen."""
    with terminal.open_tty() as console:
        is_dumb = tty.is_dumb(terminal.env) and sys.platform != "win32"
        if is_dumb or not tty.enable_controls(console.writer.fileno()):
            wrong = "This terminal cannot clear its screen (TERM), and the key of a device must not stay on it."
            raise MfaenvError(wrong, "Use another terminal.")
        columns, lines = console.size()
        return columns >= tty.USUAL_COLUMNS and lines >= tty.USUAL_LINES


@contextmanager
def show(terminal: Terminal, parts: Sequence[str]) -> Iterator[PrivateScreen]:
    """Yield the screen, with a QR code of the parts where it fits and the terminal shows such characters.

    Ctrl-Z does nothing meanwhile.
    """
    with terminal.open_tty() as console, handling({"SIGTSTP": lambda _number, _frame: None}):
        columns, lines = console.size()
        takes_utf_8 = sys.platform == "win32" or "utf8" in tty.locale(terminal.env).lower().replace("-", "")
        code = _qr_code(parts, lines) if takes_utf_8 else []
        fits = bool(code) and len(code) <= lines and len(code[0]) + MARGIN + PANEL_COLUMNS <= columns
        console.control(OPEN)
        try:
            yield PrivateScreen(console, code if fits else [], columns)
        except OSError:  # the terminal has gone
            raise DismissedError from None
        finally:
            with suppress(OSError):
                console.control(f"{CLEAR}{CLOSE}")


def _qr_code(parts: Sequence[str], max_lines: int) -> list[str]:
    """Take the text in parts: base32 by itself takes half as many bits as among other letters."""
    import segno

    content: Any = list(parts)
    code, drawn = segno.make(content, error="l", micro=False), StringIO()
    fits = code.symbol_size(border=USUAL_BORDER)[1] <= 2 * max_lines
    code.terminal(drawn, border=USUAL_BORDER if fits else MIN_BORDER, compact=True)
    return drawn.getvalue().splitlines()
