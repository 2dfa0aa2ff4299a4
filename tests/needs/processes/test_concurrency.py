import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from observed_aws import ObservedAws
from product import COMMAND, PATIENCE, Outcome, Product, finish, wait_until_stopped
from terminals import need

from mfaenv import store
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.totp import STEP, code_at_step

MANY = 20
SOME = 4
KILLED = -9
WAITING = "Another mfaenv is getting a session with the keys of profile default; waiting for it."

MOMENTS = {
    "the store is tried": ("rename", 1),
    "the lock is taken": ("flock", 1),
    "the lock is held": ("fchmod", 2),
    "AWS is called": ("connect", 1),
    "the code is sent": ("sendto", 2),
    "AWS has used the code up": ("recvfrom", 1),
    "AWS has answered": ("fchmod", 3),
    "the code is noted": ("rename", 2),
    "the device is noted": ("rename", 3),
    "the session is written": ("fchmod", 5),
    "the session takes its place": ("rename", 4),
    "the session is announced": ("rename", 5),
    "the lock is removed": ("unlink", 1),
}
"""Which call of which kind comes next then."""


stopping = pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be stopped by signals there")


@pytest.fixture
def codes(scenario: Scenario) -> Iterator[str]:
    """Codes that all count, since the clock of the world stands still."""
    now = time.time()
    scenario.world.clock = lambda: now
    return (code_at_step(scenario.device.secret, int(now // STEP) + step) for step in (0, 1, -1))


def start(product: Product, code: str, *options: str) -> subprocess.Popen[bytes]:
    return product.start("--shell", "bash", "--token-code", code, *options)


def finish_all(*processes: subprocess.Popen[bytes]) -> list[Outcome]:
    return [finish(process) for process in processes]


def sessions(outcomes: list[Outcome]) -> set[str]:
    """What they printed, each of them a session."""
    assert [outcome.status for outcome in outcomes] == [0] * len(outcomes), [
        outcome.err for outcome in outcomes
    ]
    assert all("export AWS_SESSION_TOKEN=" in outcome.out for outcome in outcomes)
    return {outcome.out for outcome in outcomes}


def locks(product: Product) -> list[str]:
    return [path.name for path in product.cache.glob(f"{store.LOCK}*")]


def wait_for_lock(product: Product, process: subprocess.Popen[bytes]) -> None:
    while not locks(product) and process.poll() is None:
        time.sleep(0.01)


def read_line(process: subprocess.Popen[bytes]) -> str:
    """Wait for a line on standard error."""
    assert process.stderr is not None
    return process.stderr.readline().decode().strip()


def stop(process: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32":
        process.send_signal(signal.SIGSTOP)


def go_on(process: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32":
        process.send_signal(signal.SIGCONT)


def test_many_at_once_make_one_call(product: Product, aws: ObservedAws, codes: Iterator[str]) -> None:
    code = next(codes)
    assert len(sessions(finish_all(*(start(product, code) for _ in range(MANY))))) == 1
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]
    assert locks(product) == []


@pytest.mark.parametrize("is_stored", [False, True])
def test_a_role_is_assumed_once_by_many_at_once(
    product: Product, aws: ObservedAws, codes: Iterator[str], is_stored: bool
) -> None:
    code = next(codes)
    if is_stored:
        assert finish(start(product, code)).status == 0
    assert len(sessions(finish_all(*(start(product, code, "-p", "staging") for _ in range(MANY))))) == 1
    assert (aws.actions("GetSessionToken"), aws.actions("AssumeRole")) == (["GetSessionToken"], ["AssumeRole"])
    assert locks(product) == []


def test_who_waits_says_so_after_a_second(product: Product, aws: ObservedAws, codes: Iterator[str]) -> None:
    held = aws.hold("GetSessionToken")
    code = next(codes)
    first = start(product, code)
    assert held.reached.wait(PATIENCE)
    second = start(product, code)
    said = read_line(second)
    held.released.set()
    outcomes = finish_all(first, second)
    assert said == f"mfaenv: {WAITING}"
    assert [outcome.err for outcome in outcomes] == ["", ""]
    assert len(sessions(outcomes)) == 1


def test_a_wrong_code_given_to_many_is_sent_once(
    product: Product, aws: ObservedAws, codes: Iterator[str]
) -> None:
    code = f"{(int(next(codes)) + 1) % 10**6:06}"
    outcomes = finish_all(*(start(product, code) for _ in range(MANY)))
    assert {(outcome.status, outcome.out) for outcome in outcomes} == {(1, "(exit 1);\n")}
    said = sorted(outcome.err.splitlines()[0] for outcome in outcomes)
    assert said[0].startswith("mfaenv: AWS refused the code for arn:aws:iam::123456789012:mfa/alice")
    assert said[1:] == ["mfaenv: That code was already refused."] * (MANY - 1)
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]
    assert locks(product) == []


def test_a_code_that_was_refused_is_told_without_what_takes_long_to_load(
    product: Product, codes: Iterator[str]
) -> None:
    code = f"{(int(next(codes)) + 1) % 10**6:06}"
    assert finish(start(product, code)).status == 1
    product.command = (sys.executable, "-X", "importtime", *COMMAND[1:])
    told = finish(start(product, code)).err
    assert "That code was already refused." in told
    assert not re.search(r"\b(botocore|boto3|rich|typer)\b", told)


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux'")
def test_a_code_whose_session_is_about_to_be_stored_is_waited_for(
    product: Product, aws: ObservedAws, codes: Iterator[str]
) -> None:
    """The first is held up between noting the code as used (the second rename) and storing the session."""
    need("strace")
    code = next(codes)
    slow = ("-e", "trace=rename", "-e", "inject=rename:delay_enter=2s:when=3")
    product.tracer = ("-o", os.devnull, *slow)
    first = start(product, code)
    product.tracer = ()
    while not list(product.cache.glob(f"{store.CODE}*")):
        assert first.poll() is None
    assert len(sessions(finish_all(first, start(product, code)))) == 1
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]


def test_after_a_refusal_the_next_one_asks_for_itself(
    product: Product, aws: ObservedAws, codes: Iterator[str]
) -> None:
    aws.delay("GetSessionToken", 0.3)
    code = next(codes)
    first = start(product, f"{(int(code) + 1) % 10**6:06}")
    wait_for_lock(product, first)
    refused, *others = finish_all(first, *(start(product, code) for _ in range(SOME)))
    assert refused.status == 1
    assert len(sessions(others)) == 1
    assert len(aws.actions("GetSessionToken")) == 2
    assert locks(product) == []


@stopping
def test_different_keys_do_not_wait_for_each_other(
    product: Product, scenario: Scenario, codes: Iterator[str]
) -> None:
    bob = scenario.key.account.add_user("bob")
    key, device = bob.add_key(), bob.add_device()
    first = start(product, next(codes))
    wait_for_lock(product, first)
    stop(first)
    product.env |= {
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_MFA_SERIAL": device.serial,
    }
    second = finish(start(product, device.code()))
    go_on(first)
    assert len(sessions([second, finish(first)])) == 2


@stopping
def test_the_next_takes_over_when_the_first_is_stopped(
    product: Product, aws: ObservedAws, codes: Iterator[str]
) -> None:
    """And the first, when it goes on, leaves the lock of the next alone."""
    aws.delay("GetSessionToken", 0.5)
    first = start(product, next(codes))
    wait_for_lock(product, first)
    stop(first)
    code = next(codes)
    outcomes = finish_all(*(start(product, code) for _ in range(SOME)))
    go_on(first)
    assert len(sessions(outcomes)) == 1
    assert finish(first).status == 0
    assert len(aws.actions("GetSessionToken")) <= 2
    assert locks(product) == []


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux'")
def test_a_stopped_process_goes_on_with_the_session_of_the_next(
    product: Product, aws: ObservedAws, codes: Iterator[str]
) -> None:
    """Both have the same code, which is good once. The first is stopped as it has the lock, before it sends it."""
    need("strace")
    code, calls = next(codes), product.home / "calls"
    product.tracer = ("-o", str(calls), "-e", "trace=flock", "-e", "inject=flock:signal=STOP:when=1")
    first = start(product, code)
    product.tracer = ()
    wait_until_stopped(calls)
    second = finish(start(product, code))
    while first.poll() is None:  # it may only just be about to stop
        go_on(first)
        time.sleep(0.05)
    assert len(sessions([second, finish(first)])) == 1
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]


@stopping
@pytest.mark.parametrize("seed", range(4))
def test_the_next_takes_over_whenever_the_first_is_killed(
    product: Product, aws: ObservedAws, codes: Iterator[str], seed: int
) -> None:
    aws.delay("GetSessionToken", 0.15)
    first = start(product, next(codes))
    wait_for_lock(product, first)
    code = next(codes)
    others = [start(product, code) for _ in range(SOME)]
    time.sleep(random.Random(seed).uniform(0, 0.3))
    first.kill()
    killed, *outcomes = finish_all(first, *others)
    assert killed.status in {0, KILLED}
    assert len(sessions(outcomes)) == 1
    assert len(aws.actions("GetSessionToken")) <= 2
    assert locks(product) == []


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux'")
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_takes_over_when_the_first_is_killed_as(
    product: Product, aws: ObservedAws, codes: Iterator[str], moment: str
) -> None:
    """The kernel kills it at the call itself; the others wait by then, where it comes as far as to AWS."""
    need("strace")
    call, times = MOMENTS[moment]
    kill = f"inject={call}:signal=SIGKILL:when={times}"
    product.tracer = ("-o", os.devnull, "-e", f"trace={call}", "-e", kill)
    held = aws.hold("GetSessionToken")
    first = start(product, next(codes))
    while first.poll() is None and not held.reached.wait(0.01):
        pass
    product.tracer = ()
    code = next(codes)
    others = [start(product, code) for _ in range(SOME)]
    if first.poll() is None:
        assert {read_line(other) for other in others} == {f"mfaenv: {WAITING}"}
    held.released.set()
    killed, *outcomes = finish_all(first, *others)
    assert (killed.status, killed.out) == (KILLED, "")
    assert len(sessions(outcomes)) == 1
    assert len(aws.actions("GetSessionToken")) <= 2
    assert locks(product) == []
