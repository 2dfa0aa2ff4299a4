"""The calls that prove whether MFA is enforced: harmless, and the same with and without it."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from operator import itemgetter
from threading import Lock
from typing import Any, NamedTuple

from mfaenv.aws import client, explain
from mfaenv.aws.iam import serials_in
from mfaenv.aws.sts import Identity, identity_in
from mfaenv.errors import DeniedError, MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.model import Keys

UnderWay = dict[str, Future["Outcome"]]


class Kind(StrEnum):
    """How a call ended."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicit deny"
    NO_ALLOW = "no allow"
    FAILED = "failed"
    NOT_TRIED = "not tried"


class ProbeCall(NamedTuple):
    """A call by IAM's name and botocore's; without the latter it is never made.

    `read` raises one of explain.UNREADABLE; AWS answers an `always` one whatever the policies; `left_open` may
    be open without MFA, for setting up a device.
    """

    action: str
    operation: str = ""
    read: Callable[[Any], Any] = dict
    always: bool = False
    left_open: bool = False


IDENTITY = ProbeCall("sts:GetCallerIdentity", "get_caller_identity", identity_in, always=True)
SESSION = ProbeCall("sts:GetSessionToken", always=True)
DEVICES = ProbeCall("iam:ListMFADevices", "list_mfa_devices", serials_in, left_open=True)
USER = ProbeCall("iam:GetUser", "get_user", itemgetter("User"), left_open=True)
ACCESS_KEYS = ProbeCall("iam:ListAccessKeys", "list_access_keys", itemgetter("AccessKeyMetadata"))
BUCKETS = ProbeCall("s3:ListAllMyBuckets", "list_buckets", itemgetter("Buckets"))
CALLS = (IDENTITY, SESSION, DEVICES, USER, ACCESS_KEYS, BUCKETS)


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


NOT_TRIED = Outcome(Kind.NOT_TRIED)


class Asker:
    """Makes the calls side by side."""

    def __init__(self, settings: client.ClientSettings, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._now = now
        self._clients: dict[tuple[str, str], Any] = {}
        self._building = Lock()
        self._pool = ThreadPoolExecutor(2 * len(CALLS))

    def start(self, keys: Keys | Session) -> UnderWay:
        """Start all calls with these keys."""
        others = [call for call in CALLS if call.operation and call != DEVICES]
        calls = {call.action: self._pool.submit(self._ask, call, keys) for call in others}
        calls[DEVICES.action] = self._pool.submit(self._ask_devices, keys, calls[IDENTITY.action])
        return calls

    def _ask_devices(self, keys: Keys | Session, identity: Future[Outcome]) -> Outcome:
        # Policies scoped to the user's own ARN deny the call without a name.
        caller: Identity | None = identity.result().data
        return self._ask(DEVICES, keys, **({"UserName": caller.user} if caller and caller.user else {}))

    def _ask(self, call: ProbeCall, keys: Keys | Session, **parameters: str) -> Outcome:
        from botocore.exceptions import ClientError

        response: Any = {}
        sent = self._now()
        try:
            with explain.aws_errors(keys):
                try:
                    made = self._client(call.action.partition(":")[0], keys)
                    response = getattr(made, call.operation)(**parameters)
                    outcome = Outcome(Kind.ALLOWED, data=call.read(response))
                except ClientError as error:
                    response = error.response
                    raise
        except MfaenvError as problem:
            outcome = Outcome(_kind(problem), problem)
        return outcome._replace(ahead=explain.ahead(response, sent, self._now()))

    def _client(self, service: str, keys: Keys | Session) -> Any:
        """Return a client; threads can share it, but not what makes it."""
        name = (service, keys.access_key)
        with self._building:
            if name not in self._clients:
                self._clients[name] = client.client(service, self._settings, keys)
            return self._clients[name]


def _kind(problem: MfaenvError) -> Kind:
    """Return whether a policy denies or none allows, by AWS's words.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    if not isinstance(problem, DeniedError):
        return Kind.FAILED
    return Kind.EXPLICIT_DENY if "explicit deny" in problem.message else Kind.NO_ALLOW
