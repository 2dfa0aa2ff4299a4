"""What `mfaenv doctor` finds."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from product import Product

from mfaenv.pretend_aws.scenario import Scenario

DEVICES, USER, KEYS, BUCKETS = "iam:ListMFADevices", "iam:GetUser", "iam:ListAccessKeys", "s3:ListAllMyBuckets"

JUDGED = (DEVICES, USER, KEYS, BUCKETS)


class Diagnosis(NamedTuple):
    """What a run of `mfaenv doctor --json` gave."""

    status: int
    data: Mapping[str, Any]
    err: str

    @property
    def verdict(self) -> str:
        assert self.data["well"] is (self.status == 0)
        return str(self.data["verdict"])

    def checks(self, topic: str) -> list[Mapping[str, Any]]:
        return [check for check in self.data["checks"] if check["topic"] == topic]

    @property
    def wrong(self) -> list[Mapping[str, Any]]:
        return [check for check in self.data["checks"] if check["state"] == "wrong"]

    def ended(self, column: str) -> dict[str, str]:
        """How the calls ended that a policy decides about."""
        return {
            call["action"]: call["outcomes"][column]["outcome"]
            for call in self.data["calls"]
            if call["action"] in JUDGED
        }


def diagnose(product: Product, *arguments: str) -> Diagnosis:
    outcome = product.run("doctor", "--json", *arguments)
    assert outcome.out, outcome.err
    found = Diagnosis(outcome.status, outcome.json(), outcome.err)
    assert all(check["next_step"] for check in found.data["checks"] if check["state"] != "ok")
    assert (found.data["next_step"] is None) is (found.data["verdict"] == "enforced")
    return found


def with_code(product: Product, scenario: Scenario, *arguments: str) -> Diagnosis:
    return diagnose(product, "--token-code", scenario.device.code(), *arguments)


def alike(outcome: str, *actions: str) -> dict[str, str]:
    return dict.fromkeys(actions or JUDGED, outcome)
