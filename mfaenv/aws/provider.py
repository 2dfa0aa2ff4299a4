"""Credentials that botocore resolves: of IAM Identity Center, aws login, web identity, processes, machines."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from mfaenv.aws import client, explain, regions
from mfaenv.command_line import aws_configure
from mfaenv.errors import MfaenvError, NoKeysError, no_role
from mfaenv.fast import environment
from mfaenv.fast.entry import Session
from mfaenv.fast.parse import DEFAULT
from mfaenv.model import BEFORE_PROCESS, Provider, Request

Start = Callable[..., Any]

VISITED = "MFAENV_PROCESS_PROFILES"  # the profiles whose credential_process is running: it may lead back here


def credentials(request: Request, env: Mapping[str, str], start: Start) -> Session:
    """Return what botocore resolves the profile to, never the keys of the environment. Raise MfaenvError.

    `start` starts a credential_process: botocore would look in the current folder first on Windows.
    """
    profile = request.source_profile
    process_env = {**environment.without_settings(env), VISITED: _visited(request.profiles, env)}
    with explain.aws_errors(), explain.source_errors(profile, request.provider):
        session = client.session(request.config_profile)
        role_arn = env.get("AWS_ROLE_ARN") if request.provider is Provider.WEB_ENVIRONMENT else None
        role_arn = role_arn or session.get_scoped_config().get("role_arn", "")
        session.set_config_variable("region", regions.call_region(request.session_region, role_arn))
        resolved = _resolver(session, request.provider, partial(start, env=process_env)).load_credentials()
        if resolved is None and request.provider is Provider.SOURCE:
            wrong = f"No credentials found in credential_source of profile {profile}."
            raise MfaenvError(wrong, "Check what its credential_source names.")
        if resolved is None:
            raise no_keys(profile, session.full_config["profiles"])
        frozen = resolved.get_frozen_credentials()
        keys = access_key, secret_key, token = frozen.access_key, frozen.secret_key, frozen.token or ""
        if not (access_key and secret_key and all(isinstance(key, str) for key in keys)):
            raise TypeError  # a program may print anything
    # The AWS CLI reads it too: botocore has no public one.
    expires = getattr(resolved, "_expiry_time", None)
    until = int(expires.timestamp()) if expires else None
    account = str(frozen.account_id or "")
    return Session(access_key=access_key, secret_key=secret_key, token=token, expires=until, account=account)


def no_keys(profile: str = "", profiles: Mapping[str, Mapping[str, str]] = {}) -> NoKeysError:
    """Return the error for a profile without keys, or for no profile with long-term ones."""
    if source := profiles.get(profile, {}).get("source_profile"):
        return no_role(profile, source)
    if "aws_access_key_id" in profiles.get(title := f"profile {profile}", {}):
        wrong = f"There are no keys for profile {profile}: in the credentials file they are under [{title}]."
        hint = f"Put them under [{profile}]: `profile` belongs in titles of the config file alone."
        return NoKeysError(wrong, hint)
    for name, section in profiles.items():
        pair = section.get("aws_access_key_id", ""), section.get("aws_secret_access_key", "")
        if profile in {"", name} and environment.has_secret_as_id(*pair):
            return NoKeysError(f"The access key ID of {name} is or has a secret key.", "Write the ID alone.")
    free = DEFAULT if BEFORE_PROCESS.isdisjoint(profiles.get(DEFAULT, {})) else "NAME"
    there = f"There are no keys for profile {profile}: [{profile}] in the credentials file has none"
    wrong = f"{there if profile else 'No profile has long-term keys'}. Make some in IAM; this stores them:"
    return NoKeysError(wrong, command=aws_configure(profile or free))


def _resolver(session: Any, kind: Provider, popen: Start) -> Any:
    """Raise MfaenvError where an old botocore would take the machine's credentials for an unknown kind."""
    from botocore import __version__ as version
    from botocore import credentials as providers

    resolver = session.get_component("credential_provider")
    if kind is Provider.SOURCE:
        name = session.get_scoped_config()["credential_source"]
        all_providers = providers.EnvProvider(), *resolver.providers
        provider = next(each for each in all_providers if name == each.CANONICAL_NAME)
        return providers.CredentialResolver([provider])
    profile = session.get_config_variable("profile") or "default"
    process = providers.ProcessProvider(profile, lambda: session.full_config, popen)
    replaced: dict[str, Any] = {"custom-process": process}
    if kind is Provider.WEB_ENVIRONMENT:
        web = providers.AssumeRoleWithWebIdentityProvider(
            lambda: session.full_config, session.create_client, profile
        )
        replaced["assume-role-with-web-identity"] = web
    if kind is Provider.LOGIN and all(each.METHOD != "login" for each in resolver.providers):
        wrong = f"Profiles of `aws login` need boto3 1.41 or later, and botocore {version} is here."
        raise MfaenvError(wrong, "Upgrade boto3, or name another profile.")
    left_out = {"env", "assume-role"}
    if os.path.expanduser("~") == "~":  # without a home, ~/.boto would be in the current folder
        left_out.add("boto-config")
    kept = [replaced.get(each.METHOD, each) for each in resolver.providers if each.METHOD not in left_out]
    return providers.CredentialResolver(kept)


def _visited(profiles: Sequence[str], env: Mapping[str, str]) -> str:
    visited = env[VISITED].split("\n") if env.get(VISITED) else []
    for number, name in enumerate(profiles, 1):
        if name in visited:
            circle = [*visited[visited.index(name) :], *profiles[:number]]
            wrong = f"The credential_process of profile '{profiles[-1]}' leads back to itself: {' → '.join(circle)}."
            raise MfaenvError(wrong, "Give the process a profile that holds access keys.")
    return "\n".join([*visited, *profiles])
