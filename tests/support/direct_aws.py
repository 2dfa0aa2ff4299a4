"""A world by a clock that stands still, and calls to it that use no socket."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from observed_aws import ObservedAws
from replies import Reply
from signing import SigningKeys, sign

from mfaenv.aws.mfa_policies import EVERYTHING
from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.totp import Device
from mfaenv.pretend_aws.world import Account, Credential, Role, User, World
from mfaenv.serving.loopback import HttpRequest

Client = Callable[..., Any]
"""Makes boto3 clients."""

NOON = 1_800_000_000
VERSIONS = {"sts": "2011-06-15", "iam": "2010-05-08"}


@dataclass
class StandingClock:
    now: float = NOON

    def __call__(self) -> float:
        return self.now


@dataclass
class DirectAws:
    """A world by a clock that stands still, with alice in it, and calls to it that use no socket."""

    clock: StandingClock = field(default_factory=StandingClock)

    def __post_init__(self) -> None:
        self.world = World()
        self.world.clock = self.clock
        self.account: Account = self.world.add_account("123456789012")
        self.account.buckets += ["photos", "reports"]
        self.alice: User = self.account.add_user("alice", policies={"Admin": ALLOW_ALL, "ForceMFA": EVERYTHING})
        self.key: Credential = self.alice.add_key()
        self.device: Device = self.alice.add_device()
        self.aws = ObservedAws(self.world)
        self.aws.server_close()

    def request(
        self, service: str, keys: SigningKeys, action: str = "", region: str = "us-east-1", **form: str
    ) -> HttpRequest:
        """A signed request; without an action it is S3's ListBuckets."""
        fields = {"Action": action, "Version": VERSIONS.get(service, ""), **form}
        headers = {"host": "127.0.0.1", "content-type": "application/x-www-form-urlencoded"}
        method, body = ("POST", urlencode(fields).encode()) if action else ("GET", b"")
        return sign(HttpRequest(method, "/", "", headers, body), keys, region, service, self.clock.now)

    def send(self, request: HttpRequest) -> Reply:
        answer = self.aws.answer(request)
        assert answer is not None
        return Reply(answer.status, answer.body.decode())

    def sts(self, keys: SigningKeys, action: str, region: str = "us-east-1", **form: str) -> Reply:
        return self.send(self.request("sts", keys, action, region, **form))

    def iam(self, keys: SigningKeys, action: str, **form: str) -> Reply:
        return self.send(self.request("iam", keys, action, **form))

    def s3(self, keys: SigningKeys) -> Reply:
        return self.send(self.request("s3", keys))

    def opened(self, reply: Reply) -> Credential:
        """The session that an answer gives."""
        assert not reply.error, reply.error
        return self.world.credentials[reply.values("AccessKeyId")[0]]

    def session(self, *, mfa: bool = True, **form: str) -> Credential:
        proof = {"SerialNumber": self.device.serial, "TokenCode": self.device.code()} if mfa else {}
        return self.opened(self.sts(self.key, "GetSessionToken", **proof, **form))

    def assume(self, keys: SigningKeys, role: Role, **form: str) -> Reply:
        return self.sts(keys, "AssumeRole", RoleArn=role.arn, **{"RoleSessionName": "tester", **form})
