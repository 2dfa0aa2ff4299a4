"""AWS's and botocore's errors in our words, without secrets."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mfaenv import CODE_NEEDED, CODE_WANTED, FAILED, duration
from mfaenv.command_line import aws_configure, install_command
from mfaenv.errors import DeniedError, LostAnswerError, MfaenvError, WrongCodeError, without_password
from mfaenv.fast.entry import Session
from mfaenv.model import Keys
from mfaenv.shells import join

WRONG_DEVICE = "MultiFactorAuthentication failed"
INVALID_CODE = f"{WRONG_DEVICE} with invalid MFA one time pass code"
CLOCK_COMPLAINTS = ("Signature expired", "Signature not yet current", "RequestTimeTooSkewed", "RequestExpired")
# AWS has one code for both: the text tells which.
WRONG_SECRET, OTHER_SCOPE = "SignatureDoesNotMatch", "Credential should be scoped to"

SET_CLOCK = "timedatectl set-ntp true"
NO_NUMBER = "invalid literal for int()"
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What botocore's parsers raise, and what reads their answers here: a proxy may answer anything."""

RETRY_SETTINGS = "Check AWS_MAX_ATTEMPTS and max_attempts, AWS_RETRY_MODE and retry_mode."

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}

EXPLANATIONS = {
    ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"): (
        "AWS does not know {key}: it was deleted or deactivated, or is of another partition or region.",
        "If a stored session has it, add --refresh. Else see the IAM console. In China or GovCloud, set the region.",
    ),
    ("ExpiredToken", "ExpiredTokenException"): (
        "AWS says that the session has ended.",
        "Type the line again with --refresh. If the profile's own keys are temporary, get new ones.",
    ),
    ("MalformedPolicyDocument", "PackedPolicyTooLarge"): (
        "AWS does not take the session policy: {text}",
        "Correct --policy or --policy-arns. Session tags count with them.",
    ),
    ("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"): (
        "AWS is throttling this account's calls.",
        "Wait a little, then try again.",
    ),
    ("ServiceUnavailable", "ServiceFailure", "InternalFailure", "InternalError", "500", "502", "503", "504"): (
        "AWS cannot answer now ({code}): {text}",
        "Wait a little, then try again.",
    ),
    ("ValidationError",): (
        "AWS refuses the values: {text}",
        "Check --duration, duration_seconds, external_id and --serial-number.",
    ),
}
"""AWS's codes, what they mean, and what to do: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html."""

NOT_AWS = (
    "The answer is not from AWS, but from a proxy or another server.",
    "Check HTTPS_PROXY, NO_PROXY, and endpoint_url or AWS_ENDPOINT_URL.",
)

OTHERWISE = ("AWS answered {code}: {text}", "To see what was used, add --verbose, or type mfaenv doctor.")

_CONNECTION = "Check the network, the region's name, and endpoint_url or AWS_ENDPOINT_URL."
_BUNDLES = "Check AWS_CA_BUNDLE and ca_bundle. A proxy that decrypts TLS needs its certificate there."
FROM_PROCESS, MESSAGE_START = "credentials from custom-process: ", "mfaenv: "
"""Before what a credential_process printed, and before mfaenv's own errors."""

BOTOCORE = (
    ("ProxyConnectionError", "The proxy refused the connection: {}", "Check HTTPS_PROXY and NO_PROXY."),
    ("SSLError", "TLS failed: {}", _BUNDLES),
    ("EndpointConnectionError", "AWS cannot be reached: {}", _CONNECTION),
    ("HTTPClientError", "AWS cannot be reached: {}", _CONNECTION),
    ("InvalidConfigError", "{}", "Correct it in the AWS config file, or unset the variable."),
    ("InvalidRetryConfigurationError", "{}", RETRY_SETTINGS),
    ("CredentialRetrievalError", "{}", "Check what credential_process or credential_source names."),
)
"""botocore's exceptions by name, the special before the general."""
LOST_ANSWERS = {"ConnectionClosedError", "ReadTimeoutError"}  # after a request was sent

SIGN_INS = {"SSOError": "aws sso login", "TokenRetrievalError": "aws sso login", "LoginError": "aws login"}


class WrongDeviceError(MfaenvError):
    """The user has no such device."""


@contextmanager
def aws_errors(keys: Keys | Session | None = None, device: str = "") -> Iterator[None]:
    """Turn the errors of a call into MfaenvError, with the access key or device to blame."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        raise _from_client(error, keys, device) from None
    except BotoCoreError as error:
        explained = from_botocore(error)
        if device and is_lost(error):
            hint = "Check the network. AWS may have used the code: wait for the device's next one."
            raise LostAnswerError(explained.message, hint) from None
        raise explained from None
    except (ResponseParserError, *UNREADABLE):
        raise MfaenvError(*NOT_AWS) from None


@contextmanager
def iam_errors(action: str, purpose: str = "rotate their own keys") -> Iterator[None]:
    """Raise MfaenvError with the action, and DeniedError with the policy that lets users do it."""
    try:
        with aws_errors():
            yield
    except DeniedError as error:
        wrong = f"A policy denies {action}. {error.message} This shows the policy that lets users {purpose}:"
        raise DeniedError(wrong, command="mfaenv policy --self-service") from None
    except MfaenvError as error:
        raise MfaenvError(f"{action}: {error.message}", error.hint, command=error.command) from None


@contextmanager
def setting_errors() -> Iterator[None]:
    """Turn what botocore raises for settings that make no client into MfaenvError."""
    from botocore.exceptions import BotoCoreError

    try:
        yield
    except BotoCoreError as error:
        raise from_botocore(error) from None
    except AttributeError as error:
        if not isinstance(error.obj, str):
            raise
        # botocore expects settings nested below these.
        wrong = "A profile's s3 or api_versions stands alone, and holds nothing."
        raise MfaenvError(wrong, "Write its settings below it, indented, or remove the line.") from None
    except ValueError as error:
        # botocore's for what makes no URL, and Python's for a setting that is not a number
        kind, colon, text = str(error).partition(": ")
        if kind.startswith(NO_NUMBER):
            raise MfaenvError(f"A setting has to be a number, and is {text}.", RETRY_SETTINGS) from None
        wrong = _sentence(f"{kind}{colon}{without_password(text)}")
        raise MfaenvError(wrong, "Check the region and endpoint_url.") from None


def _from_client(error: Any, keys: Keys | Session | None, device: str) -> MfaenvError:
    code, text = text_of(error, "Code"), text_of(error, "Message")
    if any(each in f"{code} {text}" for each in CLOCK_COMPLAINTS):
        now = time.time()
        off = round(ahead(error.response, now, now) or 0)
        measure = f" by {duration.text(abs(off))}: it is {'ahead' if off > 0 else 'behind'}" if off else ""
        return MfaenvError(f"This machine's clock is off{measure}. On Linux, this sets it:", command=SET_CLOCK)
    if OTHER_SCOPE in text:
        wrong = f"AWS wants another region or service in the signature: {_sentence(text)}"
        hint = "Set --region, or the profile's region, to that of endpoint_url or AWS_ENDPOINT_URL."
        return MfaenvError(wrong, hint)
    if code in DENIED:
        return _denied(text, device)
    key = f"the access key {keys.access_key}" if keys else "the access key"
    if code == WRONG_SECRET:
        wrong = f"The secret key does not belong to {key}."
        if isinstance(keys, Keys) and keys.profile:
            return MfaenvError(f"{wrong} This stores both again:", command=aws_configure(keys.profile))
        return MfaenvError(wrong, f"Check both in {keys.source if isinstance(keys, Keys) else 'the profile'}.")
    otherwise = OTHERWISE if code else NOT_AWS
    message, hint = next((row for codes, row in EXPLANATIONS.items() if code in codes), otherwise)
    return MfaenvError(message.format(key=key, code=code, text=_sentence(text)), hint)


def _denied(text: str, device: str) -> MfaenvError:
    if INVALID_CODE in text:
        wrong = f"AWS refused the code for {device}: it is wrong, or was used before."
        return WrongCodeError(wrong, "Wait for the device's next code, and check its clock.")
    if WRONG_DEVICE in text:
        wrong = f"The device {device} is not this user's, according to AWS."
        hint = "Correct --serial-number, AWS_MFA_SERIAL or mfa_serial, or set one: IAM's console shows the ARN."
        return WrongDeviceError(wrong, hint)
    wrong = f"AWS denied it{': ' if text else ''}{_sentence(text)}"
    return DeniedError(wrong, "Check the user's policies and, for a role, its trust policy.")


def text_of(error: Any, part: str) -> str:
    """Return the Code or the Message of an error; empty where there is none, or two."""
    text = error.response.get("Error", {}).get(part)
    return text if isinstance(text, str) else ""


def ahead(response: Any, sent: float, received: float) -> float | None:
    """Return the seconds by which the clock is ahead of the answer's Date header; None without one.

    A date between sending and receiving is right: answers may be slow.
    """
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    from email.utils import parsedate_to_datetime  # slow to load

    try:
        there = parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(received - there, max(sent - there, 0))


def from_botocore(error: Exception) -> MfaenvError:
    """Explain botocore's own error; of what a program printed, only the last line, if no shell traced it."""
    if "Invalid header value" in str(error):  # which it shows, and which may be the token
        wrong = "A key or token of the profile holds a line break or another character that none has."
        return MfaenvError(wrong, "Store it again, on one line.")
    before, mark, printed = str(error).partition(FROM_PROCESS)
    if MESSAGE_START in printed:
        message, _, hint = printed.rpartition(MESSAGE_START)[2].strip().partition("\n")
        status = CODE_NEEDED if message.startswith(CODE_WANTED) else FAILED
        return MfaenvError(message, hint.strip(), status=status)
    last_line = printed.strip().rpartition("\n")[2]
    sentence = _sentence(f"{before}{mark}{'' if last_line.startswith('+') else last_line}")
    for name, message, hint in BOTOCORE:
        if name in _class_names(error):
            return MfaenvError(message.format(sentence), hint)
    return MfaenvError(sentence, OTHERWISE[1])


def is_lost(error: object) -> bool:
    """Return whether a request was sent, and its answer did not come."""
    return not LOST_ANSWERS.isdisjoint(_class_names(error))


def _sentence(text: str) -> str:
    line = " ".join(text.split())
    line = without_password(line) if "://" in line else line
    line = re.sub(r"(?<![^\s\"'?])([^\s\"'?/]*+/[^\s\"'?]*+)\?[^\s\"']+", r"\1", line)  # the query of a URL
    return line if line.endswith((".", "!", "?")) else f"{line.rstrip(':')}."


@contextmanager
def source_errors(profile: str, kind: str) -> Iterator[None]:
    """Explain why a profile's source gives no keys; never show what it printed."""
    from botocore import exceptions

    try:
        yield
    except exceptions.MissingDependencyException:
        wrong = f"Profile {profile} signs in with `aws login`, for which botocore needs awscrt. Type:"
        raise MfaenvError(wrong, command=install_command("login")) from None
    except exceptions.BotoCoreError as error:
        command = next((SIGN_INS[name] for name in _class_names(error) if name in SIGN_INS), "")
        if not command:
            raise
        wrong = f"Profile {profile} is not signed in: {_sentence(str(error))} Sign in first:"
        raise MfaenvError(wrong, command=join((*command.split(), "--profile", profile))) from None
    except (OSError, *UNREADABLE) as error:
        reason = "its setting or its answer is malformed"
        if isinstance(error, OSError):
            parts = (error.strerror or str(error), error.filename)  # a socket's error has no file
            reason = ": ".join(str(part) for part in parts if part) or type(error).__name__
        elif isinstance(error, RuntimeError):
            reason = "the session that it gives has ended"
        wrong = f"Profile {profile} ({kind}) gives no keys: {reason}."
        raise MfaenvError(wrong, "Check what its setting names.") from None


def _class_names(error: object) -> list[str]:
    return [kind.__name__ for kind in type(error).__mro__]
