"""What must not be started: arguments that a batch file's reader would run. What must not be broken off."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from product import PATIENCE
from programs import write_program

from mfaenv import ENDING_SIGNALS
from mfaenv.errors import MfaenvError
from mfaenv.fast import end_in_order
from mfaenv.terminal import program
from mfaenv.terminal.foreground import handling, run_in_foreground, undisturbed


@pytest.mark.parametrize(
    "argument", ['a"&echo INJECTED&"', "a&b", "a|b", ">file", "%PATH%", "a^b", "a\nb", 'say "no"']
)
@pytest.mark.parametrize("name", ["tool.cmd", "TOOL.BAT", "tool.cmd.", "tool.bat . "])
def test_an_argument_that_cmd_would_run_is_refused(tmp_path: Path, name: str, argument: str) -> None:
    tool = write_program(tmp_path / name, "touch started")
    with pytest.raises(MfaenvError, match="is a batch file") as refused:
        run_in_foreground([str(tool), "fine", argument], {"PATH": ""})
    assert argument not in refused.value.message
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("folder", ["R&D", "100%", "a^b"])
def test_a_path_that_cmd_would_run_in_part_is_refused(tmp_path: Path, folder: str) -> None:
    tool = write_program(tmp_path / folder / "tool.bat", "touch started")
    for command, path in ((str(tool), ""), ("tool.bat", str(tool.parent))):
        with pytest.raises(MfaenvError, match="is a batch file"):
            run_in_foreground([command], {"PATH": path})


def test_plain_arguments_of_a_batch_file_are_handed_on(tmp_path: Path) -> None:
    tool = write_program(tmp_path / "tool.cmd", '[ "$1" = "two words" ] && exit 7')
    assert run_in_foreground([str(tool), "two words"], {"PATH": ""}) == 7


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGINT"])
def test_what_ends_the_process_waits_until_the_work_is_done(name: str) -> None:
    done = []

    def work() -> None:
        with undisturbed():
            signal.raise_signal(signal.Signals[name])
            done.append("what must not be broken off")
        done.append("the rest")

    with pytest.raises((SystemExit, KeyboardInterrupt)), handling(dict.fromkeys(ENDING_SIGNALS, end_in_order)):
        work()
    assert done == ["what must not be broken off"]


def test_a_signal_while_it_looks_for_the_programs_end_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """CPython keeps the lock of a Popen locked where a handler raises just after it was acquired."""

    class Lock:
        def __init__(self) -> None:
            self._lock = threading.Lock()

        def acquire(self, blocking: bool) -> bool:
            acquired = self._lock.acquire(blocking)
            for number in (signals.pop() for _ in signals[:]):
                signal.raise_signal(number)
            return acquired

        def release(self) -> None:
            self._lock.release()

        def __enter__(self) -> None:
            assert self._lock.acquire(timeout=PATIENCE)

        def __exit__(self, *_: object) -> None:
            self.release()

    signals = [signal.SIGTERM]
    monkeypatch.setattr(subprocess, "threading", SimpleNamespace(Lock=Lock))
    with pytest.raises(SystemExit), handling(dict.fromkeys(ENDING_SIGNALS, end_in_order)):
        run_in_foreground(["sleep", "600"], dict(os.environ))
    assert signals == []


@pytest.mark.skipif(sys.platform == "win32", reason="a script of sh")
def test_what_a_program_leaves_behind_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "GRACE_SECONDS", 0.1)
    tool = write_program(tmp_path / "tool", "sleep 600 &\necho $!")
    with program.start([str(tool)], {"PATH": os.defpath}, stdout=subprocess.PIPE) as running:
        printed, _ = program.communicate(running, "tool", lambda: None)
    os.kill(int(printed), signal.SIGKILL)


def test_a_program_is_ended_though_a_signal_left_it_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It came just after Popen had acquired its lock."""
    monkeypatch.setattr(program, "GRACE_SECONDS", 0.1)  # all of which passes, twice
    running = program.start([sys.executable, "-c", "input()"], os.environ, stdin=subprocess.PIPE)
    with running:
        running._waitpid_lock.acquire()  # type: ignore[attr-defined]  # as after such a signal
        program.end(running)
    running._waitpid_lock.release()  # type: ignore[attr-defined]  # so that no process is left
    running.returncode = None
    assert running.wait(PATIENCE) != 0
