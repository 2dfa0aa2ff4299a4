"""The server, at whose one address all services are."""

import json
from dataclasses import replace
from email.utils import formatdate

from mfaenv.pretend_aws import s3
from mfaenv.pretend_aws.iam import IAM
from mfaenv.pretend_aws.pages import page_route
from mfaenv.pretend_aws.service import Operation, QueryService
from mfaenv.pretend_aws.sigv4 import parse_authorization
from mfaenv.pretend_aws.sts import STS
from mfaenv.pretend_aws.wire import Content, Refusal, document
from mfaenv.pretend_aws.world import World
from mfaenv.serving.loopback import HttpRequest, HttpResponse, LoopbackServer


class PretendAws(LoopbackServer):
    """Serves a world to AWS's clients."""

    body_bytes = 1024 * 1024
    idle_seconds: float = 300
    keeps_connections = True
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    services: tuple[QueryService, ...] = (STS, IAM)
    """A request without a version is for the first one."""

    def __init__(self, world: World) -> None:
        self.world = world
        super().__init__(self.respond)

    def find_operation(self, request: HttpRequest) -> Operation:
        if page := page_route(self.world, request):
            return page
        form, auth = request.parameters, parse_authorization(request.headers.get("authorization", ""))
        name = auth.service if auth else ""
        service = next((each for each in self.services if each.version == form.get("Version")), None)
        if not service and name not in {"", STS.name, IAM.name, s3.NAME}:
            refusal = Refusal("NotImplemented", f"This pretend AWS has STS, IAM and S3, and no {name}.", 501)
            return Operation(name, "", lambda: _render_elsewhere(request, refusal))
        if "Action" in form or (request.method == "POST" and name != s3.NAME):
            return (service or self.services[0]).operation(self.world, request)
        return s3.operation(self.world, request)

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Answer, dated by the world's clock."""
        operation = self.find_operation(request)
        try:
            response = operation.perform()
        except Refusal as refusal:
            response = operation.render_refusal(refusal)
        headers = {"Date": formatdate(self.world.now(), usegmt=True), **response.headers}
        return replace(response, headers=headers)


def _render_elsewhere(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Use EC2's XML, or JSON as most services do."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        error: Content = {"Code": refusal.code, "Message": refusal.message}
        content: Content = {"Errors": {"Error": error}, "Error": error}
        return HttpResponse(refusal.status, document("Response", content))
    body = json.dumps({"__type": refusal.code, "message": refusal.message}).encode()
    headers = {"x-amzn-ErrorType": refusal.code}
    return HttpResponse(refusal.status, body, "application/x-amz-json-1.1", headers)
