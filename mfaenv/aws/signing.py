"""Signature Version 4 for a request that no botocore client makes; no file and no variable has a say in it."""

from __future__ import annotations

from collections.abc import Mapping

from mfaenv.model import Credentials


def signed_headers(
    request: tuple[str, str, bytes], headers: Mapping[str, str], keys: Credentials, scope: tuple[str, str]
) -> dict[str, str]:
    """Return the headers of a request (its method, URL and body), signed now for a scope (region and service)."""
    from botocore import auth, credentials
    from botocore.awsrequest import AWSRequest

    method, url, body = request
    region, service = scope
    signer = auth.S3SigV4Auth if service == "s3" else auth.SigV4Auth
    prepared = AWSRequest(method, url, dict(headers), body)
    own = credentials.Credentials(keys.access_key, keys.secret_key, keys.token or None)
    signer(own, service, region).add_auth(prepared)
    return dict(prepared.headers.items())
