"""What AWS's answers show about the keys, the identity, the clock and the devices, and which calls failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mfaenv import duration
from mfaenv.aws import probe
from mfaenv.aws.devices import SECURITY_KEY
from mfaenv.aws.probe import Kind, Outcome
from mfaenv.aws.sts import Identity
from mfaenv.commands.doctor.report import Check, State
from mfaenv.commands.doctor.verdict import ComparedCall
from mfaenv.config import process
from mfaenv.config.sources import ENVIRONMENT
from mfaenv.fast.environment import SOURCE_KEY
from mfaenv.model import Request
from mfaenv.session.device import NO_SECURITY_KEYS

REFUSED_SECONDS = 300
"""How far a clock may be off before AWS refuses what it signs: IAM User Guide, "Troubleshoot Signature Version 4"."""

NOTICEABLE_SECONDS = 5
"""Below that, what seems off is the time that the answer took, and the Date header's whole seconds."""


def checks(request: Request, identity: Identity | None, calls: Sequence[ComparedCall]) -> Iterator[Check]:
    """Check everything that AWS answered."""
    yield _keys(request)
    if identity:
        yield _identity(identity)
    yield from _clock(calls)
    if identity and calls:
        yield from _devices(request, calls)


def answer(calls: Sequence[ComparedCall], call: probe.ProbeCall) -> Outcome | None:
    """Return a call's answer, with whichever keys it was got."""
    tried = (outcome for row in calls if row.call == call for outcome in (row.without, row.with_mfa))
    return next((outcome for outcome in tried if outcome.kind is Kind.ALLOWED), None)


def _keys(request: Request) -> Check:
    if request.keys is None:
        return Check("keys", "", f"no long-term keys: {request.kind}")
    key, source = request.keys.access_key, request.keys.source
    if key.startswith("ASIA"):
        text = "is a session's access key, whose token is missing here"
        return Check("keys", key, text, State.WRONG, "Put long-term keys (AKIA…) there, or the aws_session_token too.")
    if process.entry(request.process.text):
        return Check("keys", key, f"long-term, in the keychain ({source})")
    if source in {ENVIRONMENT, SOURCE_KEY} or request.process.text:
        return Check("keys", key, "long-term")
    line = process.to_type("keys", "import", "-p", request.profiles[-1])
    return Check("keys", key, f"long-term, in plain text in {source}; {line} puts them into the keychain")


def _identity(identity: Identity) -> Check:
    if not identity.is_root:
        return Check("identity", "", identity.arn)
    text = "the account's root user, to whom no policy of the account applies"
    return Check("identity", identity.arn, text, State.WRONG, "Delete these keys, and work with an IAM user's.")


def _clock(calls: Sequence[ComparedCall]) -> Iterator[Check]:
    differences = (outcome.ahead for row in calls for outcome in (row.without, row.with_mfa))
    ahead = next((seconds for seconds in differences if seconds is not None), None)
    if ahead is None:
        return
    off = abs(round(ahead))
    if off < NOTICEABLE_SECONDS:
        yield Check("clock", "", "the same as AWS's")
        return
    text = f"{duration.text(off)} {'ahead of' if ahead > 0 else 'behind'} AWS's"
    text += f"; from {duration.text(REFUSED_SECONDS)} on it refuses" if off < REFUSED_SECONDS else ""
    state = State.NOTE if off < REFUSED_SECONDS else State.WRONG
    yield Check("clock", "", text, state, "Set the clock: timedatectl set-ntp true, or what does it on this system.")


def _devices(request: Request, calls: Sequence[ComparedCall]) -> Iterator[Check]:
    device = request.device
    listed = answer(calls, probe.DEVICES)
    if listed is None:
        used = f"used is {device.text} ({device.source})" if device.text else "none is known"
        yield Check("devices", "", f"not listed by IAM; {used}")
        return
    serials = listed.data
    usable = [serial for serial in serials if SECURITY_KEY not in serial]
    for serial in serials:
        kind = "codes, which STS takes" if serial in usable else "a security key or passkey, which STS cannot use"
        yield Check("devices", serial, kind)
    if not serials:
        yield Check("devices", "", "none", State.WRONG, "Add an authenticator app to the user in the IAM console.")
    elif not usable:
        yield Check("devices", "", "none whose codes STS takes", State.WRONG, NO_SECURITY_KEYS)
    elif device.text and device.text not in serials:
        text = f"is not the user's, but comes from {device.source}"
        yield Check("devices", device.text, text, State.WRONG, f"Write mfa_serial = {usable[0]}.")


def failures(calls: Sequence[ComparedCall]) -> Iterator[Check]:
    """Yield the calls that failed, those with one reason together."""
    reasons: dict[tuple[str, str], dict[str, None]] = {}
    for row in calls:
        for outcome in (row.without, row.with_mfa):
            if outcome.kind is Kind.FAILED:
                reasons.setdefault((outcome.text, outcome.hint), {})[row.call.action] = None
    for (text, hint), actions in reasons.items():
        yield Check("calls", ", ".join(actions), text, State.WRONG, hint)
