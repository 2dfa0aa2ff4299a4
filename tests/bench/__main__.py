"""Measure how quick mfaenv is: `python -m tests.bench`, in the repository, on Linux and with the machine at rest.

It takes a minute or two, needs the network for what it installs in .venv/bench, and prints the tables. Where
the machine is not at rest, root can put everything else behind it: `chrt -f 1 python -m tests.bench`.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from . import peers, pretend, programs, promises, table
from .scene import Scene


def main() -> int:
    """Measure, show, and tell by the exit status whether everything that was promised holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="how often the quick things are measured")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {table.FILE.name} too")
    wanted = parser.parse_args()
    installed = programs.prepare()
    with TemporaryDirectory(prefix="mfaenv-bench-") as folder, pretend.serving() as url:
        scene = Scene(installed, Path(folder), url, wanted.rounds)
        rows = list(promises.rows(scene))
        tables = table.text(rows, peers.peers(scene), installed)
    sys.stdout.write(tables)
    if wanted.write:
        table.write(tables)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
