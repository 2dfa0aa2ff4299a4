from concurrent.futures import ThreadPoolExecutor

import pytest
from codes import add_spare_device

from mfaenv.pretend_aws.totp import STEP, Device, code_at_step
from mfaenv.pretend_aws.world import World

RFC_SECRET = b"12345678901234567890"
NOW = 1_800_000_000  # the first second of a step


def device(now: list[float]) -> Device:
    return Device(RFC_SECRET, lambda: now[0])


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    assert code_at_step(RFC_SECRET, seconds // STEP) == code[-6:]


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_taken_one_step_early_or_late(steps: int, taken: bool) -> None:
    code = code_at_step(RFC_SECRET, NOW // STEP + steps)
    assert device([NOW]).accept(code) is taken


def test_a_code_is_good_once_in_all_the_time_that_it_would_be_taken() -> None:
    now = [float(NOW)]
    mine = device(now)
    code = mine.code()
    assert mine.accept(code)
    for later in (0, STEP - 1, STEP, 2 * STEP - 1):
        now[0] = NOW + later
        assert not mine.accept(code)


def test_an_older_code_is_still_good_after_a_newer_one() -> None:
    mine = device([NOW])
    newer, older = code_at_step(RFC_SECRET, NOW // STEP), code_at_step(RFC_SECRET, NOW // STEP - 1)
    assert mine.accept(newer)
    assert mine.accept(older)


def test_of_many_who_give_the_same_code_at_once_one_is_let_in() -> None:
    mine = device([NOW])
    code = mine.code()
    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(mine.accept, [code] * 200)) == 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６"])  # noqa: RUF001 - not ASCII on purpose
def test_what_is_no_code_is_refused(code: str) -> None:
    assert not device([NOW]).accept(code)


def test_code_gives_the_one_on_show_then_the_next_then_the_one_before_and_then_none() -> None:
    mine = device([NOW])
    given = []
    for _ in range(3):
        given.append(mine.code())
        assert mine.accept(given[-1])
    step = NOW // STEP
    assert given == [code_at_step(RFC_SECRET, near) for near in (step, step + 1, step - 1)]
    with pytest.raises(LookupError, match="used"):
        mine.code()


def test_codes_of_the_device_that_tests_use_outlive_the_end_of_a_step() -> None:
    now, user = [NOW + STEP - 1.0], World().add_account("123456789012").add_user("alice")
    user.account.world.clock = lambda: now[0]
    device = add_spare_device(user)
    for _ in range(5):
        code = device.code()
        now[0] += STEP - 1
        assert device.accept(code)
        assert not device.accept(code)
        now[0] += 1 - STEP


def test_shown_tells_how_long_and_whether_it_is_used() -> None:
    now = [NOW + 12.5]
    mine = device(now)
    assert mine.shown() == (code_at_step(RFC_SECRET, NOW // STEP), 18, 18 + STEP, False)
    mine.accept(mine.shown().code)
    assert mine.shown().used
    now[0] += mine.shown().seconds
    assert not mine.shown().used
