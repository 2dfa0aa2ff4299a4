"""The keys that a machine gets from where it runs: EC2's instance metadata (version 2) and ECS's container endpoint.

Source: the EC2 User Guide, "Retrieve security credentials from instance metadata", and the AWS SDKs and Tools
Reference Guide, "Container credential provider".
"""

import json
import secrets
from functools import partial

from mfaenv.pretend_aws.service import Operation
from mfaenv.pretend_aws.wire import Refusal, timestamp
from mfaenv.pretend_aws.world import HOUR, Role, RoleSession, World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

CONTAINER_PATH = "/-/container-credentials"
METADATA_PATH = "/latest/"
SESSION_SECONDS = 6 * HOUR
TOKEN_HEADER = "x-aws-ec2-metadata-token"
CREDENTIALS_PATH = "/latest/meta-data/iam/security-credentials/"


class Machine:
    """An instance and a container with a role; `route` plugs it into a `ObservedAws`."""

    def __init__(self) -> None:
        self.role: Role | None = None
        self.container_token = ""
        """What a container must send to get the keys, if anything."""
        self._metadata_tokens: set[str] = set()

    def route(self, world: World, request: HttpRequest) -> Operation | None:
        """Return the operation where the request is of this kind."""
        if request.path == CONTAINER_PATH:
            return Operation("ecs", "GetCredentials", partial(self._container, world, request))
        if request.path.startswith(METADATA_PATH):
            return Operation("imds", "GetMetadata", partial(self._metadata, world, request))
        return None

    def _container(self, world: World, request: HttpRequest) -> HttpResponse:
        """Return the keys to whoever has the container's authorization token, where it has one."""
        if self.container_token and request.headers.get("authorization") != self.container_token:
            raise Refusal("AccessDeniedException", "the authorization token is missing or wrong", 403)
        role = self._role()
        return _text(json.dumps({"RoleArn": role.arn, **_keys(world, role)}))

    def _metadata(self, world: World, request: HttpRequest) -> HttpResponse:
        """Answer as the metadata service does: a token first, and nothing without one."""
        if (request.method, request.path) == ("PUT", "/latest/api/token"):
            token = secrets.token_urlsafe(40)
            self._metadata_tokens.add(token)
            return _text(token)
        if request.headers.get(TOKEN_HEADER) not in self._metadata_tokens:
            raise Refusal("Unauthorized", "401 - Unauthorized", 401)
        role = self._role()
        if request.path == CREDENTIALS_PATH:
            return _text(role.name)
        if request.path == CREDENTIALS_PATH + role.name:
            return _text(json.dumps({"Code": "Success", "Type": "AWS-HMAC", **_keys(world, role)}))
        raise Refusal("NotFound", "404 - Not Found", 404)

    def _role(self) -> Role:
        if self.role is None:
            raise Refusal("NotFound", "404 - Not Found", 404)
        return self.role


def _keys(world: World, role: Role) -> dict[str, str]:
    session = world.open_session(role, SESSION_SECONDS, details=RoleSession("i-0123456789abcdef0"))
    return {
        "AccessKeyId": session.id,
        "SecretAccessKey": session.secret,
        "Token": session.token,
        "Expiration": timestamp(session.expires or 0),
        "LastUpdated": timestamp(session.created),
    }


def _text(text: str) -> HttpResponse:
    return HttpResponse(200, text.encode(), "text/plain")
