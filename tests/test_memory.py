import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfaenv import memory
from mfaenv.model import Keys, Plan, Value
from mfaenv.store import Store

KEY = "AKIAIOSFODNN7EXAMPLE"
SERIAL = "arn:aws:iam::123456789012:mfa/alice"
ACCOUNT = "123456789012"
NOW = 1_800_000_000.5


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(str(tmp_path_factory.mktemp("memory") / "store"))
    made.prepare()
    return made


def a_plan(serial: str, account: str = ACCOUNT) -> Plan:
    nothing = Value("", "")
    return Plan(
        profile=Value("default", "default"),
        config_profile="default",
        profiles=("default",),
        kind="keys",
        keys=Keys(KEY, "", "", "~/.aws/credentials"),
        device=Value(serial, "found"),
        account=account,
        region=nothing,
        session_region="",
        endpoint="",
        duration=43_200,
        min_remaining=300,
        hops=(),
        token_command=nothing,
        token_code=nothing,
    )


def colliding_keys() -> tuple[str, str]:
    """Two access keys that a checksum cannot tell apart."""
    twin = int.from_bytes(KEY.encode()) + sys.hash_info.modulus
    return KEY, twin.to_bytes(len(KEY)).decode("utf-8", "surrogateescape")


def test_an_access_key_has_its_device(place: Store) -> None:
    assert memory.device(place, "AKIAI44QH8DHBEXAMPLE") == ("", "")
    memory.remember_device(place, KEY, a_plan(SERIAL), NOW)
    assert memory.device(place, KEY) == (SERIAL, ACCOUNT)
    memory.remember_device(place, KEY, a_plan("GAHT12345678", "111122223333"), NOW)
    assert memory.device(place, KEY) == ("GAHT12345678", "111122223333")


def test_a_device_that_is_known_is_not_written_again(place: Store) -> None:
    memory.remember_device(place, KEY, a_plan(SERIAL), NOW)
    written = Path(place.file(memory.device_name(KEY))).stat().st_ino
    memory.remember_device(place, KEY, a_plan(SERIAL), NOW + 1)
    assert Path(place.file(memory.device_name(KEY))).stat().st_ino == written


def test_keys_whose_files_have_one_name_do_not_mix(place: Store) -> None:
    one, other = colliding_keys()
    assert memory.device_name(one) == memory.device_name(other)
    memory.remember_device(place, one, a_plan(SERIAL), NOW)
    assert memory.device(place, other) == ("", "")
    memory.remember_device(place, other, a_plan("GAHT12345678"), NOW)
    assert memory.device(place, other) == ("GAHT12345678", ACCOUNT)
    assert memory.device(place, one) == ("", "")


@given(st.floats(0, 4_000_000_000, allow_nan=False), st.integers(-30, 300))
def test_a_code_counts_as_used_for_a_while(place: Store, now: float, later: int) -> None:
    memory.remember_code(place, SERIAL, "123456", now)
    assert memory.was_used(place, SERIAL, "123456", now + later) is (now + later < int(now) + memory.CODE_SECONDS)
    assert not memory.was_used(place, SERIAL, "654321", now)
    assert not memory.was_used(place, "GAHT12345678", "123456", now)
