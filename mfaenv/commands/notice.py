"""The one line that says which session a shell gets."""

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

from mfaenv import duration, fast
from mfaenv.fast import environment
from mfaenv.fast.entry import Session
from mfaenv.fast.parse import Env, Options
from mfaenv.shells import Pair
from mfaenv.store import Store


def show(options: Options, env: Env, pairs: Iterable[Pair], store: Store) -> None:
    """Show which session the shell gets: always on a terminal, in a log only where it replaces another."""
    got = {name: value for name, value in pairs if value}
    is_another = got.get("AWS_ACCESS_KEY_ID") != env.get("AWS_ACCESS_KEY_ID")
    told = os.isatty(fast.STDERR) or (is_another and bool(env.get(environment.EXPIRES)))
    if not told or os.isatty(fast.STDOUT) or options.keys() & {"quiet", "cached"}:
        return
    limit = environment.lost_limit(options, env)
    before = f"until now the session of this shell was {limit}" if limit else ""
    with suppress(OSError):  # the session is printed already: the line must not fail for a log that is full or closed
        from mfaenv.terminal.text import printable  # slow to load, and a session is mostly printed without a line

        lines = filter(None, [describe(got, store), _disagreed(env), before])
        fast.text_to_stderr("".join(f"mfaenv: {printable(line)}\n" for line in lines))


def _disagreed(env: Env) -> str:
    """Return a line about keys of another profile than AWS_PROFILE named; an empty text where a hook sees to it."""
    profile, asked = env.get(environment.PROFILE, ""), env.get(environment.AWS_PROFILE, "")
    is_for_prompts = env.get(environment.PROFILE_AS) == environment.AWS_PROFILE
    if not env.get(environment.EXPIRES) or is_for_prompts or asked in {"", profile, env.get(environment.SEEN)}:
        return ""
    return f"until now the keys were of profile {profile}, though AWS_PROFILE was {asked}"


def describe(got: Mapping[str, str], store: Store) -> str:
    """Return the profile, the role, when it ends and what is left of a session, for what a shell got of it."""
    role = role_of(got.get(environment.ENTRY, ""), store)
    details = [f"role {role.partition(':role/')[2]}" if role else "", got.get(environment.LIMIT, "")]
    words = [got.get("MFAENV_PROFILE", ""), f"({', '.join(filter(None, details))})" if any(details) else ""]
    end = got.get("MFAENV_EXPIRES", "")
    if end:
        now = time.time()
        words.append(f"until {duration.time_of_day(int(end), now)}, {duration.rounded(int(int(end) - now))}")
    return " ".join(filter(None, words))


def role_of(entry: str, store: Store) -> str:
    """Return the ARN of the role of a stored session; an empty text for a user's own session."""
    session = store.read(Session, entry) if entry else None
    return session.role if session else ""
