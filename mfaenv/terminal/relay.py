"""Stand in for a program: who started this process sees the program's signals, stops and exit status in it."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress

from mfaenv.fast.output import KILLED
from mfaenv.terminal import foreground

if sys.platform == "win32":

    def run(command: Sequence[str], environ: Mapping[str, str]) -> int:
        """Run the program and return its exit status. Raise MfaenvError when it cannot be started."""
        return foreground.run_in_foreground(command, environ)

    def end_as(status: int) -> int:
        """Return the status: no signals end programs there."""
        return status
else:
    _RELAYED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGWINCH")
    """What is sent to one process. A changed size of the terminal is sent to all in the foreground, and harmless."""

    _TYPED = ("SIGINT", "SIGQUIT", "SIGTSTP")
    """What the terminal sends to the whole job, the program included: sent again it would come twice."""

    _SLICE = 1
    """Seconds after which a signal that came at a bad moment is looked for."""

    def run(command: Sequence[str], environ: Mapping[str, str]) -> int:
        """Run the program and return its exit status, or the signal that ended it as a negative number.

        What this process is sent goes to the program, and this process stops when the program does. Raise MfaenvError
        when it cannot be started.
        """
        early: list[int] = []
        pids: list[int] = []

        def relay(number: int, _: object) -> None:
            if pids:
                _send(pids[0], number)
            else:
                early.append(number)

        handlers = {**dict.fromkeys(_RELAYED, relay), **dict.fromkeys(_TYPED, lambda _number, _frame: None)}
        with foreground.handling(handlers):
            process = foreground.start(command, environ, None)
            pids.append(process.pid)
            for number in early:
                _send(process.pid, number)
            process.returncode = _followed(process.pid)
        return process.returncode

    def _followed(pid: int) -> int:
        """Wait for the program's end, and stop with it."""
        changes: queue.SimpleQueue[int] = queue.SimpleQueue()
        threading.Thread(target=_watch, args=(pid, changes), daemon=True).start()
        while True:
            try:
                status = changes.get(timeout=_SLICE)
            except queue.Empty:
                continue
            if not os.WIFSTOPPED(status):
                return os.waitstatus_to_exitcode(status)
            os.kill(os.getpid(), signal.SIGSTOP)
            _send(pid, signal.SIGCONT)

    def _watch(pid: int, changes: queue.SimpleQueue[int]) -> None:
        """Report the program's stops and its end. The main thread hears signals meanwhile."""
        while True:
            _, status = os.waitpid(pid, os.WUNTRACED)
            changes.put(status)
            if not os.WIFSTOPPED(status):
                return

    def _send(pid: int, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)

    def end_as(status: int) -> int:
        """Return the exit status, or end by the signal that ended the program: a shell's script stops after Ctrl-C."""
        if status < 0:
            with suppress(OSError):  # SIGKILL cannot be handled anyway
                signal.signal(-status, signal.SIG_DFL)
            os.kill(os.getpid(), -status)
            return KILLED - status
        return status
