"""mfaenv as people have it: a process of its own, with a home and an environment of its own and no terminal.

Most runs are forks of a process that has it loaded (fork_server); a test for which the start itself matters
asks for the fixture `real_starts`.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import mfaenv

if sys.platform == "win32":
    Fork = subprocess.Popen

    def can_fork(*_: object) -> bool:
        """No process can be forked there."""
        return False

    def stop_server() -> None:
        pass
else:
    from fork_server import Fork, can_fork, stop_server


__all__ = [
    "COMMAND",
    "MORNING",
    "NOBODY",
    "PATIENCE",
    "SOURCES",
    "Fork",
    "Outcome",
    "Product",
    "as_nobody",
    "finish",
    "forks",
    "stop_server",
    "wait_until_stopped",
]

COMMAND = (sys.executable, "-m", "mfaenv")
SOURCES = Path(mfaenv.__file__).parents[1]
KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
NOBODY = 65_534
PATIENCE = 180
"""Seconds after which a process counts as hanging: other work may leave it a tenth of a processor."""
MORNING = f"HERE{time.gmtime().tm_hour - 9:+d}"
"""A `TZ` in which it is past nine now: a session of twelve hours ends on the same day, and no weekday is shown."""


class Outcome(NamedTuple):
    """How a run ended; the texts are UTF-8 and keep their line ends and their odd bytes (as surrogates)."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Return the JSON that it printed."""
        assert self.out, self.err
        return json.loads(self.out)


class Product:
    """Runs mfaenv with a home; `env` is the whole of its environment, and a test may change it, and the `command`."""

    may_fork = True
    """Whether runs are forks, where a fork gets all that a start gets."""

    def __init__(self, home: Path, env: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.command: tuple[str, ...] = COMMAND
        self.clock: Path | None = None
        """The file of another clock than the system's (clock), for forks."""
        self.tracer: tuple[str, ...] = ()
        """Options of strace, where it is to follow the runs."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        own = {"HOME": str(home), "USERPROFILE": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(SOURCES)}
        self.env = {**kept, **own, "TZ": MORNING, **(env or {})}

    @property
    def cache(self) -> Path:
        """Where its sessions are stored."""
        return Path(self.env.get("MFAENV_CACHE_DIR", self.home / ".cache")) / "mfaenv"

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
        """Start a run, in its home and without a terminal; `options` are those of Popen."""
        usual = {"env": self.env, "cwd": self.home, "start_new_session": True}
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        clock = {} if self.clock is None else {"clock": self.clock}
        words, options = [*self.command, *arguments], {**usual, **streams, **clock, **options}
        if forks(words, options):
            return Fork(words, tracer=self.tracer, **options)
        return subprocess.Popen(
            [*(("strace", "-f", "-qq", *self.tracer) if self.tracer else ()), *words], **options
        )

    def run(self, *arguments: str, **options: Any) -> Outcome:
        """Run to the end; `input` is what standard input holds, other options are those of Popen."""
        data = options.pop("input", None)
        streams = {} if data is None else {"stdin": subprocess.PIPE}
        return finish(self.start(*arguments, **streams, **options), data)


def advised(hint: str) -> str:
    """Return how an error with this hint ends, a second line of which is a command: two lines in all."""
    assert hint.count("\n") <= 1
    return " " + hint.replace("\n", "\n        ") + "\n"


def forks(words: Sequence[str], options: Mapping[str, Any]) -> bool:
    """Return whether these words are to be run in a fork; `options` are those of Popen, a folder among them."""
    return Product.may_fork and tuple(words[: len(COMMAND)]) == COMMAND and can_fork(words, options)


def as_nobody(product: Product) -> Product:
    """Let it run without root's rights to write anywhere; reading stays, since the interpreter may be root's own."""
    if sys.platform != "win32" and os.geteuid() == 0:
        reading = "-all,+dac_read_search"
        who = (f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        product.command = ("setpriv", *who, f"--inh-caps={reading}", f"--ambient-caps={reading}", *COMMAND)
        for path in [product.home, *product.home.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    return product


def where_modes_count(product: Product) -> Product:
    """Let it run without root's right to pass over the modes of its own files."""
    if sys.platform != "win32" and os.geteuid() == 0:
        product.command = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", *COMMAND)
    return product


def finish(process: "subprocess.Popen[bytes]", data: str | None = None) -> Outcome:
    """Wait for the end of a run; one that hangs is killed, and the test fails."""
    try:
        out, err = process.communicate(None if data is None else data.encode(), timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):  # what it left behind may hold the pipes
            _kill(process)
            process.communicate(timeout=1)
        raise
    return Outcome(
        process.returncode, *((text or b"").decode("utf-8", "surrogateescape") for text in (out, err))
    )


def wait_until_stopped(calls: Path) -> None:
    """Wait until strace has written to this file that the signal which it sent has stopped a run.

    The system shows the same state at each call that strace looks at, and a fork begins with a stop of its own.
    """
    end = time.monotonic() + PATIENCE
    while not calls.exists() or "stopped by SIGSTOP" not in calls.read_text().partition("--- SIGSTOP {")[2]:
        assert time.monotonic() < end, "it was not stopped"
        time.sleep(0.01)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and, where it leads a group, what it started: that would keep the pipes open for ever."""
    if sys.platform != "win32" and os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
