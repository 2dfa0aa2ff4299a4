"""`mfaenv demo`, as a user starts it: what it shows, what it gives, and that nothing stays behind."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from demo_place import Place, is_listening
from direct_aws import DirectAws
from observed_aws import ObservedAws
from product import COMMAND

from mfaenv.commands.demo import show_code
from mfaenv.errors import MfaenvError
from mfaenv.fast.environment import DEMO
from mfaenv.pretend_aws.scenario import POLICIES, build_scenario
from mfaenv.pretend_aws.world import User

LOOK = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(("name", "hint"), [("some", "Choose from mfa, none."), ("non", "Did you mean none?")])
def test_an_unknown_policy_is_wrong_usage(place: Place, name: str, hint: str) -> None:
    done = place.run("--policy", name)
    assert done.status == 2
    assert done.err == f"mfaenv: The demo has no policy '{name}'.\n        {hint}\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a file that is always full")
@pytest.mark.parametrize("words", [[], ["--", *COMMAND, "demo", "--code"]])
def test_an_output_that_cannot_be_written_is_an_error(place: Place, words: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, "demo", *words],
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


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits for files there")
def test_a_disk_without_room_is_no_bug(place: Place) -> None:
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *COMMAND, "demo", "--", "true"],
        env=place.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    wrong, hint = done.stderr.splitlines()
    assert wrong.startswith("mfaenv: The demo's AWS files cannot be written: No usable temporary directory")
    assert hint == "        Set TMPDIR to a folder that you can write to, and unset XDG_RUNTIME_DIR."
    assert place.left_behind() == []


def test_a_command_gets_the_demos_environment_and_nothing_of_the_users(place: Place) -> None:
    done = place.run("--", sys.executable, "-c", LOOK)
    seen = done.json()
    assert {name for name in seen if name.upper().startswith(("AWS_", "MFAENV_"))} == {
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_STS",
        "AWS_EC2_METADATA_DISABLED",
        "MFAENV_CACHE_DIR",
        "MFAENV_DEMO",
    }
    assert seen["HOME"] == place.environ["HOME"]
    assert not is_listening(seen["AWS_ENDPOINT_URL"])
    assert place.left_behind() == []


def test_what_the_aws_cli_remembers_of_its_roles_goes_with_the_demo(place: Place) -> None:
    """Its cache names the role alone, so that it would use an ended session in the next demo."""
    cache = Path(place.environ["HOME"], ".aws/cli/cache")
    cache.mkdir(parents=True)
    texts = {"demo.json": "AKIAIOSFODNN7EXAMPLE", "own.json": "ASIAI44QH8DHBEXAMPLE"}
    for name, key in texts.items():
        (cache / name).write_text(json.dumps({"Credentials": {"AccessKeyId": key}}))
    (cache / "odd.json").write_text("[]")
    assert place.run("--", "sh", "-c", "exit 0").status == 0
    assert sorted(path.name for path in cache.iterdir()) == ["odd.json", "own.json"]


@pytest.mark.parametrize(("script", "status"), [("exit 7", 7), ("exit 0", 0), ("kill -TERM $$", 128 + 15)])
def test_a_commands_status_is_the_demos(place: Place, script: str, status: int) -> None:
    assert place.run("--", "sh", "-c", script).status == status


def test_a_command_that_is_none_is_named(place: Place) -> None:
    done = place.run("--", "no-such-program")
    assert done.status == 127
    assert done.err.splitlines() == ["mfaenv: There is no program no-such-program.", "        Check its name."]
    directory = place.run("--", str(place.path))
    assert directory.status == 126
    assert place.left_behind() == []


def test_the_code_is_shown_and_taken(aws: ObservedAws, alice: User, capfd: pytest.CaptureFixture[str]) -> None:
    assert show_code({DEMO: aws.url}) == 0
    shown = capfd.readouterr()
    assert alice.devices[0].accept(shown.out.strip())
    assert "more seconds, once" in shown.err


@pytest.mark.parametrize(("left", "good"), [(30, 60), (1, 31)])
def test_a_code_is_told_to_be_good_for_as_long_as_it_is_taken(
    aws: ObservedAws, alice: User, capfd: pytest.CaptureFixture[str], left: int, good: int
) -> None:
    """AWS takes a code for another half a minute after the device has changed it, so there is time to type one."""
    now = 1_800_000_000 + 30 - left
    aws.world.clock = lambda: now
    show_code({DEMO: aws.url})
    shown = capfd.readouterr()
    assert shown.err == f"good for {good} more seconds, once\n"
    now += good - 1
    assert alice.devices[0].accept(shown.out.strip())


def test_a_used_code_is_not_shown_but_the_next_one(
    aws: ObservedAws, alice: User, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
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

    monkeypatch.setattr(time, "sleep", sleep)
    show_code({DEMO: aws.url})
    shown = capfd.readouterr()
    assert sum(slept) == used.seconds
    assert f"the next one comes in {used.seconds} s" in shown.err
    assert device.accept(shown.out.strip())


@pytest.mark.parametrize(
    "address", ["", "http://example.com:80", "https://192.0.2.1:1", "127.0.0.1:80", "http://["]
)
def test_outside_a_demo_there_is_no_code(address: str) -> None:
    with pytest.raises(MfaenvError) as caught:
        show_code({DEMO: address})
    assert "mfaenv demo" in caught.value.command


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
    direct.world = direct.aws.world = scenario.world
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
