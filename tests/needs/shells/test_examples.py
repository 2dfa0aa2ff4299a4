"""The examples of --help, typed in bash."""

import os
import subprocess

import pytest
from product import PATIENCE, Product
from terminals import need, with_mfaenv

from mfaenv.cli.examples import EXAMPLES
from mfaenv.errors import DONE
from mfaenv.fast.catalog import COMMANDS
from mfaenv.pretend_aws.scenario import Scenario

TYPED = [(name, line) for name in COMMANDS for line in EXAMPLES[name]]

FOR_AWS = """#!/bin/sh
[ "$1" = configure ] || [ -n "$AWS_SESSION_TOKEN$AWS_CONTAINER_CREDENTIALS_FULL_URI$MFAENV_DEMO" ]
"""
"""Plays the programs that the examples start: they succeed with a session or its address, or in the demo."""


@pytest.mark.parametrize(("name", "line"), TYPED, ids=[line for _, line in TYPED])
def test_an_example_works(product: Product, scenario: Scenario, name: str, line: str) -> None:
    need("bash")
    programs = product.home / "programs"
    programs.mkdir()
    for program in ("aws", "terraform"):
        (programs / program).write_text(FOR_AWS)
        (programs / program).chmod(0o755)
    env = with_mfaenv(product)
    env |= {"PATH": f"{programs}{os.pathsep}{env['PATH']}", "MFAENV_TOKEN_CODE": scenario.device.code()}
    env["BROWSER"] = "true"
    then = '; test -n "$AWS_SESSION_TOKEN"' if line.startswith("eval $(mfaenv") and name != "unset" else ""
    done = subprocess.run(
        ["bash", "--norc", "-c", f"set -e; {line}{then}"],
        env=env,
        cwd=product.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        start_new_session=True,
        check=False,
    )
    assert done.returncode == DONE, done.stderr
    assert "usage" not in done.stderr
