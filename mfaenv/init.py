"""`mfaenv init`: all that a shell's profile needs, from one process: function, hook, completion and stored session."""

from __future__ import annotations

import time

from mfaenv import commands, exports, hooks, outcome, shells, shortcut, store
from mfaenv.errors import DONE, MfaenvError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.options import Given
    from mfaenv.shells import Pair
    from mfaenv.store import Store


def run(shell: str, given: Given, env: Mapping[str, str], *, hook: bool) -> int:
    """Print it. Raises MfaenvError (usage) for a shell that has no function."""
    hooks.checked(shell)
    place = store.Store(store.directory(env))
    parts = [
        hooks.text(shell, place, time.time(), hook=hook).encode(),
        shells.render(shell, [*hooks.settings(place), *_session(given, env, place)]),
    ]
    outcome.to_stdout(b"".join(parts))
    return DONE


def _session(given: Given, env: Mapping[str, str], place: Store) -> list[Pair]:
    """Give the stored session of the profile; nothing where there is none, or the shell has keys of the user's own."""
    if env.get("AWS_ACCESS_KEY_ID") and not env.get(exports.EXPIRES):
        return []
    wanted: Given = {**given, "cached": True}
    try:
        found = shortcut.stored(wanted, env, place, time.time())
        if found is None:
            found = exports.pairs(commands.obtain(wanted, env, commands.terminal(wanted, env)), env)
    except MfaenvError:
        return []
    return [] if isinstance(found, str) else found
