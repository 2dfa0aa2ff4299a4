"""Measure how quick mfaenv is: `python -m tests.bench`, in the repository, on Linux and with the machine at rest.

It takes a minute or two, needs the network for what it installs in .venv/bench, and prints a table. Where the machine
is not at rest, root can put everything else behind it: `chrt -f 1 python -m tests.bench`. The row of 300 at once needs
rest: on a busy machine, and under `chrt` too, most of them start before the first has its session.
"""

import argparse
import os
import platform
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from . import pretend, programs, promises
from .scene import Scene


def main() -> int:
    """Measure, show each row as Markdown, and tell by the exit status whether everything that was promised holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="how often the quick things are measured")
    rounds = parser.parse_args().rounds
    installed = programs.prepare()
    _show("what", "measured", "promised", "")
    _show(*["---"] * 4)
    holds = True
    with TemporaryDirectory(prefix="mfaenv-bench-") as folder, pretend.serving() as url:
        for row in promises.rows(Scene(installed, Path(folder), url, rounds)):
            _show(row.what, row.measured, row.promised, "✓" if row.holds else "missed")
            holds &= row.holds
    used = ", ".join(f"{name} {version}" for name, version in installed.versions.items())
    sys.stdout.write(f"\n{platform.system()} on {os.cpu_count()} cores of {platform.machine()}; {used}.\n")
    return 0 if holds else 1


def _show(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
