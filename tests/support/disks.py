"""Small disks, and full ones."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from terminals import skip


@contextmanager
def small_disk(place: Path, limits: str) -> Iterator[None]:
    """Mount a disk of its own there, which only root may; `limits` are tmpfs' own (`size=16k`, `nr_inodes=4`)."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"mode=0700,{limits}", "mfaenv", place], check=False, capture_output=True
    )
    if mounted.returncode:
        skip(f"a tmpfs cannot be mounted: {mounted.stderr.decode()}")
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def fill(place: Path) -> None:
    """Fill a disk. Raise OSError, as it is full in the end."""
    for number in range(1000):
        (place / f"full-{number}").write_bytes(bytes(4096))
