"""What the calls come to: a row for each with what it says, and the verdict with a next step for this user."""

from __future__ import annotations

from mfaenv.aws.probe import CALLS, NOT_TRIED
from mfaenv.commands.doctor import account
from mfaenv.commands.doctor.account import Outcomes
from mfaenv.commands.doctor.report import CallRow, Column
from mfaenv.commands.doctor.verdict import Enforcement, Evidence, Verdict, evidence, judge
from mfaenv.model import Request

ALWAYS = "answers under any policy: no gap"
ALONE = "nothing to compare it with"

NO_KEYS = Verdict(
    Enforcement.CANNOT_TELL, "There are no keys to make the calls with.", "Fix what is wrong, and run it again."
)
DELETE_KEYS = "No policy of the account applies to its root user: delete these keys, and work with an IAM user's."
NAME_A_USERS = "Name the profile of an IAM user's access keys: mfaenv doctor -p NAME"


def rows(outcomes: Outcomes) -> tuple[CallRow, ...]:
    """Lay out every call by the keys that it was made with; none where none were made."""
    says = _evidence(outcomes)
    return tuple(
        CallRow(
            call.action,
            ALWAYS if call.always else says[call.action].value if call.action in says else ALONE,
            {column: ended.get(call.action, NOT_TRIED) for column, ended in outcomes.items()},
        )
        for call in CALLS
        if outcomes
    )


def verdict(request: Request, outcomes: Outcomes) -> Verdict:
    """Return what they prove together."""
    if not outcomes:
        return NO_KEYS
    identity = account.who(outcomes)
    if Column.AS_IS in outcomes:
        reason = f"Profile {request.profile.text} has no long-term keys to compare with: {request.kind}."
        role = "" if identity is None or identity.user else " A role's calls say nothing about a user's policy."
        return Verdict(Enforcement.CANNOT_TELL, reason + role, NAME_A_USERS)
    judged = judge(_evidence(outcomes))
    return judged._replace(next_step=DELETE_KEYS) if identity and identity.is_root else judged


def _evidence(outcomes: Outcomes) -> dict[str, Evidence]:
    """Compare each call that a policy decides about; none where there is one set of keys."""
    if Column.WITHOUT not in outcomes:
        return {}
    without, with_mfa = outcomes[Column.WITHOUT], outcomes[Column.WITH]
    return {
        call.action: evidence(
            without.get(call.action, NOT_TRIED).kind,
            with_mfa.get(call.action, NOT_TRIED).kind,
            left_open=call.left_open,
        )
        for call in CALLS
        if not call.always
    }
