"""What this machine has: where each value comes from, what the environment overrides, the shell and the store."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping

from mfaenv import duration, shells
from mfaenv.commands import status, target
from mfaenv.commands.doctor.report import Check, State
from mfaenv.config import awsfiles, process, provenance, sources
from mfaenv.config.awsfiles import AwsFiles
from mfaenv.config.roles import roles_of
from mfaenv.errors import MfaenvError, without_password
from mfaenv.fast.entry import Session
from mfaenv.model import Acquisition, Request
from mfaenv.store import SESSION, Store

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
MOST_NAMES = 8

HIDDEN = {"AWS_SECURITY_TOKEN", "MFAENV_TOKEN_CODE"}


def values(request: Request, how: Acquisition, env: Mapping[str, str], files: AwsFiles) -> list[Check]:
    """Return what was settled and where each value comes from."""
    settled = [
        Check("values", name, f"{text} ({source})" if source else text)
        for name, text, source in provenance.rows(request, how, env, files, provenance.SERVICES)
    ]
    return [*settled, *(Check("values", "", text, State.NOTE, "Set what it names.") for text in request.lost)]


def roles(files: AwsFiles) -> Iterator[Check]:
    """Yield the profiles of roles that other programs assume with long-term keys, so without MFA."""
    for source, section in files.profiles.items():
        names = roles_of(files, source)
        if names and awsfiles.has_keys(section) and not sources.token(section):
            listed = ", ".join(names[:MOST_NAMES]) + (", …" if names[MOST_NAMES:] else "")
            text = (
                f"{listed}: programs that name these profiles assume the roles with the keys of {source}, without MFA"
            )
            step = f"This lets them have {source}-mfa as their source: {process.to_type('configure', '-p', source)}"
            yield Check("roles", f"source_profile {source}", text, State.NOTE, step)


def environment(env: Mapping[str, str], store: Store, now: float) -> Iterator[Check]:
    """Yield which variables are in force, and where they contradict each other."""
    for name, what in OVERRIDES.items():
        if env.get(name):
            yield Check("environment", name, f"{'set' if name in HIDDEN else env[name]}, instead of {what}")
    yield from _proxies(env)
    if rule := status.rule(env):
        yield Check("environment", "MFAENV_PROFILE", rule)
    problems = [] if store.refusal() else status.collect({}, env, store, now)["problems"]
    for problem in problems:
        yield Check(
            "environment", "", problem, State.WRONG, "Evaluate what `mfaenv unset` prints: it removes the session."
        )
    regions = {env[name] for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if env.get(name)}
    if len(regions) > 1:
        text = "AWS_REGION and AWS_DEFAULT_REGION differ: some programs read one, some the other"
        yield Check("environment", "", text, State.NOTE, "Set both to one region.")


def _proxies(env: Mapping[str, str]) -> Iterator[Check]:
    """Yield which proxies are in force: the name in lower case wins, in Python's own rules and so in botocore's."""
    set_here = {name: variable for name in PROXIES for variable in (name.upper(), name) if env.get(variable)}
    if set_here.keys() - {"no_proxy"}:
        for name, variable in set_here.items():
            yield Check("environment", variable, f"{without_password(env[variable])}, {PROXIES[name]}")


def shell(env: Mapping[str, str]) -> Check:
    """Return which shell the lines are printed for, and the line that loads the session there."""
    try:
        name = target.get_target({}, env)
    except MfaenvError as error:
        state = State.WRONG if env.get("MFAENV_SHELL") else State.NOTE
        return Check("shell", "", error.message, state, f"{error.hint.removesuffix('.')}.")
    return Check("shell", name, shells.loading_line(name))


def store(store: Store, now: float) -> Iterator[Check]:
    """Yield where the store is, whether it holds, and what is in it."""
    yield _directory(store)
    if store.refusal():
        return
    entries = {name: store.read(Session, name) for name in store.names(SESSION)}
    whole = [entry for entry in entries.values() if entry]
    for entry in whole[: status.MOST]:
        row = status.row(entry, now)
        left = duration.text(row["remaining"])
        yield Check("store", f"profile {row['profile']}", f"{row['role'] or 'the user'}, {left} left")
    if whole[status.MOST :]:
        yield Check("store", "", f"and {len(whole) - status.MOST} more: mfaenv status --json lists them all")
    damaged = len(entries) - len(whole)
    if damaged:
        text = f"{damaged} damaged, too open or not mfaenv's, and so ignored"
        yield Check("store", "entries", text, State.NOTE, "mfaenv clear removes those that mfaenv wrote.")


def _directory(store: Store) -> Check:
    step = "Name another directory in MFAENV_CACHE_DIR."
    if not store.path:
        return Check("store", "", f"{store.missing}: no session is stored", State.WRONG, step)
    if store.refusal():
        return Check("store", store.path, f"{store.refusal()}: refused", State.WRONG, step)
    try:
        mode = stat.S_IMODE(os.stat(store.path).st_mode)
    except OSError:
        return Check("store", store.path, "is not there yet")
    if not os.access(store.path, os.W_OK | os.X_OK):
        return Check("store", store.path, "cannot be written: no session is stored", State.WRONG, step)
    if os.name != "nt" and mode & 0o077:
        return Check("store", store.path, f"mode {mode:04o}", State.NOTE, f"chmod 700 {store.path}")
    return Check("store", store.path, "" if os.name == "nt" else f"mode {mode:04o}: only you can read it")
