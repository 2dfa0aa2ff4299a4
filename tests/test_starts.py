"""Runs in forks: what a start of the interpreter gives is what they give."""

import os
import re
import signal
import sys
from collections.abc import Callable
from typing import Any

import pytest
from product import Outcome, Product, finish
from terminals import CTRL_C, direct

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each run starts the interpreter")

LINES = {
    "version": ("--version",),
    "help": ("--help",),
    "a stored session": ("--shell", "bash"),
    "the way through typer": ("-f", "json", "--min-remaining", "6m", "-v"),
    "a role": ("-f", "dotenv", "-p", "staging"),
    "a wrong option": ("--shll", "bash"),
    "a wrong command": ("stauts",),
    "a wrong profile": ("-p", "nobody", "--shell", "fish"),
    "words that are not UTF-8": ("-p", "caf\udce9", "--shell", "bash"),
    "nobody to ask": ("--refresh", "--shell", "bash"),
    "nothing stored": ("--cached", "-p", "audit"),
    "unset": ("unset", "--shell", "zsh"),
    "status": ("status",),
    "status as data": ("status", "--json"),
    "process": ("process",),
    "policy": ("policy",),
    "init": ("init", "bash"),
    "doctor": ("doctor", "--json"),
    "configure": ("configure", "--dry-run"),
    "keys": ("keys", "--json"),
    "clear": ("clear", "-p", "audit"),
    "console": ("console", "-p", "staging"),
    "a program": ("exec", "--", "sh", "-c", 'echo "$AWS_ACCESS_KEY_ID $0"; exit 7'),
    "a program that is killed": ("exec", "--", "sh", "-c", "kill -KILL $$"),
    "no program": ("exec", "--", "mfaenv-does-not-exist"),
    "served": ("exec", "--serve", "--", "sh", "-c", "env | grep -c FULL_URI; exit 3"),
    "demo": ("demo", "--", "sh", "-c", "env | grep -c AWS_ENDPOINT_URL; exit 4"),
}
CHANGES = re.compile(
    r"\b\d+[hms](?: ?\d+[ms])*\b|\b\d\d:\d\d(?::\d\d)?\b|127\.0\.0\.1:\d+"
    r'|\d+(?= seconds?| - SECONDS)|(?<="remaining": )\d+'
)
"""What the clock and the ports make of a text."""


@pytest.fixture
def stored(product: Product, scenario: Scenario) -> Product:
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
    assert product.run("-f", "json", "-p", "staging").status == 0
    return product


def both(monkeypatch: pytest.MonkeyPatch, run: Callable[[], Any]) -> tuple[Any, Any]:
    forked = run()
    with monkeypatch.context() as patch:
        patch.setattr(Product, "may_fork", False)
        return forked, run()


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_fork_gives_what_a_start_gives(
    line: tuple[str, ...], stored: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> tuple[int, str, str]:
        done = stored.run(*line)
        return done.status, CHANGES.sub("", done.out), CHANGES.sub("", done.err)

    forked, started = both(monkeypatch, run)
    assert forked == started


ENDINGS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGQUIT]


@pytest.mark.parametrize("number", ENDINGS, ids=lambda number: number.name)
def test_a_signal_ends_a_fork_as_it_ends_a_start(
    number: signal.Signals, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = product.home / "pipe"
    os.mkfifo(pipe)

    def run() -> Outcome:
        process = product.start("--shell", "bash", "--token-command", f"cat {pipe}")
        with pipe.open("wb"):  # the program is there
            process.send_signal(number)
        return finish(process)

    forked, started = both(monkeypatch, run)
    assert forked == started


@pytest.mark.parametrize("name", ["TERM", "QUIT", "ALRM", "USR1", "USR2", "XCPU"])
def test_a_signal_that_ends_it_fails_the_line(product: Product, name: str) -> None:
    """`perl -e 'alarm …; exec …'` stands in for timeout on macOS, and `ulimit -t` sends SIGXCPU."""
    pipe, number = product.home / "pipe", getattr(signal, f"SIG{name}")
    os.mkfifo(pipe)
    process = product.start("--shell", "bash", "--token-command", f"cat {pipe}")
    with pipe.open("wb"):  # the program is there
        process.send_signal(number)
    assert finish(process)[:2] == (128 + number, f"(exit {128 + number});\n")


def test_the_terminal_is_as_after_a_start(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> tuple[str, int]:
        with direct(product, "--shell", "bash") as window:
            window.see("code:")
            window.press(CTRL_C)
            status = window.ended()
            return window.raw, status

    forked, started = both(monkeypatch, run)
    assert forked == started


def test_a_fork_knows_what_a_start_knows(stored: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program would see is what a shell that it becomes sees."""
    of_process = "ls /proc/$$/fd; grep -E '(Sig|Shd)...:' /proc/self/status; ps -o sid=,pgid= $$"
    script = f"env | sort; pwd; umask; ulimit -a; tty; {of_process}"
    forked, started = both(monkeypatch, lambda: stored.run("exec", "--", "sh", "-c", script, umask=0o077))
    assert (forked.status, forked.err) == (0, "")
    assert re.sub(r" *\d{3,}", "", forked.out) == re.sub(r" *\d{3,}", "", started.out)
