"""Check who signed a request: the checking side of AWS Signature Version 4, with the errors of STS and IAM.

It is not botocore's, so that what botocore signs is held against something else than itself. S3 checks the same, in
words of its own, which nobody reads here. Source: the IAM User Guide, "Create a signed AWS API request".
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from mfaenv.aws.regions import partitions
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import Credential, Use, User, World
from mfaenv.serving.loopback import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
SKEW = 5 * 60
"""Seconds that a clock may be off. S3 allows more."""

_INVALID_TOKEN = ("InvalidClientTokenId", "The security token included in the request is invalid.")
_MALFORMED = "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters and 'X-Amz-Date'."
_WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details."
)


class Authorization(NamedTuple):
    """The parts of an `Authorization` header."""

    key_id: str
    date: str
    region: str
    service: str
    terminator: str
    signed_headers: str
    signature: str


def parse_authorization(header: str) -> Authorization | None:
    """Return the parts of the header; None where it is not one of this version."""
    match = re.fullmatch(
        rf"{ALGORITHM} +Credential=([^/,=]+)/([^/,]+)/([^/,]*)/([^/,]+)/([^/,]+), *"
        r"SignedHeaders=([^,=]+), *Signature=([^,=]+)",
        header,
    )
    return Authorization(*match.groups()) if match else None


def authenticate(world: World, request: HttpRequest, service: str) -> Credential:
    """Return the keys that signed the request. Raise Refusal.

    Any region of the account's partition will do: clients that have one address for all services sign for IAM, which is
    global, with the region that they are set to.
    """
    headers, now = request.headers, world.now()
    if "authorization" not in headers:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
    authorization = parse_authorization(headers["authorization"])
    if authorization is None or "x-amz-date" not in headers:
        raise Refusal("IncompleteSignature", _MALFORMED, 400)
    region = authorization.region
    if wrong := _fault(authorization, service, headers["x-amz-date"], now):
        raise Refusal("SignatureDoesNotMatch", wrong)
    credential = world.credentials.get(authorization.key_id)
    if credential is None or not credential.active or credential.account.partition != partitions().get(region):
        raise Refusal(*_INVALID_TOKEN)
    expected = signature(request, authorization, credential.secret)
    is_right = hmac.compare_digest(expected.encode(), authorization.signature.encode())
    if not (is_right and _signs_all(request, authorization)):
        raise Refusal("SignatureDoesNotMatch", _WRONG_SIGNATURE)
    if headers.get("x-amz-security-token", "") != credential.token:
        raise Refusal(*_INVALID_TOKEN)
    if credential.expires is not None and credential.expires <= now:
        raise Refusal("ExpiredToken", "The security token included in the request is expired")
    is_user_session = bool(credential.token) and isinstance(credential.principal, User)
    if service == "iam" and is_user_session and credential.mfa_at is None:
        raise Refusal(*_INVALID_TOKEN)  # IAM gives no reason: STS API Reference, GetSessionToken
    credential.used = Use(now, service, region)
    return credential


def _fault(authorization: Authorization, service: str, stamp: str, now: float) -> str:
    """Return what AWS says of a wrong scope or time; empty where both are right."""
    times = (datetime.fromtimestamp(int(now) + off, UTC) for off in (0, -SKEW, SKEW))
    received, earliest, latest = (time.strftime(TIME_FORMAT) for time in times)
    if authorization.service != service:
        return f"Credential should be scoped to correct service: '{service}'. "
    if authorization.region not in partitions():
        return f"Credential should be scoped to a valid region, not '{authorization.region}'. "
    if stamp < earliest:
        return f"Signature expired: {stamp} is now earlier than {earliest} ({received} - {SKEW // 60} min.)"
    if stamp > latest:
        return f"Signature not yet current: {stamp} is still later than {latest} ({received} + {SKEW // 60} min.)"
    return ""


def _signs_all(request: HttpRequest, authorization: Authorization) -> bool:
    """Return whether the signature is for this day and payload, and for every header that has to be signed."""
    headers = request.headers
    needed = {"host", *(name for name in headers if name.startswith("x-amz-"))}
    hashes = {None, payload_hash(request.body), *([UNSIGNED_PAYLOAD] if authorization.service == "s3" else [])}
    return (
        needed <= set(authorization.signed_headers.split(";"))
        and (authorization.date, authorization.terminator) == (headers["x-amz-date"][:8], "aws4_request")
        and headers.get("x-amz-content-sha256") in hashes
    )


def payload_hash(body: bytes) -> str:
    """Return the SHA-256 of a body, as hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()


def signature(request: HttpRequest, authorization: Authorization, secret: str) -> str:
    """Return the signature that the request should carry, in hexadecimal digits.

    Only S3 lets a header say what the payload's hash is.
    """
    is_s3 = authorization.service == "s3"
    stated_hash = request.headers.get("x-amz-content-sha256", "") if is_s3 else ""
    names = authorization.signed_headers.split(";")
    values = [re.sub(" +", " ", request.headers.get(name, "").strip(" ")) for name in names]
    canonical = "\n".join(
        [
            request.method,
            # S3 has its paths encoded once, everybody else twice.
            quote(unquote_to_bytes(request.path) if is_s3 else request.path, safe="/-_.~"),
            _canonical_query(request.query),
            *(f"{name}:{value}" for name, value in zip(names, values, strict=True)),
            "",
            authorization.signed_headers,
            stated_hash or payload_hash(request.body),
        ]
    )
    scope = (authorization.date, authorization.region, authorization.service, authorization.terminator)
    stamp, digest = request.headers["x-amz-date"], payload_hash(canonical.encode())
    key = f"AWS4{secret}".encode()
    for part in (*scope, "\n".join([ALGORITHM, stamp, "/".join(scope), digest])):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def _canonical_query(query: str) -> str:
    fields = (field.partition("=") for field in query.split("&") if field)
    return "&".join(f"{name}={value}" for name, value in sorted((_encoded(n), _encoded(v)) for n, _, v in fields))


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="-_.~")
