"""One process at a time changes the AWS files and the keychain: import, export, rotate and configure, of any profile.

The lock goes with its process, however that ends. It is never taken from one that is stopped: that may go on between
two steps. It lies beside the credentials file, which processes with different stores have in common.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mfaenv.config import names, rewrite
from mfaenv.config.awsfiles import short
from mfaenv.errors import MfaenvError
from mfaenv.session.lock import lock
from mfaenv.store import private_files
from mfaenv.terminal.terminal import Terminal

FILE = ".mfaenv.lock"

WAITING = "Another mfaenv is changing keys or AWS files; waiting for it."


@contextmanager
def change_lock(terminal: Terminal) -> Iterator[None]:
    """Hold the lock, with what processes that were killed left beside the AWS files removed. Raise MfaenvError."""
    config, credentials = names.file_paths(terminal.env)
    folder = os.path.dirname(os.path.abspath(credentials or config))
    with ExitStack() as acquired:
        try:
            private_files.make_folders(folder)
            path = os.path.join(folder, FILE)
            acquired.enter_context(lock(path, lambda: terminal.note(WAITING), strict=True))
        except OSError as error:
            raise MfaenvError(
                f"{short(folder)} cannot hold a lock: {error.strerror or error}.",
                "Without it nothing is changed. Check the folder's owner and mode.",
            ) from None
        for file in filter(None, (config, credentials)):
            rewrite.remove_abandoned(file)
        yield
