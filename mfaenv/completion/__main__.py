"""`python -m mfaenv.completion FOLDER`: write the completions and the manual, to be installed with the program."""

from __future__ import annotations

import sys
from pathlib import Path

from mfaenv import completion, manual


def main(folder: Path) -> None:
    """Write the files into a folder that is there."""
    for name, text in {**completion.files(), manual.FILE: manual.page()}.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
