"""What AWS's answers show about the keys, the identity, the clock and the devices, and which calls failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mfaenv import duration
from mfaenv.aws import probe
from mfaenv.aws.devices import SECURITY_KEY
from mfaenv.aws.probe import Kind, Outcome
from mfaenv.aws.sts import Identity
from mfaenv.commands.doctor.report import Check, Column, State
from mfaenv.config import process
from mfaenv.config.sources import ENVIRONMENT
from mfaenv.fast.environment import SOURCE_KEY
from mfaenv.model import Request
from mfaenv.session import longterm
from mfaenv.session.device import NO_SECURITY_KEYS

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

REST_ON_OTHERS = "Nothing to fix: such a server is not AWS, and the verdict rests on the other calls."
SET_CLOCK = "Set the clock: timedatectl set-ntp true, or what does it on this system."


def checks(request: Request, outcomes: Outcomes, now: float) -> Iterator[Check]:
    """Check everything that AWS answered."""
    identity = who(outcomes)
    yield from _keys(request, outcomes, now)
    if identity:
        yield from _identity(identity, outcomes)
    yield from _clock(outcomes)
    if identity and (identity.user or identity.is_root):
        yield from _devices(request, outcomes)


def who(outcomes: Outcomes) -> Identity | None:
    """Return whose keys they are, as far as AWS answered."""
    outcome = answer(outcomes, probe.IDENTITY)
    return probe.who(outcome) if outcome else None


def answer(outcomes: Outcomes, call: probe.ProbeCall) -> Outcome | None:
    """Return a call's answer, with whichever keys it was got."""
    tried = (column.get(call.action, probe.NOT_TRIED) for column in outcomes.values())
    return next((outcome for outcome in tried if outcome.kind is Kind.ALLOWED), None)


def _keys(request: Request, outcomes: Outcomes, now: float) -> Iterator[Check]:
    if request.keys is None:
        yield Check("keys", "", f"no long-term keys: {request.kind}")
        return
    key = request.keys.access_key
    if longterm.in_keychain(request):
        yield Check("keys", "", f"in the keychain ({request.keys.source})")
    elif request.keys.source not in {ENVIRONMENT, SOURCE_KEY} and not request.process.text:
        line = process.to_type("keys", "import", "-p", request.profiles[-1])
        text = f"in plain text in {request.keys.source}; {line} puts them into the keychain"
        yield Check("keys", "", text)
    if key.startswith("ASIA"):
        text = "is a session's access key, whose token is missing here"
        yield Check("keys", key, text, State.WRONG, "Put long-term keys (AKIA…) there, or the aws_session_token too.")
        return
    listed = answer(outcomes, probe.ACCESS_KEYS)
    rows = listed.data["AccessKeyMetadata"] if listed else []
    created = next((row.get("CreateDate") for row in rows if row.get("AccessKeyId") == key), None)
    if created is None:
        yield Check("keys", key, "long-term; its age is not rows: IAM did not answer")
        return
    days = int((now - created.timestamp()) // DAY)
    text = f"long-term, {days} day{'' if days == 1 else 's'} old, one of {len(rows)}"
    old = days > ROTATE_DAYS
    step = process.to_type("keys", "rotate", "-p", request.profiles[-1]) if old else ""
    yield Check("keys", key, text, State.NOTE if old else State.OK, step)


def _identity(identity: Identity, outcomes: Outcomes) -> Iterator[Check]:
    if identity.is_root:
        text = "the account's root user, to whom no policy of the account applies"
        yield Check("identity", identity.arn, text, State.WRONG, "Delete these keys, and work with an IAM user's.")
        return
    yield Check("identity", "", identity.arn)
    if any(column.get(probe.USER.action, probe.NOT_TRIED).code == probe.NO_MFA_SESSION for column in outcomes.values()):
        text = "a session without MFA: IAM does not accept it, and calls its token invalid"
        yield Check(
            "identity", "", text, State.WRONG, "Name a profile with long-term keys, and get a session with MFA."
        )


def _clock(outcomes: Outcomes) -> Iterator[Check]:
    differences = (outcome.ahead for column in outcomes.values() for outcome in column.values())
    ahead = next((seconds for seconds in differences if seconds is not None), None)
    if ahead is None:
        return
    off = abs(round(ahead))
    text = f"{duration.text(off)} {'ahead of' if ahead > 0 else 'behind'} AWS's"
    if off < NOTICEABLE_SECONDS:
        yield Check("clock", "", "the same as AWS's")
    elif off < REFUSED_SECONDS:
        yield Check("clock", "", f"{text}; from {duration.text(REFUSED_SECONDS)} on it refuses", State.NOTE, SET_CLOCK)
    else:
        yield Check("clock", "", text, State.WRONG, SET_CLOCK)


def _devices(request: Request, outcomes: Outcomes) -> Iterator[Check]:
    listed = answer(outcomes, probe.DEVICES)
    if listed is None:
        yield Check("devices", "", f"not listed by IAM; {_used(request)}")
        return
    serials = [device["SerialNumber"] for device in listed.data["MFADevices"] if device.get("SerialNumber")]
    usable = [serial for serial in serials if SECURITY_KEY not in serial]
    for serial in serials:
        kind = "codes, which STS takes" if serial in usable else "a security key or passkey, which STS cannot use"
        yield Check("devices", serial, kind)
    if not serials:
        yield Check("devices", "", "none", State.WRONG, "Add an authenticator app to the user in the IAM console.")
    elif not usable:
        yield Check("devices", "", "none whose codes STS takes", State.WRONG, NO_SECURITY_KEYS)
    elif request.device.text and request.device.text not in serials:
        text = f"is not the user's, but comes from {request.device.source}"
        yield Check("devices", request.device.text, text, State.WRONG, f"Write mfa_serial = {usable[0]}.")


def _used(request: Request) -> str:
    return f"used is {request.device.text} ({request.device.source})" if request.device.text else "none is known"


def failures(outcomes: Outcomes) -> Iterator[Check]:
    """Yield of the calls that failed, those with one reason together."""
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
