"""What is printed, as bytes, and how a run ends in order."""

import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

KILLED = 128  # added to a signal's number it is the exit status, as in shells

STDOUT, STDERR = 1, 2
STDOUT_NAME = "standard output"  # what the errors of writing there have for a file's name

OTHERS_MODE = stat.S_IRWXG | stat.S_IRWXO

UTF_8_PAGE = 65001
"""https://learn.microsoft.com/windows/win32/intl/code-page-identifiers."""

arrived: "list[int]" = []
"""The signals that were to end this process: an unexpected error after one is its doing."""


def end_in_order(number: int, _frame: object) -> None:
    """Raise SystemExit with the signal's status, so that locks are freed and a shell's line fails."""
    arrived.append(number)
    raise SystemExit(KILLED + number)


def hold_standard_streams() -> None:
    """Take the numbers of standard streams that are closed, so that nothing can be read there, and nothing written.

    Otherwise the next file or connection would have the number, and what is printed would go there, keys and all. And
    what Python prints to a standard error that is None goes to standard output, where a shell would run it.
    """
    while None in (sys.stdin, sys.stdout, sys.stderr) and os.open(os.devnull, os.O_RDONLY) < STDERR:
        pass
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays until the end


def to_stdout(data: bytes) -> None:
    """Write everything at once, as bytes: Windows gives text other line ends.

    Raise BrokenPipeError where nobody reads any more, OSError with STDOUT_NAME where it cannot be written otherwise.
    """
    try:
        _write(STDOUT, data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, STDOUT_NAME) from None


def secrets_to_stdout(data: bytes, *, quiet: bool = False) -> None:
    """Write keys as to_stdout does; a file that others can read is closed to them first, whatever the umask was.

    Raise OSError with STDOUT_NAME for a file of another user too: nothing is written there.
    """
    if sys.platform != "win32":
        state = os.fstat(STDOUT)
        if stat.S_ISREG(state.st_mode) and state.st_uid != os.geteuid():
            import errno  # its hundred numbers take a stored session a hundredth of its time

            raise PermissionError(errno.EPERM, "the file belongs to another user", STDOUT_NAME)
        if stat.S_ISREG(state.st_mode) and state.st_mode & OTHERS_MODE:
            has_name = state.st_nlink > 0  # ksh93 reads what eval gets from a file that it has removed already
            _close_to_others(stat.S_IMODE(state.st_mode), quiet=quiet or not has_name)
    to_stdout(data)


if sys.platform != "win32":

    def _close_to_others(mode: int, *, quiet: bool) -> None:
        warning = "The output file was open to others until now."
        try:
            os.fchmod(STDOUT, mode & ~OTHERS_MODE)
        except OSError:
            warning, quiet = "The output file cannot be closed to others: check who can read it.", False
        try:
            if not quiet:
                text_to_stderr(f"mfaenv: {warning}\n")
        except OSError:
            return  # nobody reads it, and the keys are closed to others


def text_to_stdout(text: str) -> None:
    """Write text for people; a console of Windows shows it whatever its code page is. Raise as to_stdout does."""
    _show(text, sys.stdout, to_stdout)


def text_to_stderr(text: str) -> None:
    """Write text for people to standard error, as text_to_stdout does. Raise OSError where nobody reads it."""
    _show(text, sys.stderr, lambda data: _write(STDERR, data))


def _show(text: str, console: "TextIO | None", write: "Callable[[bytes], None]") -> None:
    """Leave text to Python's own stream where that is a console: bytes are read there in its code page.

    https://learn.microsoft.com/windows/console/writeconsole
    """
    if sys.platform == "win32" and console is not None and console.isatty():
        console.write(text.encode(console.encoding, "replace").decode(console.encoding))
        console.flush()
    else:
        write(text.encode("utf-8", "replace"))


def code_page() -> str:
    """Return the code page in which cmd reads what is printed: without a console the OEM one, and UTF-8 without cmd.

    https://learn.microsoft.com/windows/console/getconsoleoutputcp
    """
    page = UTF_8_PAGE
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        page = kernel.GetConsoleOutputCP() or kernel.GetOEMCP()
    return "utf-8" if page == UTF_8_PAGE else f"cp{page}"


def _write(stream: int, data: bytes) -> None:
    while data:
        data = data[os.write(stream, data) :]
