"""The checking side of AWS Signature Version 4 (IAM User Guide, "Create a signed AWS API request").

It is not botocore's, so that what botocore signs is held against something else than itself.
"""

import hashlib
import hmac
import re
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from mfaenv.serving.loopback import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
TIME_FORMAT = "%Y%m%dT%H%M%SZ"


class Authorization(NamedTuple):
    """The parts of an `Authorization` header."""

    key_id: str
    date: str
    region: str
    service: str
    terminator: str
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        """Return the credential scope."""
        return f"{self.date}/{self.region}/{self.service}/{self.terminator}"


def parse_authorization(header: str) -> Authorization | None:
    """Return the parts of the header; None where it is not one of this version."""
    match = re.fullmatch(
        rf"{ALGORITHM} +Credential=([^/,=]+)/([^/,]+)/([^/,]*)/([^/,]+)/([^/,]+), *"
        r"SignedHeaders=([^,=]+), *Signature=([^,=]+)",
        header,
    )
    if match is None:
        return None
    key_id, date, region, service, terminator, signed_headers, signature = match.groups()
    return Authorization(key_id, date, region, service, terminator, tuple(signed_headers.split(";")), signature)


def payload_hash(body: bytes) -> str:
    """Return the SHA-256 of a body, as hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()


def signature(request: HttpRequest, authorization: Authorization, secret: str) -> str:
    """Return the signature that the request should carry, in hexadecimal digits.

    The signed headers must be there. Only S3 lets a header say what the payload's hash is.
    """
    is_s3 = authorization.service == "s3"
    stated_hash = request.headers.get("x-amz-content-sha256", "") if is_s3 else ""
    canonical = "\n".join(
        [
            request.method,
            # S3 has its paths encoded once, everybody else twice.
            quote(unquote_to_bytes(request.path) if is_s3 else request.path, safe="/-_.~"),
            _canonical_query(request.query),
            *(f"{name}:{_trimmed(request.headers[name])}" for name in authorization.signed_headers),
            "",
            ";".join(authorization.signed_headers),
            stated_hash or payload_hash(request.body),
        ]
    )
    stamp = request.headers["x-amz-date"]
    to_sign = "\n".join([ALGORITHM, stamp, authorization.scope, payload_hash(canonical.encode())])
    key = f"AWS4{secret}".encode()
    for part in (*authorization.scope.split("/"), to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def _canonical_query(query: str) -> str:
    fields = (field.partition("=") for field in query.split("&") if field)
    pairs = sorted((_encoded(name), _encoded(value)) for name, _, value in fields)
    return "&".join(f"{name}={value}" for name, value in pairs)


def _trimmed(value: str) -> str:
    return re.sub(" +", " ", value.strip(" "))


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="-_.~")
