"""The modes of a terminal: as a question needs them, and as they were."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

if sys.platform != "win32":
    import termios

QUIT_KEY = b"\x1c"
"""Ctrl-\\, which leaves as Ctrl-C does, with a status of its own."""

_VIRTUAL_TERMINAL = 0x0004


def enable_controls(fd: int) -> bool:
    """Let a console obey control sequences, and return whether it does: other terminals do, unless TERM says not.

    https://learn.microsoft.com/windows/console/setconsolemode
    """
    obeys = True
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        kernel, handle, mode = ctypes.windll.kernel32, msvcrt.get_osfhandle(fd), ctypes.c_ulong()
        is_console = kernel.GetConsoleMode(ctypes.c_void_p(handle), ctypes.byref(mode))
        obeys = is_console and kernel.SetConsoleMode(ctypes.c_void_p(handle), mode.value | _VIRTUAL_TERMINAL)
    return bool(obeys)


def is_full_screen(fd: int) -> bool:
    """Return whether a full-screen program has the terminal, which reads Ctrl-C and moves the cursor itself.

    On Windows such programs have a screen of their own.
    """
    is_usual = True
    if sys.platform != "win32":
        _, output, _, local, *_ = termios.tcgetattr(fd)
        is_usual = bool(output & termios.OPOST or local & termios.ISIG)
    return not is_usual


@contextmanager
def keep_modes(fd: int) -> Iterator[None]:
    """Restore the terminal's modes in the end: a program that is ended may leave others. A console keeps its own."""
    if sys.platform == "win32":
        yield
    else:
        modes = termios.tcgetattr(fd)
        try:
            yield
        finally:
            with suppress(OSError, termios.error):  # the terminal may have gone
                if os.tcgetpgrp(fd) == os.getpgrp() and termios.tcgetattr(fd) != modes:
                    termios.tcsetattr(fd, termios.TCSANOW, modes)


def set_modes(fd: int, *, by_key: bool = False) -> None:
    """Let Enter, Ctrl-C and what is typed work as usual where a line editor, as bash's `bind -x`, has changed that.

    Ctrl-Backslash ends the line, and sends no signal: it would end the subshell in which a shell's function waits.
    With `by_key` each key is read as it comes, unseen, and Ctrl-C alone sends a signal. Python sets a console's modes.

    https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap11.html has the modes.
    """
    if sys.platform != "win32":
        modes = termios.tcgetattr(fd)
        keys, disabled = modes[6], bytes([os.fpathconf(fd, "PC_VDISABLE") & 0xFF])
        modes[0] |= termios.ICRNL
        modes[1] |= termios.OPOST
        modes[3] |= termios.ICANON | termios.ECHO | termios.ISIG
        for key, character in ((termios.VINTR, b"\x03"), (termios.VEOF, b"\x04")):
            if keys[key] in {b"\x00", b"\xff"}:  # switched off
                keys[key] = character
        keys[termios.VQUIT], keys[termios.VEOL] = disabled, QUIT_KEY
        if by_key:
            modes[3] &= ~(termios.ICANON | termios.ECHO)
            keys[termios.VMIN], keys[termios.VTIME], keys[termios.VSUSP] = 1, 0, disabled
        termios.tcsetattr(fd, termios.TCSANOW, modes)
