"""A real keychain: a Secret Service of its own, which gnome-keyring gives on a D-Bus that nobody else is on."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from product import PATIENCE
from terminals import need

WORDS = "secret words"
"""What unlocks it."""

ONE_CPU = ("chrt", "--batch", "0", "taskset", "--cpu-list")
"""Runs a program so that none of its threads interrupts another.

gnome-keyring (seen in 48.0) aborts when one thread notes a new client while the other looks for work: a client
in some thousands. `assertion 'client' failed` is what it logs then.
"""

NOBODYS_BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
"""The environment of a machine without a keychain: a server, SSH, WSL."""


class Keychain:
    """A Secret Service, unlocked; `env` leads to it. With a display it asks there for its words when it is locked.

    Its sockets are in `runtime`: their names may have 107 bytes.
    """

    def __init__(self, folder: Path, runtime: str, display: str = "") -> None:
        self.folder = folder
        self._log = folder / "log"
        self.env = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus", "XDG_RUNTIME_DIR": str(runtime)}
        self._own = {**os.environ, **self.env, "HOME": str(folder), **({"DISPLAY": display} if display else {})}
        bus = ("dbus-daemon", "--session", "--nofork", "--print-address", f"--address=unix:path={runtime}/bus")
        self._bus = subprocess.Popen(
            bus, env=self._own, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        assert self._bus.stdout
        self._bus.stdout.readline()
        try:
            self._daemon = self._start("--unlock")
        except BaseException:
            _end(self._bus)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        ended = self._daemon.poll()
        for process in (self._daemon, self._bus):
            _end(process)
        assert ended is None, self._log.read_text()

    def _start(self, *options: str) -> subprocess.Popen[bytes]:
        cpus = sorted(os.sched_getaffinity(0))
        cpu = cpus[os.getpid() % len(cpus)]
        command = (*ONE_CPU, str(cpu), "gnome-keyring-daemon", "--foreground", "--components=secrets", *options)
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                command,
                env=self._own,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # no signal for the tests' terminal or group reaches it
            )
        assert process.stdin
        process.stdin.write(WORDS.encode())
        process.stdin.close()
        try:
            self._wait()
        except BaseException:
            _end(process)
            raise
        return process

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while self._pending():
            assert time.monotonic() < end
            time.sleep(0.05)

    def _pending(self) -> bool:
        """Whether the first collection is still to be made: then nothing could be stored yet.

        The bus itself is asked before the service, which it would start a second time, and locked.
        """
        bus, service = "org.freedesktop.DBus", "org.freedesktop.secrets"
        if "true" not in self._asked(bus, "/", f"{bus}.NameHasOwner", f"string:{service}"):
            return True
        alias = "org.freedesktop.Secret.Service.ReadAlias"
        return "/collection/" not in self._asked(service, "/org/freedesktop/secrets", alias, "string:default")

    def _asked(self, service: str, *words: str) -> str:
        ask = ("dbus-send", "--session", "--print-reply", f"--dest={service}", *words)
        done = subprocess.run(ask, env=self._own, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return done.stdout

    def restart_locked(self) -> None:
        """Lock it as after a new login that nobody has unlocked it in."""
        self._daemon.kill()
        self._daemon.wait()
        self._daemon = self._start()

    def lock(self) -> None:
        """Lock it, as a desktop does when it is told to."""
        assert self.tool("lock").returncode == 0

    def tool(self, *words: str, data: str = "") -> subprocess.CompletedProcess[str]:
        """Run secret-tool, another program on the same keychain."""
        return subprocess.run(
            ("secret-tool", *words),
            env=self._own,
            input=data,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def lookup(self, name: str, service: str = "mfaenv") -> str:
        """Return what the entry of a profile holds, or nothing."""
        return self.tool("lookup", "service", service, "username", name).stdout


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()


@contextmanager
def opened(folder: Path, display: str = "") -> Iterator[Keychain]:
    """Open a keychain for the time of a test."""
    for program in ("dbus-daemon", "gnome-keyring-daemon", "secret-tool"):
        need(program)
    folder.mkdir()
    with TemporaryDirectory(dir="/tmp") as runtime, Keychain(folder, runtime, display) as keychain:
        yield keychain
