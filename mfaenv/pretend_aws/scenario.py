"""The world of `mfaenv demo`."""

from collections.abc import Mapping
from typing import NamedTuple

from mfaenv import suggest
from mfaenv.aws.mfa_policies import EVERYTHING, SELF_SERVICE, Document
from mfaenv.errors import USAGE, MfaenvError
from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.totp import Device
from mfaenv.pretend_aws.world import Credential, Role, World

REGION = "us-east-1"

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
    profiles: Mapping[str, Mapping[str, str]]


def build_scenario(policy: str) -> Scenario:
    """Return the world. Raise MfaenvError for an unknown policy."""
    if policy not in POLICIES:
        (hint,) = suggest.advice(policy, list(POLICIES), f"Choose from {', '.join(POLICIES)}.")
        raise MfaenvError(f"The demo has no policy '{policy}'.", hint, status=USAGE)
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
        "default": {"region": REGION, "mfa_serial": device.serial},
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
    return scenario._replace(profiles={**scenario.profiles, "default": {"region": REGION}})
