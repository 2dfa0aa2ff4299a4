"""Which service and which action a request means: everything comes in at one address."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeAlias

from mfaenv.pretend_aws.authentication import authenticate
from mfaenv.pretend_aws.iam import IAM
from mfaenv.pretend_aws.s3 import S3
from mfaenv.pretend_aws.service import Call, Service
from mfaenv.pretend_aws.sts import STS
from mfaenv.pretend_aws.wire import Failure, Refusal
from mfaenv.pretend_aws.world import World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

_SERVICE_OF_VERSION = {"2011-06-15": STS, "2010-05-08": IAM}
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
    action = parameters.get("Action", "") if is_query else _s3_action(request)
    perform = partial(_perform, world, request, service, action, parameters)
    return Operation(service.name, action, perform, service.render_failure)


def _s3_action(request: HttpRequest) -> str:
    return "ListBuckets" if (request.method, request.path) == ("GET", "/") else ""


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
        return Refusal("NotImplemented", "This pretend S3 can list buckets, and nothing else.", 501)
    if not action:
        return Refusal("MissingAction", "The request is missing an action.", 400)
    version = parameters.get("Version") or "NO_VERSION_SPECIFIED"
    return Refusal("InvalidAction", f"Could not find operation {action} for version {version}", 400)
