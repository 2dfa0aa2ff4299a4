"""Where AWS is for a profile, beside its region: as variables, for programs that do not know the profile's name.

Without `AWS_PROFILE` these programs read `[default]`, whatever the session's own profile is. So what the profile says
is set, and the opposite where only `[default]` says something.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html says which one wins.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from mfaenv.aws import address
from mfaenv.config import awsfiles
from mfaenv.config.awsfiles import AwsFiles, Section
from mfaenv.fast import environment
from mfaenv.fast.parse import DEFAULT

URL, IGNORE = environment.ADDRESS, environment.IGNORE_ADDRESSES
VARIABLES = {
    "use_fips_endpoint": "AWS_USE_FIPS_ENDPOINT",
    "use_dualstack_endpoint": "AWS_USE_DUALSTACK_ENDPOINT",
}
WITHOUT_VARIABLE = ("s3", "ca_bundle", "api_versions")
"""`ca_bundle` has one, AWS_CA_BUNDLE, which is not set: rclone 1.60 fails where it is."""


class Settings(NamedTuple):
    """The variables to set, and what none of them can say, in words."""

    variables: Mapping[str, str]
    lost: tuple[str, ...]


def of_profile(name: str, env: Mapping[str, str], files: AwsFiles) -> Settings:
    """Return what a shell has to know of a profile; `env` is the user's own.

    Raise MfaenvError for what is no address.
    """
    own, default = (files.profiles.get(each, {}) for each in (name, DEFAULT))
    switches = {
        variable: _truth(own[setting]) if setting in own else "false"
        for setting, variable in VARIABLES.items()
        if variable not in env and (setting in own or is_true(default.get(setting, "")))
    }
    urls, lost = _urls(name, env, _Addresses.of(own, files), _Addresses.of(default, files))
    told = (
        f"Profile {name} has {_has(own, setting)} {setting}, which no variable says: programs take that of [default]."
        for setting in WITHOUT_VARIABLE
        if default.get(setting, own.get(setting)) != own.get(setting)
        and not (setting == "ca_bundle" and env.get("AWS_CA_BUNDLE"))
    )
    return Settings({**switches, **urls}, (*lost, *told))


def _has(section: Section, setting: str) -> str:
    return "another" if setting in section else "no"


def is_ignored(env: Mapping[str, str], section: Section) -> bool:
    """Return whether no configured address counts."""
    return is_true(env.get(IGNORE, section.get("ignore_configured_endpoint_urls", "")))


def is_true(text: str) -> bool:
    """Return whether a setting is on, as botocore reads it."""
    return text.lower() == "true"


def _truth(text: str) -> str:
    return "true" if is_true(text) else "false"


class _Addresses(NamedTuple):
    """What a profile says of addresses: whether none counts, those of services by variable, and the one for all."""

    ignored: str
    of_services: Mapping[str, str]
    of_all: str

    @classmethod
    def of(cls, section: Section, files: AwsFiles) -> _Addresses:
        """Read them from a profile's section."""
        services = files.services.get(section.get("services", ""), {})
        urls = {f"{URL}_{name.upper()}": awsfiles.nested(text).get("endpoint_url") for name, text in services.items()}
        named = {name: url for name, url in urls.items() if url and environment.is_setting(name)}
        return cls(section.get("ignore_configured_endpoint_urls", ""), named, section.get("endpoint_url", ""))

    def called(self, env: Mapping[str, str]) -> dict[str, str]:
        """Return the addresses that count in this environment, those of services by variable; URL is all others'."""
        if is_true(env.get(IGNORE, self.ignored)):
            return {}
        names = dict.fromkeys((URL, *self.of_services, *(name for name in env if name.startswith(URL))))
        found = {name: env.get(name) or env.get(URL) or self.of_services.get(name) or self.of_all for name in names}
        # A service that is called where all others are need not be named.
        return {name: url for name, url in found.items() if url and (name == URL or url != found[URL])}


def _urls(
    name: str, env: Mapping[str, str], own: _Addresses, default: _Addresses
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the variables for addresses, and what they cannot say."""
    wanted = own.called(env)
    urls = {variable: address.checked(url) for variable, url in wanted.items() if not env.get(variable)}
    choices: list[dict[str, str]] = [{}, *([] if IGNORE in env else [{IGNORE: "true"}, {IGNORE: "false"}])]
    for choice in choices:
        if default.called({**env, **urls, **choice}) == wanted:
            return {**urls, **choice}, ()
    url = address.shown(default.of_all or next(iter(default.of_services.values()), ""))
    lost = f"Services without an address in profile {name} go to that of [default], {url}."
    return {**urls, **(choices[-1] if is_true(default.ignored) else {})}, (lost,)


@contextmanager
def hidden(env: Mapping[str, str]) -> Iterator[None]:
    """Take out of this process what an earlier session's profile brought: botocore would read it for the next one."""
    names = (*environment.settings(env), environment.SETTINGS)
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
