"""The world of `mfaenv demo`, and the AWS files and the environment that lead there alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mfaenv import suggest
from mfaenv.aws.mfa_policies import EVERYTHING, SELF_SERVICE, Document
from mfaenv.config import awsfiles, names
from mfaenv.errors import wrong_usage
from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.totp import Device
from mfaenv.pretend_aws.world import Credential, Role, World

ProfileTable = Mapping[str, Mapping[str, str]]

DEMO_REGION = "us-east-1"

POLICIES: Mapping[str, Mapping[str, Document]] = {
    "mfa": {"BlockAccessWhenNoSignedInWithMFA": EVERYTHING},
    "none": {},
}
"""By the names that `--policy` takes."""


class Scenario(NamedTuple):
    """The world, and what a user gets."""

    world: World
    key: Credential
    device: Device
    profiles: ProfileTable


def build_scenario(policy: str) -> Scenario:
    """Return the world. Raise MfaenvError for an unknown policy."""
    if policy not in POLICIES:
        (hint,) = suggest.advice(policy, list(POLICIES), f"Choose from {', '.join(POLICIES)}.")
        raise wrong_usage(f"The demo has no policy '{policy}'.", hint)
    world, everything = World(), {"AdministratorAccess": ALLOW_ALL}
    home, staging, production = map(world.add_account, ("123456789012", "111122223333", "444455556666"))
    home.buckets += ["alice-holiday-photos", "team-reports"]
    staging.buckets.append("staging-uploads")
    production.buckets.append("production-invoices")
    alice = home.add_user("alice", policies={**everything, **POLICIES[policy]})
    key = alice.add_key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    device = alice.add_device()
    developer = staging.add_role("Developer", trust(alice.arn), policies={**everything})
    operator = production.add_role("Operator", trust(alice.arn), policies={**everything})
    auditor = production.add_role("Auditor", trust(operator.arn, mfa=False), policies={**everything})
    profiles = {
        "default": {"region": DEMO_REGION, "mfa_serial": device.serial},
        "staging": _role_profile(developer),
        "production": _role_profile(operator),
        "audit": _role_profile(auditor, "production"),
    }
    return Scenario(world, key, device, profiles)


def _role_profile(role: Role, source: str = "default") -> dict[str, str]:
    return {"role_arn": role.arn, "source_profile": source, "region": "eu-west-1"}


def without_device(scenario: Scenario) -> Scenario:
    """Let alice set up her device herself."""
    user = scenario.key.account.users["alice"]
    user.devices.clear()
    user.policies = {"AdministratorAccess": ALLOW_ALL, "SetUpOwnDevice": SELF_SERVICE}
    return scenario._replace(profiles={**scenario.profiles, "default": {"region": DEMO_REGION}})


def write_files(
    directory: Path, url: str, *, keys: Mapping[str, Credential], profiles: ProfileTable
) -> dict[str, str]:
    """Write the two files; return the variables that lead there."""
    config = {names.title_of(name): values for name, values in profiles.items()}
    credentials = {
        name: {"aws_access_key_id": key.id, "aws_secret_access_key": key.secret} for name, key in keys.items()
    }
    return {
        "AWS_CONFIG_FILE": _write(directory / "config", config),
        "AWS_SHARED_CREDENTIALS_FILE": _write(directory / "credentials", credentials),
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "MFAENV_CACHE_DIR": str(directory / "cache"),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what chooses keys, files, regions or endpoints."""
    theirs = ("AWS_", "MFAENV_")
    return {name: value for name, value in environment.items() if not name.upper().startswith(theirs)}


def _write(path: Path, sections: ProfileTable) -> str:
    path.touch(0o600)
    path.write_text(awsfiles.to_text(sections), encoding="utf-8")
    return str(path)
