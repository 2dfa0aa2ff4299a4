"""The fast path and the full run, to be compared: a process with all loaded runs each request in a fork of itself.

Whole processes would need a second for what takes some milliseconds here. `Runs` talks to it in lines of JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from product import SOURCES, Outcome

LATER = 10
"""Seconds by which the clock is ahead in the forks, so that files just written count as settled."""

DECLINED = 99


class Runs:
    """The process, while a `with` block lasts."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{SOURCES}{os.pathsep}{Path(__file__).parent}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def entry_point(self, arguments: Sequence[str], env: Mapping[str, str]) -> Outcome:
        """Run as the entry point does: the fast path first."""
        return self._ask("entry_point", arguments, env)

    def full(self, arguments: Sequence[str], env: Mapping[str, str]) -> Outcome:
        """Run through typer and all else, whatever the arguments are."""
        return self._ask("full", arguments, env)

    def fast(self, arguments: Sequence[str], env: Mapping[str, str]) -> Outcome | None:
        """Run the fast path alone; return None where it declines."""
        done = self._ask("fast", arguments, env)
        return None if done.status == DECLINED else done

    def store(self, arguments: Sequence[str], env: Mapping[str, str], seconds: int) -> None:
        """Store a session for what is asked, as if it had been got, if long-term keys and a device lead to one."""
        self._ask("store", [str(seconds), *arguments], env)

    def _ask(self, run: str, arguments: Sequence[str], env: Mapping[str, str]) -> Outcome:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([run, list(arguments), dict(env)]) + "\n")
        self._process.stdin.flush()
        return Outcome(*json.loads(self._process.stdout.readline()))


def entry_point(arguments: list[str]) -> int:
    from mfaenv import __main__

    return __main__.guarded(__main__.run, arguments, os.environ)


def full(arguments: list[str]) -> int:
    from mfaenv import __main__
    from mfaenv.cli import app

    return __main__.guarded(app.run, arguments, os.environ)


def fast(arguments: list[str]) -> int:
    from mfaenv.fast import answer, catalog, parse

    line = catalog.read(arguments)
    is_fast = line.understood and parse.module_of(line.command) == "export"
    status = answer(line.options, os.environ) if is_fast else None
    return DECLINED if status is None else status


def store(arguments: list[str]) -> int:
    from mfaenv.config import awsfiles, resolve
    from mfaenv.errors import MfaenvError
    from mfaenv.fast import catalog, entry
    from mfaenv.fast.parse import MAIN
    from mfaenv.session import cache, remembered
    from mfaenv.store import Store

    seconds, *words = arguments
    line = catalog.read(words)
    place = Store(entry.directory(os.environ))
    try:
        request = resolve.resolve(line.options, os.environ, awsfiles.load(os.environ))
    except MfaenvError:
        return 1
    if not line.understood or line.command != MAIN or request.keys is None:
        return 1
    place.prepare()
    serial = (
        request.device.text or remembered.device(place, request.keys.access_key, request.endpoint.text).serial
    )
    with_device = request._replace(device=request.device._replace(text=serial))
    key = cache.role_key(cache.session_key(with_device, request.keys.access_key), request.hops)
    expires = int(time.time()) + int(seconds)
    got = entry.Session(
        access_key="ASIAIOSFODNN7EXAMPLE", secret_key=f"of {key}", token=f"until {expires}", expires=expires
    )
    known = request._replace(account="123456789012", device=request.device._replace(text=serial))
    place.put(cache.as_entry(got, known, key, request.keys.access_key, time.time()), expires)
    return 0


RUNS: Mapping[str, Callable[[list[str]], int]] = {
    "entry_point": entry_point,
    "full": full,
    "fast": fast,
    "store": store,
}


def run(name: str, arguments: list[str], env: Mapping[str, str], streams: Sequence[Any]) -> int:
    """Run in this process, with this environment, and give the exit status."""
    for number, stream in enumerate(streams, 1):
        os.dup2(stream.fileno(), number)
    os.environ.clear()
    os.environ.update(env)
    clock = time.time
    time.time = lambda: clock() + LATER
    return RUNS[name](arguments)


def forked(action: Callable[[], int]) -> int:
    """Do it in a fork, and give its exit status."""
    status = DECLINED
    if sys.platform != "win32":
        child = os.fork()
        if child == 0:
            status = action()
            sys.stderr.flush()
            os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status


def answer(name: str, arguments: list[str], env: Mapping[str, str]) -> tuple[int, str, str]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        status = forked(lambda: run(name, arguments, env, [out, err]))
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "surrogateescape"))
    return status, texts[0], texts[1]


def main() -> None:
    if sys.platform != "win32":
        from fork_server import load

        load()  # once, for all forks
    sys.stdin.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]  # standard input is a text file here
    for line in sys.stdin:
        print(json.dumps(answer(*json.loads(line))), flush=True)  # noqa: T201 - the other end reads it


if __name__ == "__main__":
    main()
