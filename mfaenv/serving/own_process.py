"""A process for what has to last as long as the program that takes this process's place.

So the program's parent, signals, descriptors and exit status are what they are without `--serve`. The new
process is forked before anything is loaded (macOS' frameworks do not survive a fork), is nobody's child (a
program may wait for all of its children), and asks in this one's place. Windows can replace no process.
"""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing.connection import Connection, Pipe
from types import FrameType
from typing import NoReturn

from mfaenv.errors import MfaenvError, from_signal
from mfaenv.fast import KILLED, STDERR
from mfaenv.terminal import foreground
from mfaenv.terminal.program import LOOK_SECONDS

assert sys.platform != "win32"  # noqa: S101 - no process can be replaced there, and the type checker has to know

Served = AbstractContextManager[Mapping[str, str]]

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")


@contextmanager
def in_new_process(served: Served) -> Iterator[Mapping[str, str]]:
    """Enter the context in a new process until this one ends; yield and raise what it does. Only with one thread."""
    receiver, sender = Pipe(duplex=False)
    program = os.getpid()
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            _serve(served, sender, program)
        os._exit(0)
    os.waitpid(child, 0)
    sender.close()
    with receiver:
        environment = _receive(receiver)
    yield environment


def _receive(receiver: Connection) -> Mapping[str, str]:
    try:
        pid = receiver.recv()
        with foreground.handling(dict.fromkeys(_ENDING, lambda number, _frame: _send(pid, number))):
            outcome = receiver.recv()
    except EOFError:
        raise MfaenvError("The process that serves the credentials has ended.") from None
    if isinstance(outcome, BaseException):
        raise outcome
    return dict(outcome)


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _serve(served: Served, sender: Connection, program: int) -> NoReturn:
    try:
        _close_inherited(sender.fileno())
        for name in _ENDING:
            signal.signal(getattr(signal, name), _end_once)
        threading.Thread(target=_end_after, args=(program,), daemon=True).start()
        sender.send(os.getpid())
        try:
            with served as environment:
                signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # the end is announced from the background too
                os.setpgid(0, 0)  # what is typed from now on is the program's
                nothing = os.open(os.devnull, os.O_RDWR)
                for number in range(STDERR):  # standard error stays: the end is announced there
                    os.dup2(nothing, number)
                woken, waker = os.pipe()
                os.set_blocking(waker, False)
                signal.set_wakeup_fd(waker)
                sender.send(dict(environment))
                while True:
                    os.read(woken, 1)  # pause() would sleep through a signal that comes just before it
        except BaseException as error:  # noqa: BLE001 - whatever it is, the other process raises it
            sender.send(from_signal(error))
    finally:
        os._exit(0)


def _end_once(number: int, _frame: FrameType | None) -> None:
    for name in _ENDING:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(KILLED + number)


def _end_after(program: int) -> None:
    try:
        fd = os.pidfd_open(program)  # Linux, where nothing forbids it
    except (AttributeError, OSError):
        with suppress(ProcessLookupError):
            while True:
                os.getpgid(program)  # of another user's process too, as it is by now with sudo
                time.sleep(LOOK_SECONDS)
    else:
        select.select([fd], [], [])
    os.kill(os.getpid(), signal.SIGTERM)


def _close_inherited(kept: int) -> None:
    """Close the program's descriptors: its pipes have to end when it closes them."""
    for name in os.listdir("/dev/fd"):
        if int(name) > STDERR and int(name) != kept:
            with suppress(OSError):  # that of the listing itself
                os.close(int(name))
