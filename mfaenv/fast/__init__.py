"""What shells, prompts and SDKs start: a stored session to bytes, without the AWS files or anything heavy, or None.

This package answers or declines. Where anything is odd it returns None, and the long way finds out again and explains.
It suggests nothing and asks nothing, and raises no error of ours but those of `shells`, such as a value that a shell
cannot hold. It imports built-in modules, os, stat and `shells` alone.

A *cached request* in the store says which entry a request led to, and what that depended on: the options and variables
word by word, less those that cannot matter (IGNORED_OPTIONS, IGNORED_VARIABLES) or hold a secret, and the state (inode,
size, times in nanoseconds) of the files that were read, the AWS files and the remembered device. Where one of them has
changed, the cached request does not count. A file that changed within the last two seconds could change again within
the same tick of the file system's clock, so none is written then.
"""

import os
import time

from mfaenv import CODE_NEEDED, DONE, shells
from mfaenv.fast import environment, output, parse
from mfaenv.fast.entry import ANSWER, Entry, ReadOnlyStore, Session
from mfaenv.fast.parse import Env, Options
from mfaenv.shells import Pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Tell = Callable[[Options, Env, list[Pair]], None]

IGNORED_OPTIONS = {
    "shell",  # how it is printed
    "format",
    "output",
    "token_code",  # how a new session is got
    "token_command",
    "no_input",
    "cached",  # what is said where none is stored
    "quiet",
    "refresh",  # these two take the full path
    "verbose",
    "no_hook",  # what init prints beside the session
}
"""The options on which a stored answer does not depend."""

IGNORED_VARIABLES = {
    "AWS_ACCESS_KEY_ID",  # written down as `keys` where they are long-term
    "AWS_CREDENTIAL_EXPIRATION",  # what a session leaves in a shell
    environment.EXPIRES,
    environment.PINNED,
    environment.LIMIT,
    "MFAENV_SHELL",  # as the option of that name
    "MFAENV_CACHE_DIR",  # where the answer itself is
    environment.STORE,
    environment.NEXT,  # what the prompt hook keeps
    environment.SEEN,
    environment.PUT_BACK,
    environment.FORMER,
    environment.FORMER_PINNED,
}
"""The variables of AWS and of mfaenv on which it does not depend, beside those that hold a secret.

Every other one that is set counts, word by word.
"""

SECRET_WORDS = {"KEY", "TOKEN", "SECRET", "PASSWORD", "PASSPHRASE"}
NO_SECRETS = ("_ID", "_FILE")  # how the names of those end that hold the name of a key, or of a file

FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
FULL_PATH = ("refresh", "verbose", "session_policy")  # what is in a file of policies is no word of the line
SHELL_FIELDS = ("profile", "region", "region_mark", "source_key", "settings", "limit")
"""What a shell gets beside the session itself."""

MISS = "miss"

CODE_LENGTH = 6


class CachedRequest(Entry):
    """Where a request led to: the session's key, the seconds that have to be left of it, and what the shell gets too.

    `files` are the files that were read: the state of each, a tab, and its path.
    """

    PREFIX = ANSWER
    key: str = ""
    files: tuple[str, ...] = ()
    session_key: str = ""
    min_remaining: int = 0
    profile: str = ""
    region: str = ""
    region_mark: str = ""
    source_key: str = ""
    settings: str = ""
    limit: str = ""


def answer(options: Options, env: Env, tell: "Tell | None" = None) -> int | None:
    """Print the stored session and return the exit status; or decline: print and write nothing, and return None.

    `tell` is called with what a shell got, where that is told.
    """
    if os.isatty(1) or "output" in options:
        return None
    pairs = stored(options, env, ReadOnlyStore.of(env), time.time())
    target = _target(options, env) if pairs else ""
    if not pairs or not target:
        return None
    if isinstance(pairs, str):
        return CODE_NEEDED if options.get("cached") else None
    output.secrets_to_stdout(shells.render(target, pairs), quiet="quiet" in options)
    # A shell is told what it gets on a terminal, and in a log too where another session goes.
    if tell and target in shells.NAMES and (env.get(environment.EXPIRES) or os.isatty(output.STDERR)):
        tell(options, env, pairs)
    return DONE


def _target(options: Options, env: Env) -> str:
    """Return the shell or format; an empty text where the full path decides: a wrong name, or a console's code page."""
    if "format" in options:
        name = parse.text(options, "format")
        answers = name in shells.FORMATS and "shell" not in options and not runs_on_github(name, env)
        return name if answers else ""
    name, source = parse.lookup(options, env, "shell")
    said = source in parse.MAIN_OPTIONS["shell"].flags
    if name == "csh" if said else not name or name in shells.NAMES:
        from mfaenv.shells import detect

        name = detect.detect(env, name, by_option=said)
    return name if name in shells.NAMES and shells.get_target(name).encoding else ""


def runs_on_github(target: str, env: Env) -> bool:
    """Return whether a workflow's log would show the keys of this format, unless they are masked."""
    return target == "github" and env.get("GITHUB_ACTIONS") == "true"


def with_account(options: Options) -> bool:
    """Return whether what is printed names the account: in shells it would describe keys that come later, too."""
    return options.get("format") == "process"


def fingerprint(options: Options, env: Env) -> str:
    """Return all that was asked, and all variables that may matter, as text; never a secret."""
    asked = [f"{name}={value!r}" for name, value in options.items() if name not in IGNORED_OPTIONS]
    read = [
        f"{name}={(os.path.expandvars(value) if name in FILES else value)!r}"
        for name, value in env.items()
        if name in ("HOME", "USERPROFILE") or (name.startswith(("AWS_", "MFAENV_")) and _counts(name))
    ]
    long_term = env.get("AWS_SECRET_ACCESS_KEY") and not environment.temporary_keys(env)
    keys = env.get("AWS_ACCESS_KEY_ID", "") if long_term else ""
    return "\n".join([*sorted(asked), *sorted(read), f"keys={keys}"])


def _counts(name: str) -> bool:
    secret = not SECRET_WORDS.isdisjoint(name.split("_")) and not name.endswith(NO_SECRETS)
    return not secret and name not in IGNORED_VARIABLES


def stored(options: Options, env: Env, store: ReadOnlyStore, now: float) -> "list[Pair] | str | None":
    """Return the pairs of the stored session, MISS where there is surely none, or None: the full path decides."""
    if (
        any(name in options for name in FULL_PATH)
        or not _is_code(parse.lookup(options, env, "token_code")[0])
        or store.refusal()
        or not environment.profile_as_is_known(env)
    ):
        return None
    cached = store.get(CachedRequest, fingerprint(options, env))
    if cached is None or not _unchanged(cached):
        return MISS if options.get("cached") and _is_empty(store) else None
    session = store.get(Session, cached.session_key)
    if session is None or session.left(now) < cached.min_remaining:
        return MISS
    own = {name: getattr(cached, name) for name in SHELL_FIELDS}
    theirs = session.exported(account=with_account(options))
    return environment.pairs({**theirs, **own, "pinned": environment.pinned(options)}, env)


def _is_code(text: str) -> bool:
    """Return whether a code is none or as people mostly type it: all else is checked, or read, though not needed."""
    return not text or (len(text) == CODE_LENGTH and environment.is_digits(text))


def _is_empty(store: ReadOnlyStore) -> bool:
    try:
        return not any(name.startswith(Session.PREFIX) for name in os.listdir(store.path))
    except OSError:
        return True


def _unchanged(cached: CachedRequest) -> bool:
    files = (line.partition("\t") for line in cached.files)
    return all(signature(path) == state for state, _, path in files)


def signature(path: str) -> str:
    """Return the state of a file: its inode, size, and the times of its last change, in nanoseconds."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):  # ValueError: a path that holds NUL
        return "none"
    return f"{state.st_ino} {state.st_size} {state.st_mtime_ns} {state.st_ctime_ns}"
