"""Modes of files."""

import stat
from pathlib import Path


def mode(path: Path) -> int:
    """Return a file's permissions; a link's are its own."""
    return stat.S_IMODE(path.lstat().st_mode)
