"""What calls without and with MFA prove: pure functions over how the calls ended."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import NamedTuple

from mfaenv.aws.probe import Kind


class Enforcement(StrEnum):
    """Whether MFA is required."""

    ENFORCED = "enforced"
    NOT_ENFORCED = "not enforced"
    CANNOT_TELL = "cannot tell"


class Evidence(Enum):
    """What one call says, in a few words; the strongest comes first and decides."""

    GAP = "should be denied without MFA"
    PROOF = "MFA lifts the deny"
    UNTRIED = "not tried with MFA"
    SAME = "a deny, but not about MFA"
    LEFT_OPEN = "may be open, to set up a device"
    CONDITIONAL = "allowed with MFA only, but not denied without"
    UNKNOWN = "says nothing"
    SILENT = "says nothing about MFA"


class Verdict(NamedTuple):
    """The answer, why, and what to do about it (nothing where MFA is enforced)."""

    answer: Enforcement
    reason: str
    next_step: str = ""


def evidence(without: Kind, with_mfa: Kind, *, left_open: bool) -> Evidence:
    """Return what a call says that ended so without MFA and with it.

    `left_open` is for what a policy may leave open without MFA so that users can set up a device.
    """
    if without is Kind.ALLOWED:
        return Evidence.LEFT_OPEN if left_open else Evidence.GAP
    if without is Kind.EXPLICIT_DENY:
        return _LIFTED.get(with_mfa, Evidence.UNTRIED)
    if without is Kind.NO_ALLOW:
        return Evidence.CONDITIONAL if with_mfa is Kind.ALLOWED else Evidence.SILENT
    return Evidence.UNKNOWN


_LIFTED = {
    Kind.ALLOWED: Evidence.PROOF,
    Kind.NO_ALLOW: Evidence.PROOF,
    Kind.EXPLICIT_DENY: Evidence.SAME,
}
"""What became of an explicit deny with MFA."""

ATTACH = "Attach the policy: mfaenv policy prints it, and says how to try it on one user first."
ALLOW_MORE = "Allow the user iam:ListAccessKeys on itself, or s3:ListAllMyBuckets, and run it again."

VERDICTS = {
    Evidence.GAP: Verdict(
        Enforcement.NOT_ENFORCED, "{calls} answered without MFA: whoever has the access key needs no device.", ATTACH
    ),
    Evidence.PROOF: Verdict(Enforcement.ENFORCED, "{calls}: explicitly denied without MFA, and no longer with it.", ""),
    Evidence.UNTRIED: Verdict(
        Enforcement.CANNOT_TELL,
        "{calls}: explicitly denied without MFA, but that MFA lifts the deny was not seen.",
        "Run it again where a session is stored or a code can be given.",
    ),
    Evidence.SAME: Verdict(
        Enforcement.CANNOT_TELL,
        "{calls}: explicitly denied with MFA as well as without, so the deny is about something else, such as a "
        "service control policy.",
        f"{ALLOW_MORE} If a policy wants a recent MFA, try --refresh.",
    ),
    Evidence.LEFT_OPEN: Verdict(
        Enforcement.CANNOT_TELL,
        "Only {calls} answered without MFA, which a policy may leave open so that users can set up a device; nothing "
        "else could be compared.",
        ALLOW_MORE,
    ),
    Evidence.CONDITIONAL: Verdict(
        Enforcement.CANNOT_TELL,
        "{calls}: allowed with MFA only, but nothing denies the rest without it.",
        ATTACH,
    ),
    Evidence.UNKNOWN: Verdict(
        Enforcement.CANNOT_TELL,
        "{calls} could not be tried without MFA.",
        "Fix what failed, and run it again.",
    ),
    Evidence.SILENT: Verdict(
        Enforcement.CANNOT_TELL,
        "{calls}: no policy allows the user these calls, so that a refusal says nothing about MFA.",
        ALLOW_MORE,
    ),
}


def judge(calls: Mapping[str, Evidence]) -> Verdict:
    """Return the verdict on what all calls say, each named by its action; the strongest evidence decides."""
    strongest = next((kind for kind in Evidence if kind in calls.values()), Evidence.UNKNOWN)
    verdict = VERDICTS[strongest]
    names = ", ".join(action for action, kind in calls.items() if kind is strongest)
    return verdict._replace(reason=verdict.reason.format(calls=names or "The calls"))
