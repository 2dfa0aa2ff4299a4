import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfaenv import store
from mfaenv.fast import entry
from mfaenv.model import Keys, Provider, Request, Span, Value
from mfaenv.session import remembered
from mfaenv.store import Store

KEY = "AKIAIOSFODNN7EXAMPLE"
SERIAL = "arn:aws:iam::123456789012:mfa/alice"
ACCOUNT = "123456789012"
VERDICTS = (remembered.USED, remembered.REFUSED)
NOW = 1_800_000_000.5


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(str(tmp_path_factory.mktemp("memory") / "store"))
    made.prepare()
    return made


def a_request(serial: str, account: str = ACCOUNT, endpoint: str = "") -> Request:
    nothing = Value("", "")
    return Request(
        profile=Value("default", "default"),
        config_profile="default",
        profiles=("default",),
        provider=Provider.LONG_TERM,
        keys=Keys(KEY, "", "", "~/.aws/credentials"),
        device=Value(serial, "found"),
        account=account,
        region=nothing,
        session_region="",
        endpoints={"sts": Value(endpoint, "AWS_ENDPOINT_URL")},
        duration=Span(43_200, ""),
        min_remaining=Span(300, ""),
        hops=(),
    )


def remembered_device(place: Store, access_key: str, endpoint: str) -> tuple[str, str]:
    entry = remembered.device(place, access_key, endpoint)
    return entry.serial, entry.account


def colliding_keys() -> tuple[str, str]:
    """Two access keys that a checksum cannot tell apart."""
    twin = int.from_bytes(KEY.encode()) + sys.hash_info.modulus
    return KEY, twin.to_bytes(len(KEY)).decode("utf-8", "surrogateescape")


def test_an_access_key_has_its_device(place: Store) -> None:
    assert remembered_device(place, "AKIAI44QH8DHBEXAMPLE", "") == ("", "")
    remembered.remember_device(place, KEY, a_request(SERIAL), NOW)
    assert remembered_device(place, KEY, "") == (SERIAL, ACCOUNT)
    remembered.remember_device(place, KEY, a_request("GAHT12345678", "111122223333"), NOW)
    assert remembered_device(place, KEY, "") == ("GAHT12345678", "111122223333")


def test_a_device_belongs_to_the_address_that_took_its_codes(place: Store) -> None:
    remembered.remember_device(place, KEY, a_request(SERIAL), NOW)
    remembered.remember_device(place, KEY, a_request("GAHT12345678", endpoint="https://relay.example.com"), NOW)
    assert remembered_device(place, KEY, "") == (SERIAL, ACCOUNT)
    assert remembered_device(place, KEY, "https://relay.example.com") == ("GAHT12345678", ACCOUNT)
    assert remembered_device(place, KEY, "https://other.example.com") == ("", "")


def test_a_device_that_is_known_is_not_written_again(place: Store) -> None:
    remembered.remember_device(place, KEY, a_request(SERIAL), NOW)
    written = Path(place.file(entry.file_name(store.DEVICE, KEY))).stat().st_ino
    remembered.remember_device(place, KEY, a_request(SERIAL), NOW + 1)
    assert Path(place.file(entry.file_name(store.DEVICE, KEY))).stat().st_ino == written


def test_keys_whose_files_have_one_name_do_not_mix(place: Store) -> None:
    one, other = colliding_keys()
    assert entry.file_name(store.DEVICE, one) == entry.file_name(store.DEVICE, other)
    remembered.remember_device(place, one, a_request(SERIAL), NOW)
    assert remembered_device(place, other, "") == ("", "")
    remembered.remember_device(place, other, a_request("GAHT12345678"), NOW)
    assert remembered_device(place, other, "") == ("GAHT12345678", ACCOUNT)
    assert remembered_device(place, one, "") == ("", "")


@given(st.floats(0, 4_000_000_000, allow_nan=False), st.integers(-30, 300), st.sampled_from(VERDICTS))
def test_what_aws_said_to_a_code_counts_for_a_while(place: Store, now: float, later: int, said: str) -> None:
    remembered.remember_code(place, SERIAL, "123456", said, now)
    counts = now + later < int(now) + remembered.VERDICT_SECONDS
    assert remembered.verdict(place, SERIAL, "123456", now + later) == (said if counts else "")
    assert remembered.verdict(place, SERIAL, "654321", now) == ""
    assert remembered.verdict(place, "GAHT12345678", "123456", now) == ""


@given(st.lists(st.tuples(st.from_regex("[0-9]{6}", fullmatch=True), st.sampled_from(VERDICTS)), max_size=20))
def test_codes_are_remembered_beside_each_other(place: Store, codes: list[tuple[str, str]]) -> None:
    for code, said in codes:
        remembered.remember_code(place, SERIAL, code, said, NOW)
    for code, said in dict(codes).items():
        assert remembered.verdict(place, SERIAL, code, NOW + 1) == said


def test_codes_without_end_do_not_fill_the_store(place: Store) -> None:
    for number in range(20):
        remembered.remember_code(place, SERIAL, f"{number:06}", remembered.REFUSED, NOW)
    assert place.names(store.CODE)
    place.sweep(5_000_000_000)  # other tests store some that end late
    assert place.names(store.CODE) == []


@given(st.text(max_size=60))
def test_a_code_with_no_end_does_not_count(place: Store, text: str) -> None:
    key = f"{SERIAL}\n123456"
    until = text if text.strip("0123456789") else "x"
    written = store.dump([("key", key), ("verdict", remembered.USED), ("until", until)])
    Path(place.file(entry.file_name(store.CODE, key))).write_bytes(written)
    assert remembered.verdict(place, SERIAL, "123456", NOW) == ""
