"""What is around the calls: where each value comes from, what the environment overrides, the shell and the store."""

from __future__ import annotations

import os
import stat

from mfaenv import options, provenance, shells, status
from mfaenv.doctor.report import Check, State
from mfaenv.errors import MfaenvError, without_password
from mfaenv.shells import detect
from mfaenv.store import PRIVATE, SESSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfaenv.awsfiles import AwsFiles
    from mfaenv.model import Plan
    from mfaenv.options import Given
    from mfaenv.store import Store

OVERRIDES = {
    "AWS_PROFILE": "the profile, in all AWS programs",
    "AWS_DEFAULT_PROFILE": "the profile, in some AWS programs",
    "AWS_ACCESS_KEY_ID": "the profile's keys, in most AWS programs",
    "AWS_SECURITY_TOKEN": "AWS_SESSION_TOKEN, in boto3",
    "AWS_REGION": "the profile's region",
    "AWS_DEFAULT_REGION": "the profile's region",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "all configured addresses",
    "AWS_CA_BUNDLE": "the certificates that are trusted otherwise",
    "MFAENV_TOKEN_CODE": "the question for the code",
}
"""Variables, and what each stands in for; those that are the source of a value are named there."""

PROXIES = {"https_proxy": "to AWS", "http_proxy": "to addresses without TLS", "no_proxy": "no proxy to these"}
HIDDEN = {"AWS_SECURITY_TOKEN", "MFAENV_TOKEN_CODE"}


def values(plan: Plan, given: Given, env: Mapping[str, str], files: AwsFiles) -> list[Check]:
    """Say what was settled and where each value comes from."""
    return [
        Check("values", name, f"{text} ({source})" if source else text)
        for name, text, source in provenance.rows(plan, given, env, files)
    ]


def environment(env: Mapping[str, str], place: Store, now: float) -> Iterator[Check]:
    """Say which variables are in force, and where they contradict each other."""
    for name, what in OVERRIDES.items():
        if env.get(name):
            yield Check("environment", name, f"{'set' if name in HIDDEN else env[name]}, instead of {what}")
    yield from _proxies(env)
    problems = [] if place.refusal() else status.collect({}, env, place, now)["problems"]
    for problem in problems:
        yield Check(
            "environment", "", problem, State.WRONG, "mfaenv unset, evaluated, takes all of that out of the shell."
        )
    regions = {env[name] for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if env.get(name)}
    if len(regions) > 1:
        text = "AWS_REGION and AWS_DEFAULT_REGION differ: each is read by other programs"
        yield Check("environment", "", text, State.NOTE, "Set both to one region.")


def _proxies(env: Mapping[str, str]) -> Iterator[Check]:
    """Say which proxies are in force: the name in lower case wins, in Python's own rules and so in botocore's."""
    set_here = {name: found for name in PROXIES for found in (name.upper(), name) if env.get(found)}
    if set_here.keys() - {"no_proxy"}:
        for name, found in set_here.items():
            yield Check("environment", found, f"{without_password(env[found])}, {PROXIES[name]}")


def shell(env: Mapping[str, str]) -> Check:
    """Say which shell called, and the line that loads the session there."""
    try:
        name = detect.detect(env)
    except MfaenvError as error:
        return Check("shell", "", error.message, State.NOTE, f"{error.hint}.")
    return Check("shell", name, shells.loading_line(name))


def store(place: Store, now: float) -> Iterator[Check]:
    """Say where the store is, whether it holds, and what is in it."""
    yield _directory(place)
    if place.refusal():
        return
    entries = {name: place.read(name) for name in place.names(SESSION)}
    for entry in filter(None, entries.values()):
        row = status.row(entry, now)
        left = options.duration_text(row["remaining"])
        yield Check("store", f"profile {row['profile']}", f"{row['role'] or 'the user'}, {left} left")
    damaged = [name for name, entry in entries.items() if entry is None]
    if damaged:
        text = f"{len(damaged)} damaged or too open, and so ignored"
        yield Check("store", "entries", text, State.NOTE, "mfaenv clear removes them.")


def _directory(place: Store) -> Check:
    elsewhere = "Name another directory in MFAENV_CACHE_DIR."
    if not place.path:
        return Check("store", "", "no home directory to keep it in", State.WRONG, elsewhere)
    if place.refusal():
        return Check("store", place.path, f"{place.refusal()}: refused", State.WRONG, elsewhere)
    try:
        mode = stat.S_IMODE(os.stat(place.path).st_mode)
    except OSError:
        return Check("store", place.path, "is not there yet")
    if not os.access(place.path, os.W_OK | os.X_OK):
        return Check("store", place.path, "cannot be written: no session is kept", State.WRONG, elsewhere)
    if os.name != "nt" and mode != PRIVATE:
        return Check("store", place.path, f"mode {mode:04o}", State.NOTE, f"chmod 700 {place.path}")
    return Check("store", place.path, "" if os.name == "nt" else f"mode {mode:04o}: you alone can read it")
