"""What every signed service of the pretend AWS is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mfaenv.demo.authentication import Dialect
from mfaenv.demo.policy import Query
from mfaenv.demo.wire import Answer, Content, Failure
from mfaenv.demo.world import Credential, World


@dataclass(frozen=True)
class Call:
    """One call whose signature holds."""

    world: World
    caller: Credential
    region: str
    parameters: Mapping[str, str]

    def query(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> Query:
        """Return what the policies are asked, with the caller's names and every condition key that is known."""
        caller, now = self.caller, self.world.now()
        known = {
            **caller.context(now),
            "aws:EpochTime": str(int(now)),
            "aws:RequestedRegion": self.region,
            "aws:SourceIp": "127.0.0.1",
            **(context or {}),
        }
        names = frozenset([caller.arn, caller.principal.arn, caller.account.id, caller.account.arn("root")])
        return Query(action, resource, known, names)


Action: TypeAlias = Callable[[Call], Content]
OpenAction: TypeAlias = Callable[[World, Mapping[str, str]], Content]


@dataclass(frozen=True)
class Service:
    """A service: how it finds fault, what it can do, and how it writes its answers."""

    dialect: Dialect
    actions: Mapping[str, Action]
    render: Callable[[str, Content], Answer]
    render_failure: Callable[[Failure], Answer]
    open_actions: Mapping[str, OpenAction] = field(default_factory=dict)
    """What needs no signature."""

    @property
    def name(self) -> str:
        """The service's name in a credential scope."""
        return self.dialect.service
