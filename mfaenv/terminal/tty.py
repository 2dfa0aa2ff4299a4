"""The user's terminal, whatever the standard streams are: /dev/tty, or the console of Windows."""

import os
import re
import select
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Self

from mfaenv.errors import DismissedError
from mfaenv.fast import STDOUT, end_in_order
from mfaenv.terminal.text import Styled, printable

if sys.platform == "win32":
    import msvcrt
else:
    import termios

    def _call(function: Callable[..., Any], *arguments: Any) -> Any:
        """Raise OSError, which the error of termios is not."""
        try:
            return function(*arguments)
        except termios.error as error:
            raise OSError(*error.args) from None


SIGQUIT = 3  # on every POSIX system; Windows has none
USUAL_COLUMNS = 80
USUAL_LINES = 24

SENSIBLE_COLUMNS = range(20, 1000)
"""In other widths nothing could be read, or drawing would take all the memory."""

END_OF_LINE = (Styled(""), Styled(""))

QUIT_KEY = b"\x1c"  # Ctrl-\
END_OF_INPUT = b"\x1a"  # Ctrl-Z, on Windows
CONTROL_SEQUENCE = rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1a"
"""ECMA-48, 5.4: arrow keys, and a terminal's late answer to a shell that asked for its cursor. Also Ctrl-Z."""

_VIRTUAL_TERMINAL = 0x0004

LOOK_UP_SECONDS = 0.2  # between two looks at something else while nobody types
KEY_SECONDS = 0.05  # the same on Windows, where what is typed shows only when it is read
TERMINAL_FILES = ("CONIN$", "CONOUT$") if sys.platform == "win32" else ("/dev/tty", "/dev/tty")


def _in_foreground(fd: int) -> bool:
    """Return whether this job has the terminal: a read from the background would stop it without a word."""
    return sys.platform == "win32" or os.tcgetpgrp(fd) == os.getpgrp()


def _has_input(fd: int) -> bool:
    """Wait a moment for a line, no longer: a Ctrl-C just before a call that blocks waits for its end."""
    if sys.platform == "win32":
        has_input = msvcrt.kbhit()
        if not has_input:
            time.sleep(KEY_SECONDS)
    else:
        has_input = bool(select.select([fd], [], [], LOOK_UP_SECONDS)[0])
    return has_input


class FullScreenError(OSError):
    """A full-screen program has the terminal."""


class Tty:
    """The terminal, open. Raise OSError where there is none, or another program has it.

    While it waits for a line, it calls `check`, which may raise, at once and again and again.
    """

    def __init__(
        self, check: Callable[[], None] = lambda: None, *, no_styles: bool = False, for_shell: bool = False
    ) -> None:
        self.check = check
        self._for_shell = for_shell
        self._no_styles = no_styles
        with ExitStack() as opened:
            self.reader = opened.enter_context(open(TERMINAL_FILES[0], "rb", buffering=0))
            self.writer = opened.enter_context(open(TERMINAL_FILES[1], "wb", buffering=0))
            self.fd = self.reader.fileno()
            if is_full_screen(self.fd):
                raise FullScreenError
            if not _in_foreground(self.fd):
                raise OSError("another job has the terminal")
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def write(self, *lines: Styled) -> None:
        """Show lines, made printable; the cursor stays behind the last one."""
        texts = (Styled(printable(line.text), "" if self._no_styles else line.tone) for line in lines)
        self.control("\n".join(text.drawn() for text in texts))

    def control(self, sequence: str) -> None:
        """Write control sequences, and text that is made printable already."""
        data = sequence.encode()
        while data:
            data = data[self.writer.write(data) :]

    def ask(self, question: Sequence[Styled]) -> str:
        """Show a question, and read a line.

        Raise what `check` raises, SystemExit at Ctrl-Backslash, and KeyboardInterrupt at the end of input
        (Ctrl-D, on Windows Ctrl-Z) and where the terminal has gone.
        """
        try:
            with keep_modes(self.fd):
                set_modes(self.fd, for_shell=self._for_shell)
                self.write(*question)
                line = self._line()
        except (KeyboardInterrupt, SystemExit) as error:
            with suppress(OSError):
                self.write(*END_OF_LINE)
            if isinstance(error, KeyboardInterrupt):
                raise DismissedError from None
            raise
        except OSError:
            raise DismissedError from None
        return re.sub(CONTROL_SEQUENCE, b"", line).decode("utf-8", "replace").rstrip("\r\n")

    def size(self) -> os.terminal_size:
        """Return its columns and lines."""
        try:
            size = os.get_terminal_size(self.writer.fileno())
        except OSError:
            size = os.terminal_size((0, 0))
        return os.terminal_size((size.columns or USUAL_COLUMNS, size.lines or USUAL_LINES))

    def abandon(self) -> None:
        """End the line of a question, and drop what was typed, which the shell would run."""
        self.drop_input()
        with suppress(OSError):
            self.write(*END_OF_LINE)

    def drop_input(self) -> None:
        """Drop what was typed and not read yet."""
        with suppress(OSError):  # the terminal may have gone
            # From the background this would stop the job.
            if sys.platform != "win32" and _in_foreground(self.fd):
                _call(termios.tcflush, self.fd, termios.TCIFLUSH)

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            self.check()
            while _in_foreground(self.fd) and not _has_input(self.fd):
                self.check()
            if not _in_foreground(self.fd):
                raise OSError("another job has the terminal")
            part = self.reader.read(1024)
            if not part or (sys.platform == "win32" and part.startswith(END_OF_INPUT)):
                raise DismissedError
            if part.endswith(QUIT_KEY):
                end_in_order(SIGQUIT, None)
            line += part
        return line


def enable_controls(fd: int) -> bool:
    """Let a console of Windows obey control sequences; return whether the terminal does.

    https://learn.microsoft.com/windows/console/setconsolemode
    """
    obeys = True
    if sys.platform == "win32":
        import ctypes

        kernel, handle, mode = ctypes.windll.kernel32, msvcrt.get_osfhandle(fd), ctypes.c_ulong()
        is_console = kernel.GetConsoleMode(ctypes.c_void_p(handle), ctypes.byref(mode))
        obeys = is_console and kernel.SetConsoleMode(ctypes.c_void_p(handle), mode.value | _VIRTUAL_TERMINAL)
    return bool(obeys)


def is_full_screen(fd: int) -> bool:
    """Return whether a full-screen program has the terminal; on Windows it has a screen of its own."""
    # Line editors leave Ctrl-C its signal and lines their ends, which curses takes; PowerShell's the mode by lines.
    return sys.platform != "win32" and not (
        (modes := _call(termios.tcgetattr, fd))[3] & termios.ICANON
        or (modes[3] & termios.ISIG and modes[1] & termios.ONLCR)
    )


@contextmanager
def keep_modes(fd: int) -> Iterator[None]:
    """Restore the terminal's modes in the end: a program that is ended may leave others."""
    if sys.platform == "win32":
        yield
    else:
        modes = _call(termios.tcgetattr, fd)
        try:
            yield
        finally:
            with suppress(OSError):  # the terminal may have gone
                if os.tcgetpgrp(fd) == os.getpgrp() and _call(termios.tcgetattr, fd) != modes:
                    _call(termios.tcsetattr, fd, termios.TCSANOW, modes)


def set_modes(fd: int, *, by_key: bool = False, for_shell: bool = False) -> None:
    """Let Enter and Ctrl-C work as usual where a line editor, as bash's `bind -x`, has changed that.

    Usual modes stay, also after SIGKILL, with which Go's SDK ends `mfaenv process` after a minute
    (https://github.com/aws/aws-sdk-go-v2/blob/main/credentials/processcreds/provider.go). But `for_shell`,
    Ctrl-Backslash ends the line and sends no signal, which would end the subshell where a function waits, and
    Ctrl-Z does nothing if a shell reads. With `by_key` keys come one by one, unseen, and Ctrl-C alone sends a signal.
    The modes: https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap11.html.
    """
    if sys.platform != "win32":
        modes = _call(termios.tcgetattr, fd)
        keys, disabled = modes[6], bytes([os.fpathconf(fd, "PC_VDISABLE") & 0xFF])
        modes[0] |= termios.ICRNL
        modes[1] |= termios.OPOST
        modes[3] |= termios.ICANON | termios.ECHO | termios.ISIG
        for key, character in ((termios.VINTR, b"\x03"), (termios.VEOF, b"\x04")):
            if keys[key] in {b"\x00", b"\xff"}:  # switched off
                keys[key] = character
        if by_key or for_shell:
            keys[termios.VQUIT], keys[termios.VEOL] = disabled, QUIT_KEY
        if by_key:
            modes[3] &= ~(termios.ICANON | termios.ECHO)
            keys[termios.VMIN], keys[termios.VTIME] = 1, 0
        if by_key or (for_shell and is_captured()):
            keys[termios.VSUSP] = disabled
        _call(termios.tcsetattr, fd, termios.TCSANOW, modes)


def is_captured() -> bool:
    """Return whether standard output is a pipe; ksh93 takes a socket, or a file without a name."""
    state = os.fstat(STDOUT)
    return stat.S_ISFIFO(state.st_mode) or stat.S_ISSOCK(state.st_mode) or not state.st_nlink


def is_dumb(env: Mapping[str, str]) -> bool:
    """Return whether the terminal is not named, or one of plain text alone."""
    return env.get("TERM", "") in {"", "dumb"}


def columns(env: Mapping[str, str]) -> int:
    """Return the width that COLUMNS has, else the terminal."""
    widths = []
    with suppress(ValueError):
        widths.append(int(env.get("COLUMNS", "")))
    for stream in range(3):
        with suppress(OSError, ValueError):
            widths.append(os.get_terminal_size(stream).columns)
    return next((width for width in widths if width in SENSIBLE_COLUMNS), USUAL_COLUMNS)


def locale(env: Mapping[str, str]) -> str:
    """Return the locale of characters, or an empty text."""
    return next((env[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if env.get(name)), "")
