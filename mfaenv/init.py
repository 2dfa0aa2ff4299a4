"""`mfaenv init`: all that a shell's profile needs, from one process: function, hook, completion and stored session."""

from __future__ import annotations

import time

from mfaenv import completion, console, exports, hooks, outcome, shells, shortcut, store
from mfaenv.errors import DONE, USAGE, MfaenvError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.options import Given
    from mfaenv.shells import Pair
    from mfaenv.store import Store


def run(shell: str, given: Given, env: Mapping[str, str], *, hook: bool) -> int:
    """Print it. Raises MfaenvError: for a shell that has no function (usage), or that cannot hold a value."""
    if shell not in hooks.TEMPLATES:
        from mfaenv import nearest

        hint = nearest.hint(shell, list(hooks.TEMPLATES), f"It takes {', '.join(hooks.TEMPLATES)}.")
        raise MfaenvError(f"init has no function for '{shell}'.", hint, status=USAGE)
    place, now = store.Store(store.directory(env)), time.time()
    settings = hooks.settings(shell, place, hook=hook)
    profile: list[Pair] = [(exports.PROFILE, str(given["profile"]))] if "profile" in given else []
    kept = shell in hooks.SAVED
    known = [*settings, *profile] if kept else []
    text = f"{hooks.text(shell, place.latest(), now, known, hook=hook)}{completion.script(shell)}".encode()
    if not kept:
        session = [] if _stays(env, now) else _stored(given, env, place, now) or profile
        text += shells.render(shell, [*settings, *session], encoding=console.encoding())
    outcome.to_stdout(text)
    return DONE


def _stays(env: Mapping[str, str], now: float) -> bool:
    """Tell whether this shell stays as it came: pinned, with the user's own keys, or with a session that holds."""
    end = exports.end(env)
    over = end is not None and end <= now
    return bool(env.get(exports.PINNED) or (env.get("AWS_ACCESS_KEY_ID") and not over))


def _stored(given: Given, env: Mapping[str, str], place: Store, now: float) -> list[Pair]:
    """Give the stored session of the profile; nothing where there is none. It never asks, and says nothing."""
    wanted: Given = {**given, "cached": True, "quiet": True}
    found = shortcut.stored(wanted, env, place, now)
    if found is not None:
        return found if isinstance(found, list) else []
    from mfaenv import commands

    try:
        return exports.pairs(commands.obtain(wanted, env, commands.terminal(wanted, env)), env)
    except MfaenvError:
        return []
