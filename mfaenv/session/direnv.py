"""What direnv has to know of a session that a shell gets in one of its folders."""

from mfaenv.fast import environment
from mfaenv.fast.direnv import DIRENV_WATCHES, EMPTY_DIFF, NEWS, state
from mfaenv.fast.environment import AWS_PROFILE, DIRENV_DIFF, PINNED, PROFILE, SEEN, SETTINGS
from mfaenv.fast.parse import Env
from mfaenv.shells import Pair


def with_diff(session: list[Pair], env: Env) -> list[Pair]:
    """Return the session's pairs, and direnv's diff, so that on leaving the folder it takes the right ones back.

    A limited session stays, but for AWS_PROFILE. A session of another profile than the folder's, or after a limited
    one, lasts in the folder too: direnv does not load it again when a window stores a session.
    """
    values = dict(session)
    if (folder := state(values, env)) is None:
        return session
    import binascii  # these three are slow to load, and base64, which uses it, is slower
    import json
    import zlib

    try:
        sides, files = json.loads(folder.diff), json.loads(folder.watches)
        changed = {DIRENV_DIFF: sides}
        if values.get(environment.LIMIT):
            for side in sides.values():
                settings = dict(environment.parse_settings(side.get(SETTINGS, "")))
                for name in {*values, *settings} - {AWS_PROFILE}:
                    side.pop(name, None)
            if AWS_PROFILE in sides["n"] and not sides["p"].get(AWS_PROFILE):  # that it goes is no change
                sides["p"][SEEN], sides["n"][SEEN] = environment.UNSEEN, ""
            elif SEEN in sides["n"] and AWS_PROFILE not in sides["p"]:  # nor that it stays
                sides["p"][SEEN] = env.get(SEEN, "")
        else:
            theirs = {*environment.CLEARED} - {environment.NEXT, env.get(environment.PROFILE_AS)}
            changes = {name for name in values if values[name] != env.get(name)}
            new = changes - {*theirs, environment.PUT_BACK, *sides["p"], *sides["n"]}
            sides["p"] |= {name: env[name] for name in new if name in env}
            sides["n"] |= dict.fromkeys(new, "")
            if DIRENV_WATCHES in env and (values.get(PINNED) or changes & {PROFILE, environment.LIMIT}):
                changed[DIRENV_WATCHES] = [each for each in files if NEWS not in json.dumps(each)]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return [*session, (DIRENV_DIFF, EMPTY_DIFF)] if values.get(environment.LIMIT) else session
    texts = {name: zlib.compress(json.dumps(value).encode()) for name, value in changed.items()}
    plain = ((name, binascii.b2a_base64(text, newline=False).decode()) for name, text in texts.items())
    return [*session, *((name, text.replace("+", "-").replace("/", "_")) for name, text in plain)]
