"""The lock, between processes."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from product import wait_until_stopped
from terminals import need

from mfaenv.session.lock import lock

PROCESSES = 6

ROUNDS = 15

COUNTER = f"""
import sys
from mfaenv.session.lock import lock
path, counter = sys.argv[1:]
for _ in range({ROUNDS}):
    with lock(path, list):
        number = int(open(counter).read())
        open(counter, "w").write(str(number + 1))
"""
"""Loses counts as soon as two are inside at once: reading and writing are two steps, and the file is empty between."""

HOLDER = """
import sys
from mfaenv.session.lock import lock
with lock(sys.argv[1], lambda: print("waiting", flush=True)):
    print("held", flush=True)
    sys.stdin.read()
"""


def nobody_waits() -> None:
    raise AssertionError("the lock is free, and yet there is waiting")


def start(script: str, *arguments: Path, under: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*under, sys.executable, "-c", script, *map(str, arguments)],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


@contextmanager
def holder(path: Path, *under: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that takes the lock, says so, and keeps it until its standard input ends."""
    with start(HOLDER, path, under=under) as process:
        try:
            yield process
        finally:
            process.kill()


def says(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def test_one_process_at_a_time(path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    counter = tmp_path_factory.mktemp("counted") / "counter"
    counter.write_text("0", encoding="ascii")
    with ExitStack() as running:
        processes = [running.enter_context(start(COUNTER, path, counter)) for _ in range(PROCESSES)]
    assert [process.returncode for process in processes] == [0] * PROCESSES
    assert counter.read_text(encoding="ascii") == str(PROCESSES * ROUNDS)
    assert list(path.parent.iterdir()) == []


def test_waiting_is_said_once_and_ends_with_the_holder(path: Path) -> None:
    with holder(path) as first:
        assert says(first) == "held"
        with holder(path) as second:
            assert says(second) == "waiting"
            first.communicate()
            assert says(second) == "held"
            assert second.communicate()[0] == ""
    assert list(path.parent.iterdir()) == []


def test_a_killed_holder_holds_nothing(path: Path) -> None:
    with holder(path) as first:
        assert says(first) == "held"
        first.kill()
        first.wait()
    assert path.exists()
    with lock(str(path), nobody_waits):
        assert path.exists()
    assert list(path.parent.iterdir()) == []


def test_a_waiting_process_takes_over_from_a_killed_one(path: Path) -> None:
    with holder(path) as first:
        assert says(first) == "held"
        with holder(path) as second:
            assert says(second) == "waiting"
            first.kill()
            assert says(second) == "held"
            second.communicate()
    assert list(path.parent.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux'")
@pytest.mark.parametrize("failure", ["ENOLCK", "ENOSYS", "EOPNOTSUPP"])
def test_where_the_file_system_has_no_locks_nobody_waits_for_one(path: Path, failure: str) -> None:
    need("strace")
    without = ("strace", "-f", "-qq", "-o", os.devnull, "-e", f"inject=flock:error={failure}")
    with holder(path, *without) as process:
        assert says(process) == "held"
        process.communicate()
    assert list(path.parent.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux'")
def test_a_file_that_has_lost_its_name_is_no_lock(path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A waiting process is stopped between opening the file and locking it: by then another file has the name."""
    need("strace")
    calls = tmp_path_factory.mktemp("traced") / "calls"
    stop = ("-P", str(path), "-e", "trace=openat", "-e", "inject=openat:signal=STOP:when=1")
    with holder(path) as first:
        assert says(first) == "held"
        with holder(path, "strace", "-f", "-qq", "-o", str(calls), *stop) as second:
            wait_until_stopped(calls)
            first.communicate()
            with lock(str(path), nobody_waits):
                let_go_on(second)
                assert says(second) == "waiting"
            assert says(second) == "held"
            second.communicate()
    assert list(path.parent.iterdir()) == []


def let_go_on(traced: "subprocess.Popen[str]") -> None:
    """Let what strace has stopped go on until it says something: it may only just be about to stop."""
    assert traced.stdout is not None
    (child,) = Path(f"/proc/{traced.pid}/task/{traced.pid}/children").read_text(encoding="ascii").split()
    while not select.select([traced.stdout], [], [], 0.05)[0]:
        os.kill(int(child), signal.SIGCONT)


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux'")
def test_the_next_holders_file_stays(path: Path) -> None:
    """The one before is held up as it takes the name away: nobody may have the lock by then."""
    need("strace")
    slowly = ("strace", "-f", "-qq", "-o", os.devnull, "-e", "inject=unlink:delay_enter=500ms")
    with holder(path, *slowly) as first:
        assert says(first) == "held"
        assert first.stdin is not None
        first.stdin.close()
        with lock(str(path), lambda: None):
            first.wait()
            assert path.exists()
    assert list(path.parent.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_a_holder_whose_work_goes_on_for_too_long_counts_as_stopped(path: Path) -> None:
    with start(HOLDER.replace("flush=True))", "flush=True), longest=0)"), path) as first:
        assert says(first) == "held"
        with holder(path) as second:
            assert [says(second), says(second)] == ["waiting", "held"]
            assert first.poll() is None
            second.communicate()
        first.communicate()
    assert list(path.parent.iterdir()) == []
