"""The name that somebody may have meant: also where there are very many."""

import pytest

from mfaenv import suggest

MANY = [f"company-account-{number:05}-{'z' * 150}" for number in range(10_000)]


@pytest.mark.parametrize(
    ("wrong", "names", "expected"),
    [
        ("stagin", ["default", "staging"], "Did you mean staging?"),
        ("stagnig", ["default", "staging"], "Did you mean staging?"),
        ("STAGING", ["default", "staging"], "Did you mean staging?"),
        ("stg-eu", ["default", "STG-EU"], "Did you mean STG-EU?"),
        ("PROD", ["default", "production"], "Did you mean production?"),
        ("Eu", ["default", "STG-EU"], "Did you mean STG-EU?"),
        ("x", ["default", "staging"], "otherwise"),
        ("remove", ["demo", "doctor"], "otherwise"),
        ("company-account-99x99-" + "z" * 150, MANY, "otherwise"),
        ("company", MANY, f"Did you mean {' or '.join(MANY[: suggest.MAX_OFFERED])}?"),
    ],
    ids=[
        "begun",
        "close",
        "capitals",
        "small letters",
        "begun in capitals",
        "a part",
        "none",
        "far",
        "long",
        "many that begin so",
    ],
)
def test_the_closest_name_is_suggested(wrong: str, names: list[str], expected: str) -> None:
    assert suggest.advice(wrong, names, "otherwise") == (expected,)
