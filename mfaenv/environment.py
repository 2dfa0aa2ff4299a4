"""The names that a shell gets and loses: a stored session or a new one as ordered pairs of name and value."""

import time

from mfaenv import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.options import Given
    from mfaenv.shells import Pair

CLEARED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN", "AWS_ACCOUNT_ID", "AWS_SESSION_EXPIRATION")
"""What would win over exported keys in one SDK or another, or describe the keys that were there before."""

SOURCE_KEY = "MFAENV_SOURCE_ACCESS_KEY_ID"
"""The long-term access key that this shell had exported, before the session took its place."""

EXPIRES = "MFAENV_EXPIRES"
END_DIGITS = 10
"""Of a moment in seconds since 1970: enough until the year 2286, and Python can read and write it."""

PROFILE = "MFAENV_PROFILE"
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")

REGION_MARK = "MFAENV_REGION"
"""The region that mfaenv brought into this shell from an option or a profile, as opposed to one that was there."""

PINNED = "MFAENV_PINNED"
"""Set where options asked for another role or region than the profile's own.

No prompt hook puts the profile's own session in the place of such a one, nor after its end.
"""

SET = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    *REGIONS,
    PROFILE,
    EXPIRES,
    REGION_MARK,
    SOURCE_KEY,
    PINNED,
)

ENDING = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION", EXPIRES)
"""What goes when a session has ended by itself; the profile and the region stay for the next one."""

MSYS_EXCLUDED = "MSYS2_ENV_CONV_EXCL"
"""https://www.msys2.org/docs/filesystem-paths/: prefixes of variables that are not rewritten as paths."""


def region_is_ours(env: "Mapping[str, str]") -> bool:
    """Tell whether the region in the environment came with an earlier session, not from the user."""
    return bool(env.get(REGION_MARK)) and all(env.get(name) == env[REGION_MARK] for name in REGIONS)


def end(env: "Mapping[str, str]") -> int | None:
    """Read when the session of this shell ends, in seconds since 1970; nothing where that is no moment."""
    text = env.get(EXPIRES, "")
    return int(text) if options.is_digits(text) and len(text) <= END_DIGITS else None


def pinned(given: "Given") -> str:
    """Give the value of PINNED for the options of a command line."""
    return "1" if given.get("role_arn") or given.get("region") else ""


def timestamp(expires: int) -> str:
    """Write seconds since 1970 as ISO 8601 in UTC with its offset, as botocore wants AWS_CREDENTIAL_EXPIRATION."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(expires))


def pairs(session: "Mapping[str, str]", env: "Mapping[str, str]") -> "list[Pair]":
    """List what the shell unsets, then what it sets, for a session as the store writes it.

    `session` has access_key, secret_key, profile and, where there is one, token, expires (seconds since 1970, UTC),
    region, region_mark, source_key and pinned.
    """
    expires = session.get("expires", "")
    region = session.get("region")
    values = (
        session["access_key"],
        session["secret_key"],
        session.get("token"),
        timestamp(int(expires)) if expires else None,
        region,
        region,
        session["profile"],
        expires,
        session.get("region_mark"),
        session.get("source_key"),
        session.get("pinned"),
    )
    named = [(name, value or None) for name, value in zip(SET, values, strict=True)]
    kept = () if region_is_ours(env) else REGIONS
    gone = [name for name, value in named if value is None and name not in kept]
    removed: list[Pair] = [(name, None) for name in (*CLEARED, *gone)]
    return [*removed, *((name, value) for name, value in named if value is not None), *_msys(env, ours=True)]


def removal(env: "Mapping[str, str]") -> "list[Pair]":
    """List what `mfaenv unset` takes away: everything that the main command sets or clears."""
    names: list[Pair] = [(name, None) for name in (*CLEARED, *SET)]
    return [*names, *_msys(env, ours=False)]


def _msys(env: "Mapping[str, str]", *, ours: bool) -> "list[Pair]":
    """Keep MSYS2 from rewriting a secret that begins with `/` as a path, beside what the user excludes."""
    if not env.get("MSYSTEM"):
        return []
    theirs = [prefix for prefix in env.get(MSYS_EXCLUDED, "").split(";") if prefix not in {"", "AWS_"}]
    return [(MSYS_EXCLUDED, ";".join([*theirs, *(["AWS_"] if ours else [])]) or None)]
