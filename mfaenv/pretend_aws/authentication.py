"""Check who signed a request: in AWS's order, with the error messages of STS and IAM.

S3 checks the same; it has words of its own, which nobody reads here.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from mfaenv.aws.regions import partition_of
from mfaenv.pretend_aws import sigv4
from mfaenv.pretend_aws.sigv4 import TIME_FORMAT
from mfaenv.pretend_aws.wire import Failure, Refusal
from mfaenv.pretend_aws.world import Credential, Use, World
from mfaenv.serving.loopback import HttpRequest

ERRORS: Mapping[str, Failure] = {
    "unsigned": Failure("MissingAuthenticationToken", "Request is missing Authentication Token", 403),
    "malformed": Failure(
        "IncompleteSignature",
        "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters and an algorithm of "
        "AWS4-HMAC-SHA256; the request needs an 'X-Amz-Date' header in the form of 20260131T120000Z.",
        400,
    ),
    "host not signed": Failure(
        "SignatureDoesNotMatch", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.", 403
    ),
    "header not signed": Failure(
        "SignatureDoesNotMatch", "There were headers present in the request which were not signed: {name}", 403
    ),
    "header missing": Failure("SignatureDoesNotMatch", "A signed header is missing from the request: {name}", 403),
    "wrong service": Failure(
        "SignatureDoesNotMatch", "Credential should be scoped to correct service: '{service}'. ", 403
    ),
    "wrong region": Failure(
        "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not '{region}'. ", 403
    ),
    "wrong terminator": Failure(
        "SignatureDoesNotMatch",
        "Credential should be scoped with a valid terminator: 'aws4_request', not '{end}'.",
        403,
    ),
    "wrong date": Failure(
        "SignatureDoesNotMatch",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        "'{date}' != '{day}', from '{stamp}'.",
        403,
    ),
    "late": Failure(
        "SignatureDoesNotMatch", "Signature expired: {stamp} is now earlier than {limit} ({now} - 5 min.)", 403
    ),
    "early": Failure(
        "SignatureDoesNotMatch", "Signature not yet current: {stamp} is still later than {limit} ({now} + 5 min.)", 403
    ),
    "wrong signature": Failure(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.",
        403,
    ),
    "wrong payload": Failure(
        "SignatureDoesNotMatch", "The value of 'x-amz-content-sha256' does not match the payload.", 403
    ),
    "unknown key": Failure("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
    "wrong token": Failure("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
    "expired": Failure("ExpiredToken", "The security token included in the request is expired", 403),
}


class RequestChecks(NamedTuple):
    """How one service checks requests, and how many seconds a clock may be off."""

    service: str
    skew: int
    needs_mfa: bool = False
    """Whether a user's session without MFA is refused; IAM does so without a reason."""

    def refusal(self, kind: str, **details: str) -> Refusal:
        """Return the refusal of this kind."""
        code, message, status = ERRORS[kind]
        return Refusal(code, message.format(**details), status)


STS_CHECKS = RequestChecks("sts", skew=300)
IAM_CHECKS = RequestChecks("iam", skew=300, needs_mfa=True)
S3_CHECKS = RequestChecks("s3", skew=900)


class Signed(NamedTuple):
    """Whose request it is, and the region that it was signed for."""

    credential: Credential
    region: str


def authenticate(world: World, request: HttpRequest, checks: RequestChecks) -> Signed:
    """Return who signed the request.

    Any region of the account's partition will do for any service: clients that are pointed at one endpoint sign what is
    global, IAM, with the region that they are set to, and a single address cannot tell what they took it for.

    Raise Refusal when the signature, its scope, its time, the keys or their token do not hold.
    """
    authorization = _authorization(request, checks)
    _check_scope(request, authorization, checks)
    credential = world.credentials.get(authorization.key_id)
    partition = partition_of(authorization.region)
    if credential is None or not _works(credential, world) or credential.account.partition != partition:
        raise checks.refusal("unknown key")
    _check_time(request.headers["x-amz-date"], world.now(), checks)
    _check_payload(request, checks)
    expected = sigv4.signature(request, authorization, credential.secret)
    if not hmac.compare_digest(expected.encode(), authorization.signature.encode()):
        raise checks.refusal("wrong signature")
    if request.headers.get("x-amz-security-token", "") != credential.token:
        raise checks.refusal("wrong token")
    if credential.expires is not None and credential.expires <= world.now():
        raise checks.refusal("expired")
    if checks.needs_mfa and credential.is_user_session and credential.mfa_at is None:
        raise checks.refusal("unknown key")
    credential.used = Use(world.now(), checks.service, authorization.region)
    return Signed(credential, authorization.region)


def _works(credential: Credential, world: World) -> bool:
    """Return whether the services know the keys: not those that are switched off, or were made a moment ago."""
    return credential.active and credential.known_from <= world.now()


def _authorization(request: HttpRequest, checks: RequestChecks) -> sigv4.Authorization:
    if "authorization" not in request.headers:
        raise checks.refusal("unsigned")
    authorization = sigv4.parse_authorization(request.headers["authorization"])
    if authorization is None or "x-amz-date" not in request.headers:
        raise checks.refusal("malformed")
    signed = authorization.signed_headers
    if "host" not in signed:
        raise checks.refusal("host not signed")
    if missing := sorted(set(signed) - set(request.headers)):
        raise checks.refusal("header missing", name=missing[0])
    if unsigned := sorted(name for name in request.headers if name.startswith("x-amz-") and name not in signed):
        raise checks.refusal("header not signed", name=unsigned[0])
    return authorization


def _check_scope(request: HttpRequest, authorization: sigv4.Authorization, checks: RequestChecks) -> None:
    stamp = request.headers["x-amz-date"]
    if authorization.terminator != sigv4.TERMINATOR:
        raise checks.refusal("wrong terminator", end=authorization.terminator)
    if authorization.service != checks.service:
        raise checks.refusal("wrong service", service=checks.service)
    if not partition_of(authorization.region):
        raise checks.refusal("wrong region", region=authorization.region)
    if authorization.date != stamp[:8]:
        raise checks.refusal("wrong date", date=authorization.date, day=stamp[:8], stamp=stamp)


def _check_time(stamp: str, now: float, checks: RequestChecks) -> None:
    signed, received = _time(stamp, checks), datetime.fromtimestamp(int(now), UTC)
    skew = timedelta(seconds=checks.skew)
    if signed < received - skew:
        kind, limit = "late", received - skew
    elif signed > received + skew:
        kind, limit = "early", received + skew
    else:
        return
    raise checks.refusal(kind, stamp=stamp, limit=f"{limit:{TIME_FORMAT}}", now=f"{received:{TIME_FORMAT}}")


def _check_payload(request: HttpRequest, checks: RequestChecks) -> None:
    stated = request.headers.get("x-amz-content-sha256")
    unsigned = checks is S3_CHECKS and stated == sigv4.UNSIGNED_PAYLOAD
    if stated is not None and not unsigned and stated != sigv4.payload_hash(request.body):
        raise checks.refusal("wrong payload")


def _time(stamp: str, checks: RequestChecks) -> datetime:
    try:
        return datetime.strptime(stamp, TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise checks.refusal("malformed") from None
