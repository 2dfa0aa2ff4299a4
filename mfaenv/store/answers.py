"""How the answer of the fast path is stored for the next time."""

import os

from mfaenv.fast import CachedRequest
from mfaenv.store import Store

SETTLED_AFTER = 2.0
"""Seconds; more than the coarsest clock of a file system in use."""

FORGOTTEN_AFTER = 30 * 86_400
"""Seconds after which an answer is removed; the full path writes it again."""


def write(store: Store, known: CachedRequest, now: float) -> None:
    """Write an answer for the next time, unless one of the AWS files is too new: its next state could look the same.

    Its `files` were looked at before they were read. One in the store is ours, and only ever replaced. Raise OSError
    where the store cannot be written.
    """
    paths = [line.partition("\t")[2] for line in known.files]
    if all(os.path.dirname(path) == store.path or _settled(path, now) for path in paths):
        store.put(known, now + FORGOTTEN_AFTER)


def _settled(path: str, now: float) -> bool:
    try:
        found = os.stat(path)
    except OSError:
        return True
    return max(found.st_mtime, found.st_ctime) + SETTLED_AFTER < now
