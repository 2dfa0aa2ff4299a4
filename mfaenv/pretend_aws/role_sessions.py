"""What AssumeRole takes beside the role: session policies, session tags and a source identity.

Source: the STS API Reference, `AssumeRole`, and the IAM User Guide, "Session policies", "Pass session tags in AWS STS"
and "Monitor and control actions taken with assumed roles".
"""

from __future__ import annotations

import json
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from mfaenv.pretend_aws.policy import ALLOW_ALL, Document, check
from mfaenv.pretend_aws.validation import UNLIMITED, Members, Text
from mfaenv.pretend_aws.wire import Refusal

POLICY = Text("Policy", 1, UNLIMITED, r"[\u0009\u000A\u000D\u0020-\u00FF]+")
POLICY_ARNS = Members("PolicyArns", ("arn",), most=10)
TAGS = Members("Tags", ("Key", "Value"), most=50)
TRANSITIVE_KEYS = Members("TransitiveTagKeys", ("",), most=50)
SOURCE_IDENTITY = Text("SourceIdentity", 2, 64, r"[\w+=,.@-]*")
RULES = (POLICY, POLICY_ARNS, TAGS, TRANSITIVE_KEYS, SOURCE_IDENTITY)

MAX_POLICY = 2048
"""Characters of the policy and the ARNs."""

MAX_KEY, MAX_VALUE = 128, 256
PACKED_BYTES = 1024
"""Of policies and tags, compressed: AWS has a limit for these, and does not publish how it compresses them."""

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
    packed_percent: int = 0

    def context(self) -> dict[str, str]:
        """Return the condition keys that the session brings along."""
        tags = {f"aws:PrincipalTag/{key}": value for key, value in self.tags.items()}
        return {**tags, **({"aws:SourceIdentity": self.source_identity} if self.source_identity else {})}

    def request_context(self) -> dict[str, str]:
        """Return the condition keys of the request that opens the session."""
        tags = {f"aws:RequestTag/{key}": value for key, value in self.tags.items()}
        return {**tags, **({"sts:SourceIdentity": self.source_identity} if self.source_identity else {})}


NOTHING = RoleSession()


def read(parameters: Mapping[str, str], before: RoleSession, customer_policies: Mapping[str, Document]) -> RoleSession:
    """Return what the parameters ask for, with what comes from the session `before`. Raise Refusal as AWS does."""
    policies, percent = _policies(parameters, customer_policies)
    tags = _tags(parameters)
    transitive = _transitive(parameters, tags, before)
    identity = parameters.get("SourceIdentity", "")
    if identity and before.source_identity not in {"", identity}:
        raise Refusal("AccessDenied", f"The source identity {before.source_identity} of the session cannot be changed.")
    return RoleSession(
        policies, {**before.transitive, **tags}, transitive, identity or before.source_identity, packed_percent=percent
    )


def _policies(
    parameters: Mapping[str, str], customer_policies: Mapping[str, Document]
) -> tuple[tuple[Document, ...], int]:
    text = parameters.get("Policy", "")
    arns = [arn for (arn,) in POLICY_ARNS.read(parameters)]
    policies = [_managed(arn, customer_policies) for arn in arns]
    if text:
        try:
            policy = json.loads(text)
            check(policy)
        except ValueError:
            raise Refusal("MalformedPolicyDocument", "Syntax errors in policy.", 400) from None
        policies.append(policy)
    packed = "".join(f"{name}={parameters[name]}\n" for name in sorted(parameters) if name.startswith(("Pol", "Tag")))
    percent = len(zlib.compress(packed.encode(), 9)) * 100 // PACKED_BYTES if packed else 0
    if len(text) + sum(map(len, arns)) > MAX_POLICY or percent > 100:  # noqa: PLR2004 - a percentage
        percent = max(percent, (len(text) + sum(map(len, arns))) * 100 // MAX_POLICY)
        message = f"Packed policy consumes {percent}% of allotted space, please use smaller policy."
        raise Refusal("PackedPolicyTooLarge", message, 400)
    return tuple(policies), percent


def _managed(arn: str, customer_policies: Mapping[str, Document]) -> Document:
    owner, _, name = arn.partition(":policy/")
    if owner.endswith(":iam::aws") and name in MANAGED:
        return MANAGED[name]
    if arn not in customer_policies:
        raise Refusal("MalformedPolicyDocument", f"The policy {arn} does not exist or is not attachable.", 400)
    return customer_policies[arn]


def _tags(parameters: Mapping[str, str]) -> dict[str, str]:
    tags = [(key, value) for key, value in TAGS.read(parameters)]
    for number, (key, value) in enumerate(tags, 1):
        if not 1 <= len(key) <= MAX_KEY or not all(map(_is_allowed, key)):
            raise _broken(f"tags.{number}.member.key", key, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", MAX_KEY)
        if len(value) > MAX_VALUE or not all(map(_is_allowed, value)):
            raise _broken(f"tags.{number}.member.value", value, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", MAX_VALUE)
        if key.lower().startswith("aws:"):
            raise Refusal("InvalidParameterValue", f"Tag keys beginning with aws: are reserved: {key}", 400)
    if len({key.lower() for key, _ in tags}) < len(tags):
        message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        raise Refusal("InvalidParameterValue", message, 400)
    return dict(tags)


def _is_allowed(character: str) -> bool:
    return unicodedata.category(character)[0] in "LZN" or character in "_.:/=+-@"


def _broken(member: str, value: str, pattern: str, most: int) -> Refusal:
    rule = (
        f"Member must have length less than or equal to {most}"
        if len(value) > most
        else f"Member must satisfy regular expression pattern: {pattern}"
    )
    message = f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {rule}"
    return Refusal("ValidationError", message, 400)


def _transitive(parameters: Mapping[str, str], tags: Mapping[str, str], before: RoleSession) -> dict[str, str]:
    """Return the tags that go on along the chain: those of the session before, which stay as they are, and new ones."""
    inherited = {key.lower() for key in before.transitive}
    if again := [key for key in tags if key.lower() in inherited]:
        message = "conflicts with a transitive tag key from the calling session."
        raise Refusal("InvalidParameterValue", f"The specified tag key {again[0]} {message}", 400)
    keys = [key for (key,) in TRANSITIVE_KEYS.read(parameters)]
    if missing := [key for key in keys if key not in tags]:
        raise Refusal(
            "InvalidParameterValue",
            f"The specified transitive tag key must be included in the requested tags: {missing[0]}",
            400,
        )
    return {**before.transitive, **{key: tags[key] for key in keys}}
