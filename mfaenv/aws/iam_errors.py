"""IAM's errors, with the action that a policy denies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mfaenv.aws import explain
from mfaenv.errors import DeniedError, MfaenvError


@contextmanager
def named_errors(action: str, *, gone_is_done: bool = False, purpose: str = "rotate their own keys") -> Iterator[None]:
    """Raise MfaenvError with IAM's action, and DeniedError with the policy that lets users do what it serves."""
    from botocore.exceptions import ClientError

    try:
        with explain.aws_errors():
            try:
                yield
            except ClientError as error:
                if not gone_is_done or explain.error_code(error) != "NoSuchEntity":
                    raise
    except DeniedError as error:
        raise DeniedError(
            f"A policy denies {action}. {error.message} This shows the policy that lets users {purpose}:",
            command="mfaenv policy --self-service",
        ) from None
    except MfaenvError as error:
        raise MfaenvError(f"{action}: {error.message}", error.hint) from None
