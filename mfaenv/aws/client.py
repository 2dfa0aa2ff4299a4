"""botocore sessions and clients, with a profile's settings."""

import os
import warnings
from collections.abc import Mapping
from functools import cache, partial
from typing import Any, NamedTuple

from mfaenv.aws import address, explain, regions
from mfaenv.errors import MfaenvError, wrong_usage
from mfaenv.fast.entry import Session
from mfaenv.model import Keys, Request

CONNECT_SECONDS, READ_SECONDS = 10, 30  # botocore's own are 60 each, several times over

ROLE_SETTINGS = {
    "duration_seconds",
    "external_id",
    "mfa_process",
    "mfa_serial",
    "region",
    "role_arn",
    "role_session_name",
    "source_profile",
}
"""Settings on which no client depends: it is given a region."""

BOTOCORE_VARIABLES = {
    "profile": (None, None, None, None),  # never AWS_PROFILE: it is passed in
    "allow_http": (None, address.ALLOW_HTTP, None, None),
    "requests_ca_bundle": (None, "REQUESTS_CA_BUNDLE", None, None),
}
BUNDLES = ("ca_bundle", "requests_ca_bundle")  # the first counts


def _new_session(profile: str | None) -> Any:
    import botocore.session

    warnings.filterwarnings("ignore", module="dateutil")  # of odd times in answers
    with explain.setting_errors():
        made = botocore.session.Session(dict(BOTOCORE_VARIABLES), profile=profile)
        for name in ("config_file", "credentials_file"):  # as in names.file_paths, before one is read
            if os.path.expanduser(made.get_config_variable(name)).startswith("~"):
                made.set_config_variable(name, os.devnull)
        made.register_component("data_loader", regions.loader())
        made.register("before-sign", partial(_refuse_http, made))
        # Opt-in regions refuse the global endpoint's tokens, and it answers for one partition only.
        made.set_config_variable("sts_regional_endpoints", "regional")
        if made.get_config_variable("retry_mode") == "legacy":
            made.set_config_variable("retry_mode", "standard")
        own, requests = map(made.get_config_variable, BUNDLES)
        if (requests if own is None else own) == "":  # which botocore before 1.44 takes for no check
            wrong = "AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE or ca_bundle is empty: no certificate would be checked."
            raise MfaenvError(wrong, "Unset it, or name a file of certificates.")
        return made


session = cache(_new_session)


def _refuse_http(session: Any, **event: Any) -> None:
    url = event["request"].url
    env = {f"{scheme}_proxy": proxy for scheme, proxy in proxies(url).items()}
    env[address.ALLOW_HTTP] = session.get_config_variable("allow_http") or ""
    address.refuse_http(url, env)


def proxies(url: str) -> dict[str, str]:
    """Return the proxies for a URL by scheme. Raise MfaenvError (usage) where urllib3 would show a password."""
    from botocore.utils import get_environ_proxies

    urls: dict[str, str] = get_environ_proxies(url)
    scheme = url.partition(":")[0]
    if scheme in urls and address.parse_proxy(urls[scheme]) is None:
        hint = r"It looks like http://USER:PASSWORD@HOST:PORT: write # as %23, / as %2F, ? as %3F, \ as %5C."
        raise wrong_usage(f"{scheme.upper()}_PROXY is not the URL of a proxy.", hint)
    return urls


class ClientSettings(NamedTuple):
    """What a client needs: a profile's settings, a region, and an ARN whose partition counts.

    `endpoints`, by service, are empty for AWS's own; a service that is not there gets botocore's choice.
    `attempts` is the most that a call is sent. `ca_bundle` is for where neither the profile nor a variable has one.
    """

    profile: str | None
    region: str
    arn: str = ""
    endpoints: Mapping[str, str] = {}
    attempts: int | None = None
    ca_bundle: str = ""


def settings_of(request: Request, arn: str = "") -> ClientSettings:
    """Return a client's settings for the request's long-term keys. The partition is the ARN's, or the device's."""
    endpoints = {service: value.text for service, value in request.endpoints.items()}
    profile, region = request.config_profile, request.session_region
    arn = arn or request.device.text
    return ClientSettings(profile, region, arn, endpoints, ca_bundle=request.ca_bundle)


def client(service: str, settings: ClientSettings, keys: Keys | Session) -> Any:
    """Make a client. Raise MfaenvError."""
    with explain.setting_errors():
        return _create(
            service,
            session(settings.profile),
            settings,
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            aws_session_token=keys.token or None,
        )


def _create(service: str, session: Any, settings: ClientSettings, **keys: str | None) -> Any:
    from botocore.config import Config

    endpoint = settings.endpoints.get(service)
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": settings.attempts} if settings.attempts else None,
        ignore_configured_endpoint_urls=endpoint is not None or None,  # type: ignore[call-arg] # not in stubs
    )
    return session.create_client(
        service,
        region_name=regions.call_region(settings.region, settings.arn),
        endpoint_url=endpoint or None,
        verify=None if session.get_config_variable("ca_bundle") else settings.ca_bundle or None,
        config=config,
        **keys,
    )


def own_address(service: str, settings: ClientSettings) -> str:
    """Return AWS's address of a service by the settings (FIPS, dual stack); empty for none."""
    nobody = Keys("nobody", "nothing", "", "")
    try:
        return str(client(service, settings._replace(endpoints={service: ""}), nobody).meta.endpoint_url)
    except MfaenvError:
        return ""


class RoleClients:
    """STS clients for a chain of roles; profiles with the same settings share one."""

    def __init__(self) -> None:
        self._first: Any = None
        self._made: dict[tuple[str, str, str | None], tuple[Any, Any]] = {}

    def client(self, settings: ClientSettings, keys: Session) -> Any:
        """Return a client that signs with these keys until the next call. Raise MfaenvError."""
        with explain.setting_errors():
            first = self._first = self._first or _new_session(settings.profile)
            section = first.full_config["profiles"].get(settings.profile, {})
            others = sorted((name, str(value)) for name, value in section.items() if name not in ROLE_SETTINGS)
            region = regions.call_region(settings.region, settings.arn)
            which = repr(others), region, settings.endpoints.get("sts")
            if which not in self._made:
                session = _new_session(settings.profile) if self._made else first
                session.set_credentials("", "")
                made = _create("sts", session, settings)
                self._made[which] = made, session.get_credentials()
            made, current = self._made[which]
            current.access_key, current.secret_key = keys.access_key, keys.secret_key
            current.token = keys.token or None
            return made
