"""What `mfaenv init` prints: a function and a prompt hook, each from a template in this room.

A template's `@NAME@` is filled in here. A shell is a row in TEMPLATES, and its templates.
"""

from __future__ import annotations

import os

from mfaenv import catalog, exports, options, shells, store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mfaenv.shells import Pair
    from mfaenv.store import Store

_POWERSHELL = (("powershell.ps1",), ("powershell.hook.ps1",))

TEMPLATES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bash": (("posix.sh",), ("posix.hook.sh", "bash.hook.sh")),
    "zsh": (("posix.sh",), ("posix.hook.sh", "zsh.hook.sh")),
    "sh": (("posix.sh",), ()),
    "ksh": (("posix.sh",), ()),
    "fish": (("fish.fish",), ("fish.hook.fish",)),
    "tcsh": (("tcsh.csh",), ()),
    "powershell": _POWERSHELL,
    "pwsh": _POWERSHELL,
    "cmd": (("cmd.cmd",), ()),
    "nu": (("nu.nu",), ("nu.hook.nu",)),
    "elvish": (("elvish.elv",), ("elvish.hook.elv",)),
    "xonsh": (("xonsh.xsh",), ("xonsh.hook.xsh",)),
}
"""For each shell the templates of its function, and those of its prompt hook where it has one."""

SAVED = ("nu",)
"""Shells that evaluate no text: what is printed is kept in a file, and asks for the stored session itself."""

SOURCED = {"tcsh": "tcsh.function.csh", "cmd": "cmd.function.cmd"}
"""Shells whose functions are one line, which cannot choose: the script in this room that this line runs."""

SCRIPT = "MFAENV_FUNCTION"
"""The variable in which that line finds its script."""

CLOCKS = {"bash": "_mfaenv_clock", "zsh": "_mfaenv_now=$EPOCHSECONDS"}
"""How these read the time at each prompt. For zsh it is no function: to call one takes it a quarter of all the time."""

FUNCTIONS = {"zsh": "function "}
"""What these write before the name of a function that may be an alias: zsh reads all before it runs any."""

_OPTIONS = catalog.COMMANDS[catalog.MAIN].options

ELSEWHERE = (*options.PRINTING, "version", "help")
"""The options whose output is for a person, or for another shell."""

VALUED = tuple(name for name, row in _OPTIONS.items() if row.metavar and name not in ELSEWHERE)
"""The options after which a word is no command, but the value."""

SWITCHES = tuple(name for name in _OPTIONS if name not in {*VALUED, *ELSEWHERE})
"""The options after whose letter another one's may follow, as in `-qp prod`."""

_FOLDER = os.path.dirname(os.path.abspath(__file__))


def settings(shell: str, place: Store, *, hook: bool) -> list[Pair]:
    """List what a function and a hook need to know: where the script is, and the store."""
    script = [(SCRIPT, os.path.join(_FOLDER, SOURCED[shell]))] if shell in SOURCED else []
    return [*script, *([(store.VARIABLE, place.path or None)] if hook and TEMPLATES[shell][1] else [])]


def text(shell: str, seen: str, now: float, known: Iterable[Pair], *, hook: bool) -> str:
    """Write the function and, where it is wanted and the shell can have one, the prompt hook.

    `seen` is the word that was announced last, `now` in seconds since 1970; `known` is for the text that is kept.
    """
    functions, hooks = TEMPLATES[shell]
    values = {
        **_choice(),
        "SHELL": shell,
        # It comes from a file, and goes into code.
        "SEEN": seen if seen and not seen.strip("0123456789.") else "-",
        # With less left, a stored session is not used: another window may have got the next one.
        "EARLY": str(options.seconds(options.OPTIONS["min_remaining"].default, "--min-remaining")),
        "NOW": str(int(now)),
        "CLOCK": CLOCKS.get(shell, ""),
        "FUNCTION": FUNCTIONS.get(shell, ""),
        "ENDING": " ".join(exports.ENDING),
        "KNOWN": shells.render("json", known).decode().strip(),
    }
    return "\n".join(_filled(name, values) for name in (*functions, *(hooks if hook else ())))


def _choice() -> dict[str, str]:
    """Write which words have a value, and with which ones a line is for elsewhere.

    As regular expressions, of which the second takes a command too, and as patterns of sh, with one switch before them
    at most.
    """
    switch, _ = _flags(SWITCHES)
    valued, valued_names = _flags(VALUED)
    elsewhere, elsewhere_names = _flags(ELSEWHERE)
    return {
        "VALUED": f"^(-{switch}*{valued}|{'|'.join(valued_names)})$",
        "ELSEWHERE": f"^(-{switch}*{elsewhere}|{'|'.join(elsewhere_names)}|[^-]|$)",
        "VALUED_PATTERN": " | ".join([f"-{valued}", f"-{switch}{valued}", *valued_names]),
        "ELSEWHERE_PATTERN": " | ".join(
            f"{start}*" for start in (f"-{elsewhere}", f"-{switch}{elsewhere}", *elsewhere_names)
        ),
    }


def _flags(names: Iterable[str]) -> tuple[str, list[str]]:
    """Give the letters of these options, as one of them is written in patterns, and their long names."""
    flags = [flag for name in names for flag in _OPTIONS[name].flags]
    letters = "".join(flag[1] for flag in flags if flag[1] != "-")
    return f"[{letters}]", [flag for flag in flags if flag[1] == "-"]


def _filled(name: str, values: Mapping[str, str]) -> str:
    with open(os.path.join(_FOLDER, name), encoding="utf-8", newline="") as file:
        template = file.read()
    for key, value in values.items():
        template = template.replace(f"@{key}@", value)
    return template
