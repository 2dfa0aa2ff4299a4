"""Profiles that need no code: IAM Identity Center, aws login, web identity, processes, and the machine's own role."""

from __future__ import annotations

import os
from contextlib import contextmanager

from mfaenv.aws import client, explain
from mfaenv.errors import MfaenvError
from mfaenv.model import Credentials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfaenv.model import Plan

VISITED = "MFAENV_PROCESS_PROFILES"
"""The profiles on whose behalf a credential_process is running: it may be mfaenv, and lead back here."""


def credentials(plan: Plan) -> Credentials:
    """Give what botocore resolves the plan's profile to, never the keys of the environment.

    Raises MfaenvError where there is nothing, where a sign-in comes first, or where the profiles lead in a circle.
    """
    profile = plan.profiles[-1]
    explained = explain.source_errors(f"{profile} ({plan.kind})")
    with _no_circle(profile), explain.aws_errors(), explain.sign_in_errors(profile), explained:
        session = client.session(plan.config_profile)
        session.get_component("credential_provider").remove("env")
        role_arn = session.get_scoped_config().get("role_arn", "")
        session.set_config_variable("region", client.call_region(session, plan.session_region, role_arn))
        found = session.get_credentials()
        if found is None:
            raise MfaenvError(f"There are no keys for profile {profile}.", "`aws configure` stores some.")
        frozen = found.get_frozen_credentials()
    # The AWS CLI's export-credentials reads the same attribute: botocore has no public one for it.
    expires = getattr(found, "_expiry_time", None)
    until = int(expires.timestamp()) if expires else None
    return Credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token or "", until)


@contextmanager
def _no_circle(profile: str) -> Iterator[None]:
    """Tell programs that are run inside which profiles led to them. Raises MfaenvError where this is one of those."""
    before = os.environ.get(VISITED, "")
    visited = before.split("\n") if before else []
    if profile in visited:
        drawn = " → ".join([*visited, profile])
        raise MfaenvError(
            f"The credential_process of profile '{profile}' leads back to itself: {drawn}.",
            "Give the process a profile that holds access keys.",
        )
    os.environ[VISITED] = "\n".join([*visited, profile])
    try:
        yield
    finally:  # `mfaenv exec` hands this environment on
        del os.environ[VISITED]
        if before:
            os.environ[VISITED] = before
