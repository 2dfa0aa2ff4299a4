"""The calls that prove whether MFA is enforced: harmless, read-only, and the same with all the keys at hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from mfaenv.aws import client, explain
from mfaenv.aws.sts import Identity, identity_in
from mfaenv.errors import DeniedError, MfaenvError
from mfaenv.model import Credentials, Keys

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

UnderWay = dict[str, Future["Outcome"]]


class Kind(StrEnum):
    """How a call ended."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicit deny"
    NO_ALLOW = "no allow"
    FAILED = "failed"
    NOT_TRIED = "not tried"


class ProbeCall(NamedTuple):
    """A call, by IAM's name for it and botocore's; without the latter it is never made.

    `member` is in every answer of AWS, but not in the page with which a proxy may answer in AWS's place; `always` is
    what answers under any policy; `left_open` is what a policy may leave open without MFA so that users can set up a
    device.
    """

    action: str
    operation: str = ""
    member: str = ""
    always: bool = False
    left_open: bool = False

    @property
    def service(self) -> str:
        """Return the service, as both IAM and botocore name it."""
        return self.action.partition(":")[0]


IDENTITY = ProbeCall("sts:GetCallerIdentity", "get_caller_identity", "Arn", always=True)
SESSION = ProbeCall("sts:GetSessionToken", always=True)
DEVICES = ProbeCall("iam:ListMFADevices", "list_mfa_devices", "MFADevices", left_open=True)
USER = ProbeCall("iam:GetUser", "get_user", "User", left_open=True)
ACCESS_KEYS = ProbeCall("iam:ListAccessKeys", "list_access_keys", "AccessKeyMetadata")
BUCKETS = ProbeCall("s3:ListAllMyBuckets", "list_buckets", "Buckets")
CALLS = (IDENTITY, SESSION, DEVICES, USER, ACCESS_KEYS, BUCKETS)

NO_MFA_SESSION = "InvalidClientTokenId"
"""IAM's whole answer to a user's session that was got without MFA: STS API Reference, GetSessionToken."""


class Outcome(NamedTuple):
    """How a call ended, in words, with what to do, AWS's error code, and AWS's answer.

    `ahead` is by how many seconds this machine's clock is ahead of the answer's Date header, where there was an answer.
    """

    kind: Kind
    text: str = ""
    hint: str = ""
    code: str = ""
    data: Any = None
    ahead: float | None = None


NOT_TRIED = Outcome(Kind.NOT_TRIED)


class Asker:
    """Makes the calls side by side, by the settings that clients go by."""

    def __init__(self, settings: client.ClientSettings, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._now = now
        self._clients: dict[tuple[str, str], Any] = {}
        self._building = Lock()
        self._pool = ThreadPoolExecutor(2 * len(CALLS))

    def start(self, keys: Keys | Credentials, user: str = "") -> UnderWay:
        """Start all calls with these keys; `user` is whose they probably are, and spares waiting for AWS to say it."""
        identity = self._pool.submit(self._ask, IDENTITY, keys)
        rest = {
            call.action: self._pool.submit(self._ask, call, keys)
            for call in CALLS
            if call.operation and call not in {IDENTITY, DEVICES}
        }
        devices = self._pool.submit(self._ask_devices, keys, user, identity)
        return {IDENTITY.action: identity, DEVICES.action: devices, **rest}

    def _ask_devices(self, keys: Keys | Credentials, user: str, identity: Future[Outcome]) -> Outcome:
        """Name the user: policies scoped to the user's own ARN deny the call without a name."""
        guessed = self._ask(DEVICES, keys, UserName=user) if user else None
        caller = who(identity.result())
        if guessed and (caller is None or caller.user == user):
            return guessed
        return self._ask(DEVICES, keys, **({"UserName": caller.user} if caller and caller.user else {}))

    def _ask(self, call: ProbeCall, keys: Keys | Credentials, **parameters: str) -> Outcome:
        from botocore.exceptions import ClientError

        sent = self._now()
        try:
            with explain.botocore_errors():
                answer = getattr(self._client(call.service, keys), call.operation)(**parameters)
        except MfaenvError as error:
            return Outcome(Kind.FAILED, error.message, error.next_step)
        except ClientError as error:
            return self._refused(error, keys.access_key, sent)
        if call.member not in answer or (call == IDENTITY and identity_in(answer) is None):
            return Outcome(Kind.FAILED, *explain.NOT_AWS)
        return Outcome(Kind.ALLOWED, data=answer, ahead=explain.ahead(answer, sent, self._now()))

    def _client(self, service: str, keys: Keys | Credentials) -> Any:
        """Return a client, made once: botocore's clients can be shared by threads, what makes them cannot."""
        name = (service, keys.access_key)
        with self._building:
            if name not in self._clients:
                self._clients[name] = client.client(service, self._settings, keys)
            return self._clients[name]

    def _refused(self, error: ClientError, access_key: str, sent: float) -> Outcome:
        problem = explain.from_client(error, access_key, "")
        code = explain.error_code(error)
        ahead = explain.ahead(error.response, sent, self._now())
        return Outcome(_kind(problem), problem.message, problem.next_step, code, ahead=ahead)


def _kind(problem: MfaenvError) -> Kind:
    """Return whether a policy denies or none allows, as AWS words it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    if not isinstance(problem, DeniedError):
        return Kind.FAILED
    return Kind.EXPLICIT_DENY if "explicit deny" in problem.message else Kind.NO_ALLOW


def who(identity: Outcome) -> Identity | None:
    """Return whose keys a call of GetCallerIdentity was made with, if it was answered."""
    return identity_in(identity.data) if identity.kind is Kind.ALLOWED else None
