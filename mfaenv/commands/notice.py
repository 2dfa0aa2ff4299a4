"""The one line that says which session a shell gets."""

import time

from mfaenv import duration, fast
from mfaenv.fast import environment
from mfaenv.fast.parse import Env, Options
from mfaenv.shells import Pair


def show(options: Options, env: Env, pairs: list[Pair]) -> None:
    """Show which session the shell gets."""
    limit = environment.lost_limit(options, env)
    if "cached" in options:  # as in a startup file, which does not know what started the shell
        limit = "" if dict(pairs).get(environment.LIMIT) else env.get(environment.LIMIT, "")
        if not limit:
            return
    before = f"until now the session of this shell was {limit}" if limit else ""
    say(describe(pairs), _disagreement(env), before)


def say(*lines: str) -> None:
    """Show lines that are not empty: a log that is full or closed must not fail what a shell evaluates."""
    from mfaenv.terminal.text import printable  # slow to load, and mostly nothing is shown

    try:
        fast.text_to_stderr("".join(f"mfaenv: {printable(line)}\n" for line in lines if line))
    except OSError:
        return


def _disagreement(env: Env) -> str:
    """Return a line about keys of another profile than AWS_PROFILE; empty where a hook sees to it."""
    profile, asked = env.get(environment.PROFILE, ""), env.get(environment.AWS_PROFILE, "")
    is_for_prompts = env.get(environment.PROFILE_AS) == environment.AWS_PROFILE
    if not environment.has_session(env) or is_for_prompts or asked in {"", profile, env.get(environment.SEEN)}:
        return ""
    return f"until now the keys were of profile {profile}, though AWS_PROFILE was {asked}"


def describe(pairs: list[Pair]) -> str:
    """Return a session's profile, role and end."""
    got = {name: value for name, value in pairs if value}
    name = role(got)
    details = [f"role {name}" if name else "", got.get(environment.LIMIT, "")]
    words = [got.get(environment.PROFILE, "")]
    if any(details):
        words.append(f"({', '.join(filter(None, details))})")
    end = environment.end(got)
    if end is not None:
        now = time.time()
        words.append(f"until {duration.time_of_day(end, now)}, {duration.rounded(int(end - now))}")
    return " ".join(filter(None, words))


def role(env: Env) -> str:
    """Return the role's name; empty for a user's own session."""
    return env.get(environment.IDENTITY, "").partition(":role/")[2]
