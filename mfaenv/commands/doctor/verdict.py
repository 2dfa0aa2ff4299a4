"""What calls without and with MFA prove: pure functions over how the calls ended."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import NamedTuple

from mfaenv.aws.probe import Kind, Outcome, ProbeCall


class Enforcement(StrEnum):
    """Whether MFA is required."""

    ENFORCED = "enforced"
    NOT_ENFORCED = "not enforced"
    CANNOT_TELL = "cannot tell"


class Verdict(NamedTuple):
    """The answer, why, and what to do about it (nothing where MFA is enforced)."""

    answer: Enforcement
    reason: str
    next_step: str = ""


ATTACH = "Attach the policy: mfaenv policy prints it, and says how to try it on one user first."
ALLOW_MORE = "Allow the user iam:ListAccessKeys on itself, or s3:ListAllMyBuckets, and run it again."


class Evidence(Enum):
    """What one call says, in a few words, and the verdict that follows. The strongest comes first and decides."""

    GAP = (
        "should be denied without MFA",
        Enforcement.NOT_ENFORCED,
        "{calls} answered without MFA: whoever has the access key needs no device.",
        ATTACH,
    )
    PROOF = (
        "MFA lifts the deny",
        Enforcement.ENFORCED,
        "{calls}: explicitly denied without MFA, and no longer with it.",
    )
    UNTRIED = (
        "not tried with MFA",
        Enforcement.CANNOT_TELL,
        "{calls}: explicitly denied without MFA, but that MFA lifts the deny was not seen.",
        "Run it again where a session is stored or a code can be given.",
    )
    SAME = (
        "a deny, but not about MFA",
        Enforcement.CANNOT_TELL,
        "{calls}: explicitly denied with MFA as well as without, so not for want of MFA; by an organization, perhaps.",
        f"{ALLOW_MORE} If a policy wants a recent MFA, try --refresh.",
    )
    LEFT_OPEN = (
        "may be open, to set up a device",
        Enforcement.CANNOT_TELL,
        "Only {calls} answered without MFA, which may be open to set up a device; nothing else could be compared.",
        ALLOW_MORE,
    )
    CONDITIONAL = (
        "allowed with MFA only, but not denied without",
        Enforcement.CANNOT_TELL,
        "{calls}: allowed with MFA only, but nothing denies the rest without it.",
        ATTACH,
    )
    UNKNOWN = (
        "says nothing",
        Enforcement.CANNOT_TELL,
        "{calls} could not be tried without MFA.",
        "Fix what failed, and run it again.",
    )
    SILENT = (
        "says nothing about MFA",
        Enforcement.CANNOT_TELL,
        "{calls}: no policy allows the user these calls, so that a refusal says nothing about MFA.",
        ALLOW_MORE,
    )

    def __init__(self, says: str, answer: Enforcement, reason: str, next_step: str = "") -> None:
        self.says = says
        self.verdict = Verdict(answer, reason, next_step)


def evidence(without: Kind, with_mfa: Kind, *, left_open: bool) -> Evidence:
    """Return what a call says that ended so without MFA and with it.

    `left_open` is for what a policy may leave open without MFA so that users can set up a device.
    """
    if without is Kind.ALLOWED:
        return Evidence.LEFT_OPEN if left_open else Evidence.GAP
    if without is Kind.EXPLICIT_DENY:
        if with_mfa is Kind.EXPLICIT_DENY:
            return Evidence.SAME
        return Evidence.PROOF if with_mfa in {Kind.ALLOWED, Kind.NO_ALLOW} else Evidence.UNTRIED
    if without is Kind.NO_ALLOW:
        return Evidence.CONDITIONAL if with_mfa is Kind.ALLOWED else Evidence.SILENT
    return Evidence.UNKNOWN


def judge(calls: Mapping[str, Evidence]) -> Verdict:
    """Return the verdict on what all calls say, each named by its action; the strongest evidence decides."""
    strongest = next((kind for kind in Evidence if kind in calls.values()), Evidence.UNKNOWN)
    names = ", ".join(action for action, kind in calls.items() if kind is strongest)
    verdict = strongest.verdict
    return verdict._replace(reason=verdict.reason.format(calls=names or "The calls"))


class ComparedCall(NamedTuple):
    """A call, and how it ended without MFA and with it."""

    call: ProbeCall
    without: Outcome
    with_mfa: Outcome

    @property
    def evidence(self) -> Evidence | None:
        """Return what it says about MFA; None where no policy decides about it."""
        kinds = self.without.kind, self.with_mfa.kind
        return None if self.call.always else evidence(*kinds, left_open=self.call.left_open)

    @property
    def says(self) -> str:
        """Return in words what it says about MFA."""
        return self.evidence.says if self.evidence else "answers under any policy: no gap"
