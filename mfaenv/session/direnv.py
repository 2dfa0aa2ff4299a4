"""What direnv has to know of a session that a shell gets in one of its folders."""

from mfaenv.fast import environment
from mfaenv.fast.direnv import DIRENV_WATCHES, EMPTY_DIFF, NEWS, state
from mfaenv.fast.environment import AWS_PROFILE, DIRENV_DIFF, LIMIT, PINNED, PROFILE, SEEN, SETTINGS
from mfaenv.fast.parse import Env
from mfaenv.shells import Pair


def with_diff(session: list[Pair], env: Env) -> list[Pair]:
    """Return the session's pairs, and direnv's diff, so that on leaving the folder it takes the right ones back.

    A limited session stays, and what replaces it. A session of another profile than the folder's, or after a limited
    one, lasts in the folder too: direnv does not load the folder's when a window stores one.
    """
    values = dict(session)
    if (folder := state(values, env)) is None:
        return session
    import binascii  # these three are slow to load, and base64, which uses it, is slower
    import json
    import zlib

    try:
        sides, files = json.loads(folder.diff), json.loads(folder.watches)
        changed, changes = {DIRENV_DIFF: sides}, {name for name in values if values[name] != env.get(name)}
        if not folder.has_session:
            _mark_regions(sides, values, env)
        elif values.get(LIMIT):
            _forget_session(sides, values)
        else:
            _add_changes(sides, changes, env)
        if folder.has_session and DIRENV_WATCHES in env and (values.get(PINNED) or changes & {PROFILE, LIMIT}):
            changed[DIRENV_WATCHES] = [each for each in files if NEWS not in json.dumps(each)]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return [*session, (DIRENV_DIFF, EMPTY_DIFF)] if values.get(LIMIT) else session
    texts = {name: zlib.compress(json.dumps(value).encode()) for name, value in changed.items()}
    plain = ((name, binascii.b2a_base64(text, newline=False).decode()) for name, text in texts.items())
    return [*session, *((name, text.replace("+", "-").replace("/", "_")) for name, text in plain)]


def _mark_regions(sides: dict[str, dict[str, str]], values: dict[str, str | None], env: Env) -> None:
    """Let a session's regions come back with their mark, for the same profile, else the person's alone."""
    changes = {*environment.REGIONS, environment.REGION_MARK}
    if values.get(PROFILE) != env.get(PROFILE):
        former, own = environment.session_regions(env), environment.own_regions(env)
        sides["p"] = {name: value for name, value in sides["p"].items() if value != former.get(name)}
        # What `mfaenv unset` has removed does not come back.
        changes = {name for name in own if values.get(name) not in (None, own[name])}
    _add_changes(sides, changes, env)


def _forget_session(sides: dict[str, dict[str, str]], values: dict[str, str | None]) -> None:
    """Take a folder's session out of the diff. That the folder's AWS_PROFILE goes is to be no change for the hook."""
    for side in sides.values():
        settings = dict(environment.parse_settings(side.get(SETTINGS, "")))
        for name in {*values, *settings, SEEN} - {AWS_PROFILE}:
            side.pop(name, None)
    if AWS_PROFILE in {*sides["p"], *sides["n"]}:
        sides["p"][SEEN], sides["n"][SEEN] = sides["p"].get(AWS_PROFILE, ""), ""


def _add_changes(sides: dict[str, dict[str, str]], changes: set[str], env: Env) -> None:
    hooks = () if AWS_PROFILE in sides["n"] else (environment.PUT_BACK,)  # direnv sets it again, or the hook
    theirs = {*environment.CLEARED} - {environment.NEXT, env.get(environment.PROFILE_AS)}
    new = changes - {*theirs, *hooks, *sides["p"], *sides["n"]}
    sides["p"] |= {name: env[name] for name in new if name in env}
    if env.get(SEEN, "").startswith(environment.IN_FOLDER):
        sides["p"][SEEN] = environment.CHANGED
    sides["n"] |= dict.fromkeys(new, "")
