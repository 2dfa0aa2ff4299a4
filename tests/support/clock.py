"""A clock that stands still until a test sets it ahead: the world's, and that of mfaenv in a fork (fork_server)."""

import os
import time
from pathlib import Path


class Clock:
    """Holds its time in a file, which other processes read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._set(time.time())

    def now(self) -> float:
        """Return what it shows, in seconds since 1970."""
        return float(self.file.read_text(encoding="ascii"))

    def advance(self, seconds: float) -> None:
        """Set it ahead."""
        self._set(self.now() + seconds)

    def _set(self, moment: float) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(repr(moment), encoding="ascii")
        os.replace(new, self.file)
