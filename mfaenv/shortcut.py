"""The short way: a stored session to bytes without the command line, the AWS files or anything heavy.

An *answer* in the store says which entry a request led to, and what that depended on: the options and variables in
ASKED, AROUND and FILES word by word, and the state (inode, size, times in nanoseconds) of the files that were read,
the AWS files and the remembered device. Where one of them is another, the answer does not count and the long way goes
through everything again. A file that changed within the last two seconds could change again within the same tick of
the file system's clock, so no answer is written then.
"""

import os
import time

from mfaenv import exports, options, outcome, shells, store
from mfaenv.errors import CODE_NEEDED, DONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.entry import Fields
    from mfaenv.options import Given
    from mfaenv.shells import Pair
    from mfaenv.store import Store

ASKED = ("profile", "serial_number", "duration", "role_arn", "region", "min_remaining")
AROUND = (
    *(variable for name in ASKED for variable in options.OPTIONS[name].variables),
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "HOME",
    "USERPROFILE",
    exports.SOURCE_KEY,
    exports.REGION_MARK,
)
FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
LONG_WAY = ("refresh", "verbose")
SETTLED_AFTER = 2.0
"""Seconds; more than the coarsest clock of a file system in use."""

FORGOTTEN_AFTER = 30 * 86_400
"""Seconds after which an answer is swept away; the long way writes it again."""

MISS = "miss"


def answer(given: "Given", env: "Mapping[str, str]") -> int | None:
    """Print the stored session and give the exit status; or decline, with nothing said, done or printed."""
    if os.isatty(1):
        return None
    found = stored(given, env, store.Store(store.directory(env)), time.time())
    target = _target(given, env) if found else ""
    if not found or not target:
        return None
    if isinstance(found, str):
        return CODE_NEEDED if given.get("cached") else None
    outcome.to_stdout(shells.render(target, found))
    return DONE


def _target(given: "Given", env: "Mapping[str, str]") -> str:
    """Name the shell or format, or nothing where it takes more thought: a wrong name, or a console's code page."""
    if "format" in given:
        name = options.text(given, "format")
        known = name in shells.FORMATS and "shell" not in given and not runs_on_github(name, env)
        return name if known else ""
    name, _ = options.lookup(given, env, "shell")
    if not name:
        from mfaenv.shells import detect

        name = detect.detect(env)
    return name if name in shells.NAMES and name != "cmd" else ""


def runs_on_github(target: str, env: "Mapping[str, str]") -> bool:
    """Tell whether a workflow's log would show the keys of this format, unless they are masked."""
    return target == "github" and env.get("GITHUB_ACTIONS") == "true"


def temporary_keys(env: "Mapping[str, str]") -> bool:
    """Tell whether the keys in the environment are a session's. Keys that begin with AKIA are long-term in any case.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
    """
    token = env.get("AWS_SESSION_TOKEN") or env.get("AWS_SECURITY_TOKEN")
    return bool(token) and not env.get("AWS_ACCESS_KEY_ID", "").startswith("AKIA")


def request(given: "Given", env: "Mapping[str, str]") -> str:
    """Write down what was asked, and all around it that matters; never a secret."""
    asked = [f"{name}={given[name]!r}" for name in ASKED if name in given]
    around = [f"{name}={env[name]!r}" for name in AROUND if name in env]
    files = [f"{name}={os.path.expandvars(env[name])!r}" for name in FILES if name in env]
    long_term = env.get("AWS_SECRET_ACCESS_KEY") and not temporary_keys(env)
    keys = env.get("AWS_ACCESS_KEY_ID", "") if long_term else ""
    return "\n".join([*asked, *around, *files, f"keys={keys}"])


def name_of(asked: str) -> str:
    """Give the name of the answer's file."""
    return store.named(store.ANSWER, asked)


def stored(given: "Given", env: "Mapping[str, str]", place: "Store", now: float) -> "list[Pair] | str | None":
    """Give the pairs of the stored session, MISS where it is known that there is none, or nothing: ask the long way."""
    if any(name in given for name in LONG_WAY) or place.refusal():
        return None
    asked = request(given, env)
    known = place.read(name_of(asked), asked)
    if known is None or not _unchanged(known):
        return MISS if given.get("cached") and not place.names(store.SESSION) else None
    session = place.read(known["entry"], known["entry_key"])
    if session is None or int(session["expires"]) - now < int(known["min_remaining"]):
        return MISS
    return exports.pairs({**session, **_own(known), "pinned": exports.pinned(given)}, env)


def _own(known: "Fields") -> "Fields":
    return {name: known[name] for name in ("profile", "region", "region_mark", "source_key")}


def _unchanged(known: "Fields") -> bool:
    files = (line.partition("\t") for line in known["files"].split("\n"))
    return all(store.signature(path) == state for state, _, path in files)


def remember(place: "Store", asked: str, led_to: "Fields", files: "Mapping[str, str]", now: float) -> None:
    """Write an answer for the next time, unless one of the AWS files is too fresh to be told from its next state.

    `files` holds signatures from before they were read. One in the store is ours, and only ever replaced. Raises
    OSError where the store cannot be written.
    """
    if all(path.startswith(place.path) or _settled(path, now) for path in files):
        listed = "\n".join(f"{state}\t{path}" for path, state in files.items())
        place.write(name_of(asked), {"key": asked, "files": listed, **led_to}, now + FORGOTTEN_AFTER)


def _settled(path: str, now: float) -> bool:
    try:
        found = os.stat(path)
    except OSError:
        return True
    return max(found.st_mtime, found.st_ctime) + SETTLED_AFTER < now
