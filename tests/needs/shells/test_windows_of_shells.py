"""The function and the prompt hook in real shells, several windows at once."""

import re
import time

import pytest
from observed_aws import ObservedAws
from product import Product
from settled import EACH_WITH_HOOK, EACH_WITH_INIT, NOTHING, PAST, seated
from shell_table import BY_NAME, WITH_INIT, Shell
from terminals import CTRL_C, CTRL_D, QUESTION

from mfaenv.pretend_aws.scenario import Scenario

UNSERVED = "mfaenv -d 30h --min-remaining 20h"
"""Asks, and goes on asking when another window has got a session of the usual twelve hours."""

ENDED = "mfaenv: the session of profile default has ended: type mfaenv for a new one"
THEIRS = {
    "AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
}


def session(product: Product) -> str:
    """What a shell has that took the stored session in."""
    (line,) = [
        line for line in product.run("--shell", "sh", "--cached").out.splitlines() if "ACCESS_KEY_ID=A" in line
    ]
    return f"key={line.removeprefix('export AWS_ACCESS_KEY_ID=').removesuffix('&&')} secret=set profile=default"


@EACH_WITH_INIT
def test_the_function_sets_the_session_and_hands_all_else_through(
    product: Product, scenario: Scenario, aws: ObservedAws, row: Shell
) -> None:
    with seated(product, row) as seat:
        assert seat.keys() == NOTHING
        assert seat.status_of("mfaenv -p nobody") == 1
        assert "(exit" not in seat.window.text
        seat.window.enter("mfaenv")
        seat.window.see(QUESTION)
        seat.window.enter(scenario.device.code())
        seat.window.prompted()
        assert seat.keys() == session(product)
        assert seat.status_of("mfaenv exec -p default -- leave-with-7") == 7
        assert "on a terminal" in seat.window.text
        seat.sees("mfaenv process", r"^{.*\"AccessKeyId\".*}$")
        seat.sees("mfaenv --shell fish", r"^set -gx AWS_ACCESS_KEY_ID ")
        assert seat.keys() == session(product)
        seat.type("mfaenv unset")
        assert seat.keys() == NOTHING
    with seated(product, row) as seat:
        assert seat.keys() == session(product)
        assert "MFA code" not in seat.window.text
    assert len(aws.actions("GetSessionToken")) == 1


@EACH_WITH_HOOK
def test_windows_learn_of_a_session_and_of_its_end(product: Product, scenario: Scenario, row: Shell) -> None:
    product.env["MFAENV_CACHE_DIR"] = str(product.home / "a b'c $HOME [x]*;&é")
    with seated(product, row) as one, seated(product, row) as other, seated(product, row, **THEIRS) as theirs:
        one.type(f"mfaenv -c {scenario.device.code()}")
        stored = one.keys()
        assert stored == session(product)
        other.type("")
        assert other.keys() == stored
        one.type("mfaenv unset")
        one.type("")
        assert one.keys() == NOTHING
        other.set("MFAENV_EXPIRES", PAST)
        other.type("")
        assert other.keys() == "key=none secret= profile=default"
        assert other.window.text.count(ENDED) == 1
        (product.cache / "latest").write_text("1800000000.5\n")
        for seat in (one, other):
            seat.type("")
            assert seat.keys() == stored
        assert other.window.text.count(ENDED) == 1
        theirs.type("")
        assert theirs.keys() == f"key={THEIRS['AWS_ACCESS_KEY_ID']} secret=set profile=none"


@EACH_WITH_HOOK
def test_what_another_window_has_got_takes_the_place_of_a_session_that_is_over(
    product: Product, scenario: Scenario, row: Shell
) -> None:
    with seated(product, row) as seat:
        seat.type(f"mfaenv -c {scenario.device.code()}")
        (product.cache / "latest").write_text("1800000000.5\n")
        for name in ("AWS_ACCESS_KEY_ID", "MFAENV_KEY"):
            seat.set(name, "ASIAI44QH8DHBEXAMPLE")  # an older session's
        seat.set("MFAENV_EXPIRES", PAST)
        seat.type("")
        assert seat.keys() == session(product)
        assert ENDED not in seat.window.text


@EACH_WITH_HOOK
def test_a_window_that_has_told_of_the_end_takes_what_another_gets_after_that(
    product: Product, scenario: Scenario, row: Shell
) -> None:
    with seated(product, row) as seat:
        for name in ("AWS_ACCESS_KEY_ID", "MFAENV_KEY"):
            seat.set(name, "ASIAI44QH8DHBEXAMPLE")
        seat.set("MFAENV_PROFILE", "default")
        seat.set("MFAENV_EXPIRES", PAST)
        assert seat.window.text.count(ENDED) == 1
        product.run("-c", scenario.device.code(), "--shell", "sh")
        seat.type("")
        assert seat.keys() == session(product)


def test_zshs_prompt_comes_after_a_question_that_is_left(product: Product) -> None:
    row = BY_NAME["zsh"]
    with seated(product, row) as seat:
        for _ in range(9):
            seat.window.enter("eval $(mfaenv)")
            seat.window.see(QUESTION)
            seat.window.press(CTRL_C)
            seat.window.prompted()
        assert seat.window.text.count("MFA code: ^C\n") == 9


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
@EACH_WITH_HOOK
def test_a_question_that_is_left_hides_no_session_of_another_window(
    product: Product, scenario: Scenario, row: Shell, key: str
) -> None:
    with seated(product, row) as seat:
        seat.window.enter(UNSERVED)
        seat.window.see(QUESTION)
        assert product.run("--format", "json", "-c", scenario.device.code()).status == 0
        seat.window.press(key)
        seat.window.prompted()
        seat.type("")
        assert seat.keys() == session(product)


def test_a_question_that_is_left_changes_no_option_of_tcsh(product: Product) -> None:
    """Ctrl-C leaves the script of the function in the middle."""
    with seated(product, BY_NAME["tcsh"]) as seat:
        seat.window.enter("mfaenv")
        seat.window.see(QUESTION)
        seat.window.press(CTRL_C)
        seat.window.prompted()
        seat.sees("echo noglob is $?noglob", "^noglob is 0$")


@pytest.mark.parametrize("name", ["bash", "zsh", "dash", "ksh93", "mksh"])
def test_the_lines_after_a_substitution_that_was_interrupted_mean_the_same(
    product: Product, scenario: Scenario, name: str
) -> None:
    with seated(product, BY_NAME[name]) as seat:
        seat.window.enter(": $(sh -c 'echo begun >/dev/tty; exec sleep 60')")
        seat.window.see("^begun$")
        seat.window.press(CTRL_C)
        seat.window.prompted()
        assert seat.status_of("eval $(mfaenv -p nobody)") == 1
        seat.type(f"eval $(mfaenv -c {scenario.device.code()})")
        assert seat.keys() == session(product)


@EACH_WITH_HOOK
def test_an_address_for_credentials_is_left_alone(stored: Product, row: Shell) -> None:
    with seated(stored, row, AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:9/") as seat:
        assert seat.keys() == NOTHING
        (stored.cache / "latest").write_text("1800000000.5\n")
        seat.type("")
        assert seat.keys() == NOTHING


OVER = {**THEIRS, "AWS_ACCESS_KEY_ID": "ASIAI44QH8DHBEXAMPLE", "MFAENV_EXPIRES": str(PAST)}


@EACH_WITH_HOOK
def test_the_end_of_a_session_shows_no_control_characters(product: Product, row: Shell) -> None:
    parts = ("a\x1b[31mb", "c\x9b31md", "e\rf", "g\u202eh")
    with seated(product, row, MFAENV_PROFILE="".join(parts), **OVER) as seat:
        seat.type("")
        shown = seat.window.raw
    escaped = "".join(rf"{part[0]}\\[ -~]+{part[-1]}" for part in parts)
    assert re.search(f"mfaenv: the session of profile {escaped} has ended: type mfaenv for a new one", shown)
    assert [part for part in parts if part in shown] == []


@EACH_WITH_HOOK
def test_the_end_of_a_session_names_the_profile(product: Product, row: Shell) -> None:
    profile = "team-a_b.c@d 日本 é"
    with seated(product, row, MFAENV_PROFILE=profile, **OVER) as seat:
        seat.type("")
        assert ENDED.replace("default", profile) in seat.window.text


@EACH_WITH_HOOK
def test_a_role_that_an_option_chose_is_never_followed_by_the_profiles_own(
    product: Product, scenario: Scenario, row: Shell
) -> None:
    role = "arn:aws:iam::111122223333:role/Developer"
    with seated(product, row) as seat:
        seat.type(f"mfaenv -r {role} -c {scenario.device.code()}")
        chosen = seat.keys()
        (product.cache / "latest").write_text("1800000000.5\n")
        seat.set("MFAENV_EXPIRES", int(time.time()) + 200)
        seat.type("")
        assert seat.keys() == chosen != NOTHING
        seat.set("MFAENV_EXPIRES", PAST)
        seat.set("MFAENV_NEXT", PAST)  # when the hook looks next
        seat.type("")
        seat.type("")
        assert seat.keys() == "key=none secret= profile=default"
        assert seat.window.text.count(ENDED.replace("mfaenv for", f"mfaenv -r {role} for")) == 1
        seat.type("mfaenv --cached")
        assert seat.keys() == session(product)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("bash", "unset -f mfaenv"),
        ("zsh", 'mfaenv() { command mfaenv "$@"; }'),
        ("fish", "functions -e mfaenv"),
        ("pwsh", "Remove-Item Function:mfaenv"),
    ],
)
def test_the_hook_does_without_the_function(product: Product, scenario: Scenario, name: str, line: str) -> None:
    with seated(product, BY_NAME[name]) as seat:
        seat.type(line)
        assert product.run("--format", "json", "-c", scenario.device.code()).status == 0
        seat.type("")
        assert seat.keys() == session(product)
        assert "SESSION_TOKEN" not in seat.window.text


@pytest.mark.parametrize("row", [row for row in WITH_INIT if row.typed.alias], ids=lambda row: row.name)
def test_the_function_takes_the_place_of_an_alias(product: Product, scenario: Scenario, row: Shell) -> None:
    alias = row.typed.alias
    with seated(product, row._replace(load=(alias, *row.load))) as seat:
        seat.type(f"mfaenv -c {scenario.device.code()}")
        assert "SESSION_TOKEN" not in seat.window.text
        assert seat.keys() == session(product)


@EACH_WITH_HOOK
def test_a_code_can_come_through_standard_input(product: Product, scenario: Scenario, row: Shell) -> None:
    with seated(product, row) as seat:
        seat.type(row.typed.piped.format(scenario.device.code()))
        assert seat.keys() == session(product)


@pytest.mark.parametrize("name", ["bash", "dash", "mksh"])
def test_a_code_through_a_pipe_fails_where_the_session_would_be_lost(
    product: Product, scenario: Scenario, name: str
) -> None:
    """These run the last command of a pipe in a subshell."""
    with seated(product, BY_NAME[name]) as seat:
        assert seat.status_of(f"echo {scenario.device.code()} | mfaenv -c -") == 2
        assert "To set the session in this one, type:" in seat.window.text
        assert seat.keys() == NOTHING
        seat.type(f"eval $(echo {scenario.device.code()} | mfaenv -c -)")
        assert seat.keys() == session(product)


def test_powershell_itself_knows_of_a_failure(product: Product) -> None:
    with seated(product, BY_NAME["pwsh"]) as seat:
        for line in ("mfaenv -p nobody", "mfaenv exec -p nobody -- what-is-set", "mfaenv --cached"):
            seat.sees(f'{line} || "not $($LASTEXITCODE)"', "^not [13]$")
