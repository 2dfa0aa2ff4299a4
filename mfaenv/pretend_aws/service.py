"""Operations, signed calls with their permissions, and AWS's Query API of STS and IAM.

Source: the IAM User Guide, "Troubleshoot access denied error messages".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count, takewhile
from typing import NamedTuple

from mfaenv.pretend_aws.policy import Decision, Query, evaluate
from mfaenv.pretend_aws.sigv4 import authenticate
from mfaenv.pretend_aws.wire import Content, Refusal, document
from mfaenv.pretend_aws.world import Credential, World
from mfaenv.serving.loopback import HttpRequest, HttpResponse


def _render_as_text(refusal: Refusal) -> HttpResponse:
    return HttpResponse(refusal.status, refusal.message.encode(), "text/plain")


class Operation(NamedTuple):
    """A request, not performed yet."""

    service: str
    action: str
    perform: Callable[[], HttpResponse]
    """Raises Refusal."""
    render_refusal: Callable[[Refusal], HttpResponse] = _render_as_text


@dataclass(frozen=True)
class Call:
    """A call with a valid signature."""

    world: World
    caller: Credential
    action: str
    """As policies name it: `iam:GetUser`."""
    form: Mapping[str, str]

    def values(self, name: str, member: str = "") -> list[str]:
        """Return the values of a list, or of one member in each of its structures (`.Key`)."""
        names = (f"{name}.member.{number}{member}" for number in count(1))
        return [self.form[each] for each in takewhile(self.form.__contains__, names)]

    def query(self, resource: str, context: Mapping[str, str] | None = None, *, action: str = "") -> Query:
        caller = self.caller
        account = caller.account
        names = frozenset([caller.arn, caller.principal.arn, account.id, account.arn("root")])
        keys = {**caller.context(self.world.now()), **(context or {})}
        return Query(action or self.action, resource, keys, names)

    def authorize(self, query: Query, named: str = "") -> None:
        """Raise Refusal unless the policies allow it; messages call the resource `named`."""
        action = query.action
        caller = self.caller
        verdicts = [("an", "identity-based", evaluate(caller.principal.policies.values(), query))]
        if caller.details.policies:
            verdicts.append(("a", "session", evaluate(caller.details.policies, query)))
        for article, kind, verdict in verdicts:
            if verdict is Decision.EXPLICIT_DENY:
                raise self.refusal(action, named, f" with an explicit deny in {article} {kind} policy")
        for _, kind, verdict in verdicts:
            if verdict is Decision.NO_ALLOW:
                raise self.refusal(action, named, f" because no {kind} policy allows the {action} action")

    def refusal(self, action: str, named: str, reason: str = "") -> Refusal:
        resource = f" on resource: {named}" if named else ""
        wrong = f"User: {self.caller.arn} is not authorized to perform: {action}{resource}{reason}"
        return Refusal("AccessDenied", wrong)


@dataclass(frozen=True)
class QueryService:
    """A service of the Query API."""

    name: str
    version: str
    actions: Mapping[str, Callable[[Call], Content]]

    def operation(self, world: World, request: HttpRequest) -> Operation:
        action = request.parameters.get("Action", "")
        return Operation(self.name, action, lambda: self._perform(action, world, request), self.render_refusal)

    def _perform(self, action: str, world: World, request: HttpRequest) -> HttpResponse:
        caller, form = authenticate(world, request, self.name), request.parameters
        version = form.get("Version") or "NO_VERSION_SPECIFIED"
        if action not in self.actions or version != self.version:
            raise Refusal("InvalidAction", f"Could not find operation {action} for version {version}", 400)
        return self.render(action, self.actions[action](Call(world, caller, f"{self.name}:{action}", form)))

    def render(self, action: str, result: Content) -> HttpResponse:
        return self._response(200, f"{action}Response", {f"{action}Result": result})

    def render_refusal(self, refusal: Refusal) -> HttpResponse:
        fault = "Receiver" if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "Sender"
        error: Content = {"Type": fault, "Code": refusal.code, "Message": refusal.message}
        return self._response(refusal.status, "ErrorResponse", {"Error": error})

    def _response(self, status: int, name: str, content: Content) -> HttpResponse:
        namespace = f"https://{self.name}.amazonaws.com/doc/{self.version}/"
        return HttpResponse(status, document(name, content, namespace))
