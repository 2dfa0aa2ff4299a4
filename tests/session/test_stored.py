"""The list of profiles with stored sessions that a Tab reads: what is in it is what the store holds."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from mfaenv.fast.entry import Session
from mfaenv.session import stored
from mfaenv.store import SESSION, Store

if TYPE_CHECKING:
    from pathlib import Path

    from product import Product

    from mfaenv.pretend_aws.scenario import Scenario


@pytest.fixture
def place(tmp_path: Path) -> Store:
    made = Store(str(tmp_path / "mfaenv"))
    made.prepare()
    return made


def listed(place: Store) -> list[str]:
    return stored.profiles({"MFAENV_CACHE_DIR": os.path.dirname(place.path)})


def put(place: Store, key: str, *profiles: str, seconds: int = 3600) -> None:
    """Store a session as a process does that has got one."""
    until = int(time.time()) + seconds
    place.put(Session(key=key, profiles=profiles, access_key="ASIAIOSFODNN7EXAMPLE", expires=until), until)
    place.announce(f"{time.time_ns()}")


def test_the_list_is_read_in_the_place_of_the_sessions(place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(place, "1", "dev", "base")
    put(place, "2", "odd %0A name", "base")
    assert set(listed(place)) == {"dev", "base", "odd %0A name"}
    monkeypatch.setattr(Store, "names", lambda *_: pytest.fail("the sessions were listed"))
    assert set(listed(place)) == {"dev", "base", "odd %0A name"}


def test_a_new_session_is_in_it_at_once(place: Store) -> None:
    put(place, "1", "dev")
    assert listed(place) == ["dev"]
    put(place, "2", "prod")
    assert set(listed(place)) == {"dev", "prod"}


def test_a_session_that_another_replaces_counts_no_more(place: Store) -> None:
    put(place, "1", "dev")
    assert listed(place) == ["dev"]
    put(place, "1", "prod")
    assert listed(place) == ["prod"]


def test_it_goes_with_the_first_session_that_ends(place: Store) -> None:
    put(place, "1", "dev", seconds=60)
    put(place, "2", "prod")
    assert set(listed(place)) == {"dev", "prod"}
    place.sweep(time.time() + 61)
    assert listed(place) == ["prod"]


@pytest.mark.parametrize("damage", ["cut", "other", "open"])
def test_a_list_that_is_not_as_it_was_written_is_made_again(place: Store, damage: str) -> None:
    put(place, "1", "dev")
    assert listed(place) == ["dev"]
    (name,) = place.names(stored.Names.PREFIX)
    if damage == "cut":
        os.truncate(place.file(name), 20)
    elif damage == "other":
        place.put(stored.Names(latest="1", until=9_999_999_999, names=("evil",)), 9_999_999_999)
    else:
        place.put(stored.Names(latest=place.latest(), until=9_999_999_999, names=("evil",)), 9_999_999_999)
        os.chmod(place.file(name), 0o644)
    assert listed(place) == ["dev"]


def test_a_store_that_cannot_be_written_has_an_answer_too(place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError

    put(place, "1", "dev")
    monkeypatch.setattr(Store, "put", full)
    assert listed(place) == ["dev"]


def test_nothing_is_written_where_nothing_is_stored(tmp_path: Path) -> None:
    assert listed(Store(str(tmp_path / "mfaenv"))) == []
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("arguments", [(), ("-p", "default")], ids=["all", "one"])
def test_what_is_cleared_is_not_in_it(product: Product, scenario: Scenario, arguments: tuple[str, ...]) -> None:
    assert product.run("--shell", "sh", "--token-code", scenario.device.code()).status == 0
    assert product.run("complete", "fish", "mfaenv", "clear", "-p", "").out == "0\ndefault\t\n"
    assert product.run("clear", *arguments).status == 0
    assert product.run("complete", "fish", "mfaenv", "clear", "-p", "").out == "0\n"
    assert [name for name in os.listdir(product.cache) if name.startswith((SESSION, stored.Names.PREFIX))] == []
