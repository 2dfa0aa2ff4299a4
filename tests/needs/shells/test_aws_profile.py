"""The shell and AWS_PROFILE agree: whoever sets it gets that profile's session at the next prompt, or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from settled import ROWS, Seat, Settled, seated

from mfaenv.errors import DONE

if TYPE_CHECKING:
    from product import Product

    from mfaenv.pretend_aws.scenario import Scenario

HOOKED = [row for row in ROWS if row.hook]
STAYS = "AWS_PROFILE"
UNSET = {
    "fish": "set -e AWS_PROFILE",
    "nu": "hide-env AWS_PROFILE",
    "elvish": "unset-env AWS_PROFILE",
    "xonsh": "del $AWS_PROFILE",
    "pwsh": "Remove-Item Env:AWS_PROFILE",
}


@pytest.fixture
def stored(product: Product, scenario: Scenario) -> Product:
    """mfaenv with stored sessions of the profiles default and staging."""
    assert product.run("--shell", "bash", "-p", "staging", "-c", scenario.device.code()).status == DONE
    assert product.run("--shell", "bash", "-p", "default").status == DONE
    return product


def unset(seat: Seat) -> None:
    seat.type(UNSET.get(seat.row.name, "unset AWS_PROFILE"))


def has(seat: Seat, profile: str, named: str) -> None:
    """See that a program started here has the session of a profile, and AWS_PROFILE as the person set it."""
    key = "none" if profile == "none" else "ASIA[A-Z0-9]+"
    seat.sees("what-is-named", rf"^profile={profile} named={named} key={key}$")


@pytest.mark.parametrize("row", HOOKED, ids=lambda row: row.name)
def test_the_session_follows_the_variable(stored: Product, row: Settled) -> None:
    with seated(stored, row) as seat:
        has(seat, "default", "none")
        seat.set("AWS_PROFILE", "staging")
        assert re.search(r"mfaenv: staging \(role Developer\) until \d\d:\d\d, 59m$", seat.window.text, re.MULTILINE)
        has(seat, "staging", "staging")
        seat.set("AWS_PROFILE", "production")
        assert "mfaenv: AWS_PROFILE is production now: type mfaenv\n" in seat.window.text
        has(seat, "none", "production")
        has(seat, "none", "production")
        assert seat.window.text.count("type mfaenv") == 1
        seat.type("mfaenv")
        has(seat, "production", "production")
        seat.set("AWS_PROFILE", "stagin")
        assert "AWS_PROFILE is stagin now, and there is no such profile. Did you mean staging?\n" in seat.window.text
        has(seat, "none", "stagin")
        unset(seat)
        has(seat, "default", "none")
        seat.set("AWS_PROFILE", "staging")
        has(seat, "staging", "staging")
        seat.type("mfaenv -p default")
        has(seat, "default", "staging")
        has(seat, "default", "staging")
