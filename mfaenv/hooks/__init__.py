"""What `mfaenv init` prints: a function, a prompt hook and the completion, each from a template in this room.

A template's `@NAME@` is filled in here. A shell is a row in TEMPLATES, and its templates.
"""

from __future__ import annotations

import os

from mfaenv import exports, options, shells, store
from mfaenv.errors import USAGE, MfaenvError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.shells import Pair
    from mfaenv.store import Store

TEMPLATES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bash": (("posix.sh",), ("posix.hook.sh", "bash.hook.sh")),
    "zsh": (("posix.sh",), ("posix.hook.sh", "zsh.hook.sh")),
    "sh": (("posix.sh",), ()),
    "ksh": (("posix.sh",), ()),
    "fish": (("fish.fish",), ("fish.hook.fish",)),
    "elvish": (("elvish.elv",), ("elvish.hook.elv",)),
    "nu": (("nu.nu",), ("nu.hook.nu",)),
    "xonsh": (("xonsh.xsh",), ("xonsh.hook.xsh",)),
    "powershell": (("powershell.ps1",), ("powershell.hook.ps1",)),
    "pwsh": (("powershell.ps1",), ("powershell.hook.ps1",)),
    "tcsh": (("tcsh.csh",), ()),
    "cmd": (("cmd.cmd",), ()),
}
"""For each shell the templates of its function, and those of its prompt hook where it has one."""

EARLY_SECONDS = 300
"""How long before the end of a session the hook begins to look for one that another window has got."""


def checked(shell: str) -> str:
    """Give the shell's name back, or raise MfaenvError (usage) where there is no function for it."""
    if shell in TEMPLATES:
        return shell
    raise MfaenvError(f"init has no function for '{shell}'.", f"It takes {', '.join(TEMPLATES)}.", status=USAGE)


def text(shell: str, place: Store, now: float, *, hook: bool) -> str:
    """Write the function and, where it is wanted and the shell can have one, the prompt hook."""
    functions, hooks = TEMPLATES[shell]
    ended: list[Pair] = [(name, None) for name in exports.ENDING]
    valued = [flag for row in options.OPTIONS.values() if row.metavar for flag in row.flags]
    values = {
        "SHELL": shell,
        "VALUED": " | ".join(valued),
        "VALUED_WORDS": " ".join(valued),
        "VALUED_QUOTED": " ".join(f"'{flag}'" for flag in valued),
        "VALUED_LIST": ", ".join(f"'{flag}'" for flag in valued),
        "SEEN": place.latest() or "-",
        "EARLY": str(EARLY_SECONDS),
        "NOW": str(int(now)),
        "REMOVED_NAMES": " ".join(exports.ENDING),
        "REMOVED_LIST": repr(exports.ENDING),
        "REMOVE": shells.render(shell, ended).decode().strip().replace("\n", "\n        "),
    }
    return "".join(_filled(name, values) for name in (*functions, *(hooks if hook else ())))


def _filled(name: str, values: Mapping[str, str]) -> str:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        template = file.read()
    for key, value in values.items():
        template = template.replace(f"@{key}@", value)
    return template


def settings(place: Store) -> list[Pair]:
    """List what the hook needs to know: where the store is."""
    return [(store.VARIABLE, place.path or None)]
