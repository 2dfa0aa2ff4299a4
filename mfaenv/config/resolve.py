"""Options, environment and AWS files into a Plan in which every value knows its source."""

from __future__ import annotations

from mfaenv import awsfiles, exports, nearest, options, roles, shortcut
from mfaenv.errors import USAGE, MfaenvError
from mfaenv.model import Hop, Keys, Plan, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.awsfiles import AwsFiles, Section
    from mfaenv.options import Given
    from mfaenv.roles import Chain

NOTHING = Value("", "")
LISTED = 8
"""Profiles that are named where none is close to the one that was asked for."""

ENVIRONMENT = "the environment"

BEFORE_KEYS = (
    ("web_identity_token_file", "web identity"),
    ("sso_session", "IAM Identity Center"),
    ("sso_start_url", "IAM Identity Center"),
)
"""The setting that gives a profile away, and what it is called: these botocore prefers to keys beside them."""

AFTER_KEYS = (("login_session", "aws login"), ("credential_process", "credential_process"))
MACHINE = "credential_source"
METADATA = "a container or instance role"
STATIC = "keys with a token"


def resolve(given: Given, env: Mapping[str, str], files: AwsFiles) -> Plan:
    """Settle everything that the answer depends on.

    Raises MfaenvError for what is wrong in the options, the variables or the files.
    """
    profile = named_profile(given, env)
    keys = _environment_keys(env, profile)
    name = profile.text or options.OPTIONS["profile"].default
    if keys is None and name not in files.profiles:
        _missing(profile, name, env, files)
    role_arn = options.text(given, "role_arn")
    way = roles.lone(name, role_arn) if keys or name not in files.profiles else roles.chain(files, name, role_arn)
    root = files.profiles.get(way.root, {})
    kind, keys = ("keys", keys) if keys else _root(files, way, root)
    region = _region(given, env, name, files)
    return Plan(
        profile=profile if profile.text else Value(name, "default"),
        config_profile=way.root if way.root in files.profiles else None,
        profiles=way.profiles,
        kind=kind,
        keys=keys,
        device=_along(options.lookup(given, env, "serial_number"), "mfa_serial", way, files),
        account="",
        region=region,
        session_region=_region(given, env, way.root, files).text,
        endpoint=_checked_endpoint(endpoint(env, root, files)),
        duration=_session_seconds(given, env, way.hops),
        min_remaining=_min_remaining(given, env),
        hops=tuple(_placed(hop, region.text, env, files) for hop in _timed(given, way.hops)),
        token_command=_along(options.lookup(given, env, "token_command"), "mfa_process", way, files),
        token_code=Value(*options.lookup(given, env, "token_code")),
    )


def named_profile(given: Given, env: Mapping[str, str]) -> Value:
    """Give the profile that the option or a variable names, or nothing."""
    return Value(*options.lookup(given, env, "profile"))


def _environment_keys(env: Mapping[str, str], profile: Value) -> Keys | None:
    """Give the long-term keys of the environment where no profile is named; keys that became a session count too."""
    if profile.text and not (profile.source == "MFAENV_PROFILE" and env.get(exports.SOURCE_KEY)):
        return None
    access_key, secret_key = env.get("AWS_ACCESS_KEY_ID", ""), env.get("AWS_SECRET_ACCESS_KEY", "")
    if access_key and secret_key and not shortcut.temporary_keys(env):
        return Keys(access_key, secret_key, "", ENVIRONMENT)
    if env.get(exports.SOURCE_KEY):
        return Keys(env[exports.SOURCE_KEY], "", "", exports.SOURCE_KEY)
    return None


def _missing(profile: Value, name: str, env: Mapping[str, str], files: AwsFiles) -> None:
    """Raise the error for a profile that is not there; without a name, the machine itself may still have a role."""
    if profile.text:
        raise unknown_profile(files, profile.text, profile.source)
    if shortcut.temporary_keys(env):
        raise MfaenvError(
            "The keys in the environment are a session's already; a new one takes long-term keys.",
            f"Name a profile with -p, or put long-term keys under [default] in {awsfiles.short(files.credentials)}.",
        )
    if env.get("AWS_ACCESS_KEY_ID") or env.get("AWS_SECRET_ACCESS_KEY"):
        raise MfaenvError(
            "Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set.", "Set both, or name a profile with -p."
        )
    if files.profiles:
        raise unknown_profile(files, name, "")


def unknown_profile(files: AwsFiles, name: str, source: str) -> MfaenvError:
    """Make the error for a profile in neither file, with the name that comes closest, or those that there are."""
    known = sorted(files.profiles)
    others = f"There are these: {', '.join(known[:LISTED])}{', …' if known[LISTED:] else '.'}"
    where = f"{awsfiles.short(files.config)} or {awsfiles.short(files.credentials)}"
    origin = f" ({source})" if source else ""
    hint = nearest.hint(name, known, others if known else "`aws configure` makes a first one.")
    return MfaenvError(f"There is no profile '{name}'{origin} in {where}.", hint)


def _root(files: AwsFiles, way: Chain, section: Section) -> tuple[str, Keys | None]:
    """Tell what the profile at the root of the chain is, with its keys where they are long-term."""
    name = way.root
    kind = MACHINE if way.machine else _kind(section, BEFORE_KEYS)
    access_key, secret_key = section.get("aws_access_key_id", ""), section.get("aws_secret_access_key", "")
    if kind or not (access_key or secret_key):
        return kind or _kind(section, AFTER_KEYS) or METADATA, None
    if not access_key or not secret_key:
        lacking = "aws_secret_access_key" if access_key else "aws_access_key_id"
        raise MfaenvError(f"Profile '{name}' has no {lacking}.", f"Add it in {files.where(name)}.")
    if section.get("aws_session_token"):
        return STATIC, None
    return "keys", Keys(access_key, secret_key, "", files.where(name))


def _kind(section: Section, kinds: tuple[tuple[str, str], ...]) -> str:
    return next((kind for setting, kind in kinds if section.get(setting)), "")


def _region(given: Given, env: Mapping[str, str], name: str, files: AwsFiles) -> Value:
    """Give the region of a profile, unless an option or the user's own variable names one.

    What an earlier session brought into this shell says nothing about the next profile.
    """
    text, source = options.lookup(given, {} if exports.region_is_ours(env) else env, "region")
    found = Value(text, source) if text else Value(files.profiles.get(name, {}).get("region", ""), f"profile {name}")
    roles.checked_region(*found)
    return found


def _along(found: tuple[str, str], setting: str, way: Chain, files: AwsFiles) -> Value:
    """Give what was found in options and variables, else the setting of the first profile from the wanted one down."""
    if found[0]:
        return Value(*found)
    for name in way.profiles:
        text = files.profiles.get(name, {}).get(setting, "")
        if text:
            return Value(text, f"{setting} of profile {name}")
    return NOTHING


def _session_seconds(given: Given, env: Mapping[str, str], hops: tuple[Hop, ...]) -> int:
    """Give the session's length: with a role, --duration speaks of the role, and the session is as long as ever."""
    text, source = options.lookup({} if hops else given, env, "duration")
    wanted = options.seconds(text or options.OPTIONS["duration"].default, source)
    return options.within(wanted, options.GET_SESSION_TOKEN_SECONDS, source, "a session")


def _min_remaining(given: Given, env: Mapping[str, str]) -> int:
    text, source = options.lookup(given, env, "min_remaining")
    return options.seconds(text or options.OPTIONS["min_remaining"].default, source)


def _timed(given: Given, hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
    """Let --duration speak of the wanted role, and check how long each one is to last."""
    if hops and given.get("duration"):
        hops = (*hops[:-1], hops[-1]._replace(duration=options.seconds(options.text(given, "duration"), "--duration")))
    for place, hop in enumerate(hops):
        if hop.duration is not None:
            source = "--duration" if hop is hops[-1] and given.get("duration") else f"duration_seconds of {hop.profile}"
            limits = options.CHAINED_ROLE_SECONDS if place else options.ASSUME_ROLE_SECONDS
            what = "a role that is assumed from another role" if place else "a role"
            options.within(hop.duration, limits, source, what)
    return hops


def _placed(hop: Hop, region: str, env: Mapping[str, str], files: AwsFiles) -> Hop:
    """Settle where a role is assumed: in its profile's own region, or else the wanted one, and at its own endpoint."""
    url = _checked_endpoint(endpoint(env, files.profiles.get(hop.profile, {}), files))
    return hop._replace(region=hop.region or region, endpoint=url)


def _checked_endpoint(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if url and not (scheme.lower() in {"http", "https"} and rest.strip("/")):
        raise MfaenvError(
            f"'{url}' is no address of an endpoint.",
            "It looks like https://HOST:PORT: look at AWS_ENDPOINT_URL and endpoint_url.",
            status=USAGE,
        )
    return url


def endpoint(env: Mapping[str, str], section: Section, files: AwsFiles, service: str = "sts") -> str:
    """Give the configured endpoint of a service, or nothing, in botocore's order of precedence.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    ignored = env.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", section.get("ignore_configured_endpoint_urls", ""))
    if ignored.lower() == "true":
        return ""
    services = files.services.get(section.get("services", ""), {})
    return (
        env.get(f"AWS_ENDPOINT_URL_{service.upper()}")
        or env.get("AWS_ENDPOINT_URL")
        or awsfiles.nested(services.get(service, "")).get("endpoint_url")
        or section.get("endpoint_url", "")
    )
