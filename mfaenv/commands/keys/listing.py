"""`mfaenv keys`: where long-term keys are, their IDs and, where a stored session allows it, their age and last use.

`--json` prints one object: `version` (1) and `keys`, each with `profile` (null for the environment's), `place` ("file",
"keychain", "process" or "environment"), `source` (the file, the keychain or the program), `access_key_id` (null where
it is not known), `active` (true, false or null), `created` (ISO 8601 or null), `age_days` (or null), `last_used` (an
object with `at`, `service` and `region`; null where it never was, or is not known) and `problem` (or null).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from mfaenv.aws import access_keys, client, sts
from mfaenv.commands.keys import places
from mfaenv.config import awsfiles, process, resolve, sources
from mfaenv.config.awsfiles import AwsFiles
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import environment, parse
from mfaenv.fast.output import text_to_stdout, to_stdout
from mfaenv.fast.parse import Options
from mfaenv.session import keychain, longterm
from mfaenv.session.cache import credentials_of
from mfaenv.session.fetch import Context
from mfaenv.session.obtain import Sessions
from mfaenv.store import Store
from mfaenv.terminal.tables import Table
from mfaenv.terminal.terminal import Terminal

Row = dict[str, Any]


VERSION = 1
DAY = 86_400
COLUMNS = ("Profile", "Where", "Access key ID", "Age", "Last used")
KEPT = tuple(title for title in COLUMNS if title != "Where")
UNKNOWN: Mapping[str, None] = dict.fromkeys(("active", "created", "age_days", "last_used"))


def run(options: Options, env: Mapping[str, str]) -> int:
    """Print it. Raise MfaenvError where a file or the store cannot be read."""
    files = awsfiles.load(env)
    store = Store.of(env)
    store.check()
    terminal = Terminal.for_options(options, env)
    wanted = parse.text(options, "profile")
    if wanted and wanted not in files.profiles:
        raise resolve.unknown_profile(files, wanted, "-p")
    context = Context(store, terminal)
    rows = [row for row in _rows(env, files, context) if not wanted or row["profile"] == wanted]
    for row in rows:
        row.update(_from_iam(row, env, files, context))
    if options.get("as_json"):
        import json

        to_stdout((json.dumps({"version": VERSION, "keys": rows}) + "\n").encode())
    else:
        text_to_stdout(terminal.drawn(*_drawn(rows)))
    return DONE


def _rows(env: Mapping[str, str], files: AwsFiles, context: Context) -> Iterator[Row]:
    """Yield a row for each profile with long-term keys of its own, and for the environment's."""
    for name in files.profiles:
        yield from _row(name, files, context)
    found = sources.environment_keys(env)
    if found:
        yield _made(None, "environment", found.source, found.access_key)


def _row(name: str, files: AwsFiles, context: Context) -> Iterator[Row]:
    section = files.profiles[name]
    command = section.get(process.SETTING, "")
    if places.used_file(files, name):
        if not sources.token(section) and section.get(awsfiles.ACCESS_KEY):
            yield _made(name, "file", files.where(name), section[awsfiles.ACCESS_KEY])
        return
    entry = process.entry(command) if command else ""
    if entry:
        try:
            keys = keychain.get(entry, context.terminal.awaited)
            problem = None if keys else longterm.not_there(entry).message
            where = f"the keychain ({keychain.title()})"
            yield _made(name, "keychain", where, keys.access_key if keys else None, problem)
        except MfaenvError as error:
            known = longterm.known_key(context.store, name, command)
            yield _made(name, "keychain", "the keychain", known, error.message)
    elif command and not process.is_ours(command):
        yield _made(name, "process", process.program_of(command), longterm.known_key(context.store, name, command))


def _made(profile: str | None, place: str, source: str, key: str | None, problem: str | None = None) -> Row:
    return {
        "profile": profile,
        "place": place,
        "source": source,
        "access_key_id": key or None,
        **UNKNOWN,
        "problem": problem,
    }


def _from_iam(row: Row, env: Mapping[str, str], files: AwsFiles, context: Context) -> Row:
    """Return what IAM knows of a key, as far as a stored session may ask."""
    if not row["access_key_id"]:
        return {}
    named: Options = {"profile": row["profile"]} if row["profile"] else {}
    try:
        request = resolve.resolve({**named, "cached": True}, env, files)._replace(hops=())
        session = Sessions(context).obtain(request).session
        if not session or session.source != row["access_key_id"]:
            return {}
        held = credentials_of(session)
        settings = client.Settings(request.config_profile, request.session_region, request.device.text)
        with context.terminal.progress() as show:
            show(f"Asking IAM about the keys of profile {request.profile.text}")
            who = sts.identity(client.client("sts", settings, held), session.access_key)
            iam = access_keys.Iam(settings, held, who.user)
            key = next((key for key in iam.listed() if key.id == row["access_key_id"]), None)
            used = iam.last_use(key.id) if key else None
    except MfaenvError as error:
        return {"problem": row["problem"] or error.message}
    if key is None or used is None:
        return {"problem": row["problem"] or "IAM lists no such key of this user."}
    return {
        "active": key.active,
        "created": environment.timestamp(int(key.created)),
        "age_days": int((time.time() - key.created) // DAY),
        "last_used": used.at
        and {"at": environment.timestamp(int(used.at)), "service": used.service, "region": used.region},
    }


def _drawn(rows: list[Row]) -> list[Table | str]:
    if not rows:
        return ["No profile has long-term keys. `aws configure` stores some."]
    table = Table("Long-term keys", COLUMNS, tuple(map(_shown, rows)), KEPT)
    problems = [f"{row['profile'] or 'The environment'}: {row['problem']}" for row in rows if row["problem"]]
    return [table, *dict.fromkeys(problems)]


def _shown(row: Row) -> tuple[str, ...]:
    days, used = row["age_days"], row["last_used"]
    age = "-" if days is None else f"{days}d"
    state = "" if row["active"] in {None, True} else ", inactive"
    last = f"{used['at'][:10]} {used['service']}" if used else "-" if row["created"] is None else "never"
    where = "the keychain" if row["place"] == "keychain" else row["source"]
    return row["profile"] or "-", where, row["access_key_id"] or "not known yet", f"{age}{state}", last
