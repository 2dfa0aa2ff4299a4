"""`mfaenv exec`: a command, or the user's shell, with the session in its environment and nothing else changed."""

from __future__ import annotations

import os
import signal
import sys
import time

from mfaenv import exports, shortcut, store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mfaenv.options import Given
    from mfaenv.shells import Pair


def run(given: Given, env: Mapping[str, str], command: Sequence[str]) -> int:
    """Become the command, where the system can do that; else run it and give its exit status.

    Raises MfaenvError where there is no session, or no such command.
    """
    words = list(command) or [user_shell(env)]
    return _start(words, environment(_session(given, env), env))


def _session(given: Given, env: Mapping[str, str]) -> list[Pair]:
    stored = shortcut.stored(given, env, store.Store(store.directory(env)), time.time())
    if isinstance(stored, list):
        return stored
    from mfaenv import commands

    return exports.pairs(commands.obtain(given, env, commands.terminal(given, env)), env)


def environment(session: Iterable[Pair], env: Mapping[str, str]) -> dict[str, str]:
    """Give the environment with the session's variables set and the overriding ones gone."""
    changed = dict(env)
    for name, value in session:
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return changed


if sys.platform == "win32":

    def user_shell(env: Mapping[str, str]) -> str:
        """Give the shell that the user works with, as the environment names it."""
        return env.get("COMSPEC") or "cmd.exe"

    def _start(words: Sequence[str], env: dict[str, str]) -> int:
        # os.execvpe would start a second process there, and end this one while the command runs.
        from mfaenv.foreground import run_in_foreground

        return run_in_foreground(words, env)
else:
    _COERCED = ("C.UTF-8", "C.utf8", "UTF-8")

    def user_shell(env: Mapping[str, str]) -> str:
        """Give the shell that the user works with, as the environment names it."""
        return env.get("SHELL") or "/bin/sh"

    def _restore_signals() -> None:
        """Undo what Python does at its start: an ignored signal stays ignored in the command."""
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)

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
            from mfaenv.foreground import cannot_run

            raise cannot_run(words[0], error) from None
