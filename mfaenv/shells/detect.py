"""Find the shell that called: the first of the parent processes that is a shell."""

import os
import sys

from mfaenv import shells
from mfaenv.errors import MfaenvError, wrong_usage
from mfaenv.shells import NAMES, SHELLS, Env, Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAMS = {program: name for name, (_, *others) in SHELLS.items() for program in (name, *others)}

_HOSTS = ("busybox", "dotnet", "python", "qemu-", "rosetta")
"""Programs that run the shell which their first argument names: busybox sh, dotnet pwsh.dll, python xonsh."""

MAX_CALLERS = 10


def detect(env: Env, named: str = "", *, by_option: bool = False) -> str:
    """Return the shell to print for: the ``named`` one, or tcsh for csh where it called; else the one that evaluates.

    Raise MfaenvError (usage) where none is known, and where the shell that called cannot read the text for the
    one that ``MFAENV_SHELL`` names.
    """
    if not named:
        return evaluator(env)
    if by_option:
        return "tcsh" if named == "csh" and _caller(1) == "tcsh" else named  # it takes longer values
    called = _caller(1)
    if called and named not in {called, *shells.get_target(called).reads}:
        hint = f"Unset MFAENV_SHELL, or say --shell {named} if it is right."
        raise wrong_usage(f"MFAENV_SHELL is {named}, but {called} called.", hint)
    return named


def evaluator(env: Env, named: str = "") -> str:
    """Return the shell that evaluates what is printed: the one that called, else the named one, else the login shell.

    Beside a named one only the direct parent counts: another may have set that name. Raise MfaenvError (usage).
    """
    shell = (_caller(1) or named if named else _caller()) or _known(env.get("SHELL", ""))
    if not shell:
        raise wrong_usage("The shell that called is unknown.", f"Name it: --shell {'|'.join(NAMES)}")
    return shell


def loading_line(env: Env, command: Words) -> str:
    """Return the line that evaluates a command in the shell that called, or the command itself."""
    try:
        return shells.loading_line(evaluator(env), command)
    except MfaenvError:
        return shells.join(command)


def _caller(farthest: int = MAX_CALLERS) -> str | None:
    # shellingham finds the same, but loads modules that take longer than a stored session's whole answer.
    called = map(identify, _callers(farthest))
    return next(filter(None, called), None) if sys.platform == "linux" else _from_shellingham(farthest)


def identify(words: Words) -> str | None:
    """Return the shell that runs with this command line, or None."""
    if words and _basename(words[0]).startswith(_HOSTS):
        words = [word for word in words[1:] if not word.startswith("-")]
    program = words[0] if words else ""
    # With setproctitle, xonsh's whole command line is one word.
    return _known(program) or _known(program.partition(" ")[0])


def _known(program: str) -> str | None:
    return _PROGRAMS.get(_basename(program))


def _basename(program: str) -> str:
    name = program.replace("\\", "/").rpartition("/")[2].lower().removeprefix("-")  # of a login shell
    return name.removesuffix(".exe").removesuffix(".dll")


def _callers(farthest: int) -> "Iterator[list[str]]":
    process = os.getppid()
    try:
        for _ in range(farthest):
            words = _read(process, "cmdline").split("\0")
            # csh and tcsh write a `-` over the first letter of their name where they are interactive.
            program = _read(process, "comm").strip() if words[0].startswith("-") else ""
            yield [program, *words[1:]] if _known(program) else words
            # The name, in parentheses, may hold anything; two fields on is the parent.
            process = int(_read(process, "stat").rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return


def _read(process: int, name: str) -> str:
    with open(f"/proc/{process}/{name}", encoding="utf-8", errors="replace") as file:
        return file.read()


def _from_shellingham(farthest: int) -> str | None:
    import shellingham  # type: ignore[import-untyped]  # it has no types, and loads re and subprocess

    if sys.platform == "win32":
        farthest = MAX_CALLERS  # what starts Python there is a caller, too
    try:
        return _known(shellingham.detect_shell(os.getppid(), farthest)[0])
    except (OSError, RuntimeError):
        return None  # no shell, no way to look, or an unknown system
