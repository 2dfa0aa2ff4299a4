"""What the main command sets and removes, the sessions behind it, and lines of bash with what becomes of them."""

import os
import subprocess
from collections.abc import Mapping

from product import PATIENCE, Product
from programs import write_program
from terminals import need, with_mfaenv

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import Credential

UNSET = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_ACCOUNT_ID",
    "AWS_SESSION_EXPIRATION",
    "AWS_VAULT",
    "AWSUME_PROFILE",
    "AWSUME_EXPIRATION",
    "AWSU_PROFILE",
    "AWS_SSO_PROFILE",
]
SET = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "MFAENV_PROFILE",
]


def sessions(scenario: Scenario) -> list[Credential]:
    """The sessions that were handed out to alice, the latest last."""
    return [held for held in scenario.world.credentials.values() if held.mfa_at is not None]


def in_bash(product: Product, script: str, **variables: str) -> dict[str, str]:
    """Run a script in bash; return the environment that programs have after it."""
    done = subprocess.run(
        ["bash", "-c", f"set -eu; {script}\nexec env -0"],
        env=with_mfaenv(product) | variables,
        cwd=product.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        check=True,
    )
    pairs = (entry.partition("=") for entry in done.stdout.split("\0") if entry)
    return {name: value for name, _, value in pairs}


def typed_in_bash(
    product: Product, line: str, programs: Mapping[str, str], **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a line in bash, with mfaenv and these programs, scripts of sh, on its PATH."""
    need("bash")
    folder = product.home / "programs"
    folder.mkdir(exist_ok=True)
    for name, text in programs.items():
        write_program(folder / name, text)
    env = with_mfaenv(product) | variables
    return subprocess.run(
        ["bash", "--norc", "-c", f"set -e; {line}"],
        env={**env, "PATH": f"{folder}{os.pathsep}{env['PATH']}", "BROWSER": "true"},
        cwd=product.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        start_new_session=True,
        check=False,
    )
