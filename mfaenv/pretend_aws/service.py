"""One call to a service, and the query protocol of STS and IAM: a form goes in, XML comes out."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

from mfaenv.pretend_aws import authorization
from mfaenv.pretend_aws.authentication import authenticate
from mfaenv.pretend_aws.parameters import read
from mfaenv.pretend_aws.policy import Query
from mfaenv.pretend_aws.wire import Content, Refusal, document
from mfaenv.pretend_aws.world import Credential, World
from mfaenv.serving.loopback import HttpRequest, HttpResponse


@dataclass(frozen=True)
class Call:
    """One call with a valid signature."""

    world: World
    caller: Credential
    parameters: Mapping[str, Any]

    def query(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> Query:
        """Return what the policies are asked, with the caller's names and condition keys."""
        caller = self.caller
        names = frozenset([caller.arn, caller.principal.arn, caller.account.id, caller.account.arn("root")])
        return Query(action, resource, {**caller.context(self.world.now()), **(context or {})}, names)

    def authorize(self, action: str, resource: str, named: str = "") -> None:
        """Raise Refusal where a policy is in the way; `named` is the resource as the service names it in messages."""
        authorization.authorize(self.caller, self.query(action, resource), named)


Action: TypeAlias = Callable[[Call], Content]


@dataclass(frozen=True)
class QueryService:
    """A service of the query protocol; its name is the one in credential scopes."""

    name: str
    version: str
    actions: Mapping[str, Action]

    def perform(self, world: World, request: HttpRequest) -> HttpResponse:
        """Answer a request. Raise Refusal."""
        caller = authenticate(world, request, self.name)
        form = request.parameters
        action = form.get("Action", "")
        if not action:
            raise Refusal("MissingAction", "The request is missing an action.", 400)
        if action not in self.actions or form.get("Version") != self.version:
            version = form.get("Version") or "NO_VERSION_SPECIFIED"
            raise Refusal("InvalidAction", f"Could not find operation {action} for version {version}", 400)
        call = Call(world, caller, read(self.name, action, form))
        return self.render(action, self.actions[action](call))

    def render(self, action: str, result: Content) -> HttpResponse:
        """Return the answer of an action."""
        request_id = str(uuid.uuid4())
        content: Content = {f"{action}Result": result, "ResponseMetadata": {"RequestId": request_id}}
        return self._response(HTTPStatus.OK, f"{action}Response", content, request_id)

    def render_refusal(self, refusal: Refusal) -> HttpResponse:
        """Return a refusal as the protocol writes it."""
        request_id = str(uuid.uuid4())
        fault = "Receiver" if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "Sender"
        error: Content = {"Type": fault, "Code": refusal.code, "Message": refusal.message}
        return self._response(refusal.status, "ErrorResponse", {"Error": error, "RequestId": request_id}, request_id)

    def _response(self, status: int, name: str, content: Content, request_id: str) -> HttpResponse:
        body = document(name, content, f"https://{self.name}.amazonaws.com/doc/{self.version}/")
        return HttpResponse(status, body, headers={"x-amzn-RequestId": request_id})
