"""Which service and which action a request means: everything comes in at one address."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import NamedTuple, TypeAlias

from mfaenv.pretend_aws import s3
from mfaenv.pretend_aws.iam import IAM
from mfaenv.pretend_aws.sigv4 import parse_authorization
from mfaenv.pretend_aws.sts import STS
from mfaenv.pretend_aws.wire import Content, Refusal, document
from mfaenv.pretend_aws.world import World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

_SERVICES = {service.version: service for service in (STS, IAM)}


class Operation(NamedTuple):
    """What a request asks for, ready to be done or to be made to fail."""

    service: str
    action: str
    perform: Callable[[], HttpResponse]
    """Raises Refusal."""
    render_refusal: Callable[[Refusal], HttpResponse]


Route: TypeAlias = Callable[[World, HttpRequest], Operation | None]
"""Returns what a request asks for where it is one that this route answers, else None."""


def find_operation(world: World, request: HttpRequest, routes: Iterable[Route] = ()) -> Operation:
    """Return what the request asks for: of the first route that answers it, else of STS, IAM or S3."""
    operations = (route(world, request) for route in routes)
    return next(filter(None, operations), None) or _signed_operation(world, request)


def _signed_operation(world: World, request: HttpRequest) -> Operation:
    form = request.parameters
    service = _SERVICES.get(form.get("Version", ""))
    authorization = parse_authorization(request.headers.get("authorization", ""))
    if not service and authorization and authorization.service not in {STS.name, IAM.name, s3.NAME}:
        name = authorization.service
        return Operation(name, "", partial(_refuse_service, name), partial(_render_elsewhere, request))
    if request.method != "POST" and "Action" not in form:
        return Operation(s3.NAME, s3.action_of(request), partial(s3.perform, world, request), s3.render_refusal)
    service = service or STS
    perform = partial(service.perform, world, request)
    return Operation(service.name, form.get("Action", ""), perform, service.render_refusal)


def _refuse_service(name: str) -> HttpResponse:
    raise Refusal("NotImplemented", f"This pretend AWS has STS, IAM and S3, and no {name}.", HTTPStatus.NOT_IMPLEMENTED)


def _render_elsewhere(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return a refusal as a service does that is not here: in EC2's XML, or in JSON as most do."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        error: Content = {"Code": refusal.code, "Message": refusal.message}
        return HttpResponse(refusal.status, document("Response", {"Errors": {"Error": error}, "Error": error}))
    body = json.dumps({"__type": refusal.code, "message": refusal.message}).encode()
    return HttpResponse(refusal.status, body, "application/x-amz-json-1.1", {"x-amzn-ErrorType": refusal.code})
