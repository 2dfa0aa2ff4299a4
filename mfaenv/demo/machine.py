"""The keys that a machine gets from where it runs: EC2's instance metadata (version 2) and ECS's container endpoint.

Source: the EC2 User Guide, "Retrieve security credentials from instance metadata", and the AWS SDKs and Tools Reference
Guide, "Container credential provider". `World.machine_role` is the role of the machine.
"""

import json
import secrets

from mfaenv.demo.wire import Answer, Failure, Refusal, Request, timestamp
from mfaenv.demo.world import HOUR, Role, World

CONTAINER_PATH = "/-/container-credentials"
METADATA_PATH = "/latest/"

_SESSION_SECONDS = 6 * HOUR
_TOKEN_HEADER = "x-aws-ec2-metadata-token"  # noqa: S105 - a header's name
_CREDENTIALS_PATH = "/latest/meta-data/iam/security-credentials/"


def container_credentials(world: World, request: Request) -> Answer:
    """Give the machine's keys to whoever has its authorization token, where it has one."""
    if world.machine_token and request.headers.get("authorization") != world.machine_token:
        raise Refusal("AccessDeniedException", "the authorization token is missing or wrong", 403)
    role = _role(world)
    return _text(json.dumps({"RoleArn": role.arn, **_keys(world, role)}))


def metadata(world: World, request: Request) -> Answer:
    """Answer as the metadata service does: a token first, and nothing without one."""
    if (request.method, request.path) == ("PUT", "/latest/api/token"):
        token = secrets.token_urlsafe(40)
        world.metadata_tokens.add(token)
        return _text(token)
    if request.headers.get(_TOKEN_HEADER) not in world.metadata_tokens:
        raise Refusal("Unauthorized", "401 - Unauthorized", 401)
    role = _role(world)
    if request.path == _CREDENTIALS_PATH:
        return _text(role.name)
    if request.path == _CREDENTIALS_PATH + role.name:
        return _text(json.dumps({"Code": "Success", "Type": "AWS-HMAC", **_keys(world, role)}))
    raise Refusal("NotFound", "404 - Not Found", 404)


def render_failure(failure: Failure) -> Answer:
    """Return the failure as plain text."""
    return Answer(failure.status, failure.message.encode(), "text/plain")


def _role(world: World) -> Role:
    if world.machine_role is None:
        raise Refusal("NotFound", "404 - Not Found", 404)
    return world.machine_role


def _keys(world: World, role: Role) -> dict[str, str]:
    session = world.open_session(role, _SESSION_SECONDS, name="i-0123456789abcdef0")
    return {
        "AccessKeyId": session.id,
        "SecretAccessKey": session.secret,
        "Token": session.token,
        "Expiration": timestamp(session.expires or 0),
        "LastUpdated": timestamp(session.created),
    }


def _text(text: str) -> Answer:
    return Answer(200, text.encode(), "text/plain")
