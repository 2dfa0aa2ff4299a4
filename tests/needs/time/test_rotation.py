"""`mfaenv keys rotate` where AWS takes a while to know the new key."""

import sys

import pytest
from observed_aws import ObservedAws
from own_keys import get_session, states
from product import Product
from rare_things import SlowKeys
from terminals import Window

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import User

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")


def test_rotate_waits_until_aws_knows_the_key(
    product: Product, scenario: Scenario, aws: ObservedAws, alice: User
) -> None:
    """Before anything happens to the old one."""
    get_session(product, scenario)
    keys = SlowKeys(scenario.world, 3600)
    with Window((*product.command, "keys", "rotate"), product.env, product.home, (24, 80)) as window:
        window.see(r"is stored; waiting until AWS knows it \(\d+ s at most\)")
        assert list(states(alice).values()) == [True, True]
        keys.seconds = 0
        window.see("deactivated")
    assert aws.actions("GetCallerIdentity", "UpdateAccessKey")[-2:] == ["GetCallerIdentity", "UpdateAccessKey"]
    assert list(states(alice).values()) == [False, True]
