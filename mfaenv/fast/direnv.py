"""What direnv remembers of a folder, where it would take back what a session sets; `fast` loads it only in a folder."""

from mfaenv.fast import environment
from mfaenv.fast.entry import LATEST, STORE_NAME
from mfaenv.fast.environment import DIRENV_DIFF, IN_FOLDER, KEY, LIMIT, PINNED, PROFILE
from mfaenv.fast.parse import Env, Record

EMPTY_DIFF = "eJyrVipQsqqu1VHKA1G1ACV1BO8="  # of no variables
DIRENV_WATCHES = "DIRENV_WATCHES"
NEWS = f"/{STORE_NAME}/{LATEST}"  # how the path of the file ends that changes with a store's sessions


class DirenvState(Record):
    """JSON: the variables before a folder ("p") and in it ("n"), and the files whose change loads its .envrc again."""

    diff: bytes
    watches: bytes
    has_session: bool = True  # else a former session's region would come back, or the person's own would not


def state(session: dict[str, str | None], env: Env) -> DirenvState | None:
    """Return direnv's state where it would take back what a session sets, JSON's null where it cannot be read."""
    changes = {name for name in session if env.get(name) != session[name]}
    # What an .envrc sets is the folder's.
    if "DIRENV_IN_ENVRC" in env or not (env.get(DIRENV_DIFF) and changes):
        return None
    import binascii  # these two take a while, and a prompt hook mostly has no use for them
    import zlib

    packed = f"{env[DIRENV_DIFF]} {env.get(DIRENV_WATCHES) or EMPTY_DIFF}".replace("-", "+").replace("_", "/")
    try:
        diff, watches = (zlib.decompress(binascii.a2b_base64(each)) for each in packed.split())
    except (ValueError, zlib.error):
        return DirenvState(b"null", b"null")
    is_folders = any(text.encode() in diff for text in ('"AWS_ACCESS_KEY_ID":', f'"{KEY}":', IN_FOLDER))
    # Where the folder's session was the shell's already, direnv sees no keys, but watches the store.
    has_session = is_folders or bool(changes & {PROFILE, PINNED, LIMIT} and NEWS.encode() in watches)
    mark, theirs = environment.REGION_MARK, environment.session_regions(env)
    comes_back = any(f'"{name}":"{region}"'.encode() in diff for name, region in theirs.items())
    is_unmarked = comes_back and mark in changes and mark.encode() not in diff
    overwritten = filter(session.get, changes & environment.own_regions(env).keys())
    is_of_aws = b'"AWS_PROFILE":' in diff or b'REGION":' in diff  # else what is typed there is for later too
    overwrites = is_of_aws and any(f'"{name}":'.encode() not in diff for name in overwritten)
    return DirenvState(diff, watches, has_session) if has_session or is_unmarked or overwrites else None


def without_diff(env: dict[str, str]) -> dict[str, str]:
    """Return the environment of a program in which direnv sets nothing."""
    return {**env, DIRENV_DIFF: EMPTY_DIFF} if DIRENV_DIFF in env else env
