"""The entry point: the short way if it answers, else the command line.

What it imports quotes the names that only a type checker needs: `from __future__ import annotations` reads a file.
"""

import _thread
import gc
import os
import sys

from mfaenv import options, outcome, shortcut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from sys import UnraisableHookArgs

    from mfaenv.options import Given


def main() -> None:
    """Run, and leave without the interpreter's own clearing up, which would take longer than a stored session."""
    outcome.hold_standard_streams()
    sys.unraisablehook = interrupt_again
    status = outcome.of(lambda: run(sys.argv[1:]), sys.argv[1:], os.environ)
    os._exit(status)  # nothing is in a buffer: outcome writes bytes, and Python standard error line by line


def interrupt_again(dropped: "UnraisableHookArgs") -> None:
    """Bring a signal up again that was dropped inside a callback of the import system, with a traceback at that."""
    if issubclass(dropped.exc_type, (KeyboardInterrupt, SystemExit)):
        _thread.interrupt_main()
    else:
        sys.__unraisablehook__(dropped)


def run(arguments: "Sequence[str]") -> int:
    """Run a plain line straight, and any other through the command line, which takes longer to load than a session."""
    command = arguments[0] if arguments and arguments[0] in STRAIGHT else ""
    status = STRAIGHT[command](*options.leading(arguments[1:] if command else arguments))
    if status is None:
        from mfaenv import cli

        return cli.run(arguments)
    return status


def _show(given: "Given", rest: list[str]) -> int | None:
    if rest:
        return None
    answer = shortcut.answer(given, os.environ)
    if answer is not None:
        return answer
    gc.disable()  # what botocore makes while it loads stays until the end anyway, and looking through it takes time
    from mfaenv import commands

    return commands.show(given, os.environ)


def _unset(given: "Given", rest: list[str]) -> int | None:
    if rest or given.keys() - options.PRINTING:
        return None
    from mfaenv import commands

    return commands.unset(given, os.environ)


def _process(given: "Given", rest: list[str]) -> int | None:
    return None if given.keys() & options.PRINTING else _show({**given, "format": "process"}, rest)


def _exec(given: "Given", rest: list[str]) -> int | None:
    marked = rest[:1] == ["--"]
    if given.keys() & options.PRINTING or (not marked and "".join(rest[:1]).startswith("-")):
        return None
    from mfaenv import execute

    return execute.run(given, os.environ, rest[marked:])


def _status(given: "Given", rest: list[str]) -> int | None:
    if given.keys() - {"profile", "verbose"} or rest not in ([], ["--json"]):
        return None
    from mfaenv import status

    return status.run(given, os.environ, as_json=bool(rest))


def _init(given: "Given", rest: list[str]) -> int | None:
    words = [word for word in rest if word != "--no-hook"]
    more, left = options.leading(words[1:])
    if not words or words[0].startswith("-") or left or (given.keys() | more.keys()) - {"profile"}:
        return None
    from mfaenv import init

    return init.run(words[0], {**given, **more}, os.environ, hook=len(words) == len(rest))


STRAIGHT = {"": _show, "unset": _unset, "process": _process, "exec": _exec, "status": _status, "init": _init}
"""The commands by name, each taking its options and the words after them, or declining (None) what is not plain."""


if __name__ == "__main__":
    main()
