"""The modes of a terminal: as a question needs them, and as they were."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

QUIT_KEY = b"\x1c"
"""Ctrl-\\, which leaves as Ctrl-C does, with a status of its own."""

if sys.platform == "win32":
    _VIRTUAL_TERMINAL = 0x0004

    @contextmanager
    def keep_modes(_: int) -> Iterator[None]:
        """Do nothing: no program changes the console's modes for a question there."""
        yield

    def set_line_modes(_: int) -> None:
        """Do nothing: Python sets the console's modes."""

    def set_key_modes(_: int) -> None:
        """Do nothing: nothing reads single keys there."""

    def enable_controls(fd: int) -> bool:
        """Let a console obey control sequences, and return whether it does.

        https://learn.microsoft.com/windows/console/setconsolemode
        """
        import ctypes
        import msvcrt

        kernel, handle, mode = ctypes.windll.kernel32, msvcrt.get_osfhandle(fd), ctypes.c_ulong()
        is_console = kernel.GetConsoleMode(ctypes.c_void_p(handle), ctypes.byref(mode))
        return bool(is_console and kernel.SetConsoleMode(ctypes.c_void_p(handle), mode.value | _VIRTUAL_TERMINAL))

    def is_full_screen(_: int) -> bool:
        """Return False: there such programs have a screen of their own."""
        return False
else:
    import termios

    @contextmanager
    def keep_modes(fd: int) -> Iterator[None]:
        """Restore the terminal's modes in the end: a program that is ended may leave others."""
        modes = termios.tcgetattr(fd)
        try:
            yield
        finally:
            with suppress(OSError, termios.error):  # the terminal may have gone
                if os.tcgetpgrp(fd) == os.getpgrp() and termios.tcgetattr(fd) != modes:
                    termios.tcsetattr(fd, termios.TCSANOW, modes)

    def set_line_modes(fd: int) -> None:
        """Let Enter, Ctrl-C and what is typed work as usual where a line editor, as bash's `bind -x`, has changed that.

        Ctrl-Backslash ends the line, and sends no signal: it would end the subshell in which a shell's function waits.

        https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap11.html has the modes.
        """
        modes = termios.tcgetattr(fd)
        usual = [*modes[:6], [*modes[6]]]
        usual[0] |= termios.ICRNL
        usual[1] |= termios.OPOST
        usual[3] |= termios.ICANON | termios.ECHO | termios.ISIG
        for key, character in ((termios.VINTR, b"\x03"), (termios.VEOF, b"\x04")):
            if modes[6][key] in {b"\x00", b"\xff"}:  # switched off
                usual[6][key] = character
        usual[6][termios.VQUIT], usual[6][termios.VEOL] = bytes([os.fpathconf(fd, "PC_VDISABLE") & 0xFF]), QUIT_KEY
        if usual != modes:
            termios.tcsetattr(fd, termios.TCSANOW, usual)

    def set_key_modes(fd: int) -> None:
        """Let each key be read as it comes; Ctrl-C alone sends a signal."""
        modes = termios.tcgetattr(fd)
        modes[0] |= termios.ICRNL
        modes[1] |= termios.OPOST
        modes[3] = modes[3] & ~(termios.ICANON | termios.ECHO) | termios.ISIG
        modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
        modes[6][termios.VSUSP] = modes[6][termios.VQUIT] = bytes([os.fpathconf(fd, "PC_VDISABLE") & 0xFF])
        termios.tcsetattr(fd, termios.TCSANOW, modes)

    def enable_controls(_: int) -> bool:
        """Return True: every terminal obeys control sequences there, unless TERM says that it does not."""
        return True

    def is_full_screen(fd: int) -> bool:
        """Return whether a full-screen program has the terminal, which reads Ctrl-C and moves the cursor itself."""
        _, output, _, local, *_ = termios.tcgetattr(fd)
        return not (output & termios.OPOST or local & termios.ISIG)
