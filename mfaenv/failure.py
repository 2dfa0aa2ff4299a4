"""How a run that failed ends: with a message, and the statement that makes a shell's line fail."""

import errno
import os
from collections.abc import Sequence
from contextlib import suppress

from mfaenv import fast, shells
from mfaenv.commands import notice
from mfaenv.errors import FAILED, INTERRUPTED, MfaenvError, NothingStoredError, from_signal
from mfaenv.fast import catalog, environment
from mfaenv.fast.parse import ANSWERS, Env
from mfaenv.shells import detect
from mfaenv.store.output_file import AWS_CLI_FORMATS
from mfaenv.terminal.terminal import Terminal

_SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}

NOT_EVALUATED = {"format", "output", "cached", *ANSWERS}  # options


def end(error: BaseException, arguments: Sequence[str], env: Env) -> int:
    """Show what was wrong, make the shell's line fail, and return the exit status."""
    error = from_signal(error)
    if isinstance(error, NothingStoredError):
        return error.status
    if fast.received_signals and isinstance(error, Exception) and not isinstance(error, MfaenvError):
        error = SystemExit(fast.KILLED + fast.received_signals[0])
    if isinstance(error, (KeyboardInterrupt, EOFError, SystemExit)):
        code = getattr(error, "code", INTERRUPTED)
        status = code if isinstance(code, int) and code else FAILED
        if type(error) is KeyboardInterrupt and os.isatty(1) and os.isatty(2):
            fast.text_to_stderr("\n")  # a shell ends the line itself where it reads what is printed
    else:
        explained = error if isinstance(error, MfaenvError) else _explained(error)
        status = explained.status
        _say(explained, env)
    _fail(status, arguments, env)
    return status


def _fail(status: int, arguments: Sequence[str], env: Env) -> None:
    line = catalog.read(arguments)
    slips = {"output"} if line.options.get("output") in AWS_CLI_FORMATS else set()  # for --format
    if os.isatty(1) or line.options.keys() & NOT_EVALUATED - slips or "shell" not in line.row.options:
        return
    named, shell = line.options.get("shell"), env.get("MFAENV_SHELL", "")
    with suppress(MfaenvError, OSError):  # an unknown shell, or nobody who reads
        caller = shell if shell in shells.NAMES else ""
        name = str(named) if named in shells.NAMES else detect.evaluator(env, caller)
        fast.to_stdout(shells.failure(name, status))
    profile = catalog.profile_or_default(line.options, env)
    current = env.get(environment.PROFILE, "")
    if current not in {"", profile} and environment.has_session(env) and not line.options.get("quiet"):
        notice.say(f"This shell still has the session of profile {current}.")


def _say(error: MfaenvError, env: Env) -> None:
    try:
        Terminal(env).error(error)
    except Exception:  # noqa: BLE001 - there may be too little memory to draw
        with suppress(OSError):
            fast.text_to_stderr(f"mfaenv: {error.message!a}\n")


def _explained(error: BaseException) -> MfaenvError:
    """Explain an error of Python's by its line: its text could be a secret."""
    if isinstance(error, OSError) and error.filename == fast.STDOUT_NAME:
        return MfaenvError(f"The output cannot be written: {error.strerror}.", "Check where it goes to.")
    # Of what is not caught before, getcwd's alone.
    if isinstance(error, FileNotFoundError) and error.filename is None:
        return MfaenvError("The current folder has been removed.", "Change to another one with cd.")
    no_thread = isinstance(error, RuntimeError) and "new thread" in str(error)
    if no_thread or isinstance(error, MemoryError) or getattr(error, "errno", None) in _SHORTAGES:
        wrong = "Too little memory, or too many open files or programs."
        return MfaenvError(wrong, "Check the limits: ulimit -a.")
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "somewhere"
    what = f"{type(error).__name__} at {where}"
    package = (error.name or "").partition(".")[0] if isinstance(error, ImportError) else ""
    if package not in {"", __package__}:
        hint = "Install mfaenv anew, with the packages that it needs."
        return MfaenvError(f"The Python package {package} is missing, too old or damaged ({what}).", hint)
    reason = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return MfaenvError(f"{what}{reason}: this is a bug in mfaenv.", "Please report this line.")
