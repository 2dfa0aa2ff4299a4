"""What AWS's answers tell about the keys, the identity, the clock and the devices, and which calls failed."""

from __future__ import annotations

from mfaenv.aws import probe
from mfaenv.aws.devices import SECURITY_KEY
from mfaenv.aws.probe import Kind
from mfaenv.device import NO_SECURITY_KEYS
from mfaenv.doctor.report import Check, State
from mfaenv.options import duration_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfaenv.aws.probe import Outcome
    from mfaenv.aws.sts import Identity
    from mfaenv.doctor.report import Column
    from mfaenv.model import Plan

    Outcomes = Mapping[Column, Mapping[str, Outcome]]

DAY = 86_400
ROTATE_DAYS = 90
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html"""

REFUSED_SECONDS = 300
"""How far a clock may be off before AWS refuses what it signs: IAM User Guide, "Troubleshoot Signature Version 4"."""

NOTICEABLE_SECONDS = 5
"""Below that, what seems off is the time that the answer took, and the Date header's whole seconds."""

MISSING_CALL = {"InvalidAction", "NotImplemented", "UnknownOperationException", "404", "501"}
"""What a server that imitates part of AWS answers to the rest; AWS itself knows all that is asked here."""

REST_ON_OTHERS = "Nothing to mend: such a server is not AWS, and the verdict rests on the other calls."
SET_CLOCK = "Set the clock: timedatectl set-ntp true, or what does it on this system."


def checks(plan: Plan, outcomes: Outcomes, now: float) -> Iterator[Check]:
    """Look at everything that AWS told."""
    identity = who(outcomes)
    yield from _keys(plan, outcomes, now)
    if identity:
        yield from _identity(identity, outcomes)
    yield from _clock(outcomes)
    if identity and (identity.user or identity.is_root):
        yield from _devices(plan, outcomes)


def who(outcomes: Outcomes) -> Identity | None:
    """Give whose keys they are, as far as AWS told."""
    found = answer(outcomes, probe.IDENTITY)
    return probe.who(found) if found else None


def answer(outcomes: Outcomes, call: probe.Call) -> Outcome | None:
    """Give a call's answer, with whichever keys it was got."""
    found = (column.get(call.action, probe.NOT_TRIED) for column in outcomes.values())
    return next((outcome for outcome in found if outcome.kind is Kind.ALLOWED), None)


def _keys(plan: Plan, outcomes: Outcomes, now: float) -> Iterator[Check]:
    if plan.keys is None:
        yield Check("keys", "", f"none that last: {plan.kind}")
        return
    key = plan.keys.access_key
    if key.startswith("ASIA"):
        text = "is a session's access key, whose token is missing here"
        yield Check("keys", key, text, State.WRONG, "Put long-term keys (AKIA…) there, or the aws_session_token too.")
        return
    listed = answer(outcomes, probe.ACCESS_KEYS)
    known = listed.data["AccessKeyMetadata"] if listed else []
    row = next((row for row in known if row["AccessKeyId"] == key), None)
    if row is None:
        yield Check("keys", key, "long-term; how old it is, IAM did not tell")
        return
    days = int((now - row["CreateDate"].timestamp()) // DAY)
    text = f"long-term, {days} day{'' if days == 1 else 's'} old, one of {len(known)}"
    old = days > ROTATE_DAYS
    step = "Rotate it: make a second one, use it, delete this one." if old else ""
    yield Check("keys", key, text, State.NOTE if old else State.OK, step)


def _identity(identity: Identity, outcomes: Outcomes) -> Iterator[Check]:
    if identity.is_root:
        text = "the account's owner, whom none of its policies bind"
        yield Check("identity", identity.arn, text, State.WRONG, "Delete these keys, and work with an IAM user's.")
        return
    yield Check("identity", "", identity.arn)
    if any(column.get(probe.USER.action, probe.NOT_TRIED).code == probe.NO_MFA_SESSION for column in outcomes.values()):
        text = "a session that was got without MFA: IAM does not answer those, and calls their token invalid"
        yield Check(
            "identity", "", text, State.WRONG, "Name a profile with long-term keys, and get a session with MFA."
        )


def _clock(outcomes: Outcomes) -> Iterator[Check]:
    found = (outcome.ahead for column in outcomes.values() for outcome in column.values())
    ahead = next((seconds for seconds in found if seconds is not None), None)
    if ahead is None:
        return
    off = abs(round(ahead))
    text = f"{duration_text(off)} {'ahead of' if ahead > 0 else 'behind'} AWS's"
    if off < NOTICEABLE_SECONDS:
        yield Check("clock", "", "the same as AWS's")
    elif off < REFUSED_SECONDS:
        yield Check("clock", "", f"{text}; from {duration_text(REFUSED_SECONDS)} on it refuses", State.NOTE, SET_CLOCK)
    else:
        yield Check("clock", "", text, State.WRONG, SET_CLOCK)


def _devices(plan: Plan, outcomes: Outcomes) -> Iterator[Check]:
    listed = answer(outcomes, probe.DEVICES)
    if listed is None:
        yield Check("devices", "", f"not told by IAM; {_used(plan)}")
        return
    serials = [str(device["SerialNumber"]) for device in listed.data["MFADevices"]]
    usable = [serial for serial in serials if SECURITY_KEY not in serial]
    for serial in serials:
        kind = "codes, which STS takes" if serial in usable else "a security key or passkey, which STS cannot use"
        yield Check("devices", serial, kind)
    if not serials:
        yield Check("devices", "", "none", State.WRONG, "Add an authenticator app to the user in the IAM console.")
    elif not usable:
        yield Check("devices", "", "none whose codes STS takes", State.WRONG, NO_SECURITY_KEYS)
    elif plan.device.text and plan.device.text not in serials:
        text = f"is not the user's, but comes from {plan.device.source}"
        yield Check("devices", plan.device.text, text, State.WRONG, f"Write mfa_serial = {usable[0]}.")


def _used(plan: Plan) -> str:
    return f"used is {plan.device.text} ({plan.device.source})" if plan.device.text else "none is known"


def failures(outcomes: Outcomes) -> Iterator[Check]:
    """Tell of the calls that failed, those with one reason together."""
    groups: dict[Check, list[str]] = {}
    for column in outcomes.values():
        for action, outcome in column.items():
            if outcome.kind is Kind.FAILED:
                names = groups.setdefault(_failure(outcome), [])
                names += [action] if action not in names else []
    for check, names in groups.items():
        yield check._replace(name=", ".join(names))


def _failure(outcome: Outcome) -> Check:
    if outcome.code in MISSING_CALL:
        return Check("calls", "", outcome.text, State.NOTE, REST_ON_OTHERS)
    return Check("calls", "", outcome.text, State.WRONG, outcome.hint)
