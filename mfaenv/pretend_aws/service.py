"""A service of the pretend AWS whose requests are signed, and one call to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from mfaenv.pretend_aws.authentication import RequestChecks
from mfaenv.pretend_aws.policy import Query
from mfaenv.pretend_aws.wire import Content, Failure
from mfaenv.pretend_aws.world import Credential, World
from mfaenv.serving.loopback import HttpResponse


@dataclass(frozen=True)
class Call:
    """One call with a valid signature."""

    world: World
    caller: Credential
    region: str
    parameters: Mapping[str, str]

    def query(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> Query:
        """Return what the policies are asked, with the caller's names and every condition key that is keys."""
        caller, now = self.caller, self.world.now()
        keys = {
            **caller.context(now),
            "aws:EpochTime": str(int(now)),
            "aws:RequestedRegion": self.region,
            "aws:SourceIp": "127.0.0.1",
            **(context or {}),
        }
        names = frozenset([caller.arn, caller.principal.arn, caller.account.id, caller.account.arn("root")])
        return Query(action, resource, keys, names)


Action: TypeAlias = Callable[[Call], Content]


@dataclass(frozen=True)
class Service:
    """A service: how it checks requests, its actions, and how it writes its answers."""

    checks: RequestChecks
    actions: Mapping[str, Action]
    render: Callable[[str, Content], HttpResponse]
    render_failure: Callable[[Failure], HttpResponse]

    @property
    def name(self) -> str:
        """Return the service's name in a credential scope."""
        return self.checks.service
