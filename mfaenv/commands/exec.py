"""`mfaenv exec`: a command, or the user's shell, with the session in its environment and nothing else changed."""

import _signal  # type: ignore[import-not-found]  # signal itself takes its time
import errno
import os
import sys
import time
from collections.abc import Mapping, Sequence

from mfaenv import fast, shells
from mfaenv.command_line import join
from mfaenv.config import names
from mfaenv.errors import MfaenvError
from mfaenv.fast import environment
from mfaenv.fast.entry import ReadOnlyStore
from mfaenv.fast.parse import Options
from mfaenv.shells import Pair
from mfaenv.terminal import coredump


def run(options: Options, command: Sequence[str], env: Mapping[str, str]) -> int:
    """Replace this process by the command, where the system can do that; else run it and return its exit status.

    Raise MfaenvError where there is no session, or no such command.
    """
    words = list(command) or [user_shell(env)]
    if options.get("serve") or options.get("only"):
        _check_program(words, env)
        from mfaenv.commands import serve  # here and below: slow to load, and a stored session does without

        inherited = dict(env)
        _restore_locale(inherited)
        with serve.served(options, inherited) as served:
            return _start(options, command, words, dict(served))
    session = _session(options, words, env)
    shells.check_lengths(session)
    return _start(options, command, words, environment.changed(session, env))


def _start(options: Options, command: Sequence[str], words: list[str], env: dict[str, str]) -> int:
    if not command and os.isatty(2) and not options.get("quiet"):
        from mfaenv.terminal.terminal import Terminal  # as above

        profile = env[environment.PROFILE]
        Terminal(env).note(f"This opens {words[0]} with the session of profile {profile}; exit ends it.")
    return _run(words, env)


def _session(options: Options, words: Sequence[str], env: Mapping[str, str]) -> list[Pair]:
    stored = fast.stored(options, env, ReadOnlyStore.of(env), time.time())
    if isinstance(stored, list):
        return stored
    _check_program(words, env)
    from mfaenv.session import service  # as above

    coredump.prevent()
    try:
        return environment.pairs(service.obtain_on_terminal(options, env), env)
    finally:
        coredump.restore()  # for the command


def _check_program(words: Sequence[str], env: Mapping[str, str]) -> None:
    """Raise MfaenvError where there is no such program: a code is good once, and would be lost."""
    from mfaenv.terminal import program  # as above

    name, *others = words
    if not program.find(name, env) and name in names.profiles(env):
        line = join(["mfaenv", "exec", "-p", name, *others])
        hint = f"For the profile of that name: {line}"
        raise MfaenvError(f"There is no program {name}.", hint, status=program.NOT_FOUND)
    program.check(name, env)


if sys.platform == "win32":
    from mfaenv.terminal.foreground import run_in_foreground

    def user_shell(env: Mapping[str, str]) -> str:
        """Return the shell that the user works with, as the environment names it."""
        return env.get("COMSPEC") or "cmd.exe"

    def _restore_locale(_: dict[str, str]) -> None:
        """Do nothing: Python changes no locale there."""

    def _run(words: Sequence[str], env: dict[str, str]) -> int:
        # os.execvpe would start a second process there, and end this one while the command runs.
        return run_in_foreground(words, env)
else:
    _COERCED = ("C.UTF-8", "C.utf8", "UTF-8")

    def user_shell(env: Mapping[str, str]) -> str:
        """Return the shell that the user works with, as the environment names it."""
        return env.get("SHELL") or "/bin/sh"

    def _restore_signals() -> None:
        """Undo what Python does at its start: an ignored signal stays ignored in the command."""
        for number in (_signal.SIGPIPE, _signal.SIGXFSZ):
            _signal.signal(number, _signal.SIG_DFL)

    def _restore_locale(env: dict[str, str]) -> None:
        """Undo what Python does in the locale C: it names another one in its environment (PEP 538).

        What stood there before, Linux alone tells.
        """
        if env.get("LC_CTYPE") not in _COERCED:
            return
        try:
            with open("/proc/self/environ", "rb") as file:
                named = [line for line in file.read().split(b"\0") if line.startswith(b"LC_CTYPE=")]
        except OSError:
            return
        del env["LC_CTYPE"]
        if named:
            env["LC_CTYPE"] = os.fsdecode(named[0].partition(b"=")[2])

    def _run(words: list[str], env: dict[str, str]) -> int:
        _restore_signals()
        _restore_locale(env)
        try:
            wrong: OSError | ValueError = _replace(words, env)
        except (OSError, ValueError) as error:
            wrong = error
        from mfaenv.terminal.program import cannot_run  # slow to load, and most commands can be run

        raise cannot_run(words[0], wrong, env)

    def _replace(words: list[str], env: dict[str, str]) -> OSError:
        """Replace this process by the first such program on the PATH, as a shell does; return why there is none.

        Raise OSError or ValueError for one that cannot be run.
        """
        missing: OSError = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        for folder in [""] if os.path.dirname(words[0]) else os.get_exec_path(env):
            path = words[0] if os.path.dirname(words[0]) else os.path.join(folder or ".", words[0])
            try:
                os.execve(path, words, env)  # noqa: S606 - the user's own command, without a shell
            except (FileNotFoundError, NotADirectoryError):
                continue
            except PermissionError as error:
                missing = error
            except OSError as error:
                from mfaenv.terminal.program import script_command  # as above

                script = script_command(path, words) if error.errno == errno.ENOEXEC else []
                if not script:
                    raise
                os.execve(script[0], script, env)  # noqa: S606 - as a shell does
        return missing
