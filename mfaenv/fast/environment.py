"""The names that a shell gets and loses: a stored session or a new one as ordered pairs of name and value."""

import time

from mfaenv.fast.parse import Env, Options
from mfaenv.shells import Pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AWS_PROFILE = "AWS_PROFILE"
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION")
ACCOUNT = "AWS_ACCOUNT_ID"
ADDRESS = "AWS_ENDPOINT_URL"
IGNORE_ADDRESSES = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"

ADDRESS_OF_KEYS = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
"""Where programs fetch credentials: `exec --serve` gives such an address, and AWS's own machines do."""

LOOPBACK = "http://127.0.0.1:"  # how the addresses of servers begin that mfaenv itself starts

PROFILE = "MFAENV_PROFILE"
EXPIRES = "MFAENV_EXPIRES"

END_DIGITS = 10
"""Of a moment in seconds since 1970: enough until the year 2286, and Python can read and write it."""

NEXT = "MFAENV_NEXT"
"""The moment, in seconds since 1970, at which a prompt hook has its next word to say about this session."""

STORE = "MFAENV_STORE"  # where a prompt hook finds the store's directory
ONLY = "MFAENV_ONLY"  # the profile that `mfaenv exec --only` shows to what it runs

DEMO = "MFAENV_DEMO"
"""Tells programs inside a demo where it is: its AWS files go with it, but the files of the shell stay."""

REGION_MARK = "MFAENV_REGION"
"""The region that mfaenv brought into this shell from an option or a profile, as opposed to one that was there."""

SOURCE_KEY = "MFAENV_SOURCE_ACCESS_KEY_ID"
"""The long-term access key that this shell had exported, before the session took its place."""

PINNED = "MFAENV_PINNED"
"""Set where options asked for another role, region or session policy than the profile's own.

No prompt hook puts the profile's own session in the place of such a one, nor after its end.
"""

LIMIT = "MFAENV_SESSION_POLICY"
"""To what session policies limit the role's session of this shell, in a word: for prompts."""

IDENTITY = "MFAENV_IDENTITY"
"""The ARN of the session's role, else its device: no prompt hook puts a session of another in its place."""

LIMITS = ("read_only", "session_policy", "policy_arns")  # the options that limit a role's session

SEEN = "MFAENV_AWS_PROFILE"
"""The person's AWS_PROFILE as the prompt hook found it last: another one is a change."""

PUT_BACK = "MFAENV_PUT_BACK"
"""The person's AWS_PROFILE that a session took away, for the prompt hook to set it again."""

FORMER = "MFAENV_FORMER_PROFILE"  # the profile that the shell had before its person set AWS_PROFILE

FORMER_PINNED = "MFAENV_FORMER_PINNED"
"""PINNED as it was then, since such a session cannot be found again by its profile's name; NO_PROFILE without any."""

NO_PROFILE = "none"

PROFILE_AS = "MFAENV_PROFILE_AS"
"""Names a variable in which the profile is exported too, for prompts that read no other."""

PROFILE_NAMES = ("AWS_VAULT", "AWSUME_PROFILE", "AWS_PROFILE")
"""The names that PROFILE_AS takes. All are in CLEARED."""

SETTINGS = "MFAENV_SETTINGS"
"""What mfaenv set because the profile says where AWS is: `NAME=value` words, since addresses hold no blank."""

SETTING_VARIABLES = {
    "use_fips_endpoint": "AWS_USE_FIPS_ENDPOINT",
    "use_dualstack_endpoint": "AWS_USE_DUALSTACK_ENDPOINT",
    "request_checksum_calculation": "AWS_REQUEST_CHECKSUM_CALCULATION",
    "response_checksum_validation": "AWS_RESPONSE_CHECKSUM_VALIDATION",
    "retry_mode": "AWS_RETRY_MODE",
    "max_attempts": "AWS_MAX_ATTEMPTS",
    "defaults_mode": "AWS_DEFAULTS_MODE",
    "account_id_endpoint_mode": "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "endpoint_discovery_enabled": "AWS_ENDPOINT_DISCOVERY_ENABLED",
    "disable_host_prefix_injection": "AWS_DISABLE_HOST_PREFIX_INJECTION",
    "auth_scheme_preference": "AWS_AUTH_SCHEME_PREFERENCE",
    "sigv4a_signing_region_set": "AWS_SIGV4A_SIGNING_REGION_SET",
    "disable_request_compression": "AWS_DISABLE_REQUEST_COMPRESSION",
    "request_min_compression_size_bytes": "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
    "sdk_ua_app_id": "AWS_SDK_UA_APP_ID",
    "s3_use_arn_region": "AWS_S3_USE_ARN_REGION",
    "s3_us_east_1_regional_endpoint": "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
    "s3_disable_multiregion_access_points": "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS",
    "s3_disable_express_session_auth": "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
}
"""The settings of a profile that botocore has a variable for, beside region and addresses: they come into the shell.

The names are those of botocore's `configprovider`.
"""

_SETTINGS_SET = {*SETTING_VARIABLES.values(), IGNORE_ADDRESSES}
NAME_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

CLEARED = (
    AWS_PROFILE,
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_ACCOUNT_ID",
    "AWS_SESSION_EXPIRATION",
    "AWS_VAULT",
    "AWSUME_PROFILE",
    "AWSUME_EXPIRATION",
    "AWSU_PROFILE",
    "AWS_SSO_PROFILE",
    NEXT,
)
"""What would win over exported keys in one SDK or another, or tell programs and prompts of the keys before them."""

SET = {
    **dict(zip(CREDENTIALS, ("access_key", "secret_key", "token", "expiration"), strict=True)),
    **dict.fromkeys(REGIONS, "region"),
    PROFILE: "profile",
    EXPIRES: "expires",
    REGION_MARK: "region_mark",
    SOURCE_KEY: "source_key",
    PINNED: "pinned",
    SETTINGS: "settings",
    LIMIT: "limit",
    IDENTITY: "identity",
}
"""The variables that a session sets, in this order, and the name of each value in `pairs`."""

GONE_AT_END = (*CREDENTIALS, EXPIRES, SETTINGS, LIMIT)
"""What goes when a session has ended by itself, with what SETTINGS names; profile and region stay for the next one."""

MSYS_EXCLUDED = "MSYS2_ENV_CONV_EXCL"
"""https://www.msys2.org/docs/filesystem-paths/: prefixes of variables that are not rewritten as paths."""


def is_served(env: Env) -> bool:
    """Return whether this shell has no keys, but an address of `mfaenv exec --serve` for them."""
    return env.get(ADDRESS_OF_KEYS, "").startswith(LOOPBACK) and bool(env.get(PROFILE))


def temporary_keys(env: Env) -> bool:
    """Return whether the keys in the environment are a session's: AKIA begins long-term keys, ASIA those of a session.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
    """
    token, key = env.get("AWS_SESSION_TOKEN") or env.get("AWS_SECURITY_TOKEN"), env.get("AWS_ACCESS_KEY_ID", "")
    return not key.startswith("AKIA") and (bool(token) or key.startswith("ASIA"))


def region_is_ours(env: Env) -> bool:
    """Return whether the region in the environment came with an earlier session, not from the user."""
    return bool(env.get(REGION_MARK)) and all(env.get(name) == env[REGION_MARK] for name in REGIONS)


def is_setting(name: str) -> bool:
    """Return whether a variable says where AWS is, beside the region, and whether every shell can have one so named."""
    return name in _SETTINGS_SET or (name.startswith(ADDRESS) and not name.strip(NAME_CHARACTERS))


def settings(env: Env) -> "dict[str, str]":
    """Return what mfaenv set in this shell because a profile says so, less what the user has changed since."""
    return {name: value for name, value in parse_settings(env.get(SETTINGS, "")) if env.get(name) == value}


def parse_settings(text: str) -> "list[tuple[str, str]]":
    """Return the variables that SETTINGS names, as pairs of name and value."""
    pairs = [word.partition("=") for word in text.split()] if text else []
    return [(name, value) for name, _, value in pairs if is_setting(name)]


def without_settings(env: Env) -> Env:
    """Return the environment without what an earlier session's profile brought, which says nothing about the next."""
    gone = settings(env) if SETTINGS in env else {}
    return {name: value for name, value in env.items() if name not in gone} if gone else env


def end(env: Env) -> int | None:
    """Read when the session of this shell ends, in seconds since 1970; None where that is no moment."""
    text = env.get(EXPIRES, "")
    return int(text) if is_digits(text) and len(text) <= END_DIGITS else None


def profile_as_is_known(env: Env) -> bool:
    """Return whether PROFILE_AS is unset, or names a variable that prompts read."""
    return env.get(PROFILE_AS, "") in ("", *PROFILE_NAMES)


def lost_limit(options: Options, env: Env) -> str:
    """Return this shell's limit ("read-only") that a command line would lose; empty where it names its own."""
    return "" if any(options.get(name) for name in ("profile", *LIMITS)) else env.get(LIMIT, "")


def pinned(options: Options) -> str:
    """Return the value of PINNED for the options of a command line."""
    return "1" if any(options.get(name) for name in ("role_arn", "region", *LIMITS)) else ""


def timestamp(expires: int) -> str:
    """Return seconds since 1970 as ISO 8601 in UTC with its offset, as botocore wants AWS_CREDENTIAL_EXPIRATION."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(expires))


def pairs(session: "Mapping[str, str]", env: Env) -> list[Pair]:
    """List what the shell unsets, then what it sets, for a session as the store writes it.

    `session` has access_key, secret_key, profile and, where there is one, token, expires (seconds since 1970, UTC),
    account, region, region_mark, source_key, pinned, settings, limit and identity. PROFILE_AS in `env` is one of
    PROFILE_NAMES or empty.
    """
    expires = session.get("expires")
    values = {**session, "expiration": timestamp(int(expires)) if expires else ""}
    named = [(name, values.get(field) or None) for name, field in SET.items()]
    profile_and_account = ((env.get(PROFILE_AS, ""), session["profile"]), (ACCOUNT, session.get("account")))
    theirs = env.get(AWS_PROFILE) if env.get(STORE) and env.get(PROFILE_AS) != AWS_PROFILE else ""
    others = (*profile_and_account, (PUT_BACK, theirs), *parse_settings(session.get("settings", "")))
    more = {name: value for name, value in others if name and value}
    kept = () if region_is_ours(env) else REGIONS
    gone = [name for name, value in named if value is None and name not in kept]
    removed: list[Pair] = [(name, None) for name in (*CLEARED, *gone, *settings(env)) if name not in more]
    set_names = ((name, value) for name, value in named if value is not None)
    return [*removed, *set_names, *more.items(), *_msys(env, ours=True)]


def changed(session: "Iterable[Pair]", env: Env) -> dict[str, str]:
    """Return the environment with the session's variables set and the overriding ones gone."""
    result = dict(env)
    for name, value in session:
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def removal(env: Env) -> list[Pair]:
    """List what `mfaenv unset` takes away: all that the main command sets or clears, but a region that is not ours."""
    theirs = [name for name in REGIONS if env.get(name) and env[name] != env.get(REGION_MARK)]
    names = (*CLEARED, *SET, SEEN, PUT_BACK, FORMER, FORMER_PINNED, *settings(env))
    gone: list[Pair] = [(name, None) for name in names if name not in theirs]
    return [*gone, *_msys(env, ours=False)]


def _msys(env: Env, *, ours: bool) -> list[Pair]:
    """Keep MSYS2 from rewriting a secret that begins with `/` as a path, beside what the user excludes."""
    if not env.get("MSYSTEM"):
        return []
    theirs = [prefix for prefix in env.get(MSYS_EXCLUDED, "").split(";") if prefix not in {"", "AWS_"}]
    return [(MSYS_EXCLUDED, ";".join([*theirs, *(["AWS_"] if ours else [])]) or None)]


def is_digits(text: str) -> bool:
    """Return whether the text is one or more of the ten ASCII digits, and nothing else."""
    return text.isascii() and text.isdigit()
