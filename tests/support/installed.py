"""The files that are installed beside the program: completions that package managers link.

`python tests/support/installed.py FOLDER` writes them.
"""

import sys
from pathlib import Path

from mfaenv.commands import init

COMPLETIONS = {"bash": "mfaenv.bash", "zsh": "_mfaenv", "fish": "mfaenv.fish"}
"""The shells that look for completions in folders of the system, and the names of their files."""


def files() -> dict[str, str]:
    """Return the texts of the files by their names."""
    return {name: init.completion(shell) for shell, name in COMPLETIONS.items()}


def main(folder: Path) -> None:
    """Write the files into a folder that is there."""
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
