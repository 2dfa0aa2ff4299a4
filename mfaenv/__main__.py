"""The entry point: the fast path if it answers, else the command that the line names.

Imports stand in the functions that need them, and type names are quoted, to read fewer files.
"""

import _signal  # type: ignore[import-not-found]  # signal itself takes its time
import _thread
import gc
import os
import sys

from mfaenv import DONE, ENDING_SIGNALS, FAILED, INTERRUPTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from sys import UnraisableHookArgs

    from mfaenv.fast.parse import Command, CommandLine, Options
    from mfaenv.shells import Pair

    Run = Callable[[Sequence[str], Mapping[str, str]], int]

ENDING = tuple(filter(None, map(vars(_signal).get, ENDING_SIGNALS)))
"""The signals after which the failing statement is printed: without output, a shell's line would seem to work."""

SIGNALS = (_signal.SIGINT, *ENDING)
_STDERR = 2


def main() -> None:
    """Run, and end without the interpreter's own cleaning up, which would take longer than a stored session."""
    gc.disable()  # it would look through what stays until the end
    hold_standard_streams()
    sys.unraisablehook = send_again
    status = guarded(run, sys.argv[1:], os.environ)
    # Nothing is in a buffer: output writes bytes, and Python standard error line by line.
    # A status of Windows has 32 bits, here with a sign.
    os._exit(status if status < 1 << 31 else status - (1 << 32))


def hold_standard_streams() -> None:
    """Open /dev/null on closed standard descriptors, or the next file would get what is printed.

    What Python prints to a standard error that is None goes to standard output, where a shell would run it.
    """
    is_closed = None in (sys.stdin, sys.stdout, sys.stderr)
    while is_closed and os.open(os.devnull, os.O_RDONLY) < _STDERR:  # it takes the lowest that is closed
        pass
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays until the end


def send_again(dropped: "UnraisableHookArgs") -> None:
    """Send a signal again whose exception a callback of the import system dropped, with a traceback.

    Another thread sends it: what is raised here is dropped again.
    """
    from mfaenv.fast import KILLED

    error = dropped.exc_value
    status = getattr(error, "code", INTERRUPTED) if isinstance(error, (KeyboardInterrupt, SystemExit)) else None
    number = next((each for each in SIGNALS if KILLED + each == status), None)
    if number is None:
        sys.__unraisablehook__(dropped)
    elif hasattr(_signal, "pthread_kill"):  # it wakes the main thread too
        _thread.start_new_thread(_signal.pthread_kill, (_thread.get_ident(), number))
    else:
        _thread.start_new_thread(_thread.interrupt_main, (number,))


def guarded(run: "Run", arguments: "Sequence[str]", env: "Mapping[str, str]") -> int:
    """Run, and return the exit status; print what goes wrong, and the failing statement."""
    from mfaenv import fast

    for number in ENDING:
        if _signal.getsignal(number) == _signal.SIG_DFL:  # and not where nohup has it ignored
            _signal.signal(number, fast.end_in_order)
    try:
        # A dict, since os.environ takes long for a name, above all for one that it has not.
        return run(arguments, dict(env))
    except BrokenPipeError:
        return FAILED
    except BaseException as error:  # noqa: BLE001 - the last resort: a traceback could show a secret
        wrong = error
    try:  # held down, Ctrl-C comes again, and would cut off what comes now
        _ignore_signals()
    except (KeyboardInterrupt, SystemExit):
        # It was there before: where it ends the shell, a hangup comes with it.
        _ignore_signals()
    try:
        from mfaenv import failure

        return failure.end(wrong, arguments, env)
    except (ImportError, OSError, MemoryError):  # too many open files, for instance: then a bare line does
        fast.text_to_stderr(f"mfaenv: {getattr(wrong, 'message', type(wrong).__name__)!a}\n")
        return getattr(wrong, "status", FAILED)


def _ignore_signals() -> None:
    for number in SIGNALS:
        _signal.signal(number, _signal.SIG_IGN)


def run(arguments: "Sequence[str]", env: "Mapping[str, str]") -> int:
    """Run a line that the rows explain; any other through typer, which takes time."""
    from mfaenv import fast
    from mfaenv.fast import parse

    answered = _answer(arguments, env)
    if answered is not None:
        return answered
    line = parse.read(arguments, _command)
    module = parse.module_of(line.command)
    if line.understood and not line.starts_command:
        from mfaenv.cli import start

        return start.run(line.command, line.options, line.words, env)
    if line.understood and line.without_value:
        line.options[line.without_value] = _chosen(line, env)
    if line.understood and module == "export":
        status = fast.answer(line.options, env, _tell)
        if status is not None:
            return status
    if line.understood and module == "exec":
        from mfaenv.fast import execute

        execute.replace_with_stored(line.options, line.words, env)
    _prepare(module, env)
    if not line.understood:
        from mfaenv.cli import app

        return app.run(arguments, env)
    return parse.load(line.command)(line.options, line.words, env)


def _prepare(module: str, env: "Mapping[str, str]") -> None:
    from mfaenv.fast import environment

    for name in environment.settings(env):  # of an earlier session's profile: botocore would read them
        os.environ.pop(name, None)
    # Where the caller ignores it, the system tells nobody how a program ended.
    if hasattr(_signal, "SIGCHLD") and _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL) == _signal.SIG_IGN:
        from mfaenv.fast import execute

        execute.ignored_by_caller.append(_signal.SIGCHLD)
    if module in {"demo", "exec"}:  # which may run for days
        gc.enable()
    if module not in {"exec", "init"}:  # which do it themselves, where and as long as they have to
        from mfaenv.terminal import coredump

        coredump.prevent()


def _command(name: str) -> "Command | None":
    from mfaenv.fast.catalog import COMMANDS

    return COMMANDS.get(name)


def _chosen(line: "CommandLine", env: "Mapping[str, str]") -> str:
    from mfaenv.session import profile_choice
    from mfaenv.terminal.terminal import Terminal

    terminal = Terminal.for_options(line.options, env, for_shell=not line.command)
    return profile_choice.choose(line.options, env, terminal, line.command, *line.words)


def _tell(options: "Options", env: "Mapping[str, str]", pairs: "list[Pair]") -> None:
    from mfaenv.commands import notice

    notice.show(options, env, pairs)


def _answer(arguments: "Sequence[str]", env: "Mapping[str, str]") -> int | None:
    """Answer a Tab, a prompt hook or a shell's function, or print nothing; None for anything else."""
    from mfaenv.fast.parse import CHANGES_SHELL, COMPLETE, HOOK

    name, words = "".join(arguments[:1]), arguments[1:]
    if name == "--shell" and words[1:2] == [HOOK]:  # a shell's function names its shell first
        name, words = HOOK, [words[0], *words[2:]]
    if name == CHANGES_SHELL:
        from mfaenv.fast import catalog

        return DONE if catalog.changes_shell(words) else FAILED
    if name not in {COMPLETE, HOOK}:
        return None
    try:
        return int(__import__(f"mfaenv.commands.{name}", fromlist=["run"]).run(words, env))
    except BaseException:  # noqa: BLE001 - Ctrl-C too: nobody waits for the answer then, but a hook asks again
        return DONE if name == COMPLETE else FAILED


if __name__ == "__main__":
    if not sys.flags.safe_path and sys.path[0] != os.path.dirname(os.path.dirname(__file__)):
        del sys.path[0]  # the current folder, unless mfaenv itself is there
    main()
