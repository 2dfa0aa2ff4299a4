"""The entry point: the short way if it answers, else the command line."""

from __future__ import annotations

import os
import sys

from mfaenv import options, outcome, shortcut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> None:
    """Run, and leave without the interpreter's own clearing up, which would take longer than a stored session."""
    status = outcome.of(lambda: run(sys.argv[1:]), sys.argv[1:], os.environ)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run the main command as straight as its options allow, every other command through the command line."""
    given = options.parse(arguments)
    if given is None:
        from mfaenv import cli

        return cli.run(arguments)
    answer = shortcut.answer(given, os.environ)
    if answer is not None:
        return answer
    from mfaenv import commands

    return commands.show(given, os.environ)


if __name__ == "__main__":
    main()
