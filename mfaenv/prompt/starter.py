"""The program that started this one, by its name: who asks for the code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence

from mfaenv.shells import detect
from mfaenv.terminal import program

LONGEST = 40
"""Characters of a name."""

INTERPRETERS = ("python", "node", "ruby", "perl", "bun", "deno", "php")
"""Programs that run another one, which their first word names."""


def name(env: Mapping[str, str]) -> str:
    """Return the name of the first calling program that is not a shell running one line, or an empty text.

    A shell with a line is how programs start a `credential_process`, and never who wants to know.
    """
    program_name = ""
    for words in _callers(env):
        program_name = of(words) or program_name
        if program_name and not _runs_a_line(words):
            break
    return program_name


def of(words: Sequence[str]) -> str:
    """Return the name of a command line's program, or of the script that it runs; no other word is shown."""
    if not words or not words[0]:
        return ""
    program = _short(words[0])
    if program.startswith(INTERPRETERS) or detect.identify(words[:1]):
        script = next((word for word in words[1:] if not word.startswith("-") and word), "")
        code = any(word in {"-c", "-e"} for word in words[1:])
        program = program if code or not script else _short(script)
    return program[:LONGEST]


def _runs_a_line(words: Sequence[str]) -> bool:
    """Return whether it is a shell that was started for one line."""
    return bool(detect.identify(words[:1])) and any(word.startswith("-") and "c" in word for word in words[1:2])


def _short(path: str) -> str:
    return path.removeprefix("-").replace("\\", "/").rpartition("/")[2]


if sys.platform == "darwin":
    import re

    def _callers(env: Mapping[str, str]) -> Iterator[list[str]]:
        """Yield the command lines of the processes above this one, as ps shows them."""
        import subprocess

        pid = os.getppid()
        for _ in range(detect.FARTHEST):
            command = ["/bin/ps", "-o", "ppid=,command=", "-p", str(pid)]
            with program.start(command, env, stdout=subprocess.PIPE) as ps:
                row = re.match(r"\s*(\d+)\s+(.*)", ps.communicate()[0].decode("utf-8", "replace"))
            if not row or pid <= 1:
                return
            pid = int(row[1])
            yield row[2].split()
elif sys.platform == "linux":

    def _callers(_: Mapping[str, str]) -> Iterator[list[str]]:
        """Yield the command lines of the processes above this one."""
        for words in detect.callers():
            yield [word for word in words if word]
else:

    def _callers(_: Mapping[str, str]) -> Iterator[list[str]]:
        """Yield nothing: to find them there takes too long."""
        return iter(())
