"""What `mfaenv init` prints: a function, a prompt hook, completion and direnv's library, from files in `shells/`.

A template's `@NAME@` is filled in here.
"""

import os

from mfaenv import duration, shells
from mfaenv.fast import catalog, environment
from mfaenv.fast.entry import ReadOnlyStore
from mfaenv.fast.parse import MAIN, PROGRAM, Words
from mfaenv.shells import Pair

SCRIPT = "MFAENV_FUNCTION"
"""The variable in which a function of one line finds its script."""

_OPTIONS = catalog.COMMANDS[MAIN].options

OTHER_OUTPUT = (*catalog.PRINTING, "version", "help")
"""The options whose output is for a person, or for another shell."""

VALUED = tuple(name for name, row in _OPTIONS.items() if row.metavar and name not in OTHER_OUTPUT)
"""The options after which a word is no command, but the value."""

SWITCHES = tuple(name for name in _OPTIONS if name not in {*VALUED, *OTHER_OUTPUT})
"""The options after whose letter another one's may follow, as in `-qp prod`."""

REMINDER = 600
"""Seconds before the end of a session at which a hook, or the server of `exec --serve`, says so."""

FOLDER = os.path.dirname(os.path.abspath(shells.__file__))


def settings(shell: str, store: ReadOnlyStore, *, hook: bool) -> list[Pair]:
    """List what a function and a hook need to know: where the script is, and the store."""
    language = shells.get_target(shell)
    script = [(SCRIPT, os.path.join(FOLDER, language.script))] if language.script else []
    return [*script, *([(environment.STORE, store.path or None)] if hook and language.hook else [])]


def text(shell: str, seen: str, now: float, pairs: list[Pair], *, hook: bool) -> str:
    """Return the function and, where it is wanted and the shell can have one, the prompt hook.

    `seen` is the time of the newest session, as the store has it, `now` in seconds since 1970; `pairs` is
    for the text that is kept.
    """
    language = shells.get_target(shell)
    values = {
        **dict(language.template_values),
        **_choice(),
        "SHELL": shell,
        # It comes from a file, and goes into code.
        "SEEN": seen if seen and not seen.strip("0123456789.") else "-",
        # With less left, a stored session is not used: another window may have got the next one.
        "EARLY": str(duration.seconds(catalog.OPTIONS["min_remaining"].default, "--min-remaining")),
        "NOW": str(int(now)),
        "FIRST": str(REMINDER),
    }
    if language.saved:  # JSON, for a text in double quotes
        record = shells.render("json", pairs).decode().strip()
        values["KNOWN"] = record.replace("\\", r"\\").replace('"', r"\"")
    names = (*language.function, *(language.hook if hook else ()))
    return "".join(short(filled(name, values)) for name in names)


def direnv_library(store: ReadOnlyStore) -> str:
    """Return what direnv loads for `use mfaenv`; it stays in a file, so its comments stay too."""
    return filled("direnv.library.sh", {"STORE": "".join(f"\\{c}" if c in '\\"$`' else c for c in store.path)})


def short(text: str) -> str:
    """Return shell code without its comments and blank lines: a shell reads it at every start."""
    lines = (line for line in text.splitlines(keepends=True) if line.strip())
    return "".join(line for line in lines if not line.lstrip().startswith("#"))


def completion(shell: str) -> str:
    """Return the completion with Tab, for the program and for a function of its name; empty where there is none.

    Its comments are there too: it is a file of a package as well.
    """
    template = shells.get_target(shell).completion
    if not template:
        return ""
    rows = catalog.COMMANDS.values()
    taking = {name: row.takes for name, row in catalog.COMMANDS.items() if row.takes and name != MAIN}
    lists = {
        "OPTIONS": list(dict.fromkeys(flag for row in rows for flag, option in row.flags().items() if option.metavar)),
        "WITH_PROGRAM": [name for name, takes in taking.items() if takes == PROGRAM],
        "WITH_ARGUMENT": [name for name, takes in taking.items() if takes != PROGRAM],
    }
    return filled(template, {name: f"{{{','.join(words)}}}" for name, words in lists.items()})


def _choice() -> dict[str, str]:
    """Return which words have a value, and which make the output another shell's or a person's.

    As regular expressions, of which the second takes a command too, and as patterns of sh, with one switch before them
    at most.
    """
    switch, _ = _flags(SWITCHES)
    valued, valued_names = _flags(VALUED)
    other, other_names = _flags(OTHER_OUTPUT)
    return {
        "VALUED": f"^(-{switch}*{valued}|{'|'.join(valued_names)})$",
        "OTHER_OUTPUT": f"^(-{switch}*{other}|{'|'.join(other_names)}|[^-]|$)",
        "VALUED_PATTERN": " | ".join([f"-{valued}", f"-{switch}{valued}", *valued_names]),
        "OTHER_OUTPUT_PATTERN": " | ".join(f"{start}*" for start in (f"-{other}", f"-{switch}{other}", *other_names)),
    }


def _flags(names: Words) -> tuple[str, list[str]]:
    """Return the letters of these options, as one of them is written in patterns, and their long names."""
    flags = [flag for name in names for flag in _OPTIONS[name].flags]
    letters = "".join(flag[1] for flag in flags if flag[1] != "-")
    return f"[{letters}]", [flag for flag in flags if flag[1] == "-"]


def filled(name: str, values: dict[str, str]) -> str:
    """Return a template with these values."""
    with open(os.path.join(FOLDER, name), encoding="utf-8", newline="") as file:
        template = file.read()
    for key, value in values.items():
        template = template.replace(f"@{key}@", value)
    return template
