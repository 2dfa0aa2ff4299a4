"""What direnv remembers of a folder, where it would take back what a session sets; `fast` loads it only in a folder."""

from mfaenv.fast.entry import FOLDER, LATEST
from mfaenv.fast.environment import DIRENV_DIFF, LIMIT, PINNED, PROFILE, SEEN
from mfaenv.fast.parse import Env, Record

EMPTY_DIFF = "eJyrVipQsqqu1VHKA1G1ACV1BO8="  # of no variables
DIRENV_WATCHES = "DIRENV_WATCHES"
NEWS = f"/{FOLDER}/{LATEST}"  # how the path of the file ends that changes with a store's sessions


class DirenvState(Record):
    """JSON: the variables before a folder ("p") and in it ("n"), and the files whose change loads its .envrc again."""

    diff: bytes
    watches: bytes


def state(session: dict[str, str | None], env: Env) -> DirenvState | None:
    """Return direnv's state where it would take back what a session sets, JSON's null where it cannot be read."""
    if not env.get(DIRENV_DIFF) or "DIRENV_IN_ENVRC" in env:  # what an .envrc sets is the folder's
        return None
    limited, changes = session.get(LIMIT), {name for name in session if env.get(name) != session[name]}
    if not limited and not changes:
        return None
    import binascii  # these two take a while, and a prompt hook mostly has no use for them
    import zlib

    packed = f"{env[DIRENV_DIFF]} {env.get(DIRENV_WATCHES) or EMPTY_DIFF}".replace("-", "+").replace("_", "/")
    try:
        diff, watches = (zlib.decompress(binascii.a2b_base64(each)) for each in packed.split())
    except (ValueError, zlib.error):
        return DirenvState(b"null", b"null")
    # Where the folder's session was the shell's already, direnv sees neither keys nor SEEN, but watches the store.
    names = session if limited else ("AWS_ACCESS_KEY_ID", SEEN)
    is_another = changes & {PROFILE, PINNED, LIMIT} and NEWS.encode() in watches
    takes_back = is_another or any(f'"{name}":'.encode() in diff for name in names)
    return DirenvState(diff, watches) if takes_back else None


def without_diff(env: dict[str, str]) -> dict[str, str]:
    """Return the environment of a program in which direnv sets nothing."""
    return {**env, DIRENV_DIFF: EMPTY_DIFF} if DIRENV_DIFF in env else env
