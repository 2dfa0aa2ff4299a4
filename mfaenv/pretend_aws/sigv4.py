"""Check who signed a request by AWS Signature Version 4, with the errors of STS and IAM.

botocore's code would prove only that it agrees with itself.
Source: the IAM User Guide, "Create a signed AWS API request".
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
SKEW = 5 * 60  # seconds that a clock may be off
_INVALID_TOKEN = ("InvalidClientTokenId", "The security token included in the request is invalid.")
_MALFORMED = (
    "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters and 'X-Amz-Date'."
)
_WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details."
)


class Authorization(NamedTuple):
    key_id: str
    date: str
    region: str
    service: str
    terminator: str
    signed_headers: str
    signature: str


def parse_authorization(header: str) -> Authorization | None:
    """Return the header's parts; None where it is of another version."""
    match = re.fullmatch(
        rf"{ALGORITHM} +Credential=([^/,=]+)/([^/,]+)/([^/,]*)/([^/,]+)/([^/,]+), *"
        r"SignedHeaders=([^,=]+), *Signature=([^,=]+)",
        header,
    )
    return Authorization(*match.groups()) if match else None


def authenticate(world: World, request: HttpRequest, service: str) -> Credential:
    """Return the keys that signed the request. Raise Refusal.

    Any region of the partition will do: where all services have one address, clients sign for IAM with their own.
    """
    headers, now = request.headers, world.now()
    if "authorization" not in headers:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
    auth = parse_authorization(headers["authorization"])
    if auth is None or "x-amz-date" not in headers:
        raise Refusal("IncompleteSignature", _MALFORMED, 400)
    if wrong := _fault(auth, service, headers["x-amz-date"], now):
        raise Refusal("SignatureDoesNotMatch", wrong)
    keys = world.credentials.get(auth.key_id)
    if keys is None or not keys.active or keys.account.partition != partitions().get(auth.region):
        raise Refusal(*_INVALID_TOKEN)
    is_right = hmac.compare_digest(signature(request, auth, keys.secret).encode(), auth.signature.encode())
    if not (is_right and _signs_all(request, auth)):
        raise Refusal("SignatureDoesNotMatch", _WRONG_SIGNATURE)
    if headers.get("x-amz-security-token", "") != keys.token:
        raise Refusal(*_INVALID_TOKEN)
    if keys.expires is not None and keys.expires <= now:
        raise Refusal("ExpiredToken", "The security token included in the request is expired")
    if service == "iam" and keys.token and isinstance(keys.principal, User) and keys.mfa_at is None:
        raise Refusal(*_INVALID_TOKEN)  # IAM gives no reason: STS API Reference, GetSessionToken
    keys.used = Use(now, service, auth.region)
    return keys


def _fault(auth: Authorization, service: str, stamp: str, now: float) -> str:
    times = (datetime.fromtimestamp(int(now) + off, UTC) for off in (0, -SKEW, SKEW))
    received, earliest, latest = (time.strftime(TIME_FORMAT) for time in times)
    minutes = SKEW // 60
    if auth.service != service:
        return f"Credential should be scoped to correct service: '{service}'. "
    if auth.region not in partitions():
        return f"Credential should be scoped to a valid region, not '{auth.region}'. "
    if stamp < earliest:
        return f"Signature expired: {stamp} is now earlier than {earliest} ({received} - {minutes} min.)"
    if stamp > latest:
        return f"Signature not yet current: {stamp} is still later than {latest} ({received} + {minutes} min.)"
    return ""


def _signs_all(request: HttpRequest, auth: Authorization) -> bool:
    headers = request.headers
    needed = {"host", *(name for name in headers if name.startswith("x-amz-"))}
    hashes = {None, _payload_hash(request.body)}
    if auth.service == "s3":
        hashes.add(UNSIGNED_PAYLOAD)
    return (
        needed <= set(auth.signed_headers.split(";"))
        and (auth.date, auth.terminator) == (headers["x-amz-date"][:8], "aws4_request")
        and headers.get("x-amz-content-sha256") in hashes
    )


def _payload_hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def signature(request: HttpRequest, auth: Authorization, secret: str) -> str:
    """Return the right signature. S3 alone lets a header state the payload's hash."""
    is_s3 = auth.service == "s3"
    stated_hash = request.headers.get("x-amz-content-sha256", "") if is_s3 else ""
    names = auth.signed_headers.split(";")
    values = [re.sub(" +", " ", request.headers.get(name, "").strip(" ")) for name in names]
    canonical = "\n".join(
        [
            request.method,
            # S3 has its paths encoded once, everybody else twice.
            quote(unquote_to_bytes(request.path) if is_s3 else request.path, safe="/-_.~"),
            _canonical_query(request.query),
            *(f"{name}:{value}" for name, value in zip(names, values, strict=True)),
            "",
            auth.signed_headers,
            stated_hash or _payload_hash(request.body),
        ]
    )
    scope = (auth.date, auth.region, auth.service, auth.terminator)
    stamp, digest = request.headers["x-amz-date"], _payload_hash(canonical.encode())
    key = f"AWS4{secret}".encode()
    for part in (*scope, "\n".join([ALGORITHM, stamp, "/".join(scope), digest])):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def _canonical_query(query: str) -> str:
    fields = (field.partition("=") for field in query.split("&") if field)
    return "&".join(map("=".join, sorted((_encoded(name), _encoded(value)) for name, _, value in fields)))


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="-_.~")
