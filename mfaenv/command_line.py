"""Command lines, as people type them and as the system splits them."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def join(words: Sequence[str]) -> str:
    """Return words as the command line that the system splits into them again."""
    if sys.platform == "win32":
        from subprocess import list2cmdline

        return list2cmdline(words)
    else:  # noqa: RET505 - each system's type checker follows its own branch
        import shlex

        return shlex.join(words)


def aws_configure(profile: str) -> str:
    """Return the command of the AWS CLI that stores a profile's keys; without the option it writes [default]."""
    return join(("aws", "configure", "--profile", profile))
