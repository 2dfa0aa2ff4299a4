"""AWS's and botocore's errors in our words: what is wrong, then what to do. No text here holds a secret."""

from __future__ import annotations

import time
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

from mfaenv.errors import DeniedError, MfaenvError, WrongCodeError, without_password
from mfaenv.options import duration_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.exceptions import BotoCoreError, ClientError

INVALID_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code"
WRONG_DEVICE = "MultiFactorAuthentication failed"
CLOCK_COMPLAINTS = ("Signature expired", "Signature not yet current", "RequestTimeTooSkewed")
OTHER_SCOPE = "Credential should be scoped to"
"""AWS has but one code, SignatureDoesNotMatch, for this and for a wrong secret key."""

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


@contextmanager
def aws_errors(access_key: str = "", device: str = "") -> Iterator[None]:
    """Turn what goes wrong inside into MfaenvError; `access_key` and `device` are named where they are the reason."""
    from botocore.exceptions import ClientError

    try:
        with botocore_errors():
            yield
    except ClientError as error:
        raise from_client(error, access_key, device) from None


@contextmanager
def botocore_errors() -> Iterator[None]:
    """Turn botocore's own errors, before or without an answer of AWS, into MfaenvError."""
    from botocore.exceptions import BotoCoreError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except (ResponseParserError, KeyError):
        # botocore takes it for granted that a page that is XML has AWS's elements in it.
        raise MfaenvError(*NOT_AWS) from None
    except BotoCoreError as error:
        raise from_botocore(error) from None
    except ValueError as error:
        # botocore's word for an endpoint or a region that makes no URL
        raise MfaenvError(f"{_sentence(str(error))}", "Look at the region and at endpoint_url.") from None


def from_client(error: ClientError, access_key: str, device: str) -> MfaenvError:
    """Explain an error that AWS answered with."""
    code, text = _code(error)
    if any(complaint in f"{code} {text}" for complaint in CLOCK_COMPLAINTS):
        return clock_error(error.response)
    if OTHER_SCOPE in text:
        return MfaenvError(
            f"AWS wants another region or service in the signature: {_sentence(text)}",
            "Set --region, or the profile's region, to that of endpoint_url or AWS_ENDPOINT_URL.",
        )
    if code in DENIED:
        return _denied(text, device)
    if not code:
        return MfaenvError(*NOT_AWS)
    message, hint = next((row for codes, *row in ANSWERS if code in codes), OTHERWISE)
    key = f"the access key {access_key}" if access_key else "the access key"
    return MfaenvError(message.format(key=key, code=code, text=_sentence(text)), hint)


ANSWERS = (
    (
        {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"},
        "AWS does not know {key}: it was deleted, deactivated, or is another partition's.",
        "Look it up in the IAM console, and set the region where the account is in China or GovCloud.",
    ),
    (
        {"SignatureDoesNotMatch"},
        "The secret key does not belong to {key}.",
        "Run `aws configure` and paste both again.",
    ),
    (
        {"ExpiredToken", "ExpiredTokenException"},
        "The session has ended, says AWS.",
        "Get a new one: mfaenv --refresh.",
    ),
    (
        {"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"},
        "AWS is throttling this account's calls.",
        "Wait a little, then try again.",
    ),
    (
        {"ValidationError"},
        "AWS refuses the values: {text}",
        "Look at --duration, duration_seconds and --serial-number.",
    ),
    (
        {"RegionDisabledException"},
        "STS is switched off in this region.",
        "Enable it in the IAM console, or set --region.",
    ),
)
"""AWS's codes, what they mean, and what to do: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html."""

NOT_AWS = (
    "The answer is not AWS's, but a proxy's or another server's.",
    "Look at HTTPS_PROXY, NO_PROXY, and endpoint_url or AWS_ENDPOINT_URL.",
)

OTHERWISE = ("AWS answered {code}: {text}", "Run with --verbose to see what was used.")


def _denied(text: str, device: str) -> MfaenvError:
    if INVALID_CODE in text:
        return WrongCodeError(
            f"AWS refused the code for {device}: it is wrong, or was used before.",
            "Wait for the device's next code, and look at its clock.",
        )
    if WRONG_DEVICE in text:
        return MfaenvError(
            f"The device {device} is not this user's, says AWS.",
            "Name the right one with --serial-number or mfa_serial (`aws iam list-mfa-devices` shows it).",
        )
    if "Cannot call GetSessionToken with session credentials" in text:
        return MfaenvError("These keys are a session's already.", "Use the profile that holds the long-term keys.")
    return DeniedError(
        f"AWS denied it: {_sentence(text)}", "Look at the policies of the user and, for a role, its trust."
    )


def _code(error: ClientError) -> tuple[str, str]:
    found = error.response.get("Error", {})
    return found.get("Code", ""), found.get("Message", "")


def clock_error(response: Any) -> MfaenvError:
    """Say by how much the clock is off, as far as the answer tells."""
    off = round(ahead(response, time.time()) or 0)
    measure = f" by {duration_text(abs(off))}: it is {'ahead' if off > 0 else 'behind'}" if off else ""
    return MfaenvError(f"This machine's clock is off{measure}.", "Set it (timedatectl set-ntp true), then try again.")


def ahead(response: Any, now: float) -> float | None:
    """Give the seconds by which `now` is ahead of the answer's own Date header; nothing where that holds no date."""
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return now - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


def from_botocore(error: BotoCoreError) -> MfaenvError:
    """Explain an error that botocore raised itself."""
    for name, message, hint in BOTOCORE:
        if any(kind.__name__ == name for kind in type(error).__mro__):
            return MfaenvError(message.format(_sentence(str(error))), hint)
    return MfaenvError(_sentence(str(error)), "Run with --verbose to see what was used.")


_CONNECTION = "Look at the network, the region's name, and endpoint_url or AWS_ENDPOINT_URL."
BOTOCORE = (
    ("ProxyConnectionError", "The proxy refused the connection: {}", "Look at HTTPS_PROXY and NO_PROXY."),
    ("SSLError", "TLS failed: {}", "Behind a proxy that opens TLS, put its certificate in AWS_CA_BUNDLE."),
    ("EndpointConnectionError", "AWS cannot be reached: {}", _CONNECTION),
    ("HTTPClientError", "AWS cannot be reached: {}", _CONNECTION),
    ("InvalidRegionError", "{}", "Look at --region, AWS_REGION, and the profile's region."),
    (
        "NoRegionError",
        "A region is needed here, and none is set.",
        "Set --region, AWS_REGION, or the profile's region.",
    ),
    ("CredentialRetrievalError", "{}", "Try by itself what credential_process or credential_source names."),
)
"""botocore's exceptions by name, the special before the general: https://docs.aws.amazon.com/boto3 lists them."""


def _sentence(text: str) -> str:
    """Put a foreign message on one line, without the password of a URL, and end it."""
    line = " ".join(without_password(word) if "://" in word else word for word in text.split())
    return line if line.endswith((".", "!", "?")) else f"{line.rstrip(':')}."


@contextmanager
def sign_in_errors(profile: str) -> Iterator[None]:
    """Name the command that signs in first, where that is all that lacks; the rest goes on as it is."""
    from botocore import exceptions

    commands = (
        ((exceptions.SSOError, exceptions.TokenRetrievalError), "aws sso login"),
        ((getattr(exceptions, "LoginError", ()),), "aws login"),
    )
    try:
        yield
    except exceptions.MissingDependencyException:
        raise MfaenvError(
            f"Profile {profile} signs in with `aws login`, which botocore reads with awscrt only.",
            f"Install it (pip install 'mfaenv[login]'), then sign in: aws login --profile {profile}",
        ) from None
    except exceptions.BotoCoreError as error:
        for kinds, command in commands:
            if isinstance(error, kinds):
                raise MfaenvError(
                    f"Profile {profile} is not signed in: {_sentence(str(error))}",
                    f"Sign in first: {command} --profile {profile}",
                ) from None
        raise


@contextmanager
def source_errors(profile: str) -> Iterator[None]:
    """Explain what botocore lets through of a program, file or server that gives a profile's keys; not its output."""
    from botocore.exceptions import BotoCoreError

    try:
        yield
    except (BotoCoreError, MfaenvError):  # some of botocore's are an OSError or a ValueError besides
        raise
    except OSError as error:
        reason = f"{error.strerror}: {error.filename}"
    except RuntimeError:
        reason = "what it gives has ended already"
    except (AttributeError, TypeError, ValueError):
        reason = "its setting or its answer is malformed"
    else:
        return
    raise MfaenvError(f"Profile {profile} gives no keys: {reason}.", "Try by itself what its setting names.")
