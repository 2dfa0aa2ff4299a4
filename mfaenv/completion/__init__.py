"""Completion with Tab: for each shell a template in this room, filled in from the catalog.

A template's `@NAME@` is filled in here. A shell is a row in FILES, a template of that name, and a function in `tables`.
`python -m mfaenv.completion FOLDER` writes the files that are installed, the manual among them.
"""

from __future__ import annotations

import os

from mfaenv.completion.tables import TABLES

FILES = {
    "bash": "mfaenv.bash",
    "zsh": "_mfaenv",
    "fish": "mfaenv.fish",
    "tcsh": "mfaenv.tcsh",
    "powershell": "mfaenv.ps1",
    "elvish": "mfaenv.elv",
    "nu": "mfaenv.nu",
    "xonsh": "mfaenv.xsh",
}
"""The shells that complete, and the names of their files."""

SAME = {"pwsh": "powershell"}

FOR_PROGRAM = {"nu": "\n@complete _mfaenv_complete\nexport extern mfaenv [...words: string]\n"}
"""What ties a completion to the program, in a shell where that cannot be said beside a function of the same name."""


def script(shell: str) -> str:
    """Write the completion for a shell, for the program and for a function of its name; nothing where it has none."""
    shell = SAME.get(shell, shell)
    if shell not in FILES:
        return ""
    with open(os.path.join(os.path.dirname(__file__), FILES[shell]), encoding="utf-8") as file:
        text = file.read()
    for name, value in TABLES[shell]().items():
        text = text.replace(f"@{name}@", value)
    return text


def files() -> dict[str, str]:
    """Write the files that are installed, by their names."""
    return {name: script(shell) + FOR_PROGRAM.get(shell, "") for shell, name in FILES.items()}
