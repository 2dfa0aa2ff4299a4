"""`mfaenv demo`, as a user starts it: what it shows, what it gives, and that nothing stays behind."""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pexpect  # type: ignore[import-untyped]  # it has no types
import pytest
from direct_aws import DirectAws
from observed_aws import ObservedAws
from terminals import need

from mfaenv.commands.demo.command import show_code
from mfaenv.errors import MfaenvError
from mfaenv.fast.environment import DEMO
from mfaenv.pretend_aws.scenario import POLICIES, build_scenario
from mfaenv.pretend_aws.world import User
from mfaenv.shells import loading_line

ROOT = Path(__file__).parents[2]
MFAENV = [sys.executable, "-m", "mfaenv"]
LOOK = "import json, os; print(json.dumps(dict(os.environ)))"


class Place:
    """Where a demo runs: its own home and temporary directory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "home").mkdir()
        (path / "tmp").mkdir()
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(path / "home"),
            "TMPDIR": str(path / "tmp"),
            "PYTHONPATH": str(ROOT),
            "SHELL": "/bin/sh",
            "TERM": "dumb",
            "AWS_PROFILE": "of-the-user",
            "AWS_ENDPOINT_URL_STS": "https://sts.example.com",
            "aws_region": "in-small-letters",
            "MFAENV_TOKEN_CODE": "000000",
        }

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*MFAENV, "demo", *words],
            env={**self.environ, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def left_behind(self) -> list[str]:
        return [str(file) for part in ("home", "tmp") for file in (self.path / part).iterdir()]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def is_listening(url: str) -> bool:
    address = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((str(address.hostname), int(address.port or 0))) == 0


def test_without_a_terminal_it_shows_each_step_of_the_main_job(place: Place) -> None:
    done = place.run()
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line for line in lines if "with an explicit deny in an identity-based policy" in line]
    assert "arn:aws:iam::123456789012:mfa/alice" in done.stdout
    assert "AWS_ACCESS_KEY_ID=ASIA" in done.stdout
    assert lines[-1].endswith("Yes: alice-holiday-photos, team-reports")
    assert place.left_behind() == []


def test_with_the_policy_off_the_device_alone_restricts_nothing(place: Place) -> None:
    done = place.run("--policy", "none")
    assert done.returncode == 0
    assert "AccessDenied" not in done.stdout
    assert done.stdout.count("Yes: alice-holiday-photos") == 2


def test_without_sh_the_steps_do_without_it(place: Place) -> None:
    done = place.run(PATH=str(place.path / "empty"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "AWS_ACCESS_KEY_ID=ASIA" in done.stdout


@pytest.mark.parametrize(("name", "hint"), [("some", "Choose from mfa, none."), ("non", "Did you mean none?")])
def test_an_unknown_policy_is_wrong_usage(place: Place, name: str, hint: str) -> None:
    done = place.run("--policy", name)
    assert done.returncode == 2
    assert done.stderr == f"mfaenv: The demo has no policy '{name}'.\n        {hint}\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a file that is always full")
@pytest.mark.parametrize("words", [[], ["--", *MFAENV, "demo", "--code"]])
def test_an_output_that_cannot_be_written_is_an_error(place: Place, words: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*MFAENV, "demo", *words],
            env=place.environ,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("mfaenv: The output cannot be written: No space left on device.")
    assert place.left_behind() == []


def test_a_command_gets_the_demos_environment_and_nothing_of_the_users(place: Place) -> None:
    done = place.run("--", sys.executable, "-c", LOOK)
    seen = json.loads(done.stdout)
    assert {name for name in seen if name.upper().startswith(("AWS_", "MFAENV_"))} == {
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_ENDPOINT_URL",
        "AWS_EC2_METADATA_DISABLED",
        "MFAENV_CACHE_DIR",
        "MFAENV_DEMO",
    }
    assert seen["HOME"] == place.environ["HOME"]
    assert not is_listening(seen["AWS_ENDPOINT_URL"])
    assert place.left_behind() == []


@pytest.mark.parametrize(("script", "status"), [("exit 7", 7), ("exit 0", 0), ("kill -TERM $$", 128 + 15)])
def test_a_commands_status_is_the_demos(place: Place, script: str, status: int) -> None:
    assert place.run("--", "sh", "-c", script).returncode == status


def test_a_command_that_is_none_is_named(place: Place) -> None:
    done = place.run("--", "no-such-program")
    assert done.returncode == 127
    assert done.stderr.splitlines() == ["mfaenv: There is no program no-such-program.", "        Check its name."]
    directory = place.run("--", str(place.path))
    assert directory.returncode == 126
    assert place.left_behind() == []


def test_the_main_job_in_a_command(place: Place) -> None:
    mfaenv = shlex.join(MFAENV)
    script = f"""
        eval "$({mfaenv} --quiet --token-code "$({mfaenv} demo --code 2>/dev/null)" --shell sh)"
        echo $AWS_ACCESS_KEY_ID
        eval "$({mfaenv} --quiet --no-input --shell sh)"
        echo $AWS_ACCESS_KEY_ID
    """
    done = place.run("--", "sh", "-c", script)
    first, second = done.stdout.split()
    assert first.startswith("ASIA")
    assert first == second
    assert place.left_behind() == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_told_to_stop_in_the_middle_of_the_main_job_it_leaves_nothing(place: Place, name: str) -> None:
    number = signal.Signals[name]
    demo = subprocess.Popen(
        [*MFAENV, "demo"],
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
    with pytest.raises(ProcessLookupError):
        os.killpg(demo.pid, 0)
    assert place.left_behind() == []


def test_keys_that_quit_are_the_commands_own(place: Place) -> None:
    script = "trap 'echo; exit 4' QUIT; echo asleep; sleep 60 & wait"
    demo = pexpect.spawn(MFAENV[0], [*MFAENV[1:], "demo", "--", "sh", "-c", script], env=place.environ, timeout=20)
    demo.expect("asleep")
    demo.sendcontrol("\\")
    demo.expect(pexpect.EOF)
    demo.close()
    assert demo.exitstatus == 4
    assert place.left_behind() == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_told_to_stop_it_stops_its_command_and_leaves_nothing(place: Place, name: str) -> None:
    number = signal.Signals[name]
    # As interactive shells do, which do not mind SIGTERM.
    script = "trap '' TERM; trap 'echo hung up; exit' HUP; echo $$ $AWS_ENDPOINT_URL; while :; do sleep 0.1; done"
    demo = subprocess.Popen(
        [*MFAENV, "demo", "--", "sh", "-c", script], env=place.environ, stdout=subprocess.PIPE, text=True
    )
    assert demo.stdout
    child, url = demo.stdout.readline().split()
    assert is_listening(url)
    demo.send_signal(number)
    assert demo.wait(10) == 128 + number
    with demo.stdout:
        assert demo.stdout.read() == "hung up\n"
    assert not Path("/proc", child).exists() or sys.platform != "linux"
    assert not is_listening(url)
    assert place.left_behind() == []


def test_under_nohup_a_terminal_that_goes_away_ends_nothing(place: Place) -> None:
    script = f"trap '' HUP; exec {shlex.join(MFAENV)} demo -- sh -c 'kill -HUP $PPID $$; echo still here'"
    done = subprocess.run(["sh", "-c", script], env=place.environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "still here\n")


def in_terminal(place: Place, **more: str) -> Any:
    return pexpect.spawn(
        MFAENV[0],
        [*MFAENV[1:], "demo"],
        env={**place.environ, "PS1": "ready> ", **more},
        encoding="utf-8",
        dimensions=(40, 120),
        timeout=20,
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
    shell.sendline("sh -c 'echo asleep $((40 + 2)); exec sleep 60'")
    shell.expect("asleep 42")
    shell.sendintr()
    shell.expect("ready> ")
    shell.sendline("exit 5")
    shell.expect(pexpect.EOF)
    shell.close()
    assert shell.exitstatus == 5
    assert place.left_behind() == []


def test_the_introduction_has_the_line_of_that_shell(place: Place) -> None:
    need("fish")
    shell = in_terminal(place, SHELL=str(shutil.which("fish")))
    shell.expect(r"mfaenv \| source")
    shell.terminate(force=True)
    shell.expect(pexpect.EOF)
    shell.close()


@pytest.mark.parametrize("name", ["nu", "powershell", "cmd"])
def test_the_introduction_fits_a_terminal_with_long_lines_too(place: Place, tmp_path: Path, name: str) -> None:
    stub = tmp_path / name
    stub.write_text("#!/bin/sh\n", encoding="utf-8")
    stub.chmod(0o700)
    shell = in_terminal(place, SHELL=str(stub))
    shell.expect(pexpect.EOF)
    introduction = shell.before or ""
    assert loading_line(name) in introduction
    assert max(map(len, introduction.splitlines())) <= 80
    shell.close()


def test_who_is_asked_for_the_code_has_seen_where_it_is_shown(place: Place) -> None:
    shell = in_terminal(place)
    shell.expect("ready> ")
    introduction = shell.before or ""
    assert introduction.index("mfaenv demo --code") < introduction.index("eval $(mfaenv)")
    shell.sendline("exit")
    shell.expect(pexpect.EOF)
    shell.close()


def test_a_terminal_that_goes_away_takes_the_demo_with_it(place: Place) -> None:
    shell = in_terminal(place)
    shell.expect("ready> ")
    shell.close(force=False)  # the terminal is gone: SIGHUP
    deadline = time.monotonic() + 10
    while place.left_behind() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert place.left_behind() == []


def test_the_code_is_shown_and_taken(aws: ObservedAws, alice: User, capfd: pytest.CaptureFixture[str]) -> None:
    assert show_code({DEMO: aws.url}) == 0
    shown = capfd.readouterr()
    assert alice.devices[0].accept(shown.out.strip())
    assert "more seconds, once" in shown.err


def test_a_used_code_is_not_shown_but_the_next_one(
    aws: ObservedAws, alice: User, capfd: pytest.CaptureFixture[str]
) -> None:
    device, now = alice.devices[0], time.time()
    aws.world.clock = lambda: now
    used = device.shown()
    device.accept(used.code)
    slept = []

    def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds

    show_code({DEMO: aws.url}, sleep=sleep)
    shown = capfd.readouterr()
    assert slept == [used.seconds]
    assert f"the next one comes in {used.seconds} s" in shown.err
    assert device.accept(shown.out.strip())


@pytest.mark.parametrize("address", ["", "http://example.com:80", "https://192.0.2.1:1", "127.0.0.1:80", "http://["])
def test_outside_a_demo_there_is_no_code(address: str) -> None:
    with pytest.raises(MfaenvError) as caught:
        show_code({DEMO: address})
    assert "mfaenv demo" in caught.value.hint


def test_a_demo_that_has_ended_is_told_apart(aws: ObservedAws) -> None:
    with socket.socket() as held:  # nobody listens there, and no other program can
        held.bind(("127.0.0.1", 0))
        for place in (held.getsockname()[1], "no-port"):
            with pytest.raises(MfaenvError, match="has ended"):
                show_code({DEMO: f"http://127.0.0.1:{place}"})
    assert aws.log == []


def test_every_role_of_the_scenario_opens_with_one_code() -> None:
    scenario = build_scenario("mfa")
    direct = DirectAws()
    direct.world, direct.aws = scenario.world, ObservedAws(scenario.world)
    direct.clock.now = time.time()
    proof = {"SerialNumber": scenario.device.serial, "TokenCode": scenario.device.code()}
    session = direct.opened(direct.sts(scenario.key, "GetSessionToken", **proof))
    roles = {
        name: scenario.world.find_role(profile["role_arn"])
        for name, profile in scenario.profiles.items()
        if name != "default"
    }
    keys = {"default": session}
    for name, profile in scenario.profiles.items():
        role = roles.get(name)
        if role is not None:
            keys[name] = direct.opened(direct.assume(keys[profile["source_profile"]], role))
    assert [direct.s3(keys[name]).values("Name")[0] for name in ("staging", "production", "audit")] == [
        "staging-uploads",
        "production-invoices",
        "production-invoices",
    ]
    assert direct.aws.actions("GetSessionToken") == ["GetSessionToken"]
    assert set(POLICIES) == {"mfa", "none"}


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
    assert done.returncode == 0, done.stderr
    missing, session, denied = done.stdout.splitlines()
    assert missing == "mfaenv: Alice has no MFA device yet."
    assert session == "ASIA"
    assert "with an explicit deny" in denied
    assert place.left_behind() == []


def test_without_a_device_and_a_terminal_there_are_no_steps(place: Place) -> None:
    done = place.run("--no-device")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("mfaenv: The steps that are shown without a terminal take a device.")


def test_the_introduction_without_a_device_names_configure(place: Place) -> None:
    shell = pexpect.spawn(
        MFAENV[0],
        [*MFAENV[1:], "demo", "--no-device"],
        env={**place.environ, "PS1": "ready> "},
        encoding="utf-8",
        dimensions=(40, 120),
        timeout=20,
    )
    shell.expect("ready> ")
    introduction = shell.before or ""
    assert introduction.index("mfaenv configure") < introduction.index("mfaenv demo --code")
    assert "Another terminal window is outside of the demo" in introduction
    assert max(map(len, introduction.splitlines())) <= 80
    shell.sendline("exit")
    shell.expect(pexpect.EOF)
    shell.close()


def test_a_demo_that_was_killed_is_swept_by_the_next_and_one_that_runs_is_not(place: Place) -> None:
    demos = []
    for _ in range(2):
        demo = subprocess.Popen(
            [*MFAENV, "demo", "--", "sh", "-c", "echo $AWS_CONFIG_FILE; exec cat"],
            env=place.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert demo.stdout
        demos.append((demo, Path(demo.stdout.readline().strip()).parent))
    (killed, left), (running, folder) = demos
    foreign = place.path / "tmp" / "mfaenv-demo-notes"
    foreign.mkdir()
    killed.kill()
    killed.communicate()
    assert left.exists()
    assert place.run("--", "true").returncode == 0
    assert (left.exists(), folder.exists(), foreign.exists()) == (False, True, True)
    running.communicate()
    foreign.rmdir()
    assert place.left_behind() == []
