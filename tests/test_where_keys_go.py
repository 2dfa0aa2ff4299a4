"""Where keys are printed to: files are closed to others first, and a terminal shows none that nobody asked for."""

import os
import re
import shlex
import stat
import sys
from pathlib import Path

import pytest
from observed_aws import ObservedAws
from product import COMMAND, Product
from terminals import Window, direct, need

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes of files and pseudo-terminals")

KEYS = (
    *(("-f", name) for name in ("json", "dotenv", "github", "process")),
    ("--shell", "bash"),
    ("--shell", "bash", "--verbose"),
    ("process",),
    ("init", "bash"),
)
NO_KEYS = (("status", "--json"), ("policy",), ("unset", "--shell", "bash"), ("init", "nu"), ("--version",), ("--help",))
KEY = re.compile("ASIA[A-Z0-9]{16}")


IN_BASH = ("bash", "-c", '"$@"; exit $?', "bash")


def in_bash(product: Product, *line: str) -> Window:
    """Open a window in which bash runs the line."""
    return Window((*IN_BASH, *COMMAND, *line), product.env, product.home)


@pytest.fixture
def stored(product: Product, scenario: Scenario) -> Product:
    """With a session in the store."""
    assert product.run("-f", "json", "-c", scenario.device.code()).status == 0
    return product


def mode_after(product: Product, line: tuple[str, ...], mode: int) -> int:
    """Run a line that writes to a file of this mode, which holds something already; return the mode then."""
    file = product.home / "file"
    file.write_text("what was there\n")
    file.chmod(mode)
    with file.open("ab") as stream:
        assert product.run(*line, stdout=stream).status == 0
    assert file.read_text().startswith("what was there\n")
    assert len(file.read_text().splitlines()) > 1
    return stat.S_IMODE(file.stat().st_mode)


@pytest.mark.parametrize("line", KEYS, ids=" ".join)
def test_a_file_that_keys_are_written_to_is_closed_to_others(stored: Product, line: tuple[str, ...]) -> None:
    assert mode_after(stored, line, 0o664) == 0o600
    assert KEY.search((stored.home / "file").read_text())


@pytest.mark.parametrize("line", NO_KEYS, ids=" ".join)
def test_a_file_without_keys_is_left_as_it_is(stored: Product, line: tuple[str, ...]) -> None:
    assert mode_after(stored, line, 0o664) == 0o664


def test_nothing_but_what_opens_it_to_others_is_changed(stored: Product) -> None:
    assert mode_after(stored, ("-f", "dotenv"), 0o755) == 0o700
    assert mode_after(stored, ("-f", "dotenv"), 0o400 | 0o200) == 0o600


def test_init_without_a_session_leaves_the_file_as_it_is(product: Product) -> None:
    assert mode_after(product, ("init", "bash", "-p", "default"), 0o644) == 0o644


def test_what_is_no_file_is_left_alone(stored: Product, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o644)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pipe.open("wb") as stream:
            assert stored.run("-f", "json", stdout=stream).status == 0
    finally:
        os.close(reader)
    assert stat.S_IMODE(pipe.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ((), "eval $(mfaenv)"),
        (("-p", "staging", "-d", "1h"), "eval $(mfaenv -p staging -d 1h)"),
        (("-p", "my team's"), """eval $(mfaenv -p 'my team'"'"'s')"""),
        (("--cached",), "eval $(mfaenv --cached)"),
        (("--quiet", "--verbose", "--refresh"), "eval $(mfaenv -q --refresh)"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_terminal_shows_the_line_to_type_and_no_key(
    stored: Product, aws: ObservedAws, line: tuple[str, ...], typed: str
) -> None:
    calls = len(aws.log)
    with in_bash(stored, *line) as window:
        window.see(re.escape(f"Type: {typed}"))
        assert window.ended() == 2
        assert not KEY.search(window.text)
        assert "MFA code" not in window.text
    assert len(aws.log) == calls


def test_the_line_to_type_is_that_of_the_shell(stored: Product) -> None:
    need("fish")
    with Window(("fish", "-c", f"{shlex.join(COMMAND)}; exit $status"), stored.env, stored.home) as window:
        window.see(re.escape("Type: mfaenv | source"))
        assert window.ended() == 2


def test_the_line_to_type_is_on_standard_error(stored: Product) -> None:
    stored.command = (*IN_BASH, *COMMAND)
    master, terminal = os.openpty()
    try:
        done = stored.run(stdout=terminal)
    finally:
        os.close(terminal)
        os.close(master)
    assert done.status == 2
    assert "Type: eval $(mfaenv)" in done.err


def test_a_given_code_is_not_repeated_and_not_spent(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    code = scenario.device.code()
    with in_bash(product, "-c", code) as window:
        window.see(re.escape("Type: eval $(mfaenv)"))
        assert window.ended() == 2
        assert code not in window.text
    assert aws.log == []


@pytest.mark.parametrize("line", [("--shell", "bash"), ("-f", "json"), ("process",)], ids=" ".join)
def test_a_terminal_shows_the_keys_that_were_asked_for(stored: Product, line: tuple[str, ...]) -> None:
    with direct(stored, *line) as window:
        window.see(KEY.pattern)
        assert window.ended() == 0
