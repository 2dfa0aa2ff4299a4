"""The same calls with the long-term keys and with the MFA session."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mfaenv import duration
from mfaenv.aws import client, explain, probe, provider, sts
from mfaenv.aws.iam import SECURITY_KEY
from mfaenv.command_line import to_type
from mfaenv.commands.doctor.report import CANNOT_TELL, Check, ComparedCall, State, Verdict, judge
from mfaenv.config import credential_process
from mfaenv.errors import MfaenvError, NoKeysError
from mfaenv.fast.entry import Session
from mfaenv.model import NEVER_ASK, Acquisition, Keys, Origin, Request
from mfaenv.session import longterm, remembered
from mfaenv.session.cache import Context
from mfaenv.session.device import NO_SECURITY_KEYS, identify
from mfaenv.session.sessions import Sessions
from mfaenv.store import Store
from mfaenv.terminal import program

NOTICEABLE_SECONDS = 5  # less is the time that the answer took, and the Date header's whole seconds
# AWS takes no clock that is further off: IAM User Guide, "Troubleshoot Signature Version 4".
REFUSED_SECONDS = 300

DELETE_KEYS = "No policy applies to an account's root user: delete these keys, and work with an IAM user's."


class Proof(NamedTuple):
    """What AWS answered, and why there were no keys (`no_keys`), or is no session (`problem`)."""

    request: Request
    calls: Sequence[ComparedCall] = ()
    identity: sts.Identity | None = None
    session: Session = Session()
    stored: bool = False
    no_keys: MfaenvError | None = None
    problem: MfaenvError | None = None


def _with_remembered_device(request: Request, store: Store) -> Request:
    return remembered.filled_in(request, store) if request.keys and not store.refusal() else request


def compare_calls(request: Request, context: Context) -> Proof:
    """Make the calls without MFA, and with a stored or a new session."""
    terminal = context.terminal
    try:
        request = _with_remembered_device(longterm.with_long_term_keys(request, terminal), context.store)
    except MfaenvError as error:
        return Proof(request, no_keys=error)
    if not request.keys:
        return _identify(request, context)
    settings = client.settings_of(request)
    base = request._replace(hops=())
    session, problem = _obtain(base, context._replace(acquisition=Acquisition(cached=True)))
    stored = bool(session)
    # Of keys that this shell had exported before its session, only the ID is known.
    before = _ask(settings, request.keys, context) if request.keys.secret_key else probe.NOTHING_TRIED
    identity, listed = before[probe.CALLER.action], before[probe.DEVICES.action].data
    is_theirs = listed is None or request.device.text in {"", *listed}
    if not session and not problem and is_theirs and identity.kind is not probe.Kind.FAILED:
        session, problem = _obtain(base, context)
    after = _ask(settings, session, context) if session else probe.NOTHING_TRIED
    calls = [ComparedCall(call, (before[call.action], after[call.action])) for call in probe.CALLS]
    answer = _answer(calls, probe.CALLER)
    return Proof(request, calls, answer and answer.data, session, stored, problem=problem)


def _identify(request: Request, context: Context) -> Proof:
    try:
        with context.terminal.progress() as show:
            show(f"Getting the keys: {request.provider}")
            keys = provider.credentials(request, context.terminal.env, program.start)
            return Proof(request, identity=identify(request, keys))
    except NoKeysError as error:  # the machine has no role either
        return Proof(request, no_keys=error)
    except MfaenvError as error:
        return Proof(request, problem=error)


def _obtain(request: Request, context: Context) -> tuple[Session, MfaenvError | None]:
    try:
        context.store.check()
        return Sessions(context).get(request), None
    except MfaenvError as error:
        return Session(), error


def _ask(settings: client.ClientSettings, keys: Keys | Session, context: Context) -> dict[str, probe.Outcome]:
    with context.terminal.progress() as show:
        return probe.make_calls(settings, keys, show, context.now)


def checks(proof: Proof, context: Context) -> Iterator[Check]:
    """Check everything that AWS answered."""
    request, identity = proof.request, proof.identity
    yield Check.of_error("keys", "", proof.no_keys) if proof.no_keys else _keys(request)
    if identity and identity.is_root:
        yield Check("identity", identity.arn, "the account's root user", State.WRONG, DELETE_KEYS)
    elif identity:
        yield Check("identity", "", identity.arn)
    yield from _clock(proof.calls)
    if identity and proof.calls:  # which may have found the device
        yield from _devices(_with_remembered_device(request, context.store), proof.calls, context)
    if proof.problem:
        yield Check.of_error("session", "", proof.problem)
    if proof.session:
        left = duration.rounded(int(proof.session.left(context.now())))
        yield Check("session", "", f"{'the stored one' if proof.stored else 'a new one'}, {left} left")
    if request.hops and request.keys:
        yield from _role(proof, context)
    yield from _failures(proof.calls)


def verdict(proof: Proof) -> Verdict:
    """Return what the calls prove."""
    request = proof.request
    if not request.keys and not proof.no_keys:
        reason = f"Profile {request.profile.text} has no long-term keys to compare with: {request.provider}."
        advice = "Name the profile of an IAM user's access keys:", "mfaenv doctor -p NAME"
        return Verdict(CANNOT_TELL, reason, *advice)
    judged = judge({row.call.action: row.evidence for row in proof.calls if row.evidence})
    if proof.identity and proof.identity.is_root:
        return judged._replace(next_step=DELETE_KEYS, command="")
    return judged


def _answer(calls: Sequence[ComparedCall], call: probe.ProbeCall) -> probe.Outcome | None:
    outcomes = (each for row in calls if row.call == call for each in row.outcomes)
    return next((each for each in outcomes if each.kind is probe.Kind.ALLOWED), None)


def _keys(request: Request) -> Check:
    if request.keys is None:
        return Check("keys", "", f"no long-term keys: {request.provider}")
    key, source = request.keys.access_key, request.keys.source
    if credential_process.entry(request.process.text):
        return Check("keys", key, f"long-term, in the keychain ({source})")
    if request.keys.origin is not Origin.PROFILE:
        return Check("keys", key, "long-term")
    why = "This puts them into the keychain, if there is one:"
    command = to_type("keys", "import", "-p", request.source_profile)
    return Check("keys", key, f"long-term, in plain text in {source}", State.NOTE, why, command)


def _clock(calls: Sequence[ComparedCall]) -> Iterator[Check]:
    ahead = next((each.ahead for row in calls for each in row.outcomes if each.ahead is not None), None)
    if ahead is None:
        return
    off = abs(round(ahead))
    if off < NOTICEABLE_SECONDS:
        yield Check("clock", "", "the same as AWS's")
        return
    text, state = f"{duration.text(off)} {'ahead of' if ahead > 0 else 'behind'} AWS's", State.WRONG
    if off < REFUSED_SECONDS:
        text, state = f"{text}; from {duration.text(REFUSED_SECONDS)} on it refuses", State.NOTE
    yield Check("clock", "", text, state, "On Linux, this sets the clock:", explain.SET_CLOCK)


def _devices(request: Request, calls: Sequence[ComparedCall], context: Context) -> Iterator[Check]:
    device, answer = request.device, _answer(calls, probe.DEVICES)
    if answer is None:
        used = f"used is {device.text} ({device.source})" if device.text else "none is known"
        yield Check("devices", "", f"not listed by IAM; {used}")
        return
    usable = [serial for serial in answer.data if SECURITY_KEY not in serial]
    for serial in answer.data:
        of_others = "a security key or passkey, which STS cannot use"
        yield Check("devices", serial, "codes, which STS takes" if serial in usable else of_others)
    if not answer.data:
        first = "This" if device.origin is Origin.OTHER else f"Remove {device.source}. Then this"
        if request.keys and device.text and device.origin is Origin.OTHER:  # configure would take it
            remembered.forget_device(context.store, request.keys.access_key, request, context.now())
        advice = f"{first} makes one:", to_type("configure", "-p", request.source_profile)
        yield Check("devices", "", "the user has none", State.WRONG, *advice)
    elif not usable:
        yield Check("devices", "", "none whose codes STS takes", State.WRONG, NO_SECURITY_KEYS)
    elif device.text and device.text not in answer.data:
        text = f"is not the user's, but comes from {device.source}"
        yield Check("devices", device.text, text, State.WRONG, f"Write mfa_serial = {usable[0]}.")


def _role(proof: Proof, context: Context) -> Iterator[Check]:
    request, role = proof.request, proof.request.hops[-1].role_arn
    whose = f"the calls are those of profile {request.source_profile}"
    text = f"{whose}: a role's own say nothing about a user's policy"
    yield Check("role", f"profile {request.profile.text}", text)
    if proof.session:
        _, problem = _obtain(request, context._replace(acquisition=NEVER_ASK))
        yield Check.of_error("role", role, problem) if problem else Check("role", role, "can be assumed")


def _failures(calls: Sequence[ComparedCall]) -> Iterator[Check]:
    failed: dict[str, dict[str, MfaenvError]] = {}
    for row in calls:
        for each in row.outcomes:
            if each.kind is probe.Kind.FAILED and each.problem:
                failed.setdefault(each.text, {})[row.call.action] = each.problem
    for problems in failed.values():
        yield Check.of_error("calls", ", ".join(problems), next(iter(problems.values())))
