"""IAM's calls on a user's own access keys: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from mfaenv.aws import client as clients
from mfaenv.aws import explain, sts
from mfaenv.aws.client import ClientSettings
from mfaenv.model import Credentials, Keys

ACTIVE, INACTIVE = "Active", "Inactive"
UNKNOWN = "InvalidClientTokenId"
"""What a service answers to keys that it does not know yet, or no more."""


class AccessKey(NamedTuple):
    """An access key as IAM lists it; `created` is in seconds since 1970, UTC."""

    id: str
    active: bool
    created: float


class LastUse(NamedTuple):
    """When a key was used last, in seconds since 1970, for which service and in which region; None where it never was.

    IAM's own records begin in 2015, and may lag by some hours.
    """

    at: float | None
    service: str = ""
    region: str = ""


class Iam:
    """IAM on behalf of a user, with the keys of the user's session. Every method raises MfaenvError."""

    def __init__(self, settings: ClientSettings, session: Credentials, user: str) -> None:
        self._client = clients.client("iam", settings, session)
        # Sent twice, this call would make two keys, and one that nobody knows.
        self._once = clients.client("iam", settings._replace(attempts=1), session)
        self.user = user
        self._scope = {"UserName": user} if user else {}

    @classmethod
    def of_session(cls, settings: ClientSettings, session: Credentials) -> Self:
        """Return IAM on behalf of the session's user, whose name STS tells; it is empty for the root user."""
        who = sts.identity(clients.client("sts", settings, session), session.access_key)
        return cls(settings, session, who.user)

    def listed(self) -> tuple[AccessKey, ...]:
        """Return the user's keys, the oldest first."""
        with explain.iam_errors("iam:ListAccessKeys"):
            pages = self._client.get_paginator("list_access_keys").paginate(**self._scope)
            keys = [
                AccessKey(sts.text(row, "AccessKeyId"), row["Status"] == ACTIVE, row["CreateDate"].timestamp())
                for page in pages
                for row in page["AccessKeyMetadata"]
            ]
        return tuple(sorted(keys, key=lambda each: each.created))

    def last_use(self, key_id: str) -> LastUse:
        """Return when a key was used last."""
        with explain.iam_errors("iam:GetAccessKeyLastUsed"):
            used = self._client.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]
            at = used.get("LastUsedDate")
            return LastUse(at.timestamp(), used["ServiceName"], used["Region"]) if at else LastUse(None)

    def create(self) -> Keys:
        """Make a new key; IAM shows its secret this once."""
        with explain.iam_errors("iam:CreateAccessKey"):
            made = self._once.create_access_key(**self._scope)["AccessKey"]
            return Keys(sts.text(made, "AccessKeyId"), sts.text(made, "SecretAccessKey"), "", "IAM")

    def deactivate(self, key_id: str) -> None:
        """Switch a key off; it can be switched on again."""
        with explain.iam_errors("iam:UpdateAccessKey"):
            self._client.update_access_key(AccessKeyId=key_id, Status=INACTIVE, **self._scope)

    def delete(self, key_id: str) -> None:
        """Delete a key for good; one that is gone already is no error."""
        with explain.iam_errors("iam:DeleteAccessKey", gone_is_done=True):
            self._client.delete_access_key(AccessKeyId=key_id, **self._scope)


def is_known(client: Any, keys: Keys) -> bool:
    """Return whether STS knows the keys already: all regions learn of a new one within seconds, now and then a minute.

    `client` is of STS, and signs with them. Raise MfaenvError for any other failure.
    """
    from botocore.exceptions import ClientError

    with explain.aws_errors(keys.access_key):
        try:
            client.get_caller_identity()
        except ClientError as error:
            if explain.text_of(error, "Code") == UNKNOWN:
                return False
            raise
    return True
