"""How long a whole process takes, and how much memory: on its own, in a shell, and with somebody at a terminal."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from statistics import median
from typing import NamedTuple

QUIET = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
CTRL_C, INTERRUPTED = b"\x03", 130

TYPING_SECONDS = 1.0
"""How long a person takes to read six digits off a telephone and to type them; few are that quick."""

LAUNCHER = """
import os, sys
actions = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
print(os.wait4(child, 0)[2].ru_maxrss)
"""
"""The peak of a process counts what its parent held when it was made, so the parent has to be a small one."""

IN_BASH = 'shopt -u execfail; started=$EPOCHREALTIME; "$@" >/dev/null || exit; echo "$started $EPOCHREALTIME"'


class Turns:
    """What was measured in turns, so that what else the machine does hits all alike; everything is a median."""

    def __init__(self, rounds: int, measured: Mapping[str, Callable[[], float]]) -> None:
        self._turns = [{name: measure() for name, measure in measured.items()} for _ in range(rounds)]

    def seconds(self, name: str) -> float:
        """Give what was measured."""
        return median(turn[name] for turn in self._turns)

    def ratio(self, name: str, to: str) -> float:
        """Give the ratio to another of the same turn."""
        return median(turn[name] / turn[to] for turn in self._turns)

    def beyond(self, name: str, other: str) -> float:
        """Give the difference to another of the same turn."""
        return median(turn[name] - turn[other] for turn in self._turns)


def whole(command: list[str], env: Mapping[str, str], *, status: int = 0) -> float:
    """Run a program from its start to its end, and give the seconds."""
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, env, file_actions=QUIET)
    ended = os.waitpid(child, 0)[1]
    seconds = time.perf_counter() - started
    _check(command, os.waitstatus_to_exitcode(ended), status)
    return seconds


def at_terminal(command: list[str], env: Mapping[str, str], *, status: int = 0) -> float:
    """Run a program on a terminal of its own, and give the seconds to its end, when all of its output was read."""
    terminal, its_terminal = os.openpty()
    streams = [(os.POSIX_SPAWN_OPEN, fd, os.ttyname(its_terminal), os.O_RDWR, 0) for fd in (0, 1, 2)]
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, env, file_actions=streams, setsid=True)
    os.close(its_terminal)
    with suppress(OSError):  # how Linux tells that nobody has it open any more
        while os.read(terminal, 65_536):
            pass
    ended = os.waitpid(child, 0)[1]
    seconds = time.perf_counter() - started
    os.close(terminal)
    _check(command, os.waitstatus_to_exitcode(ended), status)
    return seconds


def crowd(command: list[str], env: Mapping[str, str], number: int, *, status: int = 0) -> float:
    """Run a program so many times at once, and give the seconds from the first start to the last end."""
    started = time.perf_counter()
    children = [os.posix_spawnp(command[0], command, env, file_actions=QUIET) for _ in range(number)]
    ended = [os.waitpid(child, 0)[1] for child in children]
    seconds = time.perf_counter() - started
    for each in ended:
        _check(command, os.waitstatus_to_exitcode(each), status)
    return seconds


def in_bash(command: Sequence[str], env: Mapping[str, str]) -> float:
    """Run a program as bash's child, and give the seconds from before its start to after its end."""
    shell = ["bash", "--norc", "-c", IN_BASH, "bash", *command]
    started, ended = subprocess.run(shell, env=env, check=True, capture_output=True).stdout.split()
    return float(ended) - float(started)


def peak(python: str, command: Sequence[str], env: Mapping[str, str]) -> int:
    """Give a program's peak of resident memory, in KiB; `python` starts it."""
    launcher = [python, "-I", "-S", "-c", LAUNCHER, *command]
    return int(subprocess.run(launcher, env=env, check=True, capture_output=True).stdout)


class Conversation(NamedTuple):
    """Seconds from the start to the question, from Enter to the last byte, and from Enter to the end of the output."""

    question: float
    answer: float
    end: float


def converse(command: list[str], env: Mapping[str, str], code: str) -> Conversation:
    """Answer a program that asks for a code on its terminal and prints into a pipe, as `eval` has it."""
    started = time.perf_counter()
    child, terminal, output = _start_on_terminal(command, env)
    _wait_for(terminal, b": ")
    asked = time.perf_counter()
    time.sleep(TYPING_SECONDS)
    entered = time.perf_counter()
    os.write(terminal, f"{code}\n".encode())
    answered = ended = entered
    while os.read(output, 65_536):
        answered = time.perf_counter()
    ended = time.perf_counter()
    _check(command, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
    os.close(terminal)
    os.close(output)
    return Conversation(asked - started, answered - entered, ended - entered)


def first_frame(command: list[str], env: Mapping[str, str]) -> float:
    """Return the seconds until a program shows a list to choose from, and leave it."""
    started = time.perf_counter()
    child, terminal, output = _start_on_terminal(command, env)
    _wait_for(terminal, b"leaves")
    shown = time.perf_counter() - started
    os.write(terminal, CTRL_C)
    _check(command, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), INTERRUPTED)
    os.close(terminal)
    os.close(output)
    return shown


def _start_on_terminal(command: list[str], env: Mapping[str, str]) -> tuple[int, int, int]:
    """Start a program on a terminal of its own; return its number, the terminal, and what reads its output."""
    terminal, its_terminal = os.openpty()
    output, its_output = os.pipe()
    # What the first process of a new session opens is the terminal that it sits at.
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.ttyname(its_terminal), os.O_RDWR, 0),
        (os.POSIX_SPAWN_DUP2, its_output, 1),
        (os.POSIX_SPAWN_DUP2, 0, 2),
    ]
    child = os.posix_spawnp(command[0], command, env, file_actions=streams, setsid=True)
    os.close(its_terminal)
    os.close(its_output)
    return child, terminal, output


def _wait_for(terminal: int, end: bytes) -> None:
    shown = b""
    while not shown.removesuffix(b"\x1b[0m").endswith(end):
        shown += os.read(terminal, 4096)


def _check(command: Sequence[str], status: int, expected: int) -> None:
    if status != expected:
        raise RuntimeError(f"{' '.join(command)} ended with status {status}")
