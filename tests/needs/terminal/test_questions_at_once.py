"""Several windows that ask at once: an answer in one serves all, and no question holds anybody up."""

import json
import os
import re
import shlex
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from codes import sent_codes, wrong_codes
from observed_aws import ObservedAws
from product import PATIENCE, Outcome, Product, finish
from programs import write_program
from rare_things import add_virtual_device
from settings import configure, set_keys
from shell_table import BASH, FISH, ZSH, Shell
from terminals import CTRL_C, CTRL_Z, direct, key_in, open_window

from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario

QUESTION = r"MFA code\b.*: "
MODES = r"^[0-9a-f]+(:[0-9a-f]+){5,}$"
"""What `stty -g` shows."""
GONE = "Another window has got the session: no answer is needed any more"


def test_an_answer_in_one_window_serves_all(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    with ExitStack() as windows:
        asked = [windows.enter_context(open_window(product, shell)) for shell in (BASH, ZSH, FISH, BASH)]
        for window, shell in zip(asked, (BASH, ZSH, FISH, BASH), strict=True):
            window.enter(shell.lines[0])
            window.see(QUESTION)
        asked[1].enter(scenario.device.code())
        keys = {key_in(window) for window in asked}
        assert [window.text.count(GONE) for window in asked] == [1, 0, 1, 1]
        assert [window.text.count("MFA code") for window in asked] == [1, 1, 1, 1]
    assert len(keys) == 1
    assert sent_codes(aws) == 1
    assert not list(product.cache.glob("lock-*"))


def test_a_question_that_goes_away_ends_its_line(product: Product, scenario: Scenario) -> None:
    with direct(product, "--shell", "bash") as window:
        window.see(QUESTION)
        assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
        window.see(rf"^mfaenv: {GONE}\.$")
        assert window.ended() == 0


def test_quiet_ends_the_line_and_says_nothing(product: Product, scenario: Scenario) -> None:
    with direct(product, "--quiet", "--shell", "bash") as window:
        window.see(QUESTION)
        assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
        window.see(r"^export AWS_ACCESS_KEY_ID=ASIA")
        assert GONE not in window.text


@pytest.mark.parametrize("shell", [BASH, ZSH, FISH], ids=lambda shell: shell.name)
def test_digits_that_were_begun_are_not_the_shells_next_command(
    product: Product, scenario: Scenario, shell: Shell
) -> None:
    with open_window(product, shell) as window:
        window.enter(shell.lines[0])
        window.see(QUESTION)
        window.press("492")
        window.see("492")
        assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
        assert key_in(window).startswith("ASIA")
        assert "not found" not in window.text
        assert window.text.partition("MFA code")[2].count("492") == 1  # the port before it may have it too


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be stopped by signals there")
def test_a_stopped_question_holds_nobody_up(product: Product, scenario: Scenario) -> None:
    with open_window(product, BASH) as window:
        window.enter("eval $(echo $BASHPID >pid; exec mfaenv)")
        window.see(QUESTION)
        pid = int((product.home / "pid").read_text())
        os.kill(pid, signal.SIGSTOP)
        assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
        os.kill(pid, signal.SIGCONT)
        assert key_in(window).startswith("ASIA")


def test_a_question_under_ctrl_z_goes_away_when_it_is_taken_up_again(
    product: Product, scenario: Scenario
) -> None:
    with open_window(product, BASH) as window:
        window.enter("mfaenv --shell bash >printed")
        window.see(QUESTION)
        window.press(CTRL_Z)
        window.see("Stopped")
        window.prompted()
        assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
        window.enter("fg")
        window.see(GONE)
        window.prompted()
        window.enter(BASH.typed.status)
        window.see("^status=0$")
    assert "export AWS_ACCESS_KEY_ID=ASIA" in (product.home / "printed").read_text()


def test_who_brings_a_code_waits_for_no_question(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    code = scenario.device.code()
    with direct(product, "--shell", "bash") as window:
        window.see(QUESTION)
        done = product.run("--shell", "bash", "--token-command", f"echo {code}")
        assert (done.status, done.err) == (0, "")
        assert window.ended() == 0
    assert sent_codes(aws) == 1


def test_a_wrong_answer_leaves_the_other_question_standing(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    with open_window(product, BASH) as first, open_window(product, BASH) as second:
        for window in (first, second):
            window.enter(BASH.lines[0])
            window.see(QUESTION)
        first.enter(wrong_codes(scenario.device)[0])
        first.see("AWS refused the code")
        first.see(QUESTION)
        second.enter(wrong_codes(scenario.device)[0])
        second.see("That code was already refused: the next one comes in")
        assert sent_codes(aws) == 1
        first.enter(scenario.device.code())
        assert key_in(first) == key_in(second)
        assert GONE not in first.text
    assert sent_codes(aws) == 2


def test_leaving_one_question_leaves_the_other_standing(product: Product, scenario: Scenario) -> None:
    with direct(product, "--shell", "bash") as first, direct(product, "--shell", "bash") as second:
        first.see(QUESTION)
        second.see(QUESTION)
        first.press(CTRL_C)
        assert first.ended() == 130
        second.enter(scenario.device.code())
        assert second.ended() == 0


def test_each_window_goes_on_with_its_own_role(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    names = ("staging", "audit", "default")
    with ExitStack() as windows:
        asked = [windows.enter_context(open_window(product, BASH)) for _ in names]
        for window, name in zip(asked, names, strict=True):
            window.enter(f"eval $(mfaenv -p {name})")
            window.see(QUESTION)
        asked[0].enter(scenario.device.code())
        arns = [scenario.world.credentials[key_in(window)].arn for window in asked]
    assert [
        "assumed-role/Developer/" in arns[0],
        "assumed-role/Auditor/" in arns[1],
        "user/alice" in arns[2],
    ] == [True] * 3
    assert sent_codes(aws) == 1


def test_a_session_that_came_after_asking_counts_as_fresh(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
    again = ("--refresh", "--shell", "bash")
    with direct(product, *again) as first, direct(product, *again) as second:
        first.see(QUESTION)
        second.see(QUESTION)
        first.enter(scenario.device.code())
        for window in (first, second):
            assert window.ended() == 0
        (key,) = {window.text.split("AWS_ACCESS_KEY_ID=")[1][:20] for window in (first, second)}
    assert sent_codes(aws) == 2
    assert key in scenario.world.credentials


def begin_a_code(scenario: Scenario) -> None:
    """Wait where the next code is about to come: then it is not waited for long enough to be seen."""
    while scenario.device.shown().seconds < 10:
        time.sleep(0.5)


def test_who_waits_for_the_next_code_goes_on_with_a_session_that_comes(
    product: Product, scenario: Scenario
) -> None:
    begin_a_code(scenario)
    wrong = wrong_codes(scenario.device)[0]
    assert product.run("--shell", "bash", "-c", wrong).status == 1
    with direct(product, "--shell", "bash") as window:
        window.see(QUESTION)
        window.enter(wrong)
        window.see("That code was already refused: the next one comes in")
        assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
        assert window.ended() == 0


def test_what_is_typed_while_the_next_code_is_waited_for_is_not_the_shells_next_command(
    product: Product, scenario: Scenario
) -> None:
    begin_a_code(scenario)
    wrong = wrong_codes(scenario.device)[0]
    assert product.run("--shell", "bash", "-c", wrong).status == 1
    with open_window(product, BASH) as window:
        window.enter(BASH.lines[0])
        window.see(QUESTION)
        window.enter(wrong)
        window.see("the next one comes in")
        window.enter("492492")
        window.see("492492")
        assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
        assert key_in(window).startswith("ASIA")
        assert "not found" not in window.text


@pytest.mark.parametrize("question", ["[Y/n]", "Number (1-2)"])
def test_a_question_for_the_device_goes_away_too(
    product: Product, scenario: Scenario, aws: ObservedAws, question: str
) -> None:
    configure(product, mfa_serial=None)
    if "Number" in question:
        alice = scenario.world.accounts["123456789012"].users["alice"]
        alice.policies = {"Admin": ALLOW_ALL}
        add_virtual_device(alice, "another")
    with direct(product, "--shell", "bash") as window:
        window.see(re.escape(question))
        done = product.run(
            "--shell", "bash", "-c", scenario.device.code(), "--serial-number", scenario.device.serial
        )
        assert done.status == 0
        window.see(GONE)
        assert window.ended() == 0
    assert sent_codes(aws) == 1


def test_two_that_would_ask_on_one_terminal_ask_once(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    with open_window(product, BASH) as window:
        window.enter("stty -g; mfaenv process -p staging | mfaenv process -p production >got; stty -g")
        before = window.see(MODES)
        window.see(QUESTION)
        window.enter(scenario.device.code())
        assert window.see(MODES) == before
        assert window.text.count("MFA code") == 1
    assert "SessionToken" in (product.home / "got").read_text()
    assert sent_codes(aws) == 1


def test_two_users_are_asked_one_after_the_other_on_one_terminal(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    carol = scenario.key.account.add_user("carol", policies={"All": ALLOW_ALL})
    key, device = carol.add_key(), carol.add_device()
    set_keys(product, "carol", aws_access_key_id=key.id, aws_secret_access_key=key.secret)
    configure(product, "carol", mfa_serial=device.serial, region="eu-west-1")
    later = "{ until [ -e asked ]; do sleep 0.05; done; mfaenv process -v -p carol; }"
    with open_window(product, BASH) as window:
        window.enter(f"stty -g; mfaenv process -p default | {later}; stty -g")
        before = window.see(MODES)
        window.see("For profile default")
        window.see(QUESTION)
        (product.home / "asked").touch()
        window.see("mfaenv: device .*carol")
        assert "For profile carol" not in window.text
        window.enter(scenario.device.code())
        window.see("For profile carol")
        window.see(QUESTION)
        window.enter(device.code())
        assert window.see(MODES) == before
    assert sent_codes(aws) == 2


def test_a_program_for_keys_may_run_mfaenv_on_the_same_terminal(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    inner = shlex.join([*product.command, "exec", "-p", "default", "--refresh", "--", "echo", "in"])
    keys = json.dumps({"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret})
    program = write_program(product.home / "keys", f"{inner} >&2 && echo {shlex.quote(keys)}")
    configure(
        product, "outer", credential_process=str(program), mfa_serial=scenario.device.serial, region="eu-west-1"
    )
    for _ in range(2):  # from then on, the access key is remembered
        with direct(product, "exec", "-p", "outer", "--refresh", "--", "echo", "out") as window:
            window.see("For profile default")
            window.see(QUESTION)
            window.enter(scenario.device.code())
            assert window.ended() == 0
    assert sent_codes(aws) == 2


def hanging_command(product: Product) -> tuple[str, Path]:
    """A token command that tells its process, and never ends."""
    program, pid = product.home / "hang", product.home / "hangs"
    write_program(program, f"echo $$ >{shlex.quote(str(pid))}.new; mv {pid}.new {pid}; exec sleep 600")
    return shlex.quote(str(program)), pid


def wait_until_there(path: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform == "win32", reason="a script of sh")
def test_a_token_command_that_hangs_holds_nobody_up(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    command, pid = hanging_command(product)
    hanging = product.start("--shell", "bash", "--token-command", command)
    wait_until_there(pid)
    given: Outcome = product.run("--shell", "bash", "-c", scenario.device.code())
    served = finish(hanging)
    assert (given.status, served.status, served.out) == (0, 0, given.out)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    assert sent_codes(aws) == 1
