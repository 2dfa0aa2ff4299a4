"""Check who signed a request: in AWS's order, with the error messages of STS and IAM.

S3 checks the same; it has words of its own, which nobody reads here.
"""

import hmac
from datetime import UTC, datetime, timedelta

from mfaenv.aws.regions import partition_of
from mfaenv.pretend_aws import sigv4
from mfaenv.pretend_aws.sigv4 import TIME_FORMAT
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import Credential, Use, World
from mfaenv.serving.loopback import HttpRequest

_SKEW = {"s3": timedelta(minutes=15)}
"""How far a clock may be off; five minutes for other services."""

_MALFORMED = (
    "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters and an algorithm of "
    "AWS4-HMAC-SHA256; the request needs an 'X-Amz-Date' header in the form of 20260131T120000Z."
)
_WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details."
)


def authenticate(world: World, request: HttpRequest, service: str) -> Credential:
    """Return the keys that signed the request.

    Any region of the account's partition will do for any service: clients that are pointed at one endpoint sign what is
    global, IAM, with the region that they are set to, and a single address cannot tell what they took it for.

    Raise Refusal when the signature, its scope, its time, the keys or their token do not hold.
    """
    authorization = _authorization(request)
    now = world.now()
    _check_scope(request.headers["x-amz-date"], authorization, service)
    credential = world.credentials.get(authorization.key_id)
    if credential is None or not credential.active or credential.known_from > now:
        raise _invalid_token()
    if credential.account.partition != partition_of(authorization.region):
        raise _invalid_token()
    _check_time(request.headers["x-amz-date"], now, _SKEW.get(service, timedelta(minutes=5)))
    hashes = {None, sigv4.payload_hash(request.body), *([sigv4.UNSIGNED_PAYLOAD] if service == "s3" else [])}
    if request.headers.get("x-amz-content-sha256") not in hashes:
        raise _mismatch("The value of 'x-amz-content-sha256' does not match the payload.")
    expected = sigv4.signature(request, authorization, credential.secret)
    if not hmac.compare_digest(expected.encode(), authorization.signature.encode()):
        raise _mismatch(_WRONG_SIGNATURE)
    if request.headers.get("x-amz-security-token", "") != credential.token:
        raise _invalid_token()
    if credential.expires is not None and credential.expires <= now:
        raise Refusal("ExpiredToken", "The security token included in the request is expired")
    if service == "iam" and credential.is_user_session and credential.mfa_at is None:
        raise _invalid_token()  # IAM gives no reason: STS API Reference, GetSessionToken
    credential.used = Use(now, service, authorization.region)
    return credential


def _invalid_token() -> Refusal:
    return Refusal("InvalidClientTokenId", "The security token included in the request is invalid.")


def _mismatch(message: str) -> Refusal:
    return Refusal("SignatureDoesNotMatch", message)


def _authorization(request: HttpRequest) -> sigv4.Authorization:
    headers = request.headers
    if "authorization" not in headers:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
    authorization = sigv4.parse_authorization(headers["authorization"])
    if authorization is None or "x-amz-date" not in headers:
        raise Refusal("IncompleteSignature", _MALFORMED, 400)
    signed = set(authorization.signed_headers)
    if "host" not in signed:
        raise _mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    if missing := sorted(signed - set(headers)):
        raise _mismatch(f"A signed header is missing from the request: {missing[0]}")
    if unsigned := sorted(name for name in headers if name.startswith("x-amz-") and name not in signed):
        raise _mismatch(f"There were headers present in the request which were not signed: {unsigned[0]}")
    return authorization


def _check_scope(stamp: str, authorization: sigv4.Authorization, service: str) -> None:
    date, region, end = authorization.date, authorization.region, authorization.terminator
    if end != "aws4_request":
        raise _mismatch(f"Credential should be scoped with a valid terminator: 'aws4_request', not '{end}'.")
    if authorization.service != service:
        raise _mismatch(f"Credential should be scoped to correct service: '{service}'. ")
    if not partition_of(region):
        raise _mismatch(f"Credential should be scoped to a valid region, not '{region}'. ")
    if date != stamp[:8]:
        day = f"'{date}' != '{stamp[:8]}', from '{stamp}'."
        raise _mismatch(
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: {day}"
        )


def _check_time(stamp: str, now: float, skew: timedelta) -> None:
    try:
        signed = datetime.strptime(stamp, TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise Refusal("IncompleteSignature", _MALFORMED, 400) from None
    received = datetime.fromtimestamp(int(now), UTC)
    if signed < received - skew:
        kind, limit, sign = "Signature expired: {} is now earlier than", received - skew, "-"
    elif signed > received + skew:
        kind, limit, sign = "Signature not yet current: {} is still later than", received + skew, "+"
    else:
        return
    minutes = skew // timedelta(minutes=1)
    raise _mismatch(f"{kind.format(stamp)} {limit:{TIME_FORMAT}} ({received:{TIME_FORMAT}} {sign} {minutes} min.)")
