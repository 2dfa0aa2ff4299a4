"""A terminal shows keys only where they were asked for, else the line to type."""

import os
import re
import shlex
import sys

import pytest
from observed_aws import ObservedAws
from product import COMMAND, Product
from terminals import Window, direct, need

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes of files and pseudo-terminals")

KEY = re.compile("ASIA[A-Z0-9]{16}")

IN_BASH = ("bash", "-c", '"$@"; exit $?', "bash")


def in_bash(product: Product, *line: str) -> Window:
    """Open a window in which bash runs the line."""
    return Window((*IN_BASH, *COMMAND, *line), product.env, product.home)


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
        window.see(rf"^ +{re.escape(typed)}$")
        assert window.ended() == 2
        assert not KEY.search(window.text)
        assert "MFA code" not in window.text
    assert len(aws.log) == calls


def test_a_chosen_profile_stands_in_the_line_to_type(stored: Product) -> None:
    """Each line is unbroken, and the choice is no mistake."""
    with in_bash(stored, "-p") as window:
        window.see("4 of 4: ")
        window.press("staging\r")
        window.see(r"^mfaenv: No shell reads what is printed here\. To set the session in this one, type:\n")
        window.see(r"^ +eval \$\(mfaenv -p staging\)$")
        assert window.ended() == 2


def test_the_line_to_type_is_that_of_the_shell(stored: Product) -> None:
    need("fish")
    with Window(("fish", "-c", f"{shlex.join(COMMAND)}; exit $status"), stored.env, stored.home) as window:
        window.see(r"^ +mfaenv \| source$")
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
    assert done.err.splitlines()[1].strip() == "eval $(mfaenv)"


def test_a_given_code_is_not_repeated_and_not_spent(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    code = scenario.device.code()
    with in_bash(product, "-c", code) as window:
        window.see(r"^ +eval \$\(mfaenv\)$")
        assert window.ended() == 2
        assert code not in window.text
    assert aws.log == []


@pytest.mark.parametrize("line", [("--shell", "bash"), ("-f", "json"), ("process",)], ids=" ".join)
def test_a_terminal_shows_the_keys_that_were_asked_for(stored: Product, line: tuple[str, ...]) -> None:
    with direct(stored, *line) as window:
        window.see(KEY.pattern)
        assert window.ended() == 0


@pytest.mark.parametrize("line", [(), ("--shell", "bash"), ("-f", "json")], ids=" ".join)
def test_with_an_output_file_a_terminal_shows_no_key(stored: Product, line: tuple[str, ...]) -> None:
    with in_bash(stored, *line, "-o", "file") as window:
        assert window.ended() == 0
    assert not KEY.search(window.text)
    assert window.text.strip() == ""
    assert KEY.search((stored.home / "file").read_text())
