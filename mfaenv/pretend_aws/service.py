"""Operations, signed calls with their permissions, and the query protocol of STS and IAM.

Source: the IAM User Guide, "Policy evaluation logic" and "Troubleshoot access denied error messages".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from itertools import count, takewhile
from typing import NamedTuple

from mfaenv.pretend_aws.policy import Decision, Query, evaluate
from mfaenv.pretend_aws.sigv4 import authenticate
from mfaenv.pretend_aws.wire import Content, Refusal, document
from mfaenv.pretend_aws.world import Credential, World
from mfaenv.serving.loopback import HttpRequest, HttpResponse


def render_as_text(refusal: Refusal) -> HttpResponse:
    """Return the answer in plain text."""
    return HttpResponse(refusal.status, refusal.message.encode(), "text/plain")


class Operation(NamedTuple):
    """One request for an action of a service, not performed yet."""

    service: str
    action: str
    perform: Callable[[], HttpResponse]
    """Raises Refusal."""
    render_refusal: Callable[[Refusal], HttpResponse] = render_as_text


@dataclass(frozen=True)
class Call:
    """One call with a valid signature."""

    world: World
    caller: Credential
    action: str
    """As policies name it, if its name is the operation's: `iam:GetUser`."""
    parameters: Mapping[str, str]
    """Its form: members of lists and structures have names such as `Tags.member.1.Key`."""

    def values(self, name: str, member: str = "") -> list[str]:
        """Return the values of a list, or of one member in each of its structures (`.Key`)."""
        names = (f"{name}.member.{number}{member}" for number in count(1))
        return [self.parameters[each] for each in takewhile(self.parameters.__contains__, names)]

    def query(self, resource: str, context: Mapping[str, str] | None = None, *, action: str = "") -> Query:
        """Return the query for the policies, with the caller's names and condition keys."""
        caller = self.caller
        names = frozenset([caller.arn, caller.principal.arn, caller.account.id, caller.account.arn("root")])
        known = {**caller.context(self.world.now()), **(context or {})}
        return Query(action or self.action, resource, known, names)

    def authorize(self, query: Query, named: str = "") -> None:
        """Raise Refusal unless the policies allow it; `named` is the resource as the service names it in messages."""
        verdicts = {"identity-based": evaluate(self.caller.principal.policies.values(), query)}
        if self.caller.details.policies:
            verdicts["session"] = evaluate(self.caller.details.policies, query)
        for kind, verdict in verdicts.items():
            if verdict is Decision.EXPLICIT_DENY:
                article = "an" if kind == "identity-based" else "a"
                raise self.refusal(query.action, named, f" with an explicit deny in {article} {kind} policy")
        for kind, verdict in verdicts.items():
            if verdict is Decision.NO_ALLOW:
                raise self.refusal(query.action, named, f" because no {kind} policy allows the {query.action} action")

    def refusal(self, action: str, named: str, reason: str = "") -> Refusal:
        """Make a refusal of an action, in AWS's words."""
        resource = f" on resource: {named}" if named else ""
        text = f"User: {self.caller.arn} is not authorized to perform: {action}{resource}{reason}"
        return Refusal("AccessDenied", text)


@dataclass(frozen=True)
class QueryService:
    """A service of the query protocol; its name is the one in credential scopes."""

    name: str
    version: str
    actions: Mapping[str, Callable[[Call], Content]]

    def operation(self, world: World, request: HttpRequest) -> Operation:
        """Return the operation of a request."""
        action = request.parameters.get("Action", "")
        return Operation(self.name, action, partial(self._perform, action, world, request), self.render_refusal)

    def _perform(self, action: str, world: World, request: HttpRequest) -> HttpResponse:
        caller, form = authenticate(world, request, self.name), request.parameters
        if action not in self.actions or form.get("Version") != self.version:
            version = form.get("Version") or "NO_VERSION_SPECIFIED"
            raise Refusal("InvalidAction", f"Could not find operation {action} for version {version}", 400)
        call = Call(world, caller, f"{self.name}:{action}", form)
        return self.render(action, self.actions[action](call))

    def render(self, action: str, result: Content) -> HttpResponse:
        """Return the answer of an action."""
        return self._response(200, f"{action}Response", {f"{action}Result": result})

    def render_refusal(self, refusal: Refusal) -> HttpResponse:
        """Return a refusal as the protocol writes it."""
        fault = "Receiver" if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "Sender"
        error: Content = {"Type": fault, "Code": refusal.code, "Message": refusal.message}
        return self._response(refusal.status, "ErrorResponse", {"Error": error})

    def _response(self, status: int, name: str, content: Content) -> HttpResponse:
        return HttpResponse(status, document(name, content, f"https://{self.name}.amazonaws.com/doc/{self.version}/"))
