"""A folder for files that are needed only while this process runs."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir

from mfaenv.fast.entry import owner
from mfaenv.session.lock import lock, remove_abandoned
from mfaenv.store import private_files


@contextmanager
def private_folder() -> Iterator[Path]:
    """Yield a new temporary folder of mode 0700, and remove what killed processes left. Raise OSError.

    As long as there is a folder, its process has the lock beside it.
    """
    _remove_leftovers(Path(gettempdir()))
    folder = Path(gettempdir(), f"mfaenv-{os.urandom(8).hex()}")
    with lock(f"{folder}.lock", lambda: None, strict=True, longest=0):
        folder.mkdir(private_files.PRIVATE)  # never one that is there: another user sees the name of the lock
        try:
            folder.chmod(private_files.PRIVATE)  # whatever the umask is
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(parent: Path) -> None:
    name = "mfaenv-" + "[0-9a-f]" * 16
    for path in (*parent.glob(name), *parent.glob(f"{name}.lock")):  # a killed process may leave the lock alone
        with suppress(OSError):
            if not owner(path.lstat()) and remove_abandoned(f"{path.with_suffix('')}.lock"):
                shutil.rmtree(path, ignore_errors=True)
