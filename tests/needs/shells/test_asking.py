"""The question for the code, in windows: every shell, every documented line, and whatever people answer."""

import os
import re
import signal
import subprocess
import termios
import time
from pathlib import Path

import pytest
from clock import Clock
from codes import sent_codes, wrong_codes
from observed_aws import ObservedAws
from product import COMMAND, PATIENCE, Product
from programs import write_program
from shell_table import BASH, BY_NAME, FISH, TYPED, ZSH, Shell
from terminals import (
    CTRL_C,
    CTRL_D,
    CTRL_Z,
    QUESTION,
    Window,
    direct,
    key_in,
    need,
    open_loaded,
    open_window,
    with_mfaenv,
)

from mfaenv.errors import DONE, MfaenvError
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.totp import STEP
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import Styled
from mfaenv.terminal.tty import Tty

FAMILY = pytest.mark.parametrize("shell", [BASH, ZSH, FISH], ids=lambda shell: shell.name)
KEYS_THAT_LEAVE = pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
CTRL_BACKSLASH = "\x1c"
HIDDEN_CURSOR, SHOWN_CURSOR = "\x1b[?25l", "\x1b[?25h"
OTHER_DIGITS = ("١٢٣٤٥٦", "²³¹²³¹", "".join(chr(ord("\N{FULLWIDTH DIGIT ZERO}") + digit) for digit in range(6)))
EVERY_LINE = [
    pytest.param(shell, line, id=f"{shell.name}: {line}") for shell in TYPED for line in shell.typed_lines
]


@pytest.mark.parametrize(("shell", "line"), EVERY_LINE)
def test_the_documented_line_asks(
    product: Product, scenario: Scenario, aws: ObservedAws, shell: Shell, line: str
) -> None:
    with open_window(product, shell) as window:
        window.enter(line)
        window.see(QUESTION)
        window.enter(scenario.device.code())
        assert scenario.world.credentials[key_in(window)].mfa_at is not None
    assert sent_codes(aws) == 1


@pytest.mark.parametrize("shell", TYPED, ids=lambda shell: shell.name)
def test_a_second_window_has_the_session_without_a_question(
    product: Product, scenario: Scenario, shell: Shell
) -> None:
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
    with open_window(product, shell) as window:
        window.enter(shell.typed_lines[0])
        assert scenario.world.credentials[key_in(window)].mfa_at is not None
        assert "MFA code" not in window.text


@FAMILY
def test_a_wrong_code_is_asked_for_again_three_times_at_most(
    product: Product, scenario: Scenario, aws: ObservedAws, shell: Shell
) -> None:
    with open_window(product, shell) as window:
        window.enter(shell.typed_lines[0] + shell.typed.or_failed)
        for code in wrong_codes(scenario.device)[:3]:
            window.see(QUESTION)
            window.enter(code)
            window.see("AWS refused the code for arn:aws:iam::123456789012:mfa/alice")
        window.see(r"^failed$")
        assert window.text.count("MFA code") == 3
    assert sent_codes(aws) == 3


def test_three_wrong_codes_end_with_status_one(product: Product, scenario: Scenario) -> None:
    with direct(product, "--shell", "bash") as window:
        for code in wrong_codes(scenario.device)[:3]:
            window.see(QUESTION)
            window.enter(code)
        assert window.ended() == 1


def test_the_right_code_after_a_wrong_one_is_taken(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    with open_window(product, BASH) as window:
        window.enter(BASH.lines[0])
        window.see(QUESTION)
        window.enter(wrong_codes(scenario.device)[0])
        window.see(QUESTION)
        window.enter(scenario.device.code())
        assert key_in(window) in scenario.world.credentials
    assert sent_codes(aws) == 2


def test_what_is_no_code_is_never_sent(product: Product, aws: ObservedAws) -> None:
    with direct(product, "--shell", "bash") as window:
        for text in ("", "12345", "1234567", "12345a", "-123456", "1234.5", *OTHER_DIGITS):
            window.see("MFA code: ")
            window.enter(text)
            window.see(r"^A code is six digits\.$")
            if not text.isascii():
                window.see(r"^Type it in half-width \(ASCII\) characters\.$")
        window.see("MFA code: ")
        window.press(CTRL_C)
        assert window.ended() == 130
    assert sent_codes(aws) == 0


@pytest.mark.parametrize(
    "typed", ["{0} {1}", "  {0}{1} ", "{0}\t{1}", "1 2 3\x15{0}{1}", "9\x7f{0}{1}", "\x1b[1;27R{0}{1}\x1b[C"]
)
def test_a_code_may_be_typed_as_people_type(product: Product, scenario: Scenario, typed: str) -> None:
    code = scenario.device.code()
    with open_window(product, BASH) as window:
        window.enter(BASH.lines[0])
        window.see(QUESTION)
        window.enter(typed.format(code[:3], code[3:]))
        assert key_in(window) in scenario.world.credentials


def test_a_used_code_is_not_sent_but_the_next_one_waited_for(
    product: Product, scenario: Scenario, aws: ObservedAws, clock: Clock
) -> None:
    left = 6  # seconds to the next one: they are waited for
    clock.advance(2 * STEP - left - clock.now() % STEP)
    code = scenario.device.shown().code
    assert product.run("--shell", "bash", "-c", code).status == 0
    clock.advance(1)  # a session of this very moment would count as fresh
    with direct(product, "--shell", "bash", "--refresh") as window:
        window.see(QUESTION)
        window.enter(code)
        shown = window.see(r"That code was already used: the next one comes in \d s; wait for it")
        window.enter("")  # answers nothing
        window.see(f"That code was already used: the next one comes in (?!{shown[-16]})[1-9] s")
        clock.advance(left)
        window.see(QUESTION)
        assert sent_codes(aws) == 1
        assert scenario.device.shown().code != code
        window.enter(scenario.device.shown().code)
        assert window.ended() == 0
        assert "A code is six digits" not in window.text
    assert sent_codes(aws) == 2


@pytest.mark.usefixtures("clock")  # the next code may come before this is seen
def test_a_refused_code_is_not_sent_twice(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    wrong = wrong_codes(scenario.device)[0]
    with direct(product, "--shell", "bash") as window:
        for _ in range(2):
            window.see(QUESTION)
            window.enter(wrong)
        window.see(r"That code was already refused: the next one comes in \d+ s")
        assert window.text.count("MFA code") == 2
        window.press(CTRL_C)
        assert window.ended() == 130
        assert "Traceback" not in window.text
        assert window.raw.count(HIDDEN_CURSOR) == window.raw.count(SHOWN_CURSOR) > 0
    assert sent_codes(aws) == 1


@FAMILY
@KEYS_THAT_LEAVE
def test_leaving_prints_nothing_but_the_failing_statement(product: Product, shell: Shell, key: str) -> None:
    with open_window(product, shell) as window:
        window.enter(f"mfaenv --shell {shell.name} >printed")
        window.see(QUESTION)
        window.press(key)
        window.prompted()
        window.enter(shell.typed.status)
        window.see(r"^status=130$")
        shown = window.text
    assert "Traceback" not in shown
    assert "mfaenv:" not in shown
    assert (product.home / "printed").read_text() == {"fish": "false;\n"}.get(shell.name, "(exit 130);\n")


@FAMILY
@KEYS_THAT_LEAVE
def test_after_leaving_the_shell_goes_on_without_a_session(product: Product, shell: Shell, key: str) -> None:
    with open_window(product, shell, AWS_ACCESS_KEY_ID="AKIAI44QH8DHBEXAMPLE") as window:
        window.enter(shell.typed_lines[0])
        window.see(QUESTION)
        window.press(key)
        window.prompted()
        window.enter(shell.typed.status)
        assert window.see(r"^status=\d+$") != "status=0"
        assert key_in(window) == "AKIAI44QH8DHBEXAMPLE"


@pytest.mark.parametrize("loaded", [False, True], ids=["the line", "with the function"])
@pytest.mark.parametrize("name", ["bash", "zsh", "dash", "ksh93"])
def test_a_line_that_was_quit_fails(product: Product, name: str, loaded: bool) -> None:
    """Ctrl-\\ at the question: the shell does not go on as if the line had worked."""
    shell = BY_NAME[name]
    with (open_loaded if loaded else open_window)(product, shell) as window:
        window.enter(f"{shell.typed_lines[0]} && echo went''on || echo fail''ed $?")
        window.see(QUESTION)
        window.press(CTRL_BACKSLASH)
        window.see(r"^failed 131$")
        assert "wenton" not in window.text


@pytest.mark.parametrize(
    ("name", "before"),
    [*((name, ":") for name in ("bash", "zsh", "dash", "ksh93")), ("zsh", "trap : INT")],
)
def test_with_the_function_ctrl_c_does_not_let_the_line_go_on(product: Product, name: str, before: str) -> None:
    """A shell with a trap of its own goes on with what a substitution has printed before it ended."""
    shell = BY_NAME[name]
    with open_loaded(product, shell) as window:
        window.enter(before)
        window.prompted()
        window.enter(f"{shell.typed_lines[0]} && echo went''on")
        window.see(QUESTION)
        window.press(CTRL_C)
        window.see(r"\^C")
        window.enter("echo ne''xt")
        window.see("next$")
        assert "wenton" not in window.text


@pytest.mark.parametrize("name", ["bash", "zsh", "dash", "mksh", "busybox"])
@pytest.mark.parametrize(
    "line",
    [
        "(mfaenv; echo went''on)",
        "(mfaenv -p staging; sleep 600; echo went''on)",
        "(mfaenv -p staging; sleep 600; echo went''on >/dev/tty) | cat >/dev/null",
    ],
)
def test_ctrl_c_ends_a_subshell(product: Product, scenario: Scenario, name: str, line: str) -> None:
    """A trap in it would let it go on, also long after the question."""
    assert product.run("--shell", "bash", "-p", "staging", "-c", scenario.device.code()).status == DONE
    with open_loaded(product, BY_NAME[name]) as window:
        window.enter(line.replace("(mfaenv;", "(mfaenv --refresh;"))
        window.see(QUESTION if "sleep" not in line else "^mfaenv: staging ")
        time.sleep(0.5)  # until sleep runs
        window.press(CTRL_C)
        window.see(r"\^C")
        window.enter("echo ne''xt")
        window.see("next$")
        assert "wenton" not in window.text


@pytest.mark.parametrize("name", ["bash", "zsh", "dash"])
def test_a_line_that_was_quit_while_a_program_runs_fails(product: Product, tmp_path: Path, name: str) -> None:
    """The function waits in a subshell, which Ctrl-\\ would end, and no mode of the terminal keeps that away."""
    shell = BY_NAME[name]
    slow = write_program(tmp_path / "slow", "echo STARTED >/dev/tty; exec sleep 600")
    with open_loaded(product, shell) as window:
        window.enter(f"eval $(mfaenv --token-command {slow}) && echo went''on || echo fail''ed $?")
        window.see("^STARTED$")
        window.press(CTRL_BACKSLASH)
        window.see(r"failed 131$")
        assert "wenton" not in window.text
        window.prompted()
        window.enter("trap 'echo my''own' QUIT; mfaenv --cached >/dev/null; trap")
        window.see("echo myown")


def test_who_waits_for_another_process_can_leave(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    held = aws.hold("GetSessionToken")
    first = product.start("--shell", "bash", "-c", scenario.device.code())
    assert held.reached.wait(PATIENCE)
    with direct(product, "--shell", "bash", "-c", scenario.device.code()) as second:
        second.see("Another mfaenv is getting a session with the keys of profile default")
        second.press(CTRL_C)
        assert second.ended() == 130
        assert "Traceback" not in second.text
    first.kill()
    first.communicate()
    held.released.set()


def test_who_waits_for_aws_can_leave(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    held = aws.hold("GetSessionToken")
    with open_window(product, BASH) as window:
        window.enter("eval $(mfaenv --shell bash)")
        window.see(QUESTION)
        window.enter(scenario.device.code())
        assert held.reached.wait(PATIENCE)
        window.press(CTRL_C)
        window.prompted()
        window.enter(BASH.typed.status)
        assert window.see(r"^status=\d+$") == "status=130"
    held.released.set()


@pytest.mark.parametrize("command", ["exec -c {} -- true", "doctor -c {}"])
def test_what_no_shell_reads_ends_its_line_at_control_c(
    product: Product, scenario: Scenario, aws: ObservedAws, command: str
) -> None:
    """A shell ends it after a program that a signal killed, and this one ends by itself."""
    held = aws.hold("GetSessionToken")
    with open_window(product, BASH) as window:
        window.enter(f"mfaenv {command.format(scenario.device.code())}; echo status=$?")
        assert held.reached.wait(PATIENCE)
        window.press(CTRL_C)
        window.see(r"^status=130$")
    held.released.set()


def test_who_types_ahead_while_waiting_for_aws_stays(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    aws.delay("GetSessionToken", 1)
    with open_window(product, BASH) as window:
        window.enter("eval $(mfaenv --shell bash)")
        window.see(QUESTION)
        window.enter(scenario.device.code())
        window.enter("printenv AWS_ACCESS_KEY_ID")
        window.see(r"^ASIA\w{16}$")


def test_a_stopped_question_can_be_taken_up_again(product: Product, scenario: Scenario) -> None:
    with open_window(product, BASH) as window:
        window.enter("mfaenv --shell bash >printed")
        window.see(QUESTION)
        window.press(CTRL_Z)
        window.see("Stopped")
        window.prompted()
        window.enter("fg")
        window.see("^mfaenv --shell bash")
        window.enter(scenario.device.code())
        window.prompted()
    assert "export AWS_ACCESS_KEY_ID=ASIA" in (product.home / "printed").read_text()


def test_ctrl_z_stops_no_call_for_which_a_shell_waits(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    """fish would wait for ever for the end of a program that is stopped."""
    held = aws.hold("GetSessionToken")
    with open_window(product, FISH) as window:
        window.enter("mfaenv | source")
        window.see(QUESTION)
        window.enter(scenario.device.code())
        assert held.reached.wait(PATIENCE)
        window.press(CTRL_Z)
        window.enter("printenv AWS_ACCESS_KEY_ID")
        held.released.set()
        window.see(r"^ASIA\w{16}$")


@pytest.mark.parametrize("shell", [BASH, BY_NAME["ksh93"]], ids=lambda shell: shell.name)
def test_ctrl_z_at_the_question_does_nothing_where_a_shell_waits(
    product: Product, scenario: Scenario, shell: Shell
) -> None:
    """ksh93 would get the signal too and leave its line, after which mfaenv says that the session is set."""
    with open_window(product, shell) as window:
        window.enter("eval $(mfaenv)")
        window.see(QUESTION)
        window.press(CTRL_Z)
        window.enter(scenario.device.code())
        window.prompted()
        window.enter("printenv AWS_ACCESS_KEY_ID")
        window.see(r"^ASIA\w{16}$")


def test_a_terminal_that_was_given_to_another_job_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With Ctrl-Z and `bg`, while AWS is waited for, which then refuses the code."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("another job has the terminal")

    monkeypatch.setattr(Tty, "__init__", refuse)
    with pytest.raises(MfaenvError, match="no terminal to ask on any more") as caught:
        Terminal({}).ask_code((Styled("MFA code"),))
    assert caught.value.status == 3


def test_a_window_that_goes_is_left_as_with_ctrl_c(product: Product) -> None:
    """By those who ignore the signal for it, as `nohup` does; the others end without a word."""
    with open_window(product, BASH) as window:
        window.enter("trap '' HUP; mfaenv --shell bash >printed 2>said")
        window.see(QUESTION)
    end = time.monotonic() + PATIENCE
    while not (product.home / "printed").read_text() and time.monotonic() < end:
        time.sleep(0.05)
    assert (product.home / "printed").read_text() == "(exit 130);\n"
    assert (product.home / "said").read_text() == ""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_told_to_end_it_lets_the_line_fail_and_leaves_no_lock(product: Product, name: str) -> None:
    number = signal.Signals[name]
    with open_window(product, BASH) as window:
        window.enter("eval $(echo $BASHPID >pid; exec mfaenv) || echo fail''ed $?")
        window.see(QUESTION)
        os.kill(int((product.home / "pid").read_text()), number)
        assert window.see(r"failed \d+$") == f"failed {128 + number}"
    assert [path.name for path in product.cache.rglob("*lock*")] == []


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_without_colours_it_is_plain(product: Product, scenario: Scenario, variables: dict[str, str]) -> None:
    with direct(product, "--shell", "bash", **variables) as window:
        for code in ("none", *wrong_codes(scenario.device)[:3]):
            window.see("MFA code: ")
            window.enter(code)
        assert window.ended() == 1
        assert "\x1b" not in window.raw


def test_on_a_terminal_it_is_bold(product: Product) -> None:
    with direct(product, "--shell", "bash") as window:
        window.see(QUESTION)
        assert "\x1b[1mMFA code" in window.raw


def test_what_is_piped_into_it_is_no_answer(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    with open_window(product, BASH) as window:
        window.enter(f'eval "$(echo {wrong_codes(scenario.device)[0]} | mfaenv)"')
        window.see(QUESTION)
        window.enter(scenario.device.code())
        assert key_in(window) in scenario.world.credentials
    assert sent_codes(aws) == 1


@pytest.mark.parametrize(
    ("option", "way"),
    [("--shell=bash", "foreground of a terminal"), ("--no-input", "that option out")],
    ids=["no terminal", "--no-input"],
)
def test_where_nobody_can_be_asked_the_error_names_the_ways(
    product: Product, aws: ObservedAws, option: str, way: str
) -> None:
    done = product.run("--shell", "bash", option)
    assert (done.status, done.out) == (3, "(exit 3);\n")
    wrong, hint = done.err.splitlines()
    assert "A code is needed for profile default" in wrong
    assert re.search(f"{way}.*--token-code.*MFAENV_TOKEN_CODE.*--token-command.*mfa_process", hint)
    assert ("MFAENV_ASK=auto" in hint) is (option != "--no-input")
    assert aws.log == []


def test_no_input_asks_nobody_who_is_there(product: Product, scenario: Scenario) -> None:
    with direct(product, "--shell", "bash", "--no-input") as window:
        assert window.ended() == 3
        assert "MFA code" not in window.text
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
    with direct(product, "--shell", "bash", "--no-input") as window:
        assert window.ended() == 0


@pytest.mark.parametrize("arguments", [(), ("-p", "nobody"), ("--region", "eu-west-1")])
def test_cached_says_nothing(product: Product, aws: ObservedAws, arguments: tuple[str, ...]) -> None:
    assert product.run("--shell", "bash", "--cached", *arguments) == (3, "", "")
    with direct(product, "--shell", "bash", "--cached", *arguments) as window:
        assert window.ended() == 3
        assert window.raw == ""
    assert aws.log == []


@pytest.mark.parametrize("shell", [BASH, ZSH], ids=lambda shell: shell.name)
def test_in_the_background_it_fails_instead_of_being_stopped(product: Product, shell: Shell) -> None:
    with open_window(product, shell) as window:
        window.enter("mfaenv --shell bash >printed 2>said &")
        window.enter(f"wait $! ; {shell.typed.status}")
        window.see(r"^status=3$")
        assert not re.search(r"stopped|suspended", window.text, re.IGNORECASE)
    assert (product.home / "printed").read_text() == "(exit 3);\n"
    assert "A code is needed" in (product.home / "said").read_text()


@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "ksh93", "mksh", "busybox"])
@pytest.mark.parametrize(
    "line", ["set -e; eval $(mfaenv)", 'set -e; eval "$(mfaenv)"', "eval $(mfaenv) || exit 3"]
)
def test_a_script_stops_where_there_is_no_session(product: Product, shell: str, line: str) -> None:
    need(shell)
    done = subprocess.run(
        [shell, *(["sh"] if shell == "busybox" else []), "-c", f"{line}\necho reached"],
        env=with_mfaenv(product),
        cwd=product.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (3, b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--duration", "10"),
        ("--min-remaining", "soon"),
        ("--profile", "nobody"),
        ("--serial-number", "arn:aws:iam::123456789012:user/alice"),
        ("--format", "yaml"),
        ("--region", "no region"),
    ],
    ids=" ".join,
)
def test_what_is_wrong_is_found_before_anybody_is_asked(product: Product, arguments: tuple[str, ...]) -> None:
    with direct(product, *arguments) as window:
        assert window.ended() in {1, 2}
        assert "MFA code" not in window.text


@pytest.mark.parametrize("url", ["localhost:4566", "127.0.0.1", "http://", "ftp://127.0.0.1"])
def test_an_endpoint_that_is_none_is_found_before_anybody_is_asked(product: Product, url: str) -> None:
    with direct(product, "--shell", "bash", AWS_ENDPOINT_URL=url) as window:
        assert window.ended() == 2
        assert "MFA code" not in window.text
        assert f"'{url}' is not the URL of an endpoint" in window.text


def test_the_code_is_not_spent_on_keys_that_do_not_work(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    scenario.key.active = False
    with direct(product, "--shell", "bash") as window:
        window.see(QUESTION)
        window.enter(scenario.device.code())
        window.see("AWS does not know the access key AKIAIOSFODNN7EXAMPLE")
        assert window.ended() == 1
    assert sent_codes(aws) == 0


MODES = r"[0-9a-f]+(:[0-9a-f]+){5,}$"
"""What `stty -g` shows."""
LINE_EDITORS = {
    "bash": ("bind -x '\"\\C-g\": stty -g; eval $(mfaenv); stty -g; printenv AWS_ACCESS_KEY_ID'", BASH),
    "fish": ("bind \\cg 'stty -g; mfaenv | source; stty -g; printenv AWS_ACCESS_KEY_ID'", FISH),
    "zsh": (
        "w() { exec </dev/tty; stty -g; eval $(mfaenv); stty -g; printenv AWS_ACCESS_KEY_ID; }; zle -N w; bindkey ^G w",
        ZSH,
    ),
}


@pytest.mark.parametrize("name", LINE_EDITORS)
def test_a_key_of_a_line_editor_can_ask(product: Product, scenario: Scenario, name: str) -> None:
    """There the terminal has no lines, shows nothing that is typed, and Enter is another character."""
    line, shell = LINE_EDITORS[name]
    with open_window(product, shell) as window:
        window.enter(line)
        window.prompted()
        window.press("\x07")
        before, code = window.see(MODES), scenario.device.code()
        window.see(QUESTION)
        window.press(f"9\x7f{code}\r")
        window.see(f"{code}$")
        assert window.see(MODES) == before
        assert window.see(r"A[KS]IA\w{16}$") in scenario.world.credentials


@pytest.mark.parametrize("name", LINE_EDITORS)
def test_ctrl_c_leaves_a_question_of_a_line_editor(product: Product, name: str) -> None:
    line, shell = LINE_EDITORS[name]
    with open_window(product, shell) as window:
        window.enter(line)
        window.prompted()
        window.press("\x07")
        window.see(QUESTION)
        window.press(CTRL_C)
        window.see(r"\^C\n")
        window.press("\x15printenv MFAENV_PROFILE || echo no''thing\r")
        window.see("^nothing$")


@pytest.mark.parametrize(
    "modes",
    ["raw", "-icanon -isig -echo", "-icanon -echo -icrnl -onlcr"],
    ids=["all raw", "as Node.js has it", "as curses has it"],
)
def test_below_a_full_screen_program_nothing_is_asked(product: Product, modes: str) -> None:
    with open_window(product, BASH) as window:
        window.enter(f"stty {modes}; mfaenv --shell bash; status=$?; stty sane; echo status=$status")
        window.see("A code is needed for profile default, and a full-screen program has the terminal.")
        window.see("--token-code, MFAENV_TOKEN_CODE, --token-command, mfa_process")
        window.see("status=3$")


@pytest.mark.parametrize(
    "arguments",
    [
        ("doctor",),
        ("exec", "--", "true"),
        ("keys", "rotate"),
        ("console", "--print", "-p", "staging"),
        ("configure",),
        ("--shell", "bash"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
def test_who_leaves_a_question_has_a_new_line(product: Product, arguments: tuple[str, ...], key: str) -> None:
    with direct(product, *arguments) as window:
        window.see(r"MFA code: |\[Y/n\] ")
        window.press(key)
        assert window.ended() == 130
        assert window.text.endswith("\n")


@pytest.mark.parametrize("arguments", [("process",), ("exec", "--", "true")], ids=" ".join)
def test_a_question_that_no_shell_waits_for_changes_no_mode(
    product: Product, arguments: tuple[str, ...]
) -> None:
    """So they are as before after SIGKILL too."""
    line = ("sh", "-c", '"$@" | cat', "sh", *COMMAND, *arguments)
    with Window(line, product.env, product.home) as window:
        window.see("MFA code: ")
        *_, keys = termios.tcgetattr(window._child.child_fd)
        assert (keys[termios.VQUIT], keys[termios.VSUSP]) == (CTRL_BACKSLASH.encode(), CTRL_Z.encode())


def test_a_stopped_question_leaves_the_keys_of_the_terminal(product: Product) -> None:
    with open_window(product, BY_NAME["dash"]) as window:
        window.enter("mfaenv exec -- true")
        window.see("MFA code: ")
        window.press(CTRL_Z)
        window.prompted()
        window.enter("stty -a | grep -o 'quit = [^;]*'")
        window.see(r"^quit = \^\\$")


def test_a_question_in_the_background_is_left(product: Product) -> None:
    with open_window(product, BASH) as window:
        window.enter("mfaenv exec -- true")
        window.see("MFA code: ")
        window.press(CTRL_Z)
        window.prompted()
        window.enter("bg; wait; echo left''over")
        window.see("leftover")
        window.prompted()
        assert re.search(r"Exit 130 +mfaenv exec", window.text)
