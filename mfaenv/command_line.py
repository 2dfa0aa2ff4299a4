"""Command lines, as people type them and as the system splits them."""

import os
import sys

from mfaenv.fast.parse import Words

MFAENV = "mfaenv"

ENDINGS = ".COM;.EXE;.BAT;.CMD"
"""Of Windows' programs where PATHEXT does not list them."""


def join(words: Words) -> str:
    """Return words as the command line that the system splits into them again."""
    if sys.platform == "win32":
        from subprocess import list2cmdline

        return list2cmdline(words)
    else:  # noqa: RET505 - each system's type checker follows its own branch
        import shlex

        return shlex.join(words)


def is_mfaenv(path: str) -> bool:
    """Return whether a program is called as this one is."""
    return path.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe") == MFAENV


def started() -> str:
    """Return the full path by which this program was started; empty where Python was (`python -m mfaenv`)."""
    path = os.path.abspath(sys.argv[0])
    return path if is_mfaenv(path) else ""


def aws_configure(profile: str) -> str:
    """Return the command of the AWS CLI that stores a profile's keys; without the option it writes [default]."""
    return join(("aws", "configure", "--profile", profile))
