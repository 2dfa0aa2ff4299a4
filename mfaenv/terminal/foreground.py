"""Run a program in the foreground, and end in order at a signal."""

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from subprocess import Popen, TimeoutExpired

from mfaenv import ENDING_SIGNALS
from mfaenv.fast import KILLED, end_in_order
from mfaenv.terminal import program

_TYPED = ("SIGINT", "SIGQUIT", "SIGBREAK")  # what Ctrl-C, Ctrl-\ and Ctrl-Break send


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off what would end this process until the block is done."""
    pending: list[int] = []
    with handling(dict.fromkeys((*ENDING_SIGNALS, *_TYPED), lambda number, _frame: pending.append(number))):
        yield
    for number in pending:
        signal.raise_signal(number)


def run_in_foreground(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a program and return its exit status as a shell does; Ctrl-C is left to it. Raise MfaenvError."""
    pending: list[int] = []
    # Handlers of one's own, not SIG_IGN: the program would inherit that.
    handlers = {
        # Raised in Popen just after it acquired its lock, an exception would leave that locked.
        **dict.fromkeys(("SIGTERM", "SIGHUP"), lambda number, _frame: pending.append(number)),
        **dict.fromkeys(_TYPED, lambda _number, _frame: None),
    }
    with handling(handlers), started(command, env) as process:
        while (status := process.poll()) is None:
            if pending:
                end_in_order(pending[0], None)
            with suppress(TimeoutExpired):
                process.wait(program.LOOK_SECONDS)
    return status if status >= 0 else KILLED - status


@contextmanager
def started(command: Sequence[str], env: Mapping[str, str], **streams: int) -> Iterator[Popen[bytes]]:
    """Start a program, which an exception ends. Raise MfaenvError where it cannot be started."""
    process = None
    try:
        with undisturbed():
            try:
                # What mfaenv opens itself is closed in programs (PEP 446); what it was given is theirs too.
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
    """Handle the signals so inside, if the system has them; what is ignored, as by nohup, stays ignored."""
    numbers = {getattr(signal, name): handler for name, handler in handlers.items() if hasattr(signal, name)}
    handled = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, numbers[number]) for number in handled}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
