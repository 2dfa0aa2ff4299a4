"""GetSessionToken, AssumeRole, GetCallerIdentity."""

from typing import Any, NamedTuple

from mfaenv.aws import explain
from mfaenv.fast.entry import Session
from mfaenv.model import Hop, Keys

ARN_COLONS = 5  # arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE


class Identity(NamedTuple):
    """Whose keys they are."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        """Return the partition, such as aws or aws-cn."""
        return self.arn.split(":")[1]

    @property
    def user(self) -> str:
        """Return the user's name without its path; empty for root and roles."""
        resource = self.arn.split(":", 5)[5]
        return resource.rpartition("/")[2] if resource.startswith("user/") else ""

    @property
    def scope(self) -> dict[str, str]:
        """Return what names the user in a call of IAM: policies for the user's own ARN deny one without a name."""
        return {"UserName": self.user} if self.user else {}  # the root user has none

    @property
    def is_root(self) -> bool:
        """Return whether this is the root user, whose sessions last an hour at most."""
        return self.arn.endswith(":root")


def identity(client: Any, keys: Keys | Session) -> Identity:
    """Ask whose keys they are: no policy can deny that. Raise MfaenvError."""
    with explain.aws_errors(keys):
        return identity_in(client.get_caller_identity())


def identity_in(response: Any) -> Identity:
    """Read a response of GetCallerIdentity. Raise one of explain.UNREADABLE."""
    account, arn = required_text(response, "Account"), required_text(response, "Arn")
    if not arn.startswith("arn:") or arn.count(":") < ARN_COLONS:
        raise ValueError
    return Identity(account, arn)


def session_token(client: Any, keys: Keys, serial: str, code: str, duration: int) -> Session:
    """Get a session for a code, for `duration` seconds. Raise MfaenvError, WrongCodeError."""
    client.meta.events.register_first("needs-retry.sts.GetSessionToken", _not_after_loss)
    with explain.aws_errors(keys, serial):
        response = client.get_session_token(SerialNumber=serial, TokenCode=code, DurationSeconds=duration)
        return credentials(response["Credentials"])


def _not_after_loss(caught_exception: Exception | None, **_event: object) -> None:
    """Keep botocore, which sends requests again, from sending a code that AWS may have used."""
    if caught_exception and explain.is_lost(caught_exception):
        raise caught_exception


def assume_role(client: Any, hop: Hop) -> Session:
    """Assume one role. Raise MfaenvError, DeniedError."""
    parameters = {
        "RoleArn": hop.role_arn,
        "RoleSessionName": hop.session_name,
        "ExternalId": hop.external_id,
        "DurationSeconds": hop.duration.seconds if hop.duration else None,
        "SourceIdentity": hop.source_identity,
        "Tags": [{"Key": key, "Value": value} for key, value in hop.tags],
        "TransitiveTagKeys": list(hop.transitive_tags),
        "Policy": hop.policy,
        "PolicyArns": [{"arn": arn} for arn in hop.policy_arns],
    }
    with explain.aws_errors():
        response = client.assume_role(**{name: value for name, value in parameters.items() if value})
        return credentials(response["Credentials"])


def credentials(response: Any) -> Session:
    """Read a session out of a response of STS. Raise one of explain.UNREADABLE."""
    return Session(
        access_key=required_text(response, "AccessKeyId"),
        secret_key=required_text(response, "SecretAccessKey"),
        token=required_text(response, "SessionToken"),
        expires=int(response["Expiration"].timestamp()),
    )


def required_text(response: Any, name: str) -> str:
    """Return a text of a response. Raise KeyError or TypeError where there is none that can be printed."""
    value = response[name]
    if not (isinstance(value, str) and value and value.isprintable()):  # a line break would be a line of a file
        raise TypeError
    return value
