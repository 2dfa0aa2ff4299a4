"""`mfaenv demo` with the programs that it starts, on a terminal and without one, and what is left when it is ended."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pexpect  # type: ignore[import-untyped]  # it has no types
import pytest
from demo_place import Place, is_listening
from product import COMMAND, NOBODY, PATIENCE
from programs import write_program
from terminals import need

from mfaenv.shells import loading_line


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_without_a_terminal_it_shows_each_step_of_the_main_job(place: Place) -> None:
    done = place.run()
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line for line in lines if "with an explicit deny in an identity-based policy" in line]
    assert "arn:aws:iam::123456789012:mfa/alice" in done.out
    assert "AWS_ACCESS_KEY_ID=ASIA" in done.out
    assert lines[-1].endswith("Yes: alice-holiday-photos, team-reports")
    assert place.left_behind() == []


def test_what_python_remarks_is_not_read_as_the_session(place: Place) -> None:
    done = place.run(PYTHONWARNINGS="such-an-action-is-none")
    assert done.status == 0
    assert "Invalid -W option ignored" in done.err
    assert done.out.endswith("Yes: alice-holiday-photos, team-reports\n")


def test_with_the_policy_off_the_device_alone_restricts_nothing(place: Place) -> None:
    done = place.run("--policy", "none")
    assert done.status == 0
    assert "AccessDenied" not in done.out
    assert done.out.count("Yes: alice-holiday-photos") == 2


def test_without_sh_the_steps_do_without_it(place: Place) -> None:
    done = place.run(PATH=str(place.path / "empty"))
    assert (done.status, done.err) == (0, "")
    assert "AWS_ACCESS_KEY_ID=ASIA" in done.out


def test_the_main_job_in_a_command(place: Place) -> None:
    mfaenv = shlex.join(COMMAND)
    script = f"""
        eval "$({mfaenv} --quiet --token-code "$({mfaenv} demo --code 2>/dev/null)" --shell sh)"
        echo $AWS_ACCESS_KEY_ID
        eval "$({mfaenv} --quiet --no-input --shell sh)"
        echo $AWS_ACCESS_KEY_ID
    """
    done = place.run("--", "sh", "-c", script)
    first, second = done.out.split()
    assert first.startswith("ASIA")
    assert first == second
    assert place.left_behind() == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_told_to_stop_in_the_middle_of_the_main_job_it_leaves_nothing(place: Place, name: str) -> None:
    number = signal.Signals[name]
    demo = subprocess.Popen(
        [*COMMAND, "demo"],
        env=place.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert demo.stdout
    while not demo.stdout.readline().startswith("Your line"):
        pass
    demo.send_signal(number)
    demo.communicate()
    assert demo.returncode == 128 + number
    wait_until_gone(demo.pid)
    assert place.left_behind() == []


def wait_until_gone(group: int) -> None:
    """Wait until there is no process of a group: one that was ended counts until init has waited for it."""
    end = time.monotonic() + PATIENCE
    with suppress(ProcessLookupError):
        while True:
            os.killpg(group, 0)
            assert time.monotonic() < end
            time.sleep(0.02)


def test_keys_that_quit_are_the_commands_own(place: Place) -> None:
    script = "trap 'echo; exit 4' QUIT; echo asleep; sleep 60 & wait"
    demo = pexpect.spawn(
        COMMAND[0], [*COMMAND[1:], "demo", "--", "sh", "-c", script], env=place.environ, timeout=PATIENCE
    )
    demo.expect("asleep")
    demo.sendcontrol("\\")
    assert ended(demo) == 4
    assert place.left_behind() == []


def ended(child: Any) -> int | None:
    """Wait for the end of what runs on a terminal; return its status. What is closed before is killed."""
    child.expect(pexpect.EOF)
    child.wait()
    child.close()
    status: int | None = child.exitstatus
    return status


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_told_to_stop_it_stops_its_command_and_leaves_nothing(place: Place, name: str) -> None:
    number = signal.Signals[name]
    # As interactive shells do, which do not mind SIGTERM.
    script = (
        "trap '' TERM; trap 'echo hung up; exit' HUP; echo $$ $AWS_ENDPOINT_URL; while :; do sleep 0.1; done"
    )
    demo = subprocess.Popen(
        [*COMMAND, "demo", "--", "sh", "-c", script], env=place.environ, stdout=subprocess.PIPE, text=True
    )
    assert demo.stdout
    child, url = demo.stdout.readline().split()
    assert is_listening(url)
    demo.send_signal(number)
    assert demo.wait(PATIENCE) == 128 + number
    with demo.stdout:
        assert demo.stdout.read() == "hung up\n"
    assert not Path("/proc", child).exists() or sys.platform != "linux"
    assert not is_listening(url)
    assert place.left_behind() == []


def test_under_nohup_a_terminal_that_goes_away_ends_nothing(place: Place) -> None:
    script = f"trap '' HUP; exec {shlex.join(COMMAND)} demo -- sh -c 'kill -HUP $PPID $$; echo still here'"
    done = subprocess.run(["sh", "-c", script], env=place.environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "still here\n")


def in_terminal(place: Place, **more: str) -> Any:
    return pexpect.spawn(
        COMMAND[0],
        [*COMMAND[1:], "demo"],
        env={**place.environ, "PS1": "ready> ", **more},
        encoding="utf-8",
        dimensions=(40, 120),
        timeout=PATIENCE,
    )


def test_on_a_terminal_it_opens_the_users_shell_and_says_what_to_try(place: Place) -> None:
    shell = in_terminal(place)
    shell.expect("ready> ")
    introduction = shell.before or ""
    assert "eval $(mfaenv)" in introduction
    assert "mfaenv demo --code" in introduction
    assert "123456789012" in introduction
    assert max(map(len, introduction.splitlines())) <= 80
    shell.sendintr()
    shell.expect("ready> ")
    shell.sendline("sh -c 'echo asleep $((40 + 2)); exec sleep 600'")
    shell.expect("asleep 42")
    shell.sendintr()
    shell.expect("ready> ")
    shell.sendline("exit 5")
    assert ended(shell) == 5
    assert place.left_behind() == []


def test_the_introduction_has_the_line_of_that_shell(place: Place) -> None:
    need("fish")
    shell = in_terminal(place, SHELL=str(shutil.which("fish")))
    shell.expect(r"mfaenv \| source")
    shell.kill(signal.SIGKILL)
    ended(shell)


@pytest.mark.parametrize("name", ["nu", "powershell", "cmd"])
def test_the_introduction_fits_a_terminal_with_long_lines_too(place: Place, tmp_path: Path, name: str) -> None:
    stub = write_program(tmp_path / name, "#!/bin/sh\n")
    shell = in_terminal(place, SHELL=str(stub))
    ended(shell)
    introduction = shell.before or ""
    assert loading_line(name) in introduction
    assert max(map(len, introduction.splitlines())) <= 80


def test_who_is_asked_for_the_code_has_seen_where_it_is_shown(place: Place) -> None:
    shell = in_terminal(place)
    shell.expect("ready> ")
    introduction = shell.before or ""
    assert introduction.index("mfaenv demo --code") < introduction.index("eval $(mfaenv)")
    assert "  mfaenv console -p staging" in introduction.splitlines()
    shell.sendline("exit")
    ended(shell)


def test_a_terminal_that_goes_away_takes_the_demo_with_it(place: Place) -> None:
    shell = in_terminal(place)
    shell.expect("ready> ")
    shell.ptyproc.fileobj.close()  # the terminal is gone: SIGHUP
    deadline = time.monotonic() + PATIENCE
    while place.left_behind() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert place.left_behind() == []
    shell.wait()
    shell.close()


def test_without_a_device_one_is_made_and_its_codes_are_shown(place: Place) -> None:
    """By the calls that `configure` makes; the demo's phone shows what was made."""
    made = """
import base64, boto3, subprocess, sys, time
from mfaenv.pretend_aws.totp import STEP, code_at_step
iam = boto3.client("iam")
show = lambda: subprocess.run([sys.executable, "-m", "mfaenv", "demo", "--code"], capture_output=True, text=True)
print(show().stderr.splitlines()[0])
device = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]
seed = base64.b32decode(device["Base32StringSeed"])
code = show().stdout.strip()
step = next(step for step in range(int(time.time() // STEP) - 1, int(time.time() // STEP) + 2)
            if code_at_step(seed, step) == code)
iam.enable_mfa_device(UserName="alice", SerialNumber=device["SerialNumber"],
    AuthenticationCode1=code_at_step(seed, step - 2), AuthenticationCode2=code_at_step(seed, step - 1))
sts = boto3.client("sts")
print(sts.get_session_token(SerialNumber=device["SerialNumber"], TokenCode=code)["Credentials"]["AccessKeyId"][:4])
try:
    boto3.client("s3").list_buckets()
except Exception as error:
    print(error)
"""
    done = place.run("--no-device", "--", sys.executable, "-c", made)
    assert done.status == 0, done.err
    missing, session, denied = done.out.splitlines()
    assert missing == "mfaenv: Alice has no MFA device yet. Make one:"
    assert session == "ASIA"
    assert "with an explicit deny" in denied
    assert place.left_behind() == []


def test_without_a_device_and_a_terminal_there_are_no_steps(place: Place) -> None:
    done = place.run("--no-device")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("mfaenv: The steps that are shown without a terminal take a device.")


def test_without_a_device_there_has_to_be_a_policy(place: Place) -> None:
    done = place.run("--no-device", "--policy", "none", "--", "true")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("mfaenv: --no-device and --policy none cannot be used together.")


def test_the_introduction_without_a_device_names_configure(place: Place) -> None:
    shell = pexpect.spawn(
        COMMAND[0],
        [*COMMAND[1:], "demo", "--no-device"],
        env={**place.environ, "PS1": "ready> "},
        encoding="utf-8",
        dimensions=(40, 120),
        timeout=PATIENCE,
    )
    shell.expect("ready> ")
    introduction = shell.before or ""
    assert introduction.index("mfaenv configure") < introduction.index("mfaenv demo --code")
    assert "Another terminal window is outside of the demo" in introduction
    assert max(map(len, introduction.splitlines())) <= 80
    shell.sendline("exit")
    ended(shell)


def start_demo(place: Place) -> tuple[subprocess.Popen[str], Path]:
    """Start a demo that runs until its input ends; return it and its folder."""
    demo = subprocess.Popen(
        [*COMMAND, "demo", "--", "sh", "-c", "echo $AWS_CONFIG_FILE; exec cat"],
        env=place.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout
    return demo, Path(demo.stdout.readline().strip()).parent


def test_a_demo_that_was_killed_is_swept_by_the_next_and_one_that_runs_is_not(place: Place) -> None:
    (killed, left), (running, folder) = start_demo(place), start_demo(place)
    foreign = place.path / "tmp" / "mfaenv-0123456789abcdef-notes"
    foreign.mkdir()
    killed.kill()
    killed.communicate()
    assert left.exists()
    assert place.run("--", "true").status == 0
    assert (left.exists(), folder.exists(), foreign.exists()) == (False, True, True)
    running.communicate()
    foreign.rmdir()
    assert place.left_behind() == []


def test_a_demo_that_was_killed_before_it_wrote_anything_is_swept_too(place: Place) -> None:
    killed, left = start_demo(place)
    killed.kill()
    killed.communicate()
    for file in left.iterdir():
        file.unlink()
    assert place.run("--", "true").status == 0
    assert place.left_behind() == []


def test_what_another_user_put_beside_demos_is_left_alone(place: Place) -> None:
    if sys.platform == "win32" or os.geteuid():
        pytest.skip("only root can give a folder away")
    theirs = place.path / "tmp" / "mfaenv-0123456789abcdef"
    theirs.mkdir()
    os.chown(theirs, NOBODY, NOBODY)
    assert place.run("--", "true").status == 0
    assert theirs.exists()
