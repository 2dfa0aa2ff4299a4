"""The terminal that the user sits at, whatever the standard streams are: /dev/tty, or the console of Windows."""

from __future__ import annotations

import os
import select
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

END_OF_INPUT = b"\x1a"
"""Ctrl-Z, which ends the input on Windows; elsewhere nothing is read then."""

CONTROL_SEQUENCE = rb"\x1b\[[0-?]*[ -/]*[@-~]"
"""ECMA-48, section 5.4: what arrow keys send, and a terminal's late answer to a shell that asked for its cursor."""

LOOK_UP_SECONDS = 0.2

UTF_8_PAGE = 65001
"""https://learn.microsoft.com/windows/win32/intl/code-page-identifiers."""

if sys.platform == "win32":
    NAMES = ("CONIN$", "CONOUT$")

    def _in_foreground(_: int) -> bool:
        return True

    def _wait_for_line(_: int) -> None:
        return

    def _code_page() -> str:
        import ctypes

        kernel = ctypes.windll.kernel32
        page = kernel.GetConsoleOutputCP() or kernel.GetOEMCP()
        return "" if page == UTF_8_PAGE else f"cp{page}"
else:
    NAMES = ("/dev/tty", "/dev/tty")

    def _in_foreground(fd: int) -> bool:
        """Tell whether this job has the terminal: a read from the background would stop it without a word."""
        return os.tcgetpgrp(fd) == os.getpgrp()

    def _wait_for_line(fd: int) -> None:
        """Wait until a line can be read, and look up now and then.

        A Ctrl-C between the interpreter's last look at its signals and a call that blocks is kept until the next
        signal, and the thread that makes the client ready stretches that moment.
        """
        while not select.select([fd], [], [], LOOK_UP_SECONDS)[0]:
            pass

    def _code_page() -> str:
        return ""


class Console:
    """An open terminal; a context manager. Raises OSError where there is none, or another job has it."""

    def __init__(self) -> None:
        self.reader = open(NAMES[0], "rb", buffering=0)  # noqa: SIM115 - closed by __exit__
        self.writer = open(NAMES[1], "wb", buffering=0)  # noqa: SIM115 - closed by __exit__
        if not _in_foreground(self.reader.fileno()):
            self.__exit__(None, None, None)
            raise OSError("another job has the terminal")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.reader.close()
        self.writer.close()

    def write(self, text: str) -> None:
        """Show text."""
        data = text.encode("utf-8", "backslashreplace")
        while data:
            data = data[self.writer.write(data) :]

    def ask(self, question: str, meanwhile: Callable[[], None] = lambda: None) -> str:
        """Show a question, do something meanwhile, and read the characters of a line.

        Raises KeyboardInterrupt at the end of input (Ctrl-D, Ctrl-Z), and where the terminal has gone.
        """
        try:
            self.write(question)
            meanwhile()
            line = self._line()
        except OSError:
            raise KeyboardInterrupt from None
        import re  # takes its time, and the question comes before

        return re.sub(CONTROL_SEQUENCE, b"", line).decode("utf-8", "replace").rstrip("\r\n")

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            _wait_for_line(self.reader.fileno())
            part = self.reader.read(1024)
            if not part or part.startswith(END_OF_INPUT):
                self.write("\n")
                raise KeyboardInterrupt
            line += part
        return line


def available() -> bool:
    """Tell whether there is a terminal to ask on."""
    try:
        with Console():
            return True
    except OSError:
        return False


def encoding() -> str:
    """Give the code page in which cmd reads what is printed, as Python names it; UTF-8 on other systems.

    https://learn.microsoft.com/windows/console/getconsoleoutputcp; without a console cmd uses the OEM code page.
    """
    return _code_page() or "utf-8"
