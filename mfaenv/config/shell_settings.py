"""What a profile says beside keys and region, as variables.

A session's variables leave a program without a profile's name, so it reads `[default]`. Where the chosen
profile says something else, a variable has to say it; where `[default]` alone says something, a variable says
the usual (USUAL). Which address wins: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

from collections.abc import Iterator

from mfaenv.aws import address
from mfaenv.config import awsfiles
from mfaenv.config.awsfiles import AwsFiles, Section
from mfaenv.fast import environment
from mfaenv.fast.parse import DEFAULT, Env

BASE, IGNORE = environment.ADDRESS, environment.IGNORE_ADDRESSES
VARIABLE_OF_SETTING = {name.removeprefix("AWS_").lower(): name for name in environment.SETTING_VARIABLES}
SWITCHES = (
    "use_fips_endpoint",
    "use_dualstack_endpoint",
    "s3_use_arn_region",
    "s3_disable_multiregion_access_points",
    "s3_disable_express_session_auth",
    "disable_host_prefix_injection",
    "disable_request_compression",
)
"""The settings that are true or false."""

USUAL = {
    **dict.fromkeys(SWITCHES, "false"),
    "s3_use_arn_region": "",  # botocore's is true for S3, and false for S3 Control
    "request_checksum_calculation": "when_supported",
    "response_checksum_validation": "when_supported",
    "defaults_mode": "legacy",
    "account_id_endpoint_mode": "preferred",
    "request_min_compression_size_bytes": "10240",
    "s3_us_east_1_regional_endpoint": "legacy",
}
"""What all programs do where nothing is set: it is set where only `[default]` says something."""

NESTED = {
    "s3_use_arn_region": "use_arn_region",
    "s3_us_east_1_regional_endpoint": "us_east_1_regional_endpoint",
    "s3_disable_multiregion_access_points": "s3_disable_multiregion_access_points",
}
"""Settings that may stand in the block of `s3`, and their names there."""

S3 = (
    "addressing_style",
    "payload_signing_enabled",
    "signature_version",
    "use_accelerate_endpoint",
    "use_dualstack_endpoint",
)
"""Those of `s3` that change what a call does, and have no variable."""


def of_profile(name: str, env: Env, files: AwsFiles, region: str = "") -> tuple[dict[str, str], str]:
    """Return the variables to set, and a warning of what they cannot say, if any.

    `env` is the user's own, `region` the shell's. Raise MfaenvError for what is not an address.
    """
    own, default = files.section(name), files.section(DEFAULT)
    plain, unsaid_settings = _plain_settings(env, own, default)
    urls, unsaid_urls = _urls(name, env, own, default, files)
    unsaid = (*unsaid_urls, *unsaid_settings, *_without_variable(env, own, default, region))
    if name != DEFAULT and files.services_of(default) is None and not is_ignored({**env, **urls}, default):
        broken = f"[default] has services = {default['services']}, with which they stop: remove it"
        unsaid = (broken, *unsaid)
    warning = f"Programs in this shell do not get all settings of profile {name}: {'; '.join(unsaid)}."
    return {**plain, **urls}, warning if unsaid else ""


def _plain_settings(env: Env, own: Section, default: Section) -> tuple[dict[str, str], list[str]]:
    variables: dict[str, str] = {}
    unsaid: list[str] = []
    for setting, variable in VARIABLE_OF_SETTING.items():
        text, of_default = _value(setting, own), _value(setting, default)
        usual = USUAL.get(setting, "")
        if variable in env or text == of_default == "" or (not text and of_default == usual):
            continue
        value = text or usual
        if value and value.isascii() and value.isprintable() and " " not in value:  # one word of SETTINGS
            variables[variable] = value
        else:
            unsaid.append(f"{setting} is that of [default] there: set {variable}")
    return variables, unsaid


def _value(setting: str, section: Section) -> str:
    text = section.get(setting, "")
    if not text and setting in NESTED:
        text = awsfiles.nested(section.get("s3", "")).get(NESTED[setting], "")
    return str(_is_true(text)).lower() if text and setting in SWITCHES else text


def _without_variable(env: Env, own: Section, default: Section, region: str) -> Iterator[str]:
    """Yield what has no variable that may be set: rclone 1.60 fails where AWS_CA_BUNDLE is."""
    bundle = own.get("ca_bundle", "")
    if bundle != default.get("ca_bundle", "") and not env.get("AWS_CA_BUNDLE"):
        value = f"={bundle}" if bundle else " to the system's certificates"
        yield f"ca_bundle is that of [default] there: set AWS_CA_BUNDLE{value}"
    if default.get("region") and not region and own is not default:
        without = f"without AWS_PROFILE they use {default['region']} of [default]"
        yield f"it has no region, and {without}: set region in it, or AWS_REGION"
    if _s3(own) != _s3(default):
        where = "write it under [default]" if _s3(own) else "move it to the profiles that need it"
        yield f"s3 is that of [default] there: no variable says it, {where}"
    if env.get("AWS_ACCOUNT_ID_ENDPOINT_MODE", own.get("account_id_endpoint_mode", "")).lower() == "required":
        yield "account_id_endpoint_mode = required stops DynamoDB there: set AWS_ACCOUNT_ID after each mfaenv"


def _s3(section: Section) -> dict[str, str]:
    return {name: text for name, text in awsfiles.nested(section.get("s3", "")).items() if name in S3}


def is_ignored(env: Env, section: Section) -> bool:
    """Return whether configured addresses do not count."""
    return _is_true(env.get(IGNORE, section.get("ignore_configured_endpoint_urls", "")))


def _is_true(text: str) -> bool:
    return text.lower() == "true"


def _addresses(env: Env, section: Section, files: AwsFiles) -> dict[str, str]:
    """Return a section's addresses by variable; BASE is that of all other services."""
    if is_ignored(env, section):
        return {}
    services = (files.services_of(section) or {}).items()
    own = {f"{BASE}_{name.upper()}": awsfiles.nested(of_it).get("endpoint_url") for name, of_it in services}
    names = (BASE, *filter(environment.is_setting, own), *(name for name in env if name.startswith(BASE)))
    urls = {
        name: env.get(name) or env.get(BASE) or own.get(name) or section.get("endpoint_url", "")
        for name in names
    }
    # A service with the address of all others needs no variable.
    return {name: url for name, url in urls.items() if url and (name == BASE or url != urls[BASE])}


def _urls(
    name: str, env: Env, own: Section, default: Section, files: AwsFiles
) -> tuple[dict[str, str], list[str]]:
    """Try the ways to set IGNORE until what reads `[default]` gets the profile's addresses."""
    expected = _addresses(env, own, files)
    urls = {variable: address.checked(url) for variable, url in expected.items() if not env.get(variable)}
    expected |= urls
    choices: list[dict[str, str]] = [{}, *({IGNORE: text} for text in ("true", "false") if IGNORE not in env)]
    for choice in choices:
        if _addresses({**env, **urls, **choice}, default, files) == expected:
            return {**urls, **choice}, []
    url = address.shown(next(iter(_addresses({IGNORE: "false"}, default, files).values()), ""))
    lost = f"services without an address in profile {name} go to that of [default], {url}"
    return {**urls, **(choices[-1] if is_ignored({}, default) else {})}, [lost]
