"""Ctrl-D while nothing is asked: nobody would read it, and yet it leaves, as it does at a question.

On Linux, that is; on other systems it waits for the next question. There the system does not distinguish an end of
input from a character without reading it, or sends its signal to every program on the terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO

from mfaenv.terminal import console

if sys.platform != "linux":

    def _watch(_: FileIO) -> None:
        return
else:
    import fcntl
    import os
    import select

    def _watch(terminal: FileIO) -> None:
        """Let the system send a signal whenever there is input, and look what it is."""
        import signal  # takes its time, and the question comes before

        def look(*_: object) -> None:
            if not terminal.closed and _at_end(terminal.fileno()):
                terminal.read(1)  # or the user's shell would find it
                raise KeyboardInterrupt

        signal.signal(signal.SIGIO, look)
        fcntl.fcntl(terminal, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(terminal, fcntl.F_SETFL, fcntl.fcntl(terminal, fcntl.F_GETFL) | fcntl.FASYNC)
        look()

    def _at_end(terminal: int) -> bool:
        """Return whether the next read gives nothing: no character is there, and yet there is something to read."""
        import termios

        # In this order: a line that comes in between has characters.
        readable = select.select([terminal], [], [], 0)[0]
        return bool(readable) and not any(fcntl.ioctl(terminal, termios.FIONREAD, bytes(4)))


def _in_main_thread() -> bool:
    # threading takes its time, and where it is not loaded there is one thread.
    threading = sys.modules.get("threading")
    return threading is None or threading.current_thread() is threading.main_thread()


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise KeyboardInterrupt at Ctrl-D inside, where no line is read; do nothing outside the main thread.

    Only the main thread hears signals, and where others work a program may have the terminal.
    """
    try:
        tty = console.Tty() if _in_main_thread() else None
    except OSError:
        tty = None
    if tty is None:
        yield
    else:
        with tty:
            with suppress(OSError):  # what imitates Linux may lack these signals
                _watch(tty.reader)
            yield
