"""`mfaenv status`: what is in force in this shell and what is stored, without calling AWS and without a secret."""

from __future__ import annotations

import time

from mfaenv import exports, options, shortcut, store
from mfaenv.errors import DONE
from mfaenv.outcome import to_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfaenv.entry import Fields
    from mfaenv.options import Given
    from mfaenv.store import Store

VERSION = 1
"""Of the shape that `--json` prints; it changes where a name changes its meaning or goes."""

MOST = 40
"""Sessions in the table: drawing takes longest, and nobody reads a thousand rows."""


def run(given: Given, env: Mapping[str, str], *, as_json: bool) -> int:
    """Show it. Raises MfaenvError where the store is refused."""
    place = store.Store(store.directory(env))
    place.check()
    found = collect(given, env, place, time.time())
    if as_json:
        import json

        to_stdout((json.dumps(found) + "\n").encode())
    else:
        from mfaenv import commands, tables

        shown = tables.status({**found, "stored": found["stored"][:MOST]}, options.text(given, "profile"))
        to_stdout(commands.terminal(given, env).drawn(*shown, *_left_out(found["stored"][MOST:])).encode())
    return DONE


def _left_out(rest: list[dict[str, Any]]) -> list[str]:
    return [f"… and {len(rest)} more: -p NAME picks one profile's, --json lists them all."] if rest else []


def collect(given: Given, env: Mapping[str, str], place: Store, now: float) -> dict[str, Any]:
    """Gather what `--json` prints: the version, this shell, the stored sessions, and what is wrong."""
    rows = [row(entry, now) for name in place.names(store.SESSION) if (entry := place.read(name)) is not None]
    rows.sort(key=lambda row: row["profiles"])
    wanted = options.text(given, "profile")
    shown = [row for row in rows if not wanted or wanted in row["profiles"]]
    shell = _shell(env, rows, now)
    return {"version": VERSION, "shell": shell, "stored": shown, "problems": _problems(given, env, shell)}


def row(entry: Fields, now: float) -> dict[str, Any]:
    """Describe a stored session: `expires` in ISO 8601, `remaining` in seconds."""
    names = entry["profiles"].split("\n")
    return {
        "profile": names[0],
        "profiles": names,
        "kind": "role" if entry["role"] else "user",
        "role": entry["role"] or None,
        "account": entry["role"].split(":")[4] if entry["role"] else entry["account"] or None,
        "device": entry["device"] or None,
        "access_key_id": entry["access_key"],
        **_ends(int(entry["expires"]), now),
    }


def _ends(expires: int | None, now: float) -> dict[str, Any]:
    remaining = None if expires is None else max(0, int(expires - now))
    return {"expires": None if expires is None else exports.timestamp(expires), "remaining": remaining}


def _shell(env: Mapping[str, str], rows: list[dict[str, Any]], now: float) -> dict[str, Any] | None:
    """Describe the keys that this shell exports, with all that the store knows about them."""
    key = env.get("AWS_ACCESS_KEY_ID", "")
    if not key:
        return None
    temporary = shortcut.temporary_keys(env)
    known: dict[str, Any] = {
        "profiles": [],
        "kind": "session" if temporary else "long-term",
        "role": None,
        "account": None,
        "device": None,
        "access_key_id": key,
        **_ends(exports.end(env) if temporary else None, now),
    }
    stored = next((row for row in rows if row["access_key_id"] == key), {})
    return {**known, **stored, "profile": env.get(exports.PROFILE), "stored": bool(stored)}


def _problems(given: Given, env: Mapping[str, str], shell: Mapping[str, Any] | None) -> list[str]:
    """Say where the shell, the store and the wish of the user do not agree."""
    if shell is None:
        return []
    found = []
    theirs = {name: env.get(name, "") for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")}
    profile, source = options.lookup(given, theirs, "profile")
    if profile and profile != shell["profile"]:
        found.append(f"The exported keys hide profile {profile} ({source}) from most AWS programs.")
    if shell["remaining"] == 0:
        found.append("The session of this shell has ended: run mfaenv again, or mfaenv unset.")
    elif shell["kind"] != "long-term" and not shell["stored"]:
        found.append("The session of this shell is not the stored one: it was replaced, cleared, or is not mfaenv's.")
    if env.get("AWS_SECURITY_TOKEN") and env["AWS_SECURITY_TOKEN"] != env.get("AWS_SESSION_TOKEN"):
        found.append("AWS_SECURITY_TOKEN holds another token, which boto3 reads before AWS_SESSION_TOKEN.")
    return found
