"""Run a program in the foreground, and end in order at a signal."""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from mfaenv.fast import KILLED, end_in_order
from mfaenv.terminal import program

POLL_SECONDS = 0.05
"""Seconds between two looks whether the program has ended."""

_STOPS = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
_TYPED = ("SIGINT", "SIGQUIT")
"""What Ctrl-C and Ctrl-\\ send to everything in the foreground."""


@contextmanager
def stopped_in_order() -> Iterator[None]:
    """Turn what ends a process into SystemExit, so that what was opened is closed. In the main thread only.

    Ctrl-C is KeyboardInterrupt already.
    """
    with handling(dict.fromkeys(_STOPS, end_in_order)):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off what would end this process until the block is done: it makes what is to be undone, or undoes it."""
    came: list[int] = []
    with handling(dict.fromkeys((*_STOPS, *_TYPED), lambda number, _frame: came.append(number))):
        yield
    for number in came:
        signal.raise_signal(number)


def run_in_foreground(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the program with this terminal and return its exit status, as a shell would; Ctrl-C is left to it.

    Raise MfaenvError when it cannot be started.
    """
    # A handler of one's own, not SIG_IGN: the program would inherit that.
    with handling(dict.fromkeys(_TYPED, lambda _number, _frame: None)), started(command, env) as process:
        while (status := _poll(process)) is None:
            time.sleep(POLL_SECONDS)
    return status if status >= 0 else KILLED - status


def _poll(process: subprocess.Popen[bytes]) -> int | None:
    with undisturbed():  # Popen keeps its lock locked where a signal's handler raises just after it was acquired
        return process.poll()


@contextmanager
def started(command: Sequence[str], env: Mapping[str, str], **streams: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start the program, with this terminal or with what `streams` has for Popen; an exception ends it.

    Raise MfaenvError when it cannot be started.
    """
    process = None
    try:
        with undisturbed():
            try:
                # What mfaenv itself opens is closed in programs (PEP 446); what it was given is the program's too.
                process = program.start(command, env, close_fds=False, **streams)
            except (OSError, ValueError) as error:
                raise program.cannot_run(command[0], error, env) from None
        yield process
    except BaseException:
        if process is not None:
            # An interactive shell ignores SIGTERM; SIGHUP ends it.
            process.send_signal(getattr(signal, "SIGHUP", signal.SIGTERM))
            program.end(process)
        raise


@contextmanager
def handling(handlers: Mapping[str, "signal._HANDLER"]) -> Iterator[None]:
    """Handle the signals so inside, if this system has them; one that is ignored, as by nohup, stays ignored."""
    numbers = {getattr(signal, name): handler for name, handler in handlers.items() if hasattr(signal, name)}
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, numbers[number]) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
