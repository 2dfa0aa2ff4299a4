"""GetSessionToken, AssumeRole, GetCallerIdentity."""

from __future__ import annotations

from typing import Any, NamedTuple

from mfaenv.aws import explain
from mfaenv.errors import MfaenvError
from mfaenv.model import Credentials, Hop


class Identity(NamedTuple):
    """Who the keys are."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        """Give the partition: aws, aws-cn, aws-us-gov or another."""
        return self.arn.split(":")[1]

    @property
    def user(self) -> str:
        """Give the user's name without its path; empty for the root user and for roles."""
        resource = self.arn.split(":", 5)[5]
        return resource.rpartition("/")[2] if resource.startswith("user/") else ""

    @property
    def is_root(self) -> bool:
        """Tell whether this is the account's root user, whose sessions last an hour at most."""
        return self.arn.endswith(":root")


def identity(client: Any, access_key: str) -> Identity:
    """Ask who the keys are: no policy can deny that. Raises MfaenvError."""
    with explain.aws_errors(access_key):
        answer = client.get_caller_identity()
        return Identity(answer["Account"], answer["Arn"])


def session_token(client: Any, access_key: str, serial: str, code: str, duration: int) -> Credentials:
    """Get a session for a code; `duration` in seconds. Raises MfaenvError, WrongCodeError where it was the code."""
    with explain.aws_errors(access_key, serial):
        answer = client.get_session_token(SerialNumber=serial, TokenCode=code, DurationSeconds=duration)
        return credentials(answer["Credentials"])


def assume_role(client: Any, hop: Hop) -> Credentials:
    """Assume one role. Raises MfaenvError, DeniedError where a policy is in the way."""
    wanted = {
        "RoleArn": hop.role_arn,
        "RoleSessionName": hop.session_name,
        "ExternalId": hop.external_id,
        "DurationSeconds": hop.duration,
    }
    with explain.aws_errors():
        answer = client.assume_role(**{name: value for name, value in wanted.items() if value})
        return credentials(answer["Credentials"])


def credentials(answer: Any) -> Credentials:
    """Take the four values out of an answer of STS. Raises MfaenvError where one is empty: that is no session."""
    if not all(answer.values()):
        raise MfaenvError(*explain.NOT_AWS)
    return Credentials(
        answer["AccessKeyId"],
        answer["SecretAccessKey"],
        answer["SessionToken"],
        int(answer["Expiration"].timestamp()),
    )
