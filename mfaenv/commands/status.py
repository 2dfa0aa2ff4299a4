"""`mfaenv status`: what this shell has and what is stored, without calling AWS and without a secret."""

import time

from mfaenv import duration
from mfaenv.commands import notice
from mfaenv.errors import DONE
from mfaenv.fast import environment, parse, text_to_stdout, to_stdout
from mfaenv.fast.entry import Session
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.store import SESSION, Store

COLUMNS = ("Profile", "Identity", "Account", "Device", "Time left")
SERVED_KIND = "served"  # the kind of a shell of `mfaenv exec --serve`, which has an address and no keys
STATUS_VERSION = 1  # of what `--json` prints: another where a name goes or changes its meaning


class SessionRow:
    """A session, as `--json` has it: `expires` in ISO 8601, `remaining` in seconds. This shell's has all fields."""

    rule: str | None = None
    stored: bool = False

    def __init__(self, entry: Session, now: float) -> None:
        self.profile = entry.profiles[0] if entry.profiles else None
        self.profiles = entry.profiles
        self.kind = "role" if entry.role else "user"
        self.role = entry.role or None
        self.session_policy = entry.limit or None
        self.account = entry.acting_account or None
        self.device = entry.device or None
        self.access_key_id = entry.access_key or None
        self.expires = None if entry.expires is None else environment.timestamp(entry.expires)
        self.remaining = None if entry.expires is None else max(0, int(entry.left(now)))


def run(options: Options, _words: Words, env: Env) -> int:
    """Raise MfaenvError for a refused store, or a wrong name."""
    store = Store.of(env)
    store.check(is_read=True)
    shell, stored, problems = collect(options, env, store, time.time())
    if options.get("as_json"):
        import json

        data = {"version": STATUS_VERSION, "shell": shell, "stored": stored, "problems": problems}
        to_stdout((json.dumps(data, default=vars) + "\n").encode())
    else:
        from mfaenv.terminal.terminal import Terminal  # slow to load, and --json does without
        from mfaenv.terminal.text import Table

        here = Table("This shell", COLUMNS, (_cells(shell),)) if shell else "This shell exports no AWS keys."
        why = [shell.rule] if shell and shell.rule else []
        nothing = nothing_stored(parse.text(options, "profile"))
        there = Table("Stored sessions", COLUMNS, tuple(map(_cells, stored))) if stored else nothing
        text_to_stdout(Terminal.for_options(options, env).drawn(here, *why, there, *problems))
    return DONE


def nothing_stored(profile: str) -> str:
    """Return the line for a store without a session."""
    return f"No session is stored for profile {profile}." if profile else "No session is stored."


def _cells(session: SessionRow) -> tuple[str, ...]:
    identity = "an address for credentials" if session.kind == SERVED_KIND else session.kind
    if session.role:
        identity = f"role {session.role.partition(':role/')[2]}"
    if session.session_policy:
        identity += f", {session.session_policy}"
    device = session.device or "-"
    if session.account:  # or it would be twice in the row, and break
        device = device.rpartition(":mfa/")[2]
    return (session.profile or "-", identity, session.account or "-", device, _left(session))


def _left(session: SessionRow) -> str:
    from datetime import datetime  # slow to load, and --json does without

    remaining = session.remaining
    if remaining is None or session.expires is None:
        return {"long-term": "no end", SERVED_KIND: "renewed by mfaenv"}.get(session.kind, "unknown")
    if not remaining:
        return "ended"
    end = datetime.fromisoformat(session.expires).timestamp()
    return f"{duration.rounded(remaining)}, until {duration.time_of_day(end, end - remaining)}"


def collect(
    options: Options, env: Env, store: Store, now: float
) -> tuple[SessionRow | None, list[SessionRow], list[str]]:
    """Return the session of this shell, the stored ones, and what is wrong. Raise MfaenvError for a wrong name."""
    entries = [entry for name in store.names(SESSION) if (entry := store.read(Session, name))]
    rows = [SessionRow(entry, now) for entry in entries]
    # A rotated key has the session of the old one.
    rows = list({(row.access_key_id, row.role, *row.profiles): row for row in rows}.values())
    rows.sort(key=lambda row: (row.profiles, -(row.remaining or 0)))
    shell = _shell(env, rows, now)
    if options.get("profile"):
        from mfaenv.session.cache import of_profile  # slow to load

        chosen = {entry.access_key for entry in of_profile(options, entries, store, env)[0]}
        rows = [row for row in rows if row.access_key_id in chosen]
    return shell, [row for row in rows if row.remaining != 0], _problems(env, shell, store)


def _shell(env: Env, rows: list[SessionRow], now: float) -> SessionRow | None:
    key, end, own = env.get("AWS_ACCESS_KEY_ID", ""), None, ""
    if key and environment.temporary_keys(env):
        kind, end = "session", environment.end(env)
    elif key:
        kind = "long-term"
    elif environment.is_served(env):
        kind, own = SERVED_KIND, environment.SERVED
    else:
        return None
    if environment.has_secret_as_id(key, env.get("AWS_SECRET_ACCESS_KEY", "")):
        key = ""  # the ID is shown
    stored = next((row for row in rows if row.access_key_id == key), None)
    session = Session(access_key=key, expires=end)
    if environment.has_session(env) and notice.role(env):  # which may be stored nowhere
        role, limit = env[environment.IDENTITY], env.get(environment.LIMIT, "")
        kind, session = "role", session.replace(role=role, limit=limit)
    shell = SessionRow(session, now)
    vars(shell).update(vars(stored) if stored else {"kind": kind})
    shell.profile = env.get(environment.PROFILE if environment.has_session(env) else own)
    shell.rule, shell.stored = rule(env) or None, bool(stored)
    return shell


def rule(env: Env) -> str:
    """Return why this shell has its profile's session; empty where it is not mfaenv's."""
    profile, asked = env.get(environment.PROFILE, ""), env.get(environment.AWS_PROFILE)
    if not profile or not environment.has_session(env):
        return ""
    if asked == profile:
        return f"The session is of {profile} because AWS_PROFILE names it."
    if asked and asked == env.get(environment.SEEN):
        return f"AWS_PROFILE was {asked} when mfaenv set {profile}, which stays until AWS_PROFILE changes."
    why = f"The session is of {profile} because mfaenv set it; AWS_PROFILE is not set."
    return why if asked is None else ""


def _problems(env: Env, shell: SessionRow | None, store: Store) -> list[str]:
    if shell is None or shell.kind == SERVED_KIND:
        return []
    problems = []
    is_kept = shell.stored or shell.kind == "long-term"
    # Without a code it is never stored, nor is a role's on top of such.
    may_need_no_code = environment.has_session(env) and (shell.role or not env.get(environment.IDENTITY))
    theirs = {name: env.get(name, "") for name in environment.PROFILE_VARIABLES}
    profile, source = parse.lookup({}, theirs, "profile")
    if profile and profile != shell.profile and not shell.rule:
        problems.append(f"The exported keys hide profile {profile} ({source}) from most AWS programs.")
    empty = "is empty: unset it. The AWS CLI and boto3 take that for a name."
    problems += [f"{name} {empty}" for name in theirs if env.get(name) == ""]
    if shell.kind == "long-term" and env.get("AWS_SESSION_TOKEN"):
        problems.append("AWS_SESSION_TOKEN is not of these long-term keys, so that no call works: unset it.")
    if shell.remaining == 0:
        problems.append("The session of this shell has ended. Get a new one, with mfaenv.")
    elif not (is_kept or may_need_no_code or env.get(environment.ONLY)) and store.can_be_written():
        which = "it was replaced, cleared, or is not mfaenv's"
        problems.append(f"The session of this shell is not the stored one: {which}.")
    if env.get("AWS_SECURITY_TOKEN") and env["AWS_SECURITY_TOKEN"] != env.get("AWS_SESSION_TOKEN"):
        problems.append("AWS_SECURITY_TOKEN holds another token, which boto3 reads before AWS_SESSION_TOKEN.")
    return problems
