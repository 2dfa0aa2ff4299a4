"""Runs of mfaenv in forks of a process that has it loaded: a start of the interpreter costs ten times more.

A fork gets what a start gets: arguments, environment, folder, umask, descriptors, a session of its own, its
terminal. What differs is the command line that `ps` shows, /proc/PID/environ, the parent, and what is loaded.
"""

import contextlib
import ctypes
import fcntl
import functools
import gc
import importlib
import inspect
import io
import json
import os
import pkgutil
import re
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from botocores_hooks import compute_once

SOURCES = Path(__file__).parents[2]
PACKAGE = "mfaenv"

LOCALE = "C.UTF-8"
"""The server's: an interpreter settles its encodings at its start."""

READ_LATER = {"PYTHON_KEYRING_BACKEND"}
"""Variables that no interpreter reads at its start."""

LONGEST = 100_000
"""Bytes of an argument or a variable. Longer ones are left to the system, which refuses them from 128 KiB on."""

ALSO_LOADED = (
    "boto3.session",
    "botocore.client",
    "botocore.credentials",
    "botocore.session",
    "encodings.idna",
    "keyring.backends.SecretService",
    "keyring.backends.chainer",
    "keyring.backends.fail",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
    "keyring.backends.macOS",
    "keyring.backends.null",
    "rich.console",
    "rich.table",
    "typer.core",
)

SERVICES, REGION = ("sts", "iam", "s3"), "us-east-1"

STANDARD = ("stdin", "stdout", "stderr")
NUMBER = 8
"""Bytes of a number on a socket."""

LET_ANY_TRACE = 0x59616D61
"""What prctl calls PR_SET_PTRACER: else only a parent may trace, on some systems."""

ABOVE = 200
"""Where descriptors stand until all have their place."""


# In the tests


class Fork(subprocess.Popen[bytes]):
    """A run in a fork. With `controlling`, its standard input becomes the terminal that controls its session.

    With `clock`, a file, its time is what stands there. With `tracer`, strace follows it, with these options.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        controlling: bool = False,
        clock: Path | None = None,
        tracer: Sequence[str] = (),
        **options: Any,
    ) -> None:
        self._controlling = controlling
        self._clock = clock
        self._tracer = tracer
        self._strace: subprocess.Popen[bytes] | None = None
        self._ended: int | None = None
        super().__init__(arguments, **options)

    def _execute_child(self, *details: Any) -> None:
        """Let the server do what a child does before it starts a program."""
        wanted = dict(zip(_DETAILS, details, strict=True))
        standard = [wanted[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        places = {number: own if own != -1 else number for number, own in enumerate(standard)}
        places.update((number, number) for number in wanted["pass_fds"])
        umask = os.umask(0o022)
        os.umask(umask)
        request = {
            "arguments": wanted["args"],
            "env": wanted["env"],
            "folder": str(wanted["cwd"]),
            "umask": umask if wanted["umask"] == -1 else wanted["umask"],
            "new_session": wanted["start_new_session"],
            "controlling": self._controlling,
            "clock": self._clock and str(self._clock),
            "traced": bool(self._tracer),
            "places": list(places),
        }
        self._state, far = socket.socketpair()
        with far:
            start_server().send(request, [far.fileno(), *places.values()])
        self.pid = _receive_number(self._state)
        self._child_created = True
        if self._tracer:
            self._trace()
        pipes = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        self._close_pipe_fds(*(wanted[name] for name in pipes))  # type: ignore[attr-defined]  # private

    def _trace(self) -> None:
        """Let strace follow it, and let it go on."""
        self._wait_for(r"State:\tT")
        words = ("strace", "-f", "-qq", *self._tracer, "-p", str(self.pid))
        self._strace = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait_for(r"TracerPid:\t[1-9]")
        self.send_signal(signal.SIGCONT)

    def _wait_for(self, pattern: str) -> None:
        """Wait until the kernel shows this of it."""
        while not re.search(
            pattern, Path(f"/proc/{self.pid}/status").read_text(encoding="ascii", errors="replace")
        ):
            time.sleep(0.002)

    def _try_wait(self, flags: int) -> tuple[int, int]:
        if self._ended is None:
            if flags & os.WNOHANG and not select.select([self._state], [], [], 0)[0]:
                return 0, 0
            self._ended = _receive_number(self._state)
            self._state.close()
            if self._strace:
                self._strace.wait()
        return self.pid, self._ended

    def _internal_poll(self, **_: Any) -> int | None:
        if self.returncode is None:
            pid, status = self._try_wait(os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


_DETAILS = [*inspect.signature(subprocess.Popen._execute_child).parameters][1:]  # type: ignore[attr-defined]  # private


def can_fork(arguments: Sequence[str], options: Mapping[str, Any]) -> bool:
    """Return whether a fork gets all that a start with Popen's `options` would get.

    Systems other than Linux cannot fork a process that has loaded so much, or cannot fork at all.
    """
    env = options["env"]
    texts = [*arguments, *env, *env.values()]
    settled = {name for name in env if name.startswith(("LC_", "PYTHON"))} - READ_LATER
    known = {"env", "cwd", "start_new_session", "umask", "pass_fds", "controlling", "clock", *STANDARD}
    return (
        sys.platform == "linux"
        and settled == {"PYTHONPATH"}
        and env["PYTHONPATH"] == str(SOURCES)
        and env.get("LANG") == LOCALE
        and options.keys() <= known
        and Path(options["cwd"]).is_dir()
        and all(
            isinstance(text, str) and "\0" not in text and len(os.fsencode(text)) < LONGEST for text in texts
        )
    )


class Server:
    """The process that forks, and the socket on which it is asked to."""

    def __init__(self) -> None:
        self._socket, far = socket.socketpair()
        with far:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(far.fileno())],
                env={
                    "PATH": os.environ["PATH"],
                    "LANG": LOCALE,
                    "PYTHONPATH": str(SOURCES),
                    "HOME": "/nonexistent",
                },
                pass_fds=[far.fileno()],
                start_new_session=True,
            )
        self._lock = threading.Lock()

    def send(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        """Ask for a run with these descriptors: where to tell of it, then those that it gets, in its places' order."""
        body = json.dumps(request).encode()
        with self._lock:
            socket.send_fds(self._socket, [len(body).to_bytes(NUMBER)], descriptors)
            self._socket.sendall(body)

    def stop(self) -> None:
        """Stop it; runs go on."""
        self._socket.close()
        self._process.wait()


_starting = threading.Lock()


@functools.cache
def _server() -> Server:
    return Server()


def start_server() -> Server:
    """Start this process's server, or return it. Of two threads' servers, one would end with its runs untold."""
    with _starting:
        return _server()


def stop_server() -> None:
    """Stop this process's server, if one was started."""
    if _server.cache_info().currsize:
        _server().stop()
        _server.cache_clear()


def _receive_number(connection: socket.socket) -> int:
    return int.from_bytes(_receive(connection, NUMBER), signed=True)


def _receive(connection: socket.socket, length: int) -> bytes:
    """Raise EOFError where the other end closes before that."""
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            raise EOFError
        data += more
    return data


# In the server

_system_time = time.time


class _Clock:
    """The time of a run: the system's, or what stands in a file."""

    file: str | None = None

    @classmethod
    def time(cls) -> float:
        if cls.file is None:
            return _system_time()
        with open(cls.file, encoding="ascii") as file:
            return float(file.read())


def serve(number: int) -> None:
    """Fork for each request until the tests have ended."""
    time.time = _Clock.time  # before a module keeps it
    _make_clients()
    load()
    runs: dict[int, socket.socket] = {}
    woken, waker = socket.socketpair()
    for end in (woken, waker):
        end.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with socket.socket(fileno=number) as asked:
        while True:
            ready, _, _ = select.select([asked, woken], [], [])
            if woken in ready:
                woken.recv(4096)
                _report(runs)
            if asked in ready:
                header, descriptors, _, _ = socket.recv_fds(asked, NUMBER, 253)
                if not header:
                    return
                request = json.loads(_receive(asked, int.from_bytes(header)))
                pid = os.fork()
                if pid == 0:
                    _become(request, descriptors[1:])
                told, *others = descriptors
                for descriptor in others:
                    os.close(descriptor)
                runs[pid] = socket.socket(fileno=told)
                runs[pid].sendall(pid.to_bytes(NUMBER, signed=True))


def load() -> None:
    """Load all that a run may load, and let nothing of it be looked at again by the collector."""
    gc.disable()
    package = importlib.import_module(PACKAGE)
    found = pkgutil.walk_packages(package.__path__, f"{PACKAGE}.")
    for name in [*(module.name for module in found if not module.name.endswith(".__main__")), *ALSO_LOADED]:
        try:
            importlib.import_module(name)
        except ImportError:
            assert name.startswith(PACKAGE)  # it is for another system
    _make_an_option()
    gc.collect()
    gc.freeze()


def _make_an_option() -> None:
    """Typer loads pydantic for its first option, which takes three quarters of a run."""
    application = importlib.import_module("typer").Typer(add_completion=False)

    def run(name: str = "") -> None:
        assert not name

    application.command()(run)
    application([], standalone_mode=False)


def _make_clients() -> None:
    """Let botocore read and compute what it needs for a client, which takes most of a run's time."""
    address, regions = (importlib.import_module(f"{PACKAGE}.aws.{name}") for name in ("address", "regions"))
    address.parse("http://localhost")  # compiles its pattern, as the next one does
    regions.find_partition("nowhere", "")
    compute_once(setattr)
    session = importlib.import_module("botocore.session").Session()
    session.register_component("data_loader", regions.loader())  # which a run finds with all that it has read
    for service in SERVICES:
        session.create_client(service, REGION, aws_access_key_id="none", aws_secret_access_key="none")


def _report(runs: dict[int, socket.socket]) -> None:
    """Tell of the runs that have ended."""
    while runs:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with runs.pop(pid) as told, contextlib.suppress(BrokenPipeError):  # whoever started it did not wait
            told.sendall(status.to_bytes(NUMBER, signed=True))


def _become(request: Mapping[str, Any], descriptors: Sequence[int]) -> NoReturn:
    """Make of this fork what a start would have made, and run the program."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if request["new_session"]:
        os.setsid()
    _place(dict(zip(request["places"], descriptors, strict=True)))
    if request["controlling"]:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(request["folder"])
    os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    tempfile.tempdir = None  # it was found by the server's environment
    _Clock.file = request["clock"]
    sys.orig_argv[:] = request["arguments"]
    sys.argv[:] = ["-m", *request["arguments"][3:]]
    sys.path[0] = os.getcwd()
    _open_streams()
    gc.enable()
    sys.modules["__main__"] = type(sys)("__main__")
    if request["traced"]:
        ctypes.CDLL(None).prctl(LET_ANY_TRACE, ctypes.c_ulong(-1))
        os.kill(os.getpid(), signal.SIGSTOP)
    _run()


def _place(descriptors: Mapping[int, int]) -> None:
    """Give descriptors their numbers, and close all others."""
    moved = {number: fcntl.fcntl(own, fcntl.F_DUPFD, ABOVE) for number, own in descriptors.items()}
    for number, own in moved.items():
        os.dup2(own, number)
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in moved:
            with contextlib.suppress(OSError):  # that of the listing itself
                os.close(int(name))


def _open_streams() -> None:
    """Open the standard streams as an interpreter does at its start (CPython's create_stdio)."""
    for number, name in enumerate(STANDARD):
        mode = "w" if number else "r"
        buffered: Any = open(number, f"{mode}b", closefd=False)  # noqa: SIM115 - it lasts as long as the process
        buffered.raw.name = f"<{name}>"
        errors = "backslashreplace" if name == "stderr" else "surrogateescape"
        by_line = name == "stderr" or buffered.isatty()
        stream: Any = io.TextIOWrapper(buffered, "utf-8", errors, "\n", line_buffering=by_line)
        stream.mode = mode
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _run() -> NoReturn:
    """Run the program as `python -m` does, and end as the interpreter does."""
    status = 1
    try:
        runpy._run_module_as_main(PACKAGE)  # type: ignore[attr-defined]  # private
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    except BaseException:  # noqa: BLE001 - the interpreter prints all of them
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
