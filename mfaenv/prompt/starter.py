"""The program that started this one, by its name: who asks for the code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence

from mfaenv.shells import detect
from mfaenv.terminal import program

LONGEST = 40
"""Characters of a name."""

PS_SECONDS = 2

INTERPRETERS = ("python", "node", "ruby", "perl", "bun", "deno", "php")
"""Programs that run another one, which their first word names."""


def name(env: Mapping[str, str]) -> str:
    """Return the name of the first calling program that is not a shell running one line, or an empty text.

    A shell with a line is how programs start a `credential_process`, and never who wants to know.
    """
    program_name = ""
    for words in _callers(env):
        program_name = of(words) or program_name
        runs_a_line = detect.identify(words[:1]) and "".join(words[1:2]).startswith("-") and "c" in words[1]
        if program_name and not runs_a_line:
            break
    return program_name


def of(words: Sequence[str]) -> str:
    """Return the name of a command line's program, or of the script that it runs; no other word is shown."""
    if not words:
        return ""
    program_name = _short(words[0])
    if program_name.startswith(INTERPRETERS) or detect.identify(words[:1]):
        script = next((word for word in words[1:] if word and not word.startswith("-")), "")
        if script and not {"-c", "-e"} & set(words):
            program_name = _short(script)
    return program_name[:LONGEST]


def _short(path: str) -> str:
    return path.removeprefix("-").replace("\\", "/").rpartition("/")[2]


def _callers(env: Mapping[str, str]) -> Iterable[list[str]]:
    """Return the command lines of the processes above this one; none on Windows, where to find them takes too long."""
    if sys.platform == "darwin":
        rows = program.output(["/bin/ps", "-axwwo", "pid=,ppid=,command="], env, PS_SECONDS).splitlines()
        processes = {pid: (parent, words) for pid, parent, *words in map(str.split, rows)}
        above, pid = list[list[str]](), str(os.getppid())
        while pid in processes and pid != "1":
            pid, words = processes[pid]
            above.append(words)
        return above
    return ([word for word in words if word] for words in detect.callers())
