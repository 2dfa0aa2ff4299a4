"""What calls prove, as a truth table: how each ended without MFA and with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfaenv.aws.probe import CALLS, Kind
from mfaenv.commands.doctor.report import Enforcement, Evidence, evidence, judge

ALLOWED, EXPLICIT, NO_ALLOW, FAILED, NOT_TRIED = Kind
GAP, PROOF, UNTRIED, SAME, LEFT_OPEN, CONDITIONAL, UNKNOWN, SILENT = Evidence

TABLE = {
    #             with MFA: allowed, explicit deny, no allow, failed, not tried
    ALLOWED: (GAP, GAP, GAP, GAP, GAP),
    EXPLICIT: (PROOF, SAME, PROOF, UNTRIED, UNTRIED),
    NO_ALLOW: (CONDITIONAL, SILENT, SILENT, SILENT, SILENT),
    FAILED: (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    NOT_TRIED: (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
}

OUTCOMES = st.tuples(st.sampled_from(Kind), st.sampled_from(Kind), st.booleans())


@pytest.mark.parametrize("with_mfa", Kind)
@pytest.mark.parametrize("without", Kind)
def test_what_one_call_says(without: Kind, with_mfa: Kind) -> None:
    expected = TABLE[without][list(Kind).index(with_mfa)]
    assert evidence(without, with_mfa, left_open=False) is expected
    assert evidence(without, with_mfa, left_open=True) is (LEFT_OPEN if expected is GAP else expected)


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        ({GAP}, Enforcement.NOT_ENFORCED),
        ({GAP, PROOF}, Enforcement.NOT_ENFORCED),
        ({GAP, UNKNOWN}, Enforcement.NOT_ENFORCED),
        ({GAP, SAME}, Enforcement.NOT_ENFORCED),
        ({PROOF}, Enforcement.ENFORCED),
        ({PROOF, LEFT_OPEN}, Enforcement.ENFORCED),
        ({PROOF, SAME}, Enforcement.ENFORCED),
        ({PROOF, UNKNOWN}, Enforcement.ENFORCED),
        ({PROOF, SILENT}, Enforcement.ENFORCED),
        ({UNTRIED, LEFT_OPEN}, Enforcement.CANNOT_TELL),
        ({SAME, SILENT}, Enforcement.CANNOT_TELL),
        ({LEFT_OPEN}, Enforcement.CANNOT_TELL),
        ({CONDITIONAL}, Enforcement.CANNOT_TELL),
        ({UNKNOWN}, Enforcement.CANNOT_TELL),
        ({SILENT}, Enforcement.CANNOT_TELL),
        (set(), Enforcement.CANNOT_TELL),
    ],
)
def test_the_strongest_decides(found: set[Evidence], answer: Enforcement) -> None:
    verdict = judge({f"a:{kind.name}": kind for kind in found})
    assert verdict.answer is answer
    assert bool(verdict.next_step) is (answer is not Enforcement.ENFORCED)


@given(st.lists(OUTCOMES, max_size=6))
def test_enforced_is_said_only_with_a_proof_and_without_a_hole(ended: list[tuple[Kind, Kind, bool]]) -> None:
    verdict = judge(
        {f"a:{place}": evidence(*kinds, left_open=open_) for place, (*kinds, open_) in enumerate(ended)}
    )
    hole = any(without is ALLOWED and not open_ for without, _, open_ in ended)
    proof = any(without is EXPLICIT and with_mfa in {ALLOWED, NO_ALLOW} for without, with_mfa, _ in ended)
    assert (verdict.answer is Enforcement.NOT_ENFORCED) is hole
    assert (verdict.answer is Enforcement.ENFORCED) is (proof and not hole)


@pytest.mark.parametrize("kind", Evidence)
def test_the_reason_names_the_calls_that_decided_and_no_others(kind: Evidence) -> None:
    strongest, weakest = "iam:GetUser", "s3:ListAllMyBuckets"
    verdict = judge({weakest: SILENT, strongest: kind})
    assert strongest in verdict.reason
    assert (weakest in verdict.reason) is (kind is SILENT)
    assert verdict.answer is kind.verdict.answer


def test_what_self_service_leaves_open_is_marked_and_no_more() -> None:
    assert {call.action for call in CALLS if call.left_open} == {"iam:GetUser", "iam:ListMFADevices"}
    assert {call.action for call in CALLS if call.always} == {"sts:GetCallerIdentity", "sts:GetSessionToken"}
