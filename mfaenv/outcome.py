"""How a run ends: its output, exit status, words for a person, and the statement that makes a shell's line fail."""

import _signal  # type: ignore[import-not-found]  # signal itself takes its time
import os
import sys

from mfaenv import options
from mfaenv.errors import FAILED, INTERRUPTED, MfaenvError, NothingStoredError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence


def of(run: "Callable[[], int]", arguments: "Sequence[str]", env: "Mapping[str, str]") -> int:
    """Run, and give the exit status; nothing but that, a line or two, and the failing statement gets out."""
    wrong: MfaenvError | None = None
    _hear(_ENDING)
    try:
        return run()
    except NothingStoredError as error:
        return error.status
    except MfaenvError as error:
        wrong, status = error, error.status
    except (KeyboardInterrupt, EOFError, SystemExit) as left:
        status = getattr(left, "code", INTERRUPTED)
    except BrokenPipeError:
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last resort: a traceback could show a secret
        wrong, status = _unexpected(error), FAILED
    for number in (_signal.SIGINT, *_ENDING):  # held down, Ctrl-C comes again, and would cut off what comes now
        _signal.signal(number, _signal.SIG_IGN)
    if wrong:
        _say(wrong, env)
    _fail(status, arguments, env)
    return status


_ENDING = (_signal.SIGTERM, _signal.SIGHUP) if hasattr(_signal, "SIGHUP") else (_signal.SIGTERM,)

KILLED = 128
"""Added to a signal's number it is the exit status, as in shells."""


def end_in_order(number: int, _frame: object) -> None:
    """Unwind everything on the way out, then end with the signal's status: locks go, and a shell's line fails."""
    raise SystemExit(KILLED + number)


def _hear(numbers: "Iterable[int]") -> None:
    for number in numbers:
        if _signal.getsignal(number) == _signal.SIG_DFL:  # and not where nohup has it ignored
            _signal.signal(number, end_in_order)


STDOUT, STDERR = 1, 2


def hold_standard_streams() -> None:
    """Take the numbers of standard streams that are closed, so that nothing can be read there, and nothing written.

    Otherwise the next file or connection would have the number, and what is printed would go there, keys and all.
    """
    while None in (sys.stdin, sys.stdout, sys.stderr) and os.open(os.devnull, os.O_RDONLY) < STDERR:
        pass


def to_stdout(data: bytes) -> None:
    """Write everything at once, as bytes: Windows gives text other line ends.

    Raises BrokenPipeError where nobody reads any more, MfaenvError where it cannot be written otherwise.
    """
    try:
        _write(STDOUT, data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise MfaenvError(f"The output cannot be written: {error.strerror}.", "Look at where it goes to.") from None


def to_stderr(data: bytes) -> None:
    """Write bytes for a program that reads standard error. Raises OSError where nobody does."""
    _write(STDERR, data)


def _write(stream: int, data: bytes) -> None:
    while data:
        data = data[os.write(stream, data) :]


def _say(error: MfaenvError, env: "Mapping[str, str]") -> None:
    try:
        from mfaenv.terminal import Terminal

        Terminal(env).error(error)
    except Exception:  # noqa: BLE001 - without the memory or the files that it takes to draw, a bare line does
        try:
            to_stderr(f"mfaenv: {error.message!a}\n".encode())
        except OSError:
            return


def _unexpected(error: Exception) -> MfaenvError:
    """Name the place of an error that nobody foresaw, without its text, which could hold anything."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "somewhere"
    reason = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return MfaenvError(
        f"{type(error).__name__} at {place}{reason}: this is a mistake in mfaenv.", "Please report this line."
    )


def _fail(status: int, arguments: "Sequence[str]", env: "Mapping[str, str]") -> None:
    """Print the failing statement where a shell evaluates what is printed."""
    from mfaenv import shells
    from mfaenv.shells import detect

    asked = dict(_options(arguments))
    if os.isatty(1) or asked.keys() & NOT_EVALUATED or not _is_for_a_shell(arguments):
        return
    named = (asked.get("shell"), env.get("MFAENV_SHELL"))
    try:
        name = next((name for name in named if name in shells.NAMES), "") or detect.detect(env)
        to_stdout(shells.failure(name, status))
    except (MfaenvError, OSError):
        return  # no shell that we know, or nobody who reads: the exit status has to do


NOT_EVALUATED = {"format", "cached", "version", "help"}
"""The options with which no shell evaluates the output."""


def _is_for_a_shell(arguments: "Sequence[str]") -> bool:
    """Tell whether the command prints for a shell: only those take one."""
    from mfaenv.catalog import COMMANDS, MAIN

    _, rest = options.leading(arguments)
    command = next((word for word in rest if word in COMMANDS), MAIN)
    return "shell" in COMMANDS[command].options


def _options(arguments: "Sequence[str]") -> "Iterator[tuple[str, str]]":
    """Read the names of options, each with what could be its value, in arguments that may be wrong otherwise."""
    from mfaenv.catalog import COMMANDS, MAIN

    names = {flag: name for name, option in COMMANDS[MAIN].options.items() for flag in option.flags}
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if word.startswith("--"):
            flag, equals, value = word.partition("=")
            yield names.get(flag, ""), value if equals else following
        elif word.startswith("-"):
            for place, letter in enumerate(word[1:], start=2):
                name = names.get(f"-{letter}", "")
                yield name, word[place:] or following
                if name and COMMANDS[MAIN].options[name].metavar:
                    break
