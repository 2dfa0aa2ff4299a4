"""`mfaenv exec`: a command, or the user's shell, with the session in its environment and nothing else changed."""

import _signal  # type: ignore[import-not-found]  # signal itself takes its time
import os
import sys
import time

from mfaenv import shells
from mfaenv.fast import environment, fastpath
from mfaenv.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfaenv.fast.parse import Options
    from mfaenv.shells import Pair


def run(options: "Options", command: "Sequence[str]", env: "Mapping[str, str]") -> int:
    """Replace this process by the command, where the system can do that; else run it and return its exit status.

    Raise MfaenvError where there is no session, or no such command.
    """
    words = list(command) or [user_shell(env)]
    if options.get("serve"):
        from mfaenv.commands import serve

        inherited = dict(env)
        _restore_locale(inherited)
        return serve.serve(options, words, inherited)
    session = _session(options, env)
    shells.check_lengths(session, environment.LONGEST)
    return _start(words, environment.changed(session, env))


def _session(options: "Options", env: "Mapping[str, str]") -> "list[Pair]":
    stored = fastpath.stored(options, env, Store.of(env), time.time())
    if isinstance(stored, list):
        return stored
    from mfaenv.commands import export
    from mfaenv.terminal import coredump
    from mfaenv.terminal.terminal import Terminal

    coredump.prevent()
    try:
        return environment.pairs(export.obtain(options, env, Terminal.for_options(options, env)), env)
    finally:
        coredump.restore()  # for the command


if sys.platform == "win32":

    def user_shell(env: "Mapping[str, str]") -> str:
        """Return the shell that the user works with, as the environment names it."""
        return env.get("COMSPEC") or "cmd.exe"

    def _restore_locale(_: dict[str, str]) -> None:
        """Do nothing: Python changes no locale there."""

    def _start(words: "Sequence[str]", env: dict[str, str]) -> int:
        # os.execvpe would start a second process there, and end this one while the command runs.
        from mfaenv.terminal.foreground import run_in_foreground

        return run_in_foreground(words, env)
else:
    _COERCED = ("C.UTF-8", "C.utf8", "UTF-8")

    def user_shell(env: "Mapping[str, str]") -> str:
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

    def _start(words: list[str], env: dict[str, str]) -> int:
        _restore_signals()
        _restore_locale(env)
        try:
            os.execvpe(words[0], words, env)  # noqa: S606 - the user's own command, without a shell
        except (OSError, ValueError) as error:
            from mfaenv.terminal.program import cannot_run

            raise cannot_run(words[0], error) from None
