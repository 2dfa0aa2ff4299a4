"""Codes that nobody types: from a program, a variable, an option, or a pipe."""

import os
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from observed_aws import ObservedAws
from product import Outcome, Product, finish
from programs import write_program
from settings import configure
from shell_table import BASH
from terminals import direct, open_window

from mfaenv.errors import MfaenvError
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.session import code
from mfaenv.terminal.terminal import Terminal

Program = Callable[[str], str]
MODES = r"[0-9a-f]+(:[0-9a-f]+){5,}$"
"""What `stty -g` shows."""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Write a program of a few lines of Python; give the command that runs it."""

    def write(text: str) -> str:
        path = write_program(tmp_path / "show code.py", f"#!{sys.executable}\nimport os, sys\n{text}\n")
        return shlex.quote(str(path))

    return write


def sent(aws: ObservedAws) -> int:
    return len(aws.actions("GetSessionToken"))


def assert_session(done: Outcome, scenario: Scenario) -> None:
    assert done.status == 0, done.err
    key = done.out.split("AWS_ACCESS_KEY_ID=")[1].split("&&")[0]
    assert scenario.world.credentials[key].mfa_at is not None


@pytest.mark.parametrize(
    "output",
    [
        "{code}",
        "Your code is {code}.\n",
        "1234567 12345 {code} 654321",
        "on 20261124: {code}",
        "x{code}y",
        "\x1b[1m{code}\x1b[0m\n",
        "\N{ARABIC-INDIC DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO}{code}",
    ],
)
def test_the_first_six_digits_that_stand_alone_are_the_code(
    product: Product, scenario: Scenario, program: Program, output: str
) -> None:
    text = output.format(code=scenario.device.code())
    assert_session(product.run("--shell", "sh", "--token-command", program(f"print({text!r})")), scenario)


def test_its_words_are_split_and_no_shell_runs_it(
    product: Product, scenario: Scenario, program: Program
) -> None:
    words = ["a b", "$HOME", "*", ";", "`id`", "", "'", '"']
    command = program(
        f"assert sys.argv[1:] == {words!r}, sys.argv\nassert os.getcwd() == {str(product.home)!r}\n"
        f"print({scenario.device.code()!r})"
    )
    line = f"""{command} 'a b' "$HOME" * ; "`id`" '' "'" '"'"""
    assert_session(product.run("--shell", "sh", "--token-command", line), scenario)


def test_the_profile_may_name_the_program(product: Product, scenario: Scenario, program: Program) -> None:
    command = program(f"print({scenario.device.code()!r})")
    configure(product, mfa_process=command)
    assert_session(product.run("--shell", "sh"), scenario)


def test_it_has_the_terminal_to_ask_for_a_pin(product: Product, scenario: Scenario, program: Program) -> None:
    command = program(
        "assert sys.stdin.isatty() and sys.stderr.isatty() and not sys.stdout.isatty()\n"
        "print('PIN: ', end='', file=sys.stderr, flush=True)\n"
        f"print({scenario.device.code()!r} if input() == '0000' else 'no')"
    )
    with direct(product, "--shell", "sh", "--token-command", command) as window:
        window.see("PIN: ")
        window.enter("0000")
        window.see("export AWS_ACCESS_KEY_ID=ASIA")
        assert window.ended() == 0
        assert "MFA code" not in window.text


def test_without_a_terminal_it_has_no_input(product: Product, scenario: Scenario, program: Program) -> None:
    command = program(f"assert sys.stdin.read() == ''\nprint({scenario.device.code()!r})")
    assert_session(product.run("--shell", "sh", "--token-command", command, input="not for it"), scenario)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("print('a secret 12345'); sys.exit(7)", "show code.py ended with status 7."),
        ("print('a secret 123456 '); sys.exit(1)", "show code.py ended with status 1."),
        ("print('a secret 12345 1234567')", "show code.py ended with status 0, but printed no six digits."),
        ("os.kill(os.getpid(), 15)", "show code.py ended with status 143."),
        ("os.kill(os.getpid(), 40)", "show code.py ended with status 168."),
        ("while True: print('a secret 123456 ' * 99)", "show code.py does not stop printing."),
    ],
)
def test_a_program_that_fails_is_named_with_its_status(
    product: Product, aws: ObservedAws, program: Program, text: str, reason: str
) -> None:
    done = product.run("--shell", "sh", "--token-command", program(text))
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert reason in done.err
    assert "secret" not in done.err
    assert len(done.err.splitlines()) <= 2
    assert sent(aws) == 0


QUOTED = (
    "cannot be run: no such program, or quotes are around all of it.\n"
    "        Check its name, and take away quotes around all of it.\n"
)


@pytest.mark.parametrize(
    ("command", "reason", "status"),
    [
        ("no-such-program --now", "no-such-program cannot be run: No such file or directory.", 1),
        ("/", "cannot be run: Permission denied.", 1),
        ("PIN=se/cret no-such", "PIN=… cannot be run: an assignment, which no shell reads here.", 1),
        ("'no-such --key secret'", f"no-such … {QUOTED}", 1),
        ("'no-such secret'", f"no-such … {QUOTED}", 1),
        ("'no-such\tsecret'", f"no-such … {QUOTED}", 1),
        ("'/opt/no-such secret'", f"no-such … {QUOTED}", 1),
        ("'unclosed", "The token command cannot be split into words.", 2),
        ("   ", "The token command has no words.", 2),
    ],
)
def test_what_cannot_be_run_is_said(product: Product, command: str, reason: str, status: int) -> None:
    done = product.run("--shell", "sh", "--token-command", command)
    assert (done.status, done.out) == (status, f"(exit {status});\n")
    assert reason in done.err
    assert "cret" not in done.err
    assert len(done.err.splitlines()) <= 2


def test_a_program_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, program: Program) -> None:
    monkeypatch.setattr(code, "PROGRAM_SECONDS", 0.3)
    command = program("import time\nprint('a secret', flush=True)\ntime.sleep(600)")
    with pytest.raises(MfaenvError) as raised:
        code.from_program(command, Terminal({}))
    assert raised.value.message == "show code.py gave no code within 0.3 s."


def test_a_wrong_code_of_a_program_is_tried_again_with_the_next(
    product: Product, scenario: Scenario, aws: ObservedAws, program: Program
) -> None:
    right = scenario.device.code()
    codes = [*[code for code in ("000000", "111111", "222222") if code != right][:2], right]
    count = product.home / "count"
    command = program(
        f"done = os.path.getsize({str(count)!r}) if os.path.exists({str(count)!r}) else 0\n"
        f"open({str(count)!r}, 'a').write('.')\nprint({codes!r}[done])"
    )
    assert_session(product.run("--shell", "sh", "--token-command", command), scenario)
    assert sent(aws) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="a lock of POSIX")
def test_of_several_processes_one_runs_it_and_the_others_use_its_session(
    product: Product, scenario: Scenario, aws: ObservedAws, program: Program
) -> None:
    go, said = product.home / "go", product.home / "said"
    command = program(
        "import fcntl, time\n"
        f"device = open({str(product.home / 'device')!r}, 'a')\n"
        "fcntl.flock(device, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        f"while not os.path.exists({str(go)!r}): time.sleep(0.02)\n"
        f"print({scenario.device.code()!r})"
    )
    with said.open("a") as file:
        running = [product.start("process", "--token-command", command, stderr=file) for _ in range(4)]
    while (
        said.read_text().count("The token command of another mfaenv runs; profile default waits for it.")
        < len(running) - 1
    ):
        assert [each.poll() for each in running] == [None] * len(running), said.read_text()
    go.touch()
    done = [finish(each) for each in running]
    assert [each.status for each in done] == [0] * len(running)
    assert len({each.out for each in done}) == 1
    assert sent(aws) == 1


def test_it_runs_only_where_a_code_is_needed(product: Product, scenario: Scenario, program: Program) -> None:
    assert product.run("--shell", "sh", "-c", scenario.device.code()).status == 0
    command = program(f"open({str(product.home / 'ran')!r}, 'w')")
    assert_session(product.run("--shell", "sh", "--token-command", command), scenario)
    assert product.run("--shell", "sh", "--duration", "1", "--token-command", command).status == 2
    assert not (product.home / "ran").exists()


@pytest.mark.parametrize("spelling", ["{0}{1}", "{0} {1}", " {0}{1}\t"])
@pytest.mark.parametrize("way", ["option", "variable", "pipe", "pipe with a mark", "pipe without a line's end"])
def test_a_code_can_be_given(product: Product, scenario: Scenario, way: str, spelling: str) -> None:
    code = scenario.device.code()
    given = spelling.format(code[:3], code[3:])
    if way == "option":
        done = product.run("--shell", "sh", "--token-code", given)
    elif way == "variable":
        product.env["MFAENV_TOKEN_CODE"] = given
        done = product.run("--shell", "sh")
    else:
        mark = "\ufeff" if way == "pipe with a mark" else ""  # PowerShell's Text.Encoding.UTF8 writes it
        end = "" if way == "pipe without a line's end" else "\n"
        done = product.run("--shell", "sh", "-c", "-", input=mark + given + end)
    assert_session(done, scenario)
    assert code not in done.err


def test_what_follows_the_code_is_for_the_program_that_exec_runs(product: Product, scenario: Scenario) -> None:
    done = product.run("exec", "-c", "-", "cat", input=f"{scenario.device.code()}\nfirst\nsecond")
    assert (done.status, done.out) == (0, "first\nsecond")


@pytest.mark.parametrize(
    "given", ["12345", "1234567", "abcdef", "\N{ARABIC-INDIC DIGIT ONE}" * 6, "12345\N{NO-BREAK SPACE}"]
)
@pytest.mark.parametrize("way", ["option", "variable", "pipe"])
def test_what_is_no_code_is_wrong_usage_and_not_repeated(
    product: Product, aws: ObservedAws, way: str, given: str
) -> None:
    source = {"option": "--token-code", "variable": "MFAENV_TOKEN_CODE", "pipe": "standard input"}[way]
    arguments = {"option": ("-c", given), "variable": (), "pipe": ("-c", "-")}[way]
    if way == "variable":
        product.env["MFAENV_TOKEN_CODE"] = given
    done = product.run("--shell", "sh", *arguments, input=given)
    assert (done.status, done.out) == (2, "(exit 2);\n")
    assert done.err.splitlines()[0] == f"mfaenv: {source}: a code is six digits."
    assert given not in done.err
    assert sent(aws) == 0


@pytest.mark.parametrize("way", ["option", "variable", "pipe"])
def test_a_given_code_that_is_wrong_is_sent_once(
    product: Product, scenario: Scenario, aws: ObservedAws, way: str
) -> None:
    wrong = next(code for code in ("000000", "111111") if code != scenario.device.code())
    if way == "variable":
        product.env["MFAENV_TOKEN_CODE"] = wrong
    arguments = {"option": ("-c", wrong), "variable": (), "pipe": ("-c", "-")}[way]
    done = product.run("--shell", "sh", *arguments, input=wrong)
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert "AWS refused the code for arn:aws:iam::123456789012:mfa/alice" in done.err
    assert sent(aws) == 1


def test_a_given_code_that_was_used_is_not_sent(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    used = scenario.device.shown().code
    assert product.run("--shell", "sh", "-c", used).status == 0
    done = product.run("--shell", "sh", "-c", used, "--refresh")
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert "That code was already used." in done.err
    assert "The device shows the next one in " in done.err
    assert sent(aws) == 1


def test_the_nearest_way_wins(product: Product, scenario: Scenario, program: Program) -> None:
    """An option before a variable, a code before a program, and what was typed before what is configured."""
    right = scenario.device.code()
    configure(product, mfa_process="false")
    product.env["MFAENV_TOKEN_CODE"] = "none"
    assert_session(product.run("--shell", "sh", "-c", right, "--token-command", "false"), scenario)
    assert "MFAENV_TOKEN_CODE: a code is six digits" in product.run("--shell", "sh", "--refresh").err
    command = program("sys.exit(9)")
    assert "ended with status 9" in product.run("--shell", "sh", "--refresh", "--token-command", command).err
    del product.env["MFAENV_TOKEN_CODE"]
    assert "false ended with status 1" in product.run("--shell", "sh", "--refresh").err


@pytest.mark.skipif(sys.platform == "win32", reason="its programs hide what is typed in another way")
@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_shows_what_is_typed_after_a_program_that_hid_it_was_ended(
    product: Product, program: Program, ended_by: signal.Signals
) -> None:
    pid = product.home / "pid"
    command = program(
        f"import getpass, signal, sys\nopen({str(pid)!r}, 'w').write(str(os.getppid()))\n"
        f"signal.signal(signal.SIGTERM, lambda *_: sys.exit(open({str(pid)!r}, 'a').write(' ended')))\n"
        "getpass.getpass('PIN: ')"
    )
    with open_window(product, BASH) as window:
        window.enter(f"stty -g; mfaenv --shell sh --token-command {shlex.quote(command)}; stty -g")
        before = window.see(MODES)
        window.see("PIN: ")
        os.kill(int(pid.read_text()), ended_by)
        assert window.see(MODES) == before
    assert pid.read_text().endswith(" ended"), "the program had a moment to do so by itself"


@pytest.mark.skipif(sys.platform == "win32", reason="it ends programs in another way")
def test_a_program_for_keys_is_ended_with_mfaenv(product: Product, program: Program, tmp_path: Path) -> None:
    command = program(
        f"import time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    )
    configure(product, "tool", credential_process=command, mfa_serial="arn:aws:iam::123456789012:mfa/alice")
    running = product.start("--shell", "sh", "-p", "tool", "-c", "123456")
    while not (pid := (tmp_path / "pid").read_text() if (tmp_path / "pid").exists() else ""):
        assert running.poll() is None
    running.terminate()
    assert finish(running).status == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
