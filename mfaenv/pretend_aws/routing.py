"""Which service and which action a request means: everything comes in at one address."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from mfaenv.demo import identity_center, machine
from mfaenv.demo.authentication import authenticate
from mfaenv.demo.iam import IAM
from mfaenv.demo.pages import CODE_PATH, code_page
from mfaenv.demo.s3 import S3
from mfaenv.demo.service import Call, Service
from mfaenv.demo.sts import STS
from mfaenv.demo.wire import Answer, Failure, Refusal, Request
from mfaenv.demo.world import World

_SERVICE_OF_VERSION = {"2011-06-15": STS, "2010-05-08": IAM}


class _Page(NamedTuple):
    """Something that needs no signature, at a path (or, with a slash at its end, under it)."""

    path: str
    service: str
    action: str
    answer: Callable[[World, Request], Answer]
    render_failure: Callable[[Failure], Answer]


_PAGES = [
    _Page(CODE_PATH, "demo", "ShowCode", code_page, machine.render_failure),
    _Page(machine.CONTAINER_PATH, "ecs", "GetCredentials", machine.container_credentials, machine.render_failure),
    _Page(machine.METADATA_PATH, "imds", "GetMetadata", machine.metadata, machine.render_failure),
    _Page(
        "/federation/credentials",
        "sso",
        "GetRoleCredentials",
        identity_center.get_role_credentials,
        identity_center.render_failure,
    ),
    _Page("/token", "sso-oidc", "CreateToken", identity_center.create_token, identity_center.render_failure),
]


class Operation(NamedTuple):
    """What a request asks for, ready to be done or to be made to fail."""

    service: str
    action: str
    perform: Callable[[], Answer]
    """Raises Refusal."""
    render_failure: Callable[[Failure], Answer]


def route(world: World, request: Request) -> Operation:
    """Return what the request asks for."""
    for page in _PAGES:
        if request.path == page.path or (page.path.endswith("/") and request.path.startswith(page.path)):
            return Operation(page.service, page.action, partial(page.answer, world, request), page.render_failure)
    parameters = request.parameters
    is_query = request.method == "POST" or "Action" in parameters
    service = _SERVICE_OF_VERSION.get(parameters.get("Version", ""), STS) if is_query else S3
    action = parameters.get("Action", "") if is_query else _s3_action(request)
    perform = partial(_perform, world, request, service, action, parameters)
    return Operation(service.name, action, perform, service.render_failure)


def _s3_action(request: Request) -> str:
    return "ListBuckets" if (request.method, request.path) == ("GET", "/") else ""


def _perform(world: World, request: Request, service: Service, action: str, parameters: dict[str, str]) -> Answer:
    if action in service.open_actions:
        return service.render(action, service.open_actions[action](world, parameters))
    credential, region = authenticate(world, request, service.dialect)
    if action not in service.actions:
        raise _unknown(service, action, parameters)
    call = Call(world, credential, region, parameters)
    return service.render(action, service.actions[action](call))


def _unknown(service: Service, action: str, parameters: dict[str, str]) -> Refusal:
    if service is S3:
        return Refusal("NotImplemented", "This pretend S3 can list buckets, and nothing else.", 501)
    if not action:
        return Refusal("MissingAction", "The request is missing an action.", 400)
    version = parameters.get("Version", "")
    return Refusal("InvalidAction", f"Could not find operation {action} for version {version}", 400)
