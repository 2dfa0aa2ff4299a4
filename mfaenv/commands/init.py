"""`mfaenv init`: all that a shell's profile needs, from one process: function, hook, completion and stored session."""

import os
import time

from mfaenv import command_line, fast, shells, suggest
from mfaenv.commands import startup
from mfaenv.errors import DONE, USAGE, MfaenvError
from mfaenv.fast import catalog, environment, output
from mfaenv.fast.entry import ReadOnlyStore
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.shells import Pair, detect
from mfaenv.terminal import code_page


def run(options: Options, words: Words, env: Env) -> int:
    """Print the text for a shell, or direnv's library.

    Raise MfaenvError for a shell that has no function (usage), or that cannot hold a value of ours.
    """
    (shell,), hook = words, "no_hook" not in options
    if shell == catalog.DIRENV:
        output.to_stdout(startup.direnv_library(ReadOnlyStore.of(env)).encode("utf-8", "surrogateescape"))
        return DONE
    if shell not in shells.WITH_FUNCTION:
        targets = (*shells.WITH_FUNCTION, catalog.DIRENV)
        hint = suggest.hint(detect.identify([shell]) or shell, targets, f"It takes {', '.join(targets)}.")
        raise MfaenvError(f"init has no function for '{shell}'.", hint, status=USAGE)
    store, now = ReadOnlyStore.of(env), time.time()
    if shells.get_target(shell).saved:
        output.to_stdout(kept(shell, options, env, now).encode())
        return DONE
    settings, stays = [*_path(shell, env), *startup.settings(shell, store, hook=hook)], _stays(env, now)
    session = [] if stays else stored_session(options, env, store, now)
    if hook and shells.get_target(shell).hook and not stays:  # then the hook sees to it
        session = without_name(session, env)
        settings.append((environment.SEEN, env.get(environment.AWS_PROFILE) or None))
    if not _holds(shell, session):  # mfaenv says so when it is typed; the function is there all the same
        session = []
    pairs = session or ([] if stays else _profile(options))
    # Apart: a variable of the session that is read-only leaves the settings as they are.
    variables = _rendered(shell, settings) + (_rendered(shell, pairs) if pairs else b"")
    code = _code(shell, store.latest(), now, [], hook=hook)
    (output.secrets_to_stdout if session else output.to_stdout)(variables + code.encode())
    return DONE


def _path(shell: str, env: Env) -> list[Pair]:
    """Return the PATH with the folder of this program at its end; an empty list where it is there, or cannot be.

    The user's startup files may put ~/.local/bin there later (Debian's ~/.profile does), or never. A PATH that is not
    in the environment may be in the shell all the same: bash has one of its own then.
    """
    folder, path = os.path.dirname(command_line.started()), env.get("PATH", "")
    pair = ("PATH", f"{path}{os.pathsep}{folder}")
    is_needed = folder and path and folder not in path.split(os.pathsep)
    return [pair] if is_needed and os.pathsep not in folder and _holds(shell, [pair]) else []


def _holds(shell: str, pairs: list[Pair]) -> bool:
    """Return whether a shell can hold these variables."""
    try:
        _rendered(shell, pairs)
    except MfaenvError:
        return False
    return True


def kept(shell: str, options: Options, env: Env, now: float) -> str:
    """Return the text for a shell that keeps it in a file; the function in it gets the stored session itself."""
    store, hook = ReadOnlyStore.of(env), "no_hook" not in options
    pairs = [*startup.settings(shell, store, hook=hook), *_profile(options)]
    return _code(shell, store.latest(), now, pairs, hook=hook)


def _code(shell: str, seen: str, now: float, pairs: list[Pair], *, hook: bool) -> str:
    """Return the function and the hook, as `startup.text` does, and the completion."""
    return startup.text(shell, seen, now, pairs, hook=hook) + startup.short(startup.completion(shell))


def _profile(options: Options) -> list[Pair]:
    return [(environment.PROFILE, str(options["profile"]))] if options.get("profile") else []


def _rendered(shell: str, pairs: list[Pair]) -> bytes:
    return shells.render(shell, pairs, encoding=code_page.encoding(), tried=False)


def _stays(env: Env, now: float) -> bool:
    """Return whether this shell is left as it is: pinned, with its own keys or address, or a session that holds."""
    end = environment.end(env)
    over = end is not None and end <= now
    has_credentials = env.get("AWS_ACCESS_KEY_ID") or env.get(environment.ADDRESS_OF_KEYS)
    return bool(env.get(environment.PINNED) or (has_credentials and not over))


def stored_session(options: Options, env: Env, store: ReadOnlyStore, now: float) -> list[Pair]:
    """Return the stored session of a request; an empty list where there is none. It never asks, and says nothing."""
    quiet_options: Options = {**options, "cached": True, "quiet": True}
    session = fast.stored(quiet_options, env, store, now)
    if session is not None:
        return session if isinstance(session, list) else []
    from mfaenv.session import service  # slow to load, and a stored session does without
    from mfaenv.terminal.terminal import Terminal

    try:
        return environment.pairs(service.obtain(quiet_options, env, Terminal.for_options(quiet_options, env)), env)
    except MfaenvError:
        return []


def without_name(pairs: list[Pair], env: Env) -> list[Pair]:
    """Leave the person's AWS_PROFILE as it is, and out of what the prompt hook has to set again."""
    name = environment.AWS_PROFILE
    return [pair for pair in pairs if pair not in ((name, None), (environment.PUT_BACK, env.get(name)))]
