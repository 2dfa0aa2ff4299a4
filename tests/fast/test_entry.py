"""What an entry may hold, and what is read of it."""

import os
from typing import Any

from entries import KINDS
from hypothesis import given
from hypothesis import strategies as st
from product import Product

from mfaenv import store
from mfaenv.fast.entry import Entry, Session
from mfaenv.pretend_aws.scenario import Scenario


@given(st.sampled_from(KINDS), st.binary(max_size=400))
def test_any_bytes_are_an_entry_or_nothing(kind: type[Entry], data: bytes) -> None:
    assert kind.from_bytes(data) is None


VALUES: dict[object, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    int: st.integers(0, 9_999_999_999),
    float: st.floats(0.001, 9_999_999_999, allow_nan=False),
    int | None: st.integers(0, 9_999_999_999),
    tuple[str, ...]: st.lists(
        st.text(st.characters(exclude_characters="\0\n", exclude_categories=["Cs"])), min_size=1
    ).map(tuple),
}


@given(st.sampled_from(KINDS), st.data())
def test_what_is_written_is_read_with_its_types(kind: type[Entry], data: st.DataObject) -> None:
    made = kind(**{name: data.draw(VALUES[of]) for name, of in kind.__annotations__.items()})
    assert kind.from_bytes(store.dump(made.fields())) == made


def test_a_session_is_a_value_and_shows_no_secret() -> None:
    session = Session(access_key="ASIAIOSFODNN7EXAMPLE", secret_key="wJalrXUtnFEMI", token="IQoJb3Jp")
    assert (bool(session), bool(Session())) == (True, False)
    assert "wJalrXUtnFEMI" not in repr(session)
    assert "IQoJb3Jp" not in f"{session}"
    assert len({session, Session(**vars(session))}) == 1


def test_a_directory_in_an_entrys_place_is_told(product: Product, scenario: Scenario) -> None:
    def get(*more: str) -> Any:
        return product.run("--shell", "bash", "--token-code", scenario.device.code(), *more)

    assert get().status == 0
    (name,) = [path.name for path in product.cache.iterdir() if path.name.startswith(store.SESSION)]
    (product.cache / name).unlink()
    (product.cache / name).mkdir()
    done = get()
    assert done.status == 0
    assert "export AWS_SESSION_TOKEN=" in done.out
    assert f"{product.cache / name} cannot be written" in done.err
    assert "not stored" in done.err
    assert product.run("clear").status == 0
    assert sorted(os.listdir(product.cache)) == [store.MARK, name]
