"""The examples of --help, typed in bash."""

import pytest
from exported import typed_in_bash
from product import Product

from mfaenv.cli.help import EXAMPLES
from mfaenv.errors import DONE
from mfaenv.fast.catalog import COMMANDS
from mfaenv.pretend_aws.scenario import Scenario

TYPED = [(name, line) for name in COMMANDS for line in EXAMPLES[name]]

FOR_AWS = '[ "$1" = configure ] || [ -n "$AWS_SESSION_TOKEN$AWS_CONTAINER_CREDENTIALS_FULL_URI$MFAENV_DEMO" ]'
"""Plays the programs that the examples start: they succeed with a session or its address, or in the demo."""


@pytest.mark.parametrize(("name", "line"), TYPED, ids=[line for _, line in TYPED])
def test_an_example_works(product: Product, scenario: Scenario, name: str, line: str) -> None:
    then = '; test -n "$AWS_SESSION_TOKEN"' if line.startswith("eval $(mfaenv") and name != "unset" else ""
    programs = dict.fromkeys(("aws", "terraform"), FOR_AWS)
    done = typed_in_bash(product, f"{line}{then}", programs, MFAENV_TOKEN_CODE=scenario.device.code())
    assert done.returncode == DONE, done.stderr
    assert "usage" not in done.stderr
