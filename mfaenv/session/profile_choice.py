"""The person chooses a profile, where nobody has named one."""

import time
from collections.abc import Iterator

from mfaenv import duration
from mfaenv.command_line import aws_configure, same_command
from mfaenv.config import names, sources
from mfaenv.config.awsfiles import AwsFiles
from mfaenv.errors import MfaenvError, wrong_usage
from mfaenv.fast import environment, parse
from mfaenv.fast.entry import Session
from mfaenv.fast.parse import DEFAULT, Env, Options
from mfaenv.shells import join
from mfaenv.store import SESSION, Store
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import Row


def choose(options: Options, env: Env, terminal: Terminal, *command: str) -> str:
    """Return the profile for a -p with nothing after it. Raise MfaenvError (usage) where nobody can be asked."""
    if reason := _obstacle(options, terminal):
        line = join(same_command({**options, "profile": "NAME"}, *command))
        raise wrong_usage(f"-p needs the name of a profile, and {reason}.", "Type:", line)
    profiles = names.profiles(env)
    if not profiles:
        wrong = "There is no profile in the AWS files. This makes a first one:"
        raise MfaenvError(wrong, command=aws_configure(DEFAULT))
    return terminal.pick("Which profile?", list(rows(profiles, env, Store.of(env), time.time())))


def instead_of_default(options: Options, env: Env, files: AwsFiles, terminal: Terminal) -> str:
    """Let the person choose where none is named and `default` has no keys; else return an empty text."""
    if (
        parse.lookup(options, env, "profile")[0]
        or sources.GIVE_CREDENTIALS & files.section(DEFAULT).keys()
        or not files.profiles.keys() - {DEFAULT, f"profile {DEFAULT}"}
        or sources.environment_keys(env)
        or env.keys() & {"AWS_ACCESS_KEY_ID", *sources.MACHINE_VARIABLES}
        or "token_code" in options
        or _obstacle(options, terminal)
    ):
        return ""
    return choose(options, env, terminal)


def _obstacle(options: Options, terminal: Terminal) -> str:
    if options.keys() & {"no_input", "cached"} or options.get("format") == "process":
        return "no question is allowed here"
    return "a window cannot ask for it" if options.get("ask") == "window" else terminal.obstacle()


def rows(profiles: list[str], env: Env, store: Store, now: float) -> Iterator[Row]:
    """Yield the shell's profile, those with a stored session, the newest first, then the rest."""
    stored: dict[str, Session] = {}
    entries = [] if store.refusal() else [store.read(Session, name) for name in store.names(SESSION)]
    for entry in sorted(filter(None, entries), key=lambda entry: -entry.created):
        if entry.left(now) > 0 and not entry.limit:
            stored.setdefault(entry.profiles[0], entry)
    existing = set(profiles)
    recent = [name for name in (env.get(environment.PROFILE, ""), *stored) if name in existing]
    for name in dict.fromkeys([*recent, *profiles]):
        yield Row(name, _detail(stored[name], now) if name in stored else "")


def _detail(entry: Session, now: float) -> str:
    who = f"role {entry.role.partition(':role/')[2]}" if entry.role else "user session"
    left = f"{duration.rounded(int(entry.left(now)))} left" if entry.expires else ""
    return "  ".join(filter(None, [who, entry.acting_account, left]))
