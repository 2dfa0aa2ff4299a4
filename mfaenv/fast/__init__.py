"""What shells, prompts and SDKs start: a stored session to bytes; and how any command writes to standard output.

This package answers or declines: where anything is odd it returns None, and the full run explains. It asks
nothing. For a stored session it loads built-in modules, os, stat and `shells` alone. It raises no error of ours but
what `shells` does.

A *cached request* in the store says which entry a request led to, and what that depended on: the options and
variables, less those that cannot matter (IGNORED_OPTIONS, IGNORED_VARIABLES) or hold a secret, and the state of
the files that were read. None is written within two seconds after an AWS file changed: it could change again
within the same tick of the file system's clock.
"""

import os
import stat
import sys
import time

from mfaenv import CODE_NEEDED, DONE, shells
from mfaenv.fast import environment, parse
from mfaenv.fast.entry import ANSWER, Entry, ReadOnlyStore, Session, file_state
from mfaenv.fast.parse import Env, Options
from mfaenv.shells import Pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    Tell = Callable[[Options, Env, list[Pair]], None]

IGNORED_OPTIONS = {
    *("shell", "format", "output", "quiet", "verbose"),
    *("token_code", "token_command", "refresh", "cached", "no_input"),
}
"""How an answer is printed, or a new session got."""

IGNORED_VARIABLES = {
    "AWS_ACCESS_KEY_ID",  # written down as `keys` where they are long-term
    "AWS_CREDENTIAL_EXPIRATION",  # what a session leaves in a shell
    *(environment.EXPIRES, environment.PINNED, environment.LIMIT, environment.IDENTITY, environment.KEY),
    *(environment.PROFILE, *environment.REGIONS, environment.REGION_MARK),  # counted as what they mean
    "MFAENV_SHELL",  # as the option of that name
    "MFAENV_CACHE_DIR",  # where the answer itself is
    environment.STORE,
    environment.NEXT,  # what the prompt hook keeps
    *environment.HOOK_VARIABLES,
}
"""The variables of AWS and mfaenv on which it does not depend, beside secrets."""

SECRET_WORDS = ("KEY", "TOKEN", "SECRET", "CRED", "PASS", "PW", "PIN", "OTP", "SEED")
NO_SECRETS = ("_ID", "_FILE", "_URI")  # how the names of those end that name a key, a file or an address

FILE_VARIABLES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
# What is in a file of policies is no word of the line.
NEEDS_FULL_RUN = ("refresh", "verbose", "session_policy")
SHELL_FIELDS = ("profile", "region", "source_key", "settings", "limit")  # what a shell gets beside the session
CODE_LENGTH = 6
KILLED = 128  # added to a signal's number it is the exit status, as in shells
STDOUT, STDERR = 1, 2
STDOUT_NAME = "standard output"  # what the errors of writing there have for a file's name
OTHERS_MODE = stat.S_IRWXG | stat.S_IRWXO
SCHEME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."  # characters of a URL's, RFC 3986
NOT_CLOSED = "mfaenv: The output file cannot be closed to others: check who can read it.\n"

received_signals: "list[int]" = []
"""The signals that were to end this process, and may have caused an unexpected error."""


class CachedRequest(Entry):
    """Where a request led to, the seconds that have to be left of that session, and what else the shell gets.

    `files` has the state of each file that was read, a tab, and its path.
    """

    PREFIX = ANSWER
    key: str = ""
    files: tuple[str, ...] = ()
    session_key: str = ""
    min_remaining: int = 0
    profile: str = ""
    region: str = ""
    source_key: str = ""
    settings: str = ""
    limit: str = ""


def answer(options: Options, env: Env, tell: "Tell | None" = None) -> int | None:
    """Print the stored session and return the exit status; or decline: print nothing, and return None.

    `tell` shows what a shell got, where it should.
    """
    if os.isatty(1) or "output" in options:
        return None
    pairs = stored(options, env, ReadOnlyStore.of(env), time.time())
    if pairs is None or not (target := _target(options, env)):
        return None
    if not pairs:
        return CODE_NEEDED if options.get("cached") else None
    if target in shells.NAMES and concerns_direnv(pairs, env):
        return None
    secrets_to_stdout(shells.render(target, pairs), quiet="quiet" in options)
    if tell and target in shells.NAMES and is_told(options, env, pairs):
        tell(options, env, pairs)
    return DONE


def is_told(options: Options, env: Env, pairs: list[Pair]) -> bool:
    """Return whether a shell is told what it gets: on a terminal, and in a log where another session goes."""
    had_one = env.get(environment.KEY) or environment.EXPIRES in env
    is_another = had_one and ("AWS_ACCESS_KEY_ID", env.get("AWS_ACCESS_KEY_ID")) not in pairs
    is_silent = "quiet" in options or ("cached" in options and not env.get(environment.LIMIT))
    return (is_another or os.isatty(STDERR)) and not is_silent and not os.isatty(STDOUT)


def concerns_direnv(session: list[Pair], env: Env) -> bool:
    """Return whether direnv has to learn what a session sets, which takes the full run."""
    if environment.DIRENV_DIFF not in env:
        return False
    from mfaenv.fast import direnv

    return direnv.state(dict(session), env) is not None


def _target(options: Options, env: Env) -> str:
    """Return the shell or format; empty where the full run decides."""
    if "format" in options:
        name = parse.text(options, "format")
        answers = name in shells.FORMATS and "shell" not in options and not runs_on_github(name, env)
        return name if answers else ""
    name, source = parse.lookup(options, env, "shell")
    by_option = source in parse.MAIN_OPTIONS["shell"].flags
    depends_on_caller = name == "csh" if by_option else name in ("", *shells.NAMES)
    if depends_on_caller:
        from mfaenv.shells import detect

        name = detect.detect(env, name, by_option=by_option)
    return name if name in shells.NAMES and shells.get_target(name).encoding else ""


def runs_on_github(target: str, env: Env) -> bool:
    """Return whether a workflow's log would show the keys, unless they are masked."""
    return target == "github" and env.get("GITHUB_ACTIONS") == "true"


def is_for_program(options: Options) -> bool:
    """Return whether the account is printed: in a shell, its name would outlive the session."""
    return options.get("format") == "process"


def fingerprint(options: Options, env: Env) -> str:
    """Return the options and variables that may matter as text, without secrets."""
    env = environment.without_settings(env)
    is_ours = env.get(environment.PROFILE_AS) and env.get("AWS_PROFILE") == env.get(environment.PROFILE)
    profile = (*parse.lookup(options, env, "profile"), bool(is_ours))  # AWS_PROFILE is mfaenv's own then
    asked = [f"{name}={value!r}" for name, value in options.items() if name not in IGNORED_OPTIONS]
    urls = {name: url.rpartition("@")[2] for name, url in env.items() if not url.split("://")[0].strip(SCHEME)}
    read = [
        f"{name}={(os.path.expandvars(value) if name in FILE_VARIABLES else value)!r}"
        for name, value in {**env, **urls}.items()
        if name in ("HOME", "USERPROFILE") or (name.startswith(("AWS_", "MFAENV_")) and _counts(name))
    ]
    long_term = env.get("AWS_SECRET_ACCESS_KEY") and not environment.temporary_keys(env)
    keys = env.get("AWS_ACCESS_KEY_ID", "") if long_term else ""
    return "\n".join([*sorted(asked), *sorted(read), f"keys={keys} {profile} {environment.own_regions(env)}"])


def _counts(name: str) -> bool:
    is_secret = any(word in name for word in SECRET_WORDS) and not name.endswith(NO_SECRETS)
    return name.startswith(environment.ADDRESS) or not (is_secret or name in IGNORED_VARIABLES)


def stored(options: Options, env: Env, store: ReadOnlyStore, now: float) -> "list[Pair] | None":
    """Return the stored session's pairs, no pair without one, None where the full run decides."""
    code, _ = parse.lookup(options, env, "token_code")
    if (
        any(name in options for name in NEEDS_FULL_RUN)
        or (code and not (len(code) == CODE_LENGTH and environment.is_digits(code)))
        or store.refusal()
        or env.get(environment.PROFILE_AS, "") not in ("", *environment.PROFILE_NAMES)
    ):
        return None
    cached = store.get(CachedRequest, fingerprint(options, env))
    files = [line.partition("\t") for line in cached.files] if cached else []
    if cached is None or any(file_state(path) != state for state, _, path in files):
        return None if store.has_sessions() or not options.get("cached") else []
    session = store.get(Session, cached.session_key)
    if session is None or session.left(int(now)) <= cached.min_remaining:
        return []
    own = {name: getattr(cached, name) for name in SHELL_FIELDS}
    theirs = session.exported(account=is_for_program(options))
    return environment.pairs({**theirs, **own, "pinned": environment.pinned(options)}, env)


def end_in_order(number: int, _frame: object) -> None:
    """Raise SystemExit with a signal's status, so that locks are released and a shell's line fails."""
    received_signals.append(number)
    raise SystemExit(KILLED + number)


def to_stdout(data: bytes) -> None:
    """Write bytes. Raise OSError with STDOUT_NAME, BrokenPipeError among them."""
    try:
        _write(STDOUT, data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, STDOUT_NAME) from None


def secrets_to_stdout(data: bytes, *, quiet: bool = False, for_runner: bool = False) -> None:
    """Write keys; a file is closed to others first. Raise as to_stdout, and where another user has it, or may."""
    if sys.platform != "win32":
        state, wrong = os.fstat(STDOUT), ""
        kind, is_open = stat.S_IFMT(state.st_mode), state.st_mode & OTHERS_MODE  # no unnamed pipe is open
        # Outside a job's container, GitHub's runner is another user.
        is_theirs = state.st_uid != os.geteuid() and not for_runner
        if is_theirs and (kind == stat.S_IFREG or (kind == stat.S_IFIFO and is_open)):
            wrong = "the file belongs to another user"
        elif kind == stat.S_IFREG and (is_open or not state.st_mode & stat.S_IWUSR):
            # ksh93 reads what eval gets from a file that it has removed already.
            wrong = _close_to_others(stat.S_IMODE(state.st_mode), has_name=state.st_nlink > 0, quiet=quiet)
        if wrong:
            import errno  # its hundred numbers take a stored session a hundredth of its time

            raise PermissionError(errno.EPERM, wrong, STDOUT_NAME)
    to_stdout(data)


if sys.platform != "win32":

    def _is_alone() -> bool:
        """Return whether no other program has a closed file open: then Linux gives a lease, but NFS may not."""
        import _signal  # type: ignore[import-not-found]  # signal itself takes its time
        import fcntl

        # A program that opens the file meanwhile would end mfaenv.
        _signal.signal(_signal.SIGIO, _signal.SIG_IGN)
        for _ in range(4 + os.getpid() % 8):  # not all runs that write one file give up at once
            try:
                fcntl.fcntl(STDOUT, fcntl.F_SETLEASE, fcntl.F_WRLCK)
                fcntl.fcntl(STDOUT, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            except BlockingIOError:
                time.sleep(0.05)  # an editor may only look at what has changed
            except (AttributeError, OSError):
                return True
            else:
                return True
        return False

    def _close_to_others(mode: int, *, has_name: bool, quiet: bool) -> str:
        """Return why nothing may be written to a file; else it is closed then, and a line says so."""
        is_said = has_name and not quiet and mode & OTHERS_MODE
        warning = "mfaenv: The output file was open to others until now.\n" if is_said else ""
        try:
            os.fchmod(STDOUT, mode & ~OTHERS_MODE & ~stat.S_IWUSR)  # until it is known: another run looks too
            if not (is_closed := not os.fstat(STDOUT).st_mode & OTHERS_MODE):  # a file system without modes
                os.fchmod(STDOUT, mode)
        except OSError:
            is_closed = False
        if not is_closed:
            warning = NOT_CLOSED
        elif _is_alone():
            os.fchmod(STDOUT, mode & ~OTHERS_MODE | stat.S_IWUSR)
        else:
            os.fchmod(STDOUT, mode)
            advice = "remove it, and use -o FILE or umask 077" if has_name else "umask 077 may prevent it"
            return f"another program may have the file open: {advice}"
        try:
            text_to_stderr(warning)
        except OSError:
            return ""  # nobody reads it
        return ""


def text_to_stdout(text: str) -> None:
    """Write text for people, whatever a console's code page. Raise as to_stdout does."""
    _show(text, sys.stdout, to_stdout)


def text_to_stderr(text: str) -> None:
    """Write text for people to standard error. Raise OSError where nobody reads it."""
    _show(text, sys.stderr, lambda data: _write(STDERR, data))


def _show(text: str, console: "TextIO | None", write: "Callable[[bytes], None]") -> None:
    """Leave text to Python's own stream where that is a console: bytes are read there in its code page.

    https://learn.microsoft.com/windows/console/writeconsole
    """
    if sys.platform == "win32" and console is not None and console.isatty():
        console.write(text.encode(console.encoding, "replace").decode(console.encoding))
        console.flush()
    else:
        write(text.encode("utf-8", "replace"))


def _write(stream: int, data: bytes) -> None:
    while data:
        data = data[os.write(stream, data) :]
