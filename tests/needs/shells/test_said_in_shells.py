"""What a shell is told of its session, in real shells."""

import os
import re
import shlex

import pytest
from product import COMMAND, Product
from shell_table import BASH
from terminals import need, open_window


@pytest.mark.parametrize("line", ["eval $(mfaenv{})", 'eval "$(mfaenv{})"'])
def test_a_shell_is_told_of_its_session_each_time(stored: Product, line: str) -> None:
    with open_window(stored, BASH) as window:
        window.enter(line.format(""))
        window.see(r"^mfaenv: default until \d\d:\d\d, 11h5\dm$")
        window.prompted()
        window.enter(line.format(""))
        window.see(r"^mfaenv: default until \d\d:\d\d, 11h5\dm$")
        window.prompted()
        window.enter(line.format(" -p staging"))
        window.see(r"^mfaenv: staging \(role Developer\) until \d\d:\d\d, (5\dm|1h)$")
        window.prompted()
        window.enter(line.format(" -p staging"))
        window.see(r"^mfaenv: staging \(role Developer\) until ")


def test_a_script_is_told_where_another_session_goes(stored: Product) -> None:
    """By the full path and by the fast one; not of the first session, nor of the same one again."""
    need("bash")
    profiles = ("default", "staging", "staging", "default", "staging")
    lines = [f"eval $({shlex.join(COMMAND)} --shell bash -p {profile})" for profile in profiles]
    stored.command = ("bash", "-ec", "\n".join(lines))
    done = stored.run()
    assert (done.status, done.out) == (0, "")
    told = [re.sub(r"until .*", "until", line) for line in done.err.splitlines()]
    staging = "mfaenv: staging (role Developer) until"
    assert told == [staging, "mfaenv: default until", staging]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a file that is always full")
@pytest.mark.parametrize("log", ["2>&-", "2>/dev/full"])
def test_a_log_that_takes_nothing_fails_no_line(stored: Product, log: str) -> None:
    need("bash")
    profiles = ("default", "staging", "default")
    lines = [f'eval "$({shlex.join(COMMAND)} --shell bash -p {profile} {log})"' for profile in profiles]
    stored.command = ("bash", "-ec", "\n".join([*lines, 'echo "$MFAENV_PROFILE"']))
    assert stored.run() == (0, "default\n", "")


@pytest.mark.parametrize(
    "line", ["eval $(mfaenv -q)", 'eval "$(mfaenv init bash)"'], ids=["quiet", "a shell's start"]
)
def test_nothing_is_said_of_a_session(stored: Product, line: str) -> None:
    with open_window(stored, BASH) as window:
        window.enter(line)
        window.prompted()
        window.enter("printenv MFAENV_PROFILE")
        window.see("^default$")
        assert " until " not in window.text


def test_a_line_that_failed_names_the_session_that_stays(stored: Product) -> None:
    with open_window(stored, BASH) as window:
        window.enter("eval $(mfaenv)")
        window.see("^mfaenv: default until .*$")
        window.prompted()
        window.enter("eval $(mfaenv -p nobody)")
        window.see("There is no profile 'nobody'")
        window.see("^mfaenv: This shell still has the session of profile default.$")
        window.prompted()
        window.enter("eval $(mfaenv --format yaml)")
        window.see("does not know 'yaml'")
        window.prompted()
        window.enter("eval $(mfaenv --duration 1)")
        window.see("cannot last")
        window.prompted()
        assert window.text.count("still has") == 1
