"""Which service and which action a request means: everything comes in at one address."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

from mfaenv.pretend_aws.authentication import authenticate
from mfaenv.pretend_aws.iam import IAM
from mfaenv.pretend_aws.s3 import S3
from mfaenv.pretend_aws.service import Call, Service
from mfaenv.pretend_aws.sigv4 import parse_authorization
from mfaenv.pretend_aws.sts import STS
from mfaenv.pretend_aws.wire import Content, Failure, Refusal, document
from mfaenv.pretend_aws.world import World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

_SERVICE_OF_VERSION = {"2011-06-15": STS, "2010-05-08": IAM}
_SERVICES = frozenset({"sts", "iam", "s3"})
_S3_ACTIONS = {("GET", True): "ListBuckets", ("PUT", False): "CreateBucket", ("DELETE", False): "DeleteBucket"}
"""By the method, and whether the account is meant and not a bucket."""

_NO_VERSION = replace(STS, actions={})
"""What answers where no version of the API is named that there is."""


class Operation(NamedTuple):
    """What a request asks for, ready to be done or to be made to fail."""

    service: str
    action: str
    perform: Callable[[], HttpResponse]
    """Raises Refusal."""
    render_failure: Callable[[Failure], HttpResponse]


Route: TypeAlias = Callable[[World, HttpRequest], Operation | None]
"""Returns what a request asks for where it is one that this route answers, else None."""


def find_operation(world: World, request: HttpRequest, routes: Iterable[Route] = ()) -> Operation:
    """Return what the request asks for: of the first route that answers it, else of STS, IAM or S3."""
    operations = (route(world, request) for route in routes)
    return next(filter(None, operations), None) or _signed_operation(world, request)


def _signed_operation(world: World, request: HttpRequest) -> Operation:
    parameters = request.parameters
    is_query = request.method == "POST" or "Action" in parameters
    service = _SERVICE_OF_VERSION.get(parameters.get("Version", ""), _NO_VERSION) if is_query else S3
    scoped_to = _scoped_to(request)
    if (service is S3 or service is _NO_VERSION) and scoped_to not in {"", *_SERVICES}:
        return Operation(scoped_to, "", partial(_refuse_service, scoped_to), partial(_render_elsewhere, request))
    action = parameters.get("Action", "") if is_query else _S3_ACTIONS.get((request.method, request.path == "/"), "")
    if service is S3:
        parameters = {"Bucket": unquote(request.path.strip("/"))}
    perform = partial(_perform, world, request, service, action, parameters)
    return Operation(service.name, action, perform, service.render_failure)


def _scoped_to(request: HttpRequest) -> str:
    """Return the service that the request is signed for; empty where it is not signed."""
    authorization = parse_authorization(request.headers.get("authorization", ""))
    return authorization.service if authorization else ""


def _refuse_service(name: str) -> HttpResponse:
    raise Refusal("NotImplemented", f"This pretend AWS has STS, IAM and S3, and no {name}.", HTTPStatus.NOT_IMPLEMENTED)


def _render_elsewhere(request: HttpRequest, failure: Failure) -> HttpResponse:
    """Return a failure as a service does that is not here: in EC2's XML, or in JSON as most do."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        error: Content = {"Code": failure.code, "Message": failure.message}
        return HttpResponse(failure.status, document("Response", {"Errors": {"Error": error}, "Error": error}))
    body = json.dumps({"__type": failure.code, "message": failure.message}).encode()
    return HttpResponse(failure.status, body, "application/x-amz-json-1.1", {"x-amzn-ErrorType": failure.code})


def _perform(
    world: World, request: HttpRequest, service: Service, action: str, parameters: dict[str, str]
) -> HttpResponse:
    credential, region = authenticate(world, request, service.checks)
    if action not in service.actions:
        raise _unknown(service, action, parameters)
    call = Call(world, credential, region, parameters)
    return service.render(action, service.actions[action](call))


def _unknown(service: Service, action: str, parameters: dict[str, str]) -> Refusal:
    if service is S3:
        return Refusal("NotImplemented", "This pretend S3 can list, make and delete buckets, and nothing else.", 501)
    if not action:
        return Refusal("MissingAction", "The request is missing an action.", 400)
    version = parameters.get("Version") or "NO_VERSION_SPECIFIED"
    return Refusal("InvalidAction", f"Could not find operation {action} for version {version}", 400)
