"""`mfaenv exec` on a terminal."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from product import Product
from shell_table import BASH
from terminals import CTRL_C, direct, open_window

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals there")

WAYS = pytest.mark.parametrize("way", [[], ["--serve"]], ids=["keys", "serve"])


@WAYS
def test_exec_alone_says_what_it_opens(product: Product, scenario: Scenario, way: list[str]) -> None:
    with direct(
        product, "exec", *way, "-p", "staging", "-c", scenario.device.code(), SHELL="/bin/bash"
    ) as window:
        window.see("opens .*bash with the session of profile staging; exit ends it")
        window.enter("exit 3")
        assert window.ended() == 3


def test_a_killed_mfaenv_that_serves_leaves_nothing_behind(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    with open_window(product, BASH, TMPDIR=str(tmp_path)) as window:
        window.enter(f"mfaenv exec --serve -c {scenario.device.code()} -- sh -c 'echo re''ady; exec cat'")
        window.see("^ready")
        assert len([path for path in tmp_path.glob("mfaenv-*") if path.is_dir()]) == 1
        window.enter("go on")
        window.press("\x1c")
        window.prompted()
        window.enter(f"while ls {tmp_path}/mfaenv-* >/dev/null 2>&1; do :; done; echo gone $((40 + 2))")
        window.see("gone 42")


@WAYS
def test_ctrl_c_at_the_question_leaves_at_once(product: Product, way: list[str]) -> None:
    with open_window(product, BASH) as window:
        window.enter(f"mfaenv exec {' '.join(way)} -- echo star''ted; echo status=$?")
        window.see("MFA code: ")
        window.press(CTRL_C)
        window.see("status=130")
        window.enter("stty -a | grep -o ' echo '; echo still $((40 + 2))")
        window.see("^ echo *\nstill 42")
        assert "started" not in window.text


@WAYS
@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_mfaenv_that_is_ended_at_the_question_leaves_no_process(
    product: Product, way: list[str], name: str
) -> None:
    with direct(product, "exec", *way, "--", "echo", "started") as window:
        window.see("MFA code: ")
        session = window.pid
        os.kill(session, signal.Signals[name])
        window.ended()
        while processes_of(session):
            pass
        assert "started" not in window.text


def processes_of(session: int) -> list[str]:
    """The processes of a session that have not ended."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = file.read_text(encoding="utf-8").rpartition(") ")
            state, _, _, number, *_ = rest.split()
            if int(number) == session and state not in "ZX":
                found.append(name)
    return found
