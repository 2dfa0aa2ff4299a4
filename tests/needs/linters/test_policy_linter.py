"""The printed policies, read by a linter of policies."""

import json
import subprocess
import sys
from typing import Any

import pytest
from product import Product

from mfaenv.aws.mfa_policies import SELF_SERVICE

LINT = """
import sys
from parliament import analyze_policy_string
print(*(finding.issue for finding in analyze_policy_string(sys.stdin.read()).findings), sep="\\n", end="")
"""

VARIANTS: tuple[list[str], ...] = ([], ["--self-service"])


def findings(policy: Any) -> list[str]:
    """What parliament, a linter for IAM policies, has against a policy.

    It runs apart: it leaves files open. Its own command writes to a file in /tmp that may be another user's.
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LINT],
        input=json.dumps(policy),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("arguments", VARIANTS)
def test_a_linter_has_nothing_against_it(bare: Product, arguments: list[str]) -> None:
    assert findings(bare.run("policy", *arguments).json()) == []


@pytest.mark.parametrize(
    "mistake",
    [
        {"NotAction": ["iam:EnableMFADevices"]},
        {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthenticated": "false"}}},
        {"Condition": {"BoolExists": {"aws:MultiFactorAuthPresent": "false"}}},
        {"Effect": "deny"},
    ],
)
def test_the_linter_finds_mistakes(mistake: dict[str, Any]) -> None:
    *rest, last = SELF_SERVICE["Statement"][:4]
    assert findings({**SELF_SERVICE, "Statement": [*rest, {**last, **mistake}]})
