"""The tables, as Markdown."""

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from .peers import Peer
from .programs import Programs
from .row import Row

FILE = Path(__file__).with_name("README.md")
MARKS = ("<!-- bench -->\n", "<!-- /bench -->\n")
"""What stands around the tables in the file."""


def text(rows: Iterable[Row], peers: Iterable[Peer], programs: Programs) -> str:
    """Write the promises, the peers, and what all of it was measured with."""
    promises = _table(
        ("what", "measured", "promised", ""),
        ((row.what, row.measured, row.promised, "✓" if row.holds else "missed") for row in rows),
    )
    beside = _table(
        ("a stored session", "", "ms", "times mfaenv"),
        (
            (
                f"{peer.name} {programs.versions[peer.name]}",
                f"`{peer.line}`",
                f"{peer.seconds * 1000:.1f}",
                f"{peer.times:.1f}",
            )
            for peer in peers
        ),
    )
    machine = f"{platform.system()} on {os.cpu_count()} cores of {platform.machine()}"
    used = ", ".join(f"{name} {version}" for name, version in programs.versions.items())
    missing = f" Not installed: {', '.join(programs.missing)}." if programs.missing else ""
    return f"{promises}\n{beside}\nWhole processes in turn, medians. {machine}; {used}.{missing}\n"


def write(tables: str) -> None:
    """Put the tables into the file, between its marks."""
    old = FILE.read_text(encoding="utf-8")
    begin, end = old.index(MARKS[0]) + len(MARKS[0]), old.index(MARKS[1])
    FILE.write_text(f"{old[:begin]}\n{tables}\n{old[end:]}", encoding="utf-8")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
