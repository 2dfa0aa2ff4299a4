"""The variables that a shell gets and loses with a session."""

import os
import time

from mfaenv.fast.parse import Env, Options
from mfaenv.shells import KEYS, UNQUOTED, Pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AWS_PROFILE = "AWS_PROFILE"
PROFILE_VARIABLES = (AWS_PROFILE, "AWS_DEFAULT_PROFILE")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
CREDENTIALS = (*KEYS, "AWS_CREDENTIAL_EXPIRATION")
ACCOUNT = "AWS_ACCOUNT_ID"
ADDRESS = "AWS_ENDPOINT_URL"
IGNORE_ADDRESSES = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
# Where programs fetch credentials: from `exec --serve`, and on AWS's own machines.
ADDRESS_OF_KEYS = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
LOOPBACK = "http://127.0.0.1:"  # how the addresses of servers begin that mfaenv itself starts

PROFILE = "MFAENV_PROFILE"
EXPIRES = "MFAENV_EXPIRES"
END_DIGITS = 10  # of a moment in seconds since 1970, until the year 2286
NEXT = "MFAENV_NEXT"  # when, in seconds since 1970, a prompt hook next has something to say
STORE = "MFAENV_STORE"  # where a prompt hook finds the store's directory
NO_INPUT = "MFAENV_NO_INPUT"  # tells a credential_process that is mfaenv of --no-input
ONLY = "MFAENV_ONLY"  # the profile that `mfaenv exec --only` shows to what it runs
SERVED = "MFAENV_SERVED"  # the profile of which `mfaenv exec --serve` gives credentials
DEMO = "MFAENV_DEMO"  # the address of the demo that this is in
REGION_MARK = "MFAENV_REGION"  # the REGION that a session has set; NAME:REGION where in one of REGIONS
SOURCE_KEY = "MFAENV_SOURCE_ACCESS_KEY_ID"  # the long-term key that this shell exported before the session
PINNED = "MFAENV_PINNED"  # the options that asked for another role, region or limit than the profile's own
# The limit that session policies set to this session, in a word for prompts. Where it is, `use mfaenv` sets none.
LIMIT = "MFAENV_SESSION_POLICY"
IDENTITY = "MFAENV_IDENTITY"  # the ARN of the session's role, else its device: a newer session has the same
KEY = "MFAENV_KEY"  # the session's access key ID: other keys are the user's own
SECRET_LENGTH = 40  # characters of a secret access key of AWS
LIMITS = ("read_only", "session_policy", "policy_arns")  # the options that limit a role's session
OWN_SESSION = ("role_arn", "region", *LIMITS)  # those that ask for another than the profile's own
SEEN = "MFAENV_AWS_PROFILE"  # the person's AWS_PROFILE at the prompt hook's last look
UNSEEN = "not yet seen"  # SEEN's value in a new shell whose session AWS_PROFILE is not to change
IN_FOLDER = "in this folder: "  # begins SEEN's value in a folder of `use mfaenv` that it was no longer true for
CHANGED = "changed since"  # SEEN's value when the shell leaves that folder
PUT_BACK = "MFAENV_PUT_BACK"  # the person's AWS_PROFILE that a session removed and the hook sets again
FORMER = "MFAENV_FORMER_PROFILE"  # the profile that the shell had before its person set AWS_PROFILE
FORMER_PINNED = "MFAENV_FORMER_PINNED"  # PINNED as it was then; NO_SESSION where the shell had none
FORMER_KEY = "MFAENV_FORMER_ACCESS_KEY_ID"  # SOURCE_KEY as it was then
NO_SESSION = "none"
# What prompt hooks remember of the person's AWS_PROFILE.
HOOK_VARIABLES = (SEEN, PUT_BACK, FORMER, FORMER_PINNED, FORMER_KEY)
DIRENV_DIFF = "DIRENV_DIFF"  # set in a folder of direnv's: `fast.direnv` reads it
PROFILE_AS = "MFAENV_PROFILE_AS"  # names a variable that gets the profile too, for prompts
PROFILE_NAMES = ("AWS_VAULT", "AWSUME_PROFILE", "AWS_PROFILE")  # what PROFILE_AS takes; all are in CLEARED
SETTINGS = "MFAENV_SETTINGS"  # what mfaenv set from the profile's settings, as `NAME=value` words

SETTING_VARIABLES = (
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_RESPONSE_CHECKSUM_VALIDATION",
    "AWS_RETRY_MODE",
    "AWS_MAX_ATTEMPTS",
    "AWS_DEFAULTS_MODE",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_ENDPOINT_DISCOVERY_ENABLED",
    "AWS_DISABLE_HOST_PREFIX_INJECTION",
    "AWS_AUTH_SCHEME_PREFERENCE",
    "AWS_SIGV4A_SIGNING_REGION_SET",
    "AWS_DISABLE_REQUEST_COMPRESSION",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
    "AWS_SDK_UA_APP_ID",
    "AWS_S3_USE_ARN_REGION",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
    "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS",
    "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
)
"""The variables that botocore's `configprovider` has for settings, beside region and addresses."""

NAME_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

CLEARED = (
    *PROFILE_VARIABLES,
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
"""What would win over exported keys in some SDK, or name the former keys to programs and prompts."""

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
    KEY: "access_key",
}
"""The variables that a session sets, in order, and each value's name in `pairs`."""
# What goes at a session's end, with what SETTINGS names; profile, region, options and limit stay for the next one.
GONE_AT_END = (*CREDENTIALS, EXPIRES, SETTINGS, KEY)

# https://www.msys2.org/docs/filesystem-paths/: prefixes of variables that are not rewritten as paths.
MSYS_EXCLUDED = "MSYS2_ENV_CONV_EXCL"


def is_served(env: Env) -> bool:
    """Return whether this shell has no keys but an address of `mfaenv exec --serve`."""
    return env.get(ADDRESS_OF_KEYS, "").startswith(LOOPBACK) and bool(env.get(SERVED))


def temporary_keys(env: Env) -> bool:
    """Return whether the keys in the environment are a session's, which begin with ASIA; long-term ones do with AKIA.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
    """
    token, key = env.get("AWS_SESSION_TOKEN") or env.get("AWS_SECURITY_TOKEN"), env.get("AWS_ACCESS_KEY_ID", "")
    is_named_so = not key.startswith("AKIA") and (bool(token) or key.startswith("ASIA"))
    return is_named_so or (bool(key) and key == env.get(KEY))  # a stand-in for AWS may give any


def has_secret_as_id(access_key: str, secret_key: str) -> bool:
    """Return whether a secret key was pasted in the place of the access key ID, or with it."""
    is_of_aws, size = access_key[:4] == "AKIA", len(access_key)
    is_secret = size >= SECRET_LENGTH if is_of_aws else size == SECRET_LENGTH or secret_key.startswith("AKIA")
    return is_secret or (len(secret_key) >= SECRET_LENGTH and secret_key in access_key)


def has_session(env: Env) -> bool:
    """Return whether this shell has a session that mfaenv set, which may have no known end."""
    return env[KEY] == env.get("AWS_ACCESS_KEY_ID") if env.get(KEY) else bool(env.get(EXPIRES))


def own_regions(env: Env) -> "dict[str, str]":
    """Return the variables of REGIONS that the user has set, and no earlier session."""
    ours = session_regions(env)
    return {name: value for name in REGIONS if (value := env.get(name)) and value != ours.get(name)}


def session_regions(env: Env) -> "dict[str, str]":
    """Return what a session has set of REGIONS."""
    only, _, region = env.get(REGION_MARK, "").rpartition(":")
    return dict.fromkeys((only,) if only else REGIONS, region) if region else {}


def is_setting(name: str) -> bool:
    """Return whether a variable is of a profile's settings, and every shell can have it."""
    is_address = name.startswith(ADDRESS) and not name.strip(NAME_CHARACTERS)
    return is_address or name in (*SETTING_VARIABLES, IGNORE_ADDRESSES)


def settings(env: Env) -> "dict[str, str]":
    """Return what mfaenv set from a profile's settings, less what the user has changed."""
    ours = parse_settings(env.get(SETTINGS, ""))  # `export $(mfaenv)` sets others: they end as statements do
    return dict(one for one in env.items() if one in ours or (is_setting(one[0]) and one[1][-1:] in ("&", ";")))


def parse_settings(text: str) -> "list[tuple[str, str]]":
    """Return the variables that SETTINGS names, as pairs of name and value."""
    pairs = [word.partition("=") for word in text.split()] if text else []
    return [(name, value) for name, _, value in pairs if is_setting(name)]


def without_settings(env: Env) -> Env:
    """Return the environment without the settings of an earlier session's profile."""
    gone = {SETTINGS, *settings(env)} if SETTINGS in env else ()
    return {name: value for name, value in env.items() if name not in gone} if gone else env


def end(env: Env) -> int | None:
    """Return when this shell's session ends, in seconds since 1970; None where that is no moment."""
    text = env.get(EXPIRES, "")
    return int(text) if is_digits(text) and len(text) <= END_DIGITS else None


def lost_limit(options: Options, env: Env) -> str:
    """Return this shell's limit ("read-only") that a command line would lose, if any."""
    return "" if any(options.get(name) for name in ("profile", *LIMITS)) else env.get(LIMIT, "")


def pinned(options: Options) -> str:
    """Return the value of PINNED for the options of a command line: `NAME=VALUE+…`, other characters as in a URL."""
    asked = {name: options[name] for name in OWN_SESSION if options.get(name)}
    if file := asked.get("session_policy"):  # the shell may be in another folder then
        asked["session_policy"] = os.path.join("" if os.path.isabs(str(file)) else os.getcwd(), str(file))
    return "+".join(f"{name}={'' if value is True else _in_url(str(value))}" for name, value in asked.items())


def _in_url(text: str) -> str:
    plain = {ord(character) for character in UNQUOTED} - {ord("+"), ord("%")}
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in os.fsencode(text))


def timestamp(expires: float) -> str:
    """Return seconds since 1970 as ISO 8601 in UTC with its offset, as botocore reads it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(expires))


def pairs(session: "Mapping[str, str]", env: Env) -> list[Pair]:
    """List what the shell unsets, then what it sets, for a session as the store writes it.

    `session` has access_key, secret_key, profile and, where there is one, token, expires (seconds since 1970,
    UTC), account, region, source_key, pinned, settings, limit, identity. PROFILE_AS is of PROFILE_NAMES, or empty.
    """
    expires, region, own = session.get("expires"), session.get("region", ""), own_regions(env)
    ours = [name for name in REGIONS if own.get(name) != region]
    only = f"{ours[0]}:" if len(ours) == 1 else ""
    values = {**session, "region_mark": f"{only}{region}" if ours else ""}
    values["expiration"] = timestamp(float(expires)) if expires else ""
    result = {name: value for name, field in SET.items() if (value := values.get(field))}
    get, before, shows = env.get, env.get(SEEN, "").removeprefix(IN_FOLDER), env.get(PROFILE_AS) == AWS_PROFILE
    is_ours = shows and get(FORMER) == get(PROFILE) == get(AWS_PROFILE) and get(FORMER_PINNED) == get(PINNED)
    # Else the hook is to forget: the person has changed it since, or mfaenv had set it.
    is_as_seen = before == get(AWS_PROFILE, "") and (not is_ours or "DIRENV_IN_ENVRC" in env)
    put_back = before if is_as_seen and not shows else ""
    more = {env.get(PROFILE_AS, ""): session["profile"], ACCOUNT: session.get("account"), PUT_BACK: put_back}
    more.update(parse_settings(session.get("settings", "")))
    result |= {name: value for name, value in more.items() if name and value}
    gone = [*CLEARED, *(name for name in SET if name not in own), *settings(env)]
    gone += () if is_as_seen else HOOK_VARIABLES
    removed: list[Pair] = [(name, None) for name in gone if name not in result]
    return [*removed, *result.items(), *_msys(env, ours=True)]


def changed(session: "Iterable[Pair]", env: Env) -> dict[str, str]:
    """Return a program's environment; no hook in it sets AWS_PROFILE again, nor follows that of a startup file."""
    result = {**env, **dict(session), **dict.fromkeys(HOOK_VARIABLES)}
    result[SEEN] = UNSEEN if result.get(PINNED) else None
    return {name: value for name, value in result.items() if value is not None}


def removal(env: Env) -> list[Pair]:
    """List what `mfaenv unset` takes away: everything that the main command sets or clears."""
    gone: list[Pair] = [(name, None) for name in (*CLEARED, *SET, *HOOK_VARIABLES, *settings(env))]
    return [*gone, *_msys(env, ours=False)]


def _msys(env: Env, *, ours: bool) -> list[Pair]:
    """Keep MSYS2 from rewriting a secret that begins with `/` as a path."""
    if not env.get("MSYSTEM"):
        return []
    theirs = [prefix for prefix in env.get(MSYS_EXCLUDED, "").split(";") if prefix not in {"", "AWS_"}]
    return [(MSYS_EXCLUDED, ";".join([*theirs, *(["AWS_"] if ours else [])]) or None)]


def is_digits(text: str) -> bool:
    """Return whether the text is ASCII digits alone."""
    return bool(text) and not text.strip("0123456789")
