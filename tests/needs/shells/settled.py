"""Shells whose profile holds `mfaenv init`, in windows, and what is typed into each to see and change a variable."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from product import Product
from programs import write_program
from shell_table import WITH_HOOK, WITH_INIT, Shell
from terminals import Window, open_loaded, with_mfaenv

KEYS = "key=${AWS_ACCESS_KEY_ID-none} secret=${AWS_SECRET_ACCESS_KEY+set} profile=${MFAENV_PROFILE-none}"
WHERE = " ".join(
    f"${{{name}-none}}"
    for name in (
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "AWS_USE_FIPS_ENDPOINT",
        "HOMEPAGE",
        "MFAENV_SETTINGS",
    )
)
PROGRAMS = {
    "what-is-set": f'echo "{KEYS}"',
    "where-aws-is": f'echo "{WHERE}"',
    "what-is-here": 'echo "profile=${MFAENV_PROFILE-none} AWS_PROFILE=${AWS_PROFILE-none} \
limit=${MFAENV_SESSION_POLICY-none} folder=${OF_THE_FOLDER-left} key=${AWS_ACCESS_KEY_ID-none}"',
    "leave-with-7": "test -t 0 && test -t 1 && echo on a terminal; exit 7",
}
"""What is put on the PATH, for any shell to start."""

EACH_WITH_INIT = pytest.mark.parametrize("row", WITH_INIT, ids=lambda row: row.name)
EACH_WITH_HOOK = pytest.mark.parametrize("row", WITH_HOOK, ids=lambda row: row.name)

UNSET = {
    "fish": "set -e AWS_PROFILE",
    "nu": "hide-env AWS_PROFILE",
    "elvish": "unset-env AWS_PROFILE",
    "xonsh": "del $AWS_PROFILE",
    "pwsh": "Remove-Item Env:AWS_PROFILE",
}
LOOKS = {
    "no keys": "key=none",
    "limited": "limit=read-only",
    "not limited": "limit=none",
    "inside": "folder=1",
    "outside": "folder=left",
}
"""What is said of a shell in words, as `what-is-here` shows it."""

NOTHING = "key=none secret= profile=none"
PAST = 1_700_000_000


class Seat:
    """A window with such a shell, and someone who types in it."""

    def __init__(self, row: Shell, window: Window) -> None:
        self.row = row
        self.window = window
        self.key = ""
        """The access key that was seen last."""

    def type(self, line: str) -> None:
        """Type a line and wait for the next prompt."""
        self.window.enter(line)
        self.window.prompted()

    def sees(self, line: str, pattern: str) -> str:
        """Type a line and wait for what it shows; give that."""
        self.window.enter(line)
        shown = self.window.see(pattern)
        self.window.prompted()
        return shown

    def set(self, name: str, value: object) -> None:
        """Set and export a variable."""
        self.type(self.row.typed.assign.format(name=name, value=value))

    def keys(self) -> str:
        """Tell what a program sees that is started here."""
        return self.sees("what-is-set", r"^key=\w+ secret=(set)? profile=\w+$")

    def unset_profile(self) -> None:
        """Unset AWS_PROFILE."""
        self.type(UNSET.get(self.row.name, "unset AWS_PROFILE"))

    def has(self, seen: str) -> None:
        """See whose session a program has here, `none` where nobody's, and what else is said of it (LOOKS)."""
        profile, _, more = seen.partition(" ")
        looks = {
            "profile": profile,
            "AWS_PROFILE": "none",
            "limit": r"\S+",
            "folder": r"\S+",
            "key": "none" if profile == "none" else r"ASIA\w+",
        }
        for word in more.split(", ") if more else ():
            said = f"key={self.key}" if word == "the same key" else LOOKS.get(word, word)
            name, _, value = said.partition("=")
            looks[name] = value
        shown = " ".join(f"{name}={value}" for name, value in looks.items())
        self.key = self.sees("what-is-here", f"^{shown}$").rpartition("=")[2]

    def walk(self, steps: str, another: Callable[..., None] | None = None) -> None:
        """Take steps, a line each: what is typed, behind an arrow what it `has`, in quotes what the window has shown.

        `ENTER` is an empty line, and `NAME=value` sets a variable. `ANOTHER` stores a session as another window does.
        """
        for step in steps.strip().splitlines():
            typed, _, seen = (part.strip() for part in step.partition("->"))
            name, sets, value = typed.partition("=")
            if typed.startswith("ANOTHER") and another:
                another(*typed.split()[1:])
            elif sets and " " not in name:
                self.set(name, value)
            elif typed:
                unset = "unset AWS_PROFILE"
                self.type(typed.removeprefix("ENTER").replace(unset, UNSET.get(self.row.name, unset)))
            seen, _, said = seen.removesuffix('"').partition('"')
            if seen:
                self.has(seen.strip())
            assert said in self.window.text

    def status_of(self, line: str) -> int:
        """Type a line that fails; tell its status."""
        self.window.enter(line)
        if self.row.typed.status:
            self.window.prompted()
            self.window.enter(self.row.typed.status)
        shown = self.window.see(r"^(status=|Exception: .* exited with )\d+$")
        self.window.prompted()
        return int(re.split("[= ]", shown)[-1])


@contextmanager
def seated(product: Product, row: Shell, **variables: str) -> Iterator[Seat]:
    """Open a window with the shell, in which its profile's lines have been run."""
    tools = product.home / "tools"
    tools.mkdir(exist_ok=True)
    for name, text in PROGRAMS.items():
        write_program(tools / name, text)
    path = f"{tools}{os.pathsep}{with_mfaenv(product)['PATH']}"
    with open_loaded(product, row, PATH=path, **variables) as window:
        yield Seat(row, window)
