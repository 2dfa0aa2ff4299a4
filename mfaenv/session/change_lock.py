"""One process at a time changes the AWS files and the keychain.

The lock is never taken from a process that is stopped, which may go on between two steps.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

from mfaenv.config import names, rewrite
from mfaenv.errors import MfaenvError
from mfaenv.fast.entry import file_name
from mfaenv.session.lock import lock
from mfaenv.store import LOCK, Store
from mfaenv.terminal.terminal import Terminal


@contextmanager
def change_lock(terminal: Terminal) -> Iterator[None]:
    """Hold the lock, and remove what killed processes left beside the AWS files. Raise MfaenvError."""
    store, (config, credentials) = Store.of(terminal.env), names.file_paths(terminal.env)
    tell = partial(terminal.note, "Another mfaenv is changing keys or AWS files; waiting for it.")
    with ExitStack() as acquired:
        try:
            store.prepare()
            acquired.enter_context(lock(store.file(file_name(LOCK, "changes")), tell, strict=True))
        except OSError as error:
            wrong = f"{store.path or 'The store'} cannot hold a lock: {error.strerror or error}."
            hint = "Without it nothing is changed. Name another folder in MFAENV_CACHE_DIR."
            raise MfaenvError(wrong, hint) from None
        if os.path.isfile(credentials):
            beside = os.path.join(os.path.dirname(os.path.abspath(credentials)), ".mfaenv.lock")
            with suppress(OSError):  # the folder may be read-only, and another file is changed
                acquired.enter_context(lock(beside, tell, strict=True))
        for file in filter(None, (config, credentials)):
            rewrite.remove_leftovers(file)
        yield
