"""No core dump of this process: it would hold secrets. The programs that it starts get the limit that was set.

A stored session, printed within a millisecond, does without this: it would cost a hundredth of the whole run.
"""

import sys

if sys.platform != "win32":
    import resource

_MIN_BYTES = 1 if sys.platform == "linux" else 0
"""Bytes. Linux hands a dump to the program of core_pattern whatever the limit is, unless it is 1, and writes no file:
https://github.com/torvalds/linux/blob/v6.12/fs/coredump.c, do_coredump."""

_former: list[int] = []


def prevent() -> None:
    """Lower the soft limit."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        if hard != 0 and not _former:
            _former.append(soft)
            resource.setrlimit(resource.RLIMIT_CORE, (_MIN_BYTES, hard))


def restore() -> None:
    """Set the former limit, for a program."""
    if sys.platform != "win32" and _former:
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (_former.pop(), hard))
