"""What AssumeRole takes beside the role: session policies, session tags and a source identity.

Source: the STS API Reference, `AssumeRole`, and the IAM User Guide, "Session policies", "Pass session tags in AWS STS"
and "Monitor and control actions taken with assumed roles".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mfaenv.pretend_aws.policy import ALLOW_ALL, ASSUMING, Document, parse
from mfaenv.pretend_aws.wire import Refusal

MAX_POLICY = 2048
"""Characters of the policy and the ARNs."""

MAX_ARNS = 10

READ_ONLY: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["*:Describe*", "*:Get*", "*:Head*", "*:List*"], "Resource": "*"},
    ],
}
"""AWS's ReadOnlyAccess lists every service's actions of these names; this is what comes to the same here."""

MANAGED: Mapping[str, Document] = {"AdministratorAccess": ALLOW_ALL, "ReadOnlyAccess": READ_ONLY}
"""AWS's own managed policies that there are here, by name."""


@dataclass(frozen=True)
class RoleSession:
    """What came with a role's session; without session policies the role's own hold alone."""

    policies: tuple[Document, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: Mapping[str, str] = field(default_factory=dict)
    """Those of the tags that the next role in the chain gets too."""
    source_identity: str = ""

    def context(self) -> dict[str, str]:
        """Return the condition keys that the session brings along."""
        return self._keys("aws:PrincipalTag", "aws:SourceIdentity")

    def request_context(self) -> dict[str, str]:
        """Return the condition keys of the request that opens the session."""
        return self._keys("aws:RequestTag", "sts:SourceIdentity")

    def _keys(self, tag: str, identity: str) -> dict[str, str]:
        tags = {f"{tag}/{key}": value for key, value in self.tags.items()}
        return {**tags, **({identity: self.source_identity} if self.source_identity else {})}

    def actions(self) -> list[str]:
        """Return what is asked of the caller's policies and the role's: tags and identities of before count too."""
        needed = (True, bool(self.tags), bool(self.source_identity))
        return [action for action, is_needed in zip(ASSUMING, needed, strict=True) if is_needed]


NOTHING = RoleSession()


def read(parameters: Mapping[str, Any], before: RoleSession) -> RoleSession:
    """Return what the parameters ask for, with what comes from the session `before`. Raise Refusal as AWS does."""
    tags = {item["Key"]: item["Value"] for item in parameters.get("Tags", [])}
    identity = parameters.get("SourceIdentity", "")
    if identity and before.source_identity not in {"", identity}:
        raise Refusal("AccessDenied", f"The source identity {before.source_identity} of the session cannot be changed.")
    return RoleSession(
        _policies(parameters),
        {**before.transitive, **tags},
        _transitive(parameters, tags, before),
        identity or before.source_identity,
    )


def _policies(parameters: Mapping[str, Any]) -> tuple[Document, ...]:
    text = parameters.get("Policy", "")
    arns = [item.get("arn", "") for item in parameters.get("PolicyArns", [])]
    policies = [*map(_managed, arns), *([parse(text)] if text else [])]
    if len(arns) > MAX_ARNS:
        raise Refusal("ValidationError", f"More than {MAX_ARNS} policyArns were given.", 400)
    # AWS compresses policies and tags, has a limit for these too, and does not publish either.
    if (size := len(text + "".join(arns))) > MAX_POLICY:
        percent = size * 100 // MAX_POLICY
        message = f"Packed policy consumes {percent}% of allotted space, please use smaller policy."
        raise Refusal("PackedPolicyTooLarge", message, 400)
    return tuple(policies)


def _managed(arn: str) -> Document:
    owner, _, name = arn.partition(":policy/")
    if not owner.endswith(":iam::aws") or name not in MANAGED:
        raise Refusal("MalformedPolicyDocument", f"The policy {arn} does not exist or is not attachable.", 400)
    return MANAGED[name]


def _transitive(parameters: Mapping[str, Any], tags: Mapping[str, str], before: RoleSession) -> dict[str, str]:
    """Return the tags that go on along the chain: those of the session before, which stay as they are, and new ones."""
    inherited = {key.lower() for key in before.transitive}
    if again := [key for key in tags if key.lower() in inherited]:
        message = "conflicts with a transitive tag key from the calling session."
        raise Refusal("InvalidParameterValue", f"The specified tag key {again[0]} {message}", 400)
    return {**before.transitive, **{key: tags[key] for key in parameters.get("TransitiveTagKeys", []) if key in tags}}
