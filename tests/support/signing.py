"""Requests for the pretend AWS, signed by botocore at any moment."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from mfaenv.pretend_aws.sigv4 import TIME_FORMAT
from mfaenv.serving.loopback import HttpRequest


class SigningKeys(Protocol):
    """What signs requests; the token is empty for long-term keys."""

    @property
    def id(self) -> str:
        """Return the access key's id."""

    @property
    def secret(self) -> str:
        """Return the secret access key."""

    @property
    def token(self) -> str:
        """Return the session token."""


def sign(request: HttpRequest, keys: SigningKeys, region: str, service: str, now: float) -> HttpRequest:
    """Return the request, which has its `host` header, with all its headers signed at Unix time `now`."""
    query = f"?{request.query}" if request.query else ""
    url = f"http://{request.headers['host']}{request.path}{query}"
    prepared: Any = AWSRequest(request.method, url, dict(request.headers), request.body)
    prepared.context["timestamp"] = datetime.fromtimestamp(now, UTC).strftime(TIME_FORMAT)
    signer: Any = S3SigV4Auth if service == "s3" else SigV4Auth
    signer = signer(Credentials(keys.id, keys.secret, keys.token or None), service, region)
    # What botocore's `add_auth` does, which takes no time but the present.
    signer._modify_request_before_signing(prepared)
    text = signer.string_to_sign(prepared, signer.canonical_request(prepared))
    signer._inject_signature_to_request(prepared, signer.signature(text, prepared))
    return replace(request, headers={name.lower(): value for name, value in prepared.headers.items()})
