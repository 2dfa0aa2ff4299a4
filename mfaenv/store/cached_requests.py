"""How a request that led to a session is stored for the fast path."""

import os
import time
from collections.abc import Iterable

from mfaenv.fast import CachedRequest, signature
from mfaenv.store import Store

SETTLED_AFTER = 2.0
"""Seconds; more than the coarsest clock of a file system in use."""

FORGOTTEN_AFTER = 30 * 86_400
"""Seconds after which a request is removed; the full path writes it again."""


def states(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the states of files as a cached request has them, to be looked at before the files are read."""
    return tuple(f"{signature(path)}\t{path}" for path in paths)


def write(store: Store, request: CachedRequest) -> None:
    """Write a request for the next time, unless one of the AWS files is too new: its next state could look the same.

    A file in the store is ours, and only ever replaced. Raise OSError where the store cannot be written.
    """
    now = time.time()
    paths = [line.partition("\t")[2] for line in request.files]
    if all(os.path.dirname(path) == store.path or _has_settled(path, now) for path in paths):
        store.put(request, now + FORGOTTEN_AFTER)


def _has_settled(path: str, now: float) -> bool:
    try:
        changed = os.stat(path)
    except OSError:
        return True
    return max(changed.st_mtime, changed.st_ctime) + SETTLED_AFTER < now
