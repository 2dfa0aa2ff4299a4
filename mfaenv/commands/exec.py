"""`mfaenv exec`: a command, or the user's shell, with the session in its environment and nothing else changed."""

import os
import sys

from mfaenv import shells
from mfaenv.command_line import same_command
from mfaenv.config import names
from mfaenv.errors import MfaenvError
from mfaenv.fast import environment, execute
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.session import direnv, service
from mfaenv.terminal import coredump, program
from mfaenv.terminal.foreground import run_in_foreground
from mfaenv.terminal.terminal import Terminal


def run(options: Options, command: Words, env: Env) -> int:
    """Replace this process by the command; on Windows, run it. Raise MfaenvError."""
    words = list(command) or [user_shell(env)]
    name = words[0]
    if not program.find(name, env) and name in names.profiles(env):
        line = shells.join([*same_command({**options, "profile": name}, "exec"), *words[1:]])
        wrong = f"There is no program {name}. For the profile of that name, type:"
        raise MfaenvError(wrong, command=line, status=program.NOT_FOUND)
    program.check(name, env)  # before a code is spent
    service.warn_of_lost_limit(options, Terminal.for_options(options, env), "the command")
    if options.get("serve") or options.get("only"):
        from mfaenv.commands import exec_environment  # slow to load

        inherited = dict(env)
        execute.restore_locale(inherited)
        served = exec_environment.of_program(options, inherited)
        if sys.platform != "win32":
            from mfaenv.serving import own_process  # slow to load, and not for Windows

            served = own_process.in_new_process(served)
        with served as changed:
            return _start(options, command, words, dict(changed))
    coredump.prevent()
    try:
        session = service.get_pairs(options, env, Terminal.for_options(options, env))
    finally:
        coredump.restore()  # for the command
    shells.check_lengths(session)
    return _start(options, command, words, environment.changed(direnv.with_diff(session, env), env))


def _start(options: Options, command: Words, words: list[str], env: dict[str, str]) -> int:
    if not command and os.isatty(2) and not options.get("quiet"):
        profile = env[environment.PROFILE]
        Terminal(env).note(f"This opens {words[0]} with the session of profile {profile}; exit ends it.")
    # There, os.execvpe would start a second process, and end this one while the command runs.
    if sys.platform == "win32":
        return run_in_foreground(words, env)
    else:  # noqa: RET505 - each system's type checker follows its own branch
        try:
            execute.replace(words, env)
        except (OSError, ValueError) as error:
            raise program.cannot_run(words[0], error, env) from None


def user_shell(env: Env) -> str:
    """Return the user's shell."""
    variable, usual = ("COMSPEC", "cmd.exe") if os.name == "nt" else ("SHELL", "/bin/sh")
    return env.get(variable) or usual
