"""A session that is too long for a program to be started with, at a shell's start."""

import re

import pytest
from product import Product
from values import MEGABYTE

from mfaenv import shells
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.shells import MAX_VARIABLE

NOW = re.compile(r"\b\d{10}(\.\d+)?\b|(?<=seen=)-|(?<=seen )-|(?<=seen = ['\"])-|(?<=seen = '')-")
"""The time, and what stands where it does before anything was stored."""


@pytest.mark.parametrize("shell", shells.WITH_FUNCTION)
def test_a_shell_starts_with_its_function_and_without_the_session(
    product: Product, scenario: Scenario, token: list[str], shell: str
) -> None:
    token[:] = ["A" * (MAX_VARIABLE + 1)]
    assert product.run("--format", "json", "-c", scenario.device.code()).status == 0
    done, chosen = product.run("init", shell), product.run("init", shell, "-p", "default")
    assert product.run("clear").status == 0
    empty = product.run("init", shell)
    assert (done.status, done.err, empty.status, empty.err) == (0, "", 0, "")
    assert NOW.sub("NOW", done.out) == NOW.sub("NOW", empty.out)
    assert MEGABYTE[:100] not in done.out
    assert (chosen.status, "MFAENV_PROFILE" in chosen.out) == (0, True)
