import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from product import COMMAND, Outcome, Product, finish
from terminals import need

from mfaenv import store
from mfaenv.demo.server import PretendAws
from mfaenv.demo.story import Story
from mfaenv.demo.totp import STEP, code_at_step

MANY = 20
SOME = 4
KILLED = -9
WAITING = "Another mfaenv is getting a session with these keys; waiting for it."

MOMENTS = {
    "the store is tried": ("unlink", 1),
    "the lock is taken": ("flock", 1),
    "the lock is held": ("fchmod", 2),
    "AWS is called": ("connect", 1),
    "the code is sent": ("sendto", 2),
    "AWS has used the code up": ("recvfrom", 1),
    "AWS has answered": ("fchmod", 3),
    "the code is noted": ("rename", 1),
    "the device is noted": ("rename", 2),
    "the session is written": ("utimensat", 3),
    "the session takes its place": ("rename", 3),
    "the session is announced": ("rename", 4),
    "the lock is removed": ("unlink", 2),
}
"""Which call of which kind comes next then."""


stopping = pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be stopped by signals there")


@pytest.fixture
def codes(story: Story) -> Iterator[str]:
    """Codes that all count, since the clock of the world stands still."""
    now = time.time()
    story.world.clock = lambda: now
    return (code_at_step(story.device.secret, int(now // STEP) + step) for step in (0, 1, -1))


def start(product: Product, code: str) -> subprocess.Popen[bytes]:
    return product.start("--shell", "bash", "--token-code", code)


def finish_all(*processes: subprocess.Popen[bytes]) -> list[Outcome]:
    return [finish(process) for process in processes]


def sessions(outcomes: list[Outcome]) -> set[str]:
    """What they printed, each of them a session."""
    assert [outcome.status for outcome in outcomes] == [0] * len(outcomes), [outcome.err for outcome in outcomes]
    assert all("export AWS_SESSION_TOKEN=" in outcome.out for outcome in outcomes)
    return {outcome.out for outcome in outcomes}


def locks(product: Product) -> list[str]:
    return [path.name for path in product.cache.glob(f"{store.LOCK}*")]


def wait_for_lock(product: Product, process: subprocess.Popen[bytes]) -> None:
    while not locks(product) and process.poll() is None:
        time.sleep(0.01)


def stop(process: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32":
        process.send_signal(signal.SIGSTOP)


def go_on(process: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32":
        process.send_signal(signal.SIGCONT)


def test_many_at_once_make_one_call(product: Product, aws: PretendAws, codes: Iterator[str]) -> None:
    code = next(codes)
    assert len(sessions(finish_all(*(start(product, code) for _ in range(MANY))))) == 1
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]
    assert locks(product) == []


@stopping
def test_who_waits_says_so_after_a_second(product: Product, codes: Iterator[str]) -> None:
    code = next(codes)
    first = start(product, code)
    wait_for_lock(product, first)
    stop(first)
    second = start(product, code)
    assert second.stderr is not None
    said = second.stderr.readline().decode()
    go_on(first)
    outcomes = finish_all(first, second)
    assert said == f"mfaenv: {WAITING}\n"
    assert [outcome.err for outcome in outcomes] == ["", ""]
    assert len(sessions(outcomes)) == 1


def test_after_a_refusal_the_next_one_asks_for_itself(product: Product, aws: PretendAws, codes: Iterator[str]) -> None:
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
def test_different_keys_do_not_wait_for_each_other(product: Product, story: Story, codes: Iterator[str]) -> None:
    bob = story.key.account.add_user("bob")
    key, device = bob.add_key(), bob.add_device()
    first = start(product, next(codes))
    wait_for_lock(product, first)
    stop(first)
    product.env |= {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret, "AWS_MFA_SERIAL": device.serial}
    second = finish(start(product, device.code()))
    go_on(first)
    assert len(sessions([second, finish(first)])) == 2


@stopping
@pytest.mark.parametrize("seed", range(4))
def test_the_next_takes_over_whenever_the_first_is_killed(
    product: Product, aws: PretendAws, codes: Iterator[str], seed: int
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
    product: Product, aws: PretendAws, codes: Iterator[str], moment: str
) -> None:
    """The kernel kills it at the call itself."""
    need("strace")
    call, times = MOMENTS[moment]
    kill = f"inject={call}:signal=SIGKILL:when={times}"
    product.command = ("strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", kill, *COMMAND)
    first = start(product, next(codes))
    wait_for_lock(product, first)
    product.command = COMMAND
    code = next(codes)
    killed, *outcomes = finish_all(first, *(start(product, code) for _ in range(SOME)))
    assert (killed.status, killed.out) == (KILLED, "")
    assert len(sessions(outcomes)) == 1
    assert len(aws.actions("GetSessionToken")) <= 2
    assert locks(product) == []
