"""Core dumps: none of a process that holds secrets, and those of the programs that it starts as they would be."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from product import COMMAND, Product
from programs import write_program
from terminals import Window

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows writes none")

CTRL_BACKSLASH = "\x1c"
QUESTION = r"For profile default.*\s.*\s.*\sMFA code: "
LIMITED = 'ulimit -S -c "$(ulimit -H -c)" && exec "$@"'


def unlimited(product: Product, *arguments: str) -> Window:
    """Run mfaenv with core dumps of any size allowed, in a folder that is empty."""
    folder = product.home / "empty"
    folder.mkdir()
    return Window(("sh", "-c", LIMITED, "sh", *COMMAND, *arguments), product.env, folder)


@pytest.fixture(autouse=True)
def _dumps_are_allowed() -> None:
    import resource

    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("the system allows no core dumps")


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda window: window.press(CTRL_BACKSLASH), 128 + signal.SIGQUIT),
        (lambda window: os.kill(window.pid, signal.SIGABRT), -signal.SIGABRT),
    ],
    ids=["quit", "a crash"],
)
def test_a_question_that_is_cut_short_leaves_no_core_dump(
    product: Product, end: Callable[[Window], None], status: int
) -> None:
    with unlimited(product, "--shell", "bash") as window:
        window.see(QUESTION)
        end(window)
        assert window.ended() == status
    assert list((product.home / "empty").iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="Linux tells the limits of a process")
def test_no_program_is_given_a_dump_while_it_asks(product: Product) -> None:
    with unlimited(product, "--shell", "bash") as window:
        window.see(QUESTION)
        # With 0 the kernel hands it to the program of core_pattern all the same.
        assert core_limit(window.pid) == "1"


def core_limit(pid: int) -> str:
    lines = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()
    return next(line.split()[4] for line in lines if line.startswith("Max core file size"))


def test_what_exec_runs_has_its_own_limit(product: Product, scenario: Scenario) -> None:
    hard = limit("-H")
    assert product.run("-f", "json", "-c", scenario.device.code()).status == 0
    with unlimited(product, "exec", "--", "sh", "-c", "echo limit=$(ulimit -c)") as window:
        window.see(f"limit={hard}")
        assert window.ended() == 0


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="Linux tells the limits of a process")
def test_what_exec_runs_after_a_question_has_its_own_limit(product: Product, scenario: Scenario) -> None:
    with unlimited(product, "exec", "-p", "default", "--", "sh", "-c", "echo limit=$(ulimit -c)") as window:
        window.see(QUESTION)
        assert core_limit(window.pid) == "1"
        window.enter(scenario.device.code())
        window.see(f"limit={limit('-H')}")
        assert window.ended() == 0


def test_a_token_command_has_its_own_limit(product: Product, scenario: Scenario) -> None:
    folder = product.home / "bin"
    folder.mkdir()
    program = write_program(folder / "show-code", f"ulimit -c >{folder}/limit\necho {scenario.device.code()}")
    with unlimited(product, "--shell", "bash", "--token-command", str(program)) as window:
        assert window.ended() == 0
    assert (folder / "limit").read_text().strip() == limit("-H")


def limit(kind: str) -> str:
    """The limit as the shell names it."""
    return subprocess.run(
        ["sh", "-c", f"ulimit {kind} -c"], check=True, capture_output=True, text=True
    ).stdout.strip()
