"""The calls that prove whether MFA is enforced: harmless, and the same with and without it."""

from collections.abc import Callable
from enum import StrEnum
from functools import cache, partial
from operator import itemgetter
from typing import Any, NamedTuple

from mfaenv.aws import client, explain
from mfaenv.aws.iam import serials_in
from mfaenv.aws.sts import Identity, identity_in
from mfaenv.errors import DeniedError, MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.model import Keys


class Kind(StrEnum):
    """How a call ended."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicit deny"
    NO_ALLOW = "no allow"
    FAILED = "failed"
    NOT_TRIED = "not tried"


class ProbeCall(NamedTuple):
    """A call by IAM's name and botocore's; without the latter it is never made.

    `read` raises one of explain.UNREADABLE. AWS answers an `always` call under every policy. A policy that wants MFA
    may leave a `left_open` call open, so that a user can set up a device.
    """

    action: str
    operation: str = ""
    read: Callable[[Any], Any] = dict
    always: bool = False
    left_open: bool = False


CALLER = ProbeCall("sts:GetCallerIdentity", "get_caller_identity", identity_in, always=True)
USER_SESSION = ProbeCall("sts:GetSessionToken", always=True)
DEVICES = ProbeCall("iam:ListMFADevices", "list_mfa_devices", serials_in, left_open=True)
USER = ProbeCall("iam:GetUser", "get_user", itemgetter("User"), left_open=True)
ACCESS_KEYS = ProbeCall("iam:ListAccessKeys", "list_access_keys", itemgetter("AccessKeyMetadata"))
BUCKETS = ProbeCall("s3:ListAllMyBuckets", "list_buckets", itemgetter("Buckets"))
CALLS = (CALLER, USER_SESSION, DEVICES, USER, ACCESS_KEYS, BUCKETS)


class Outcome(NamedTuple):
    """How a call ended, why, and what was read out of AWS's response.

    `ahead`: seconds by which this machine's clock is ahead of the response's Date header.
    """

    kind: Kind
    problem: MfaenvError | None = None
    data: Any = None
    ahead: float | None = None

    @property
    def text(self) -> str:
        """Return why; empty where AWS answered."""
        return self.problem.message if self.problem else ""


NOTHING_TRIED = {call.action: Outcome(Kind.NOT_TRIED) for call in CALLS}


def make_calls(
    settings: client.ClientSettings, keys: Keys | Session, show: Callable[[str], None], now: Callable[[], float]
) -> dict[str, Outcome]:
    """Make the calls with these keys, one after the other; `show` gets a line that says how many are to go."""
    outcomes = dict(NOTHING_TRIED)
    unreachable: dict[str, Outcome] = {}  # by service: each further call would take as long
    make = cache(partial(client.client, settings=settings, keys=keys))
    calls = [call for call in CALLS if call.operation]
    for number, call in enumerate(calls):
        left = len(calls) - number
        show(f"Asking AWS: {left} call{'s' * (left > 1)} to go")
        service = call.action.partition(":")[0]
        if service in unreachable:
            outcomes[call.action] = unreachable[service]
            continue
        caller: Identity | None = outcomes[CALLER.action].data if call is DEVICES else None
        parameters = caller.scope if caller else {}
        response: Any = {}
        sent = now()
        try:
            with explain.aws_errors(keys):
                response = getattr(make(service), call.operation)(**parameters)
                outcome = Outcome(Kind.ALLOWED, data=call.read(response))
        except MfaenvError as problem:
            outcome = Outcome(_kind(problem), problem)
            # botocore's error has AWS's response, with its Date.
            response = getattr(problem.__context__, "response", None) or response
            if not response:
                unreachable[service] = outcome
        outcomes[call.action] = outcome._replace(ahead=explain.ahead(response, sent, now()))
    return outcomes


def _kind(problem: MfaenvError) -> Kind:
    """Return whether a policy denies or none allows, by AWS's words.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    if not isinstance(problem, DeniedError):
        return Kind.FAILED
    return Kind.EXPLICIT_DENY if "explicit deny" in problem.message else Kind.NO_ALLOW
