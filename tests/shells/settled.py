"""Shells whose profile holds `mfaenv init`, in windows, and what is typed into each to see and change a variable."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from terminals import SHELLS, Shell, Window, open_window, with_mfaenv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from product import Product

KEYS = "key=${AWS_ACCESS_KEY_ID-none} secret=${AWS_SECRET_ACCESS_KEY+set} profile=${MFAENV_PROFILE-none}"
PROGRAMS = {
    "what-is-set": f'echo "{KEYS}"',
    "leave-with-7": "test -t 0 && test -t 1 && echo on a terminal; exit 7",
}
"""What is put on the PATH, for any shell to start."""

NOTHING = "key=none secret= profile=none"
PAST = 1_700_000_000
BY_NAME = {shell.name: shell for shell in SHELLS}


class Settled(NamedTuple):
    """A shell, the lines that its profile holds, and its words for common things."""

    name: str
    target: str
    load: tuple[str, ...]
    assign: str = "export {name}={value}"
    status: str = 'echo "status=$?"'
    """Empty where a failing line shows its status by itself."""
    hook: bool = True

    @property
    def shell(self) -> Shell:
        return BY_NAME[self.name]


_SH = Settled("dash", "sh", ('eval "$(mfaenv init sh)"',), hook=False)
ROWS = (
    Settled("bash", "bash", ('eval "$(mfaenv init bash)"',)),
    Settled("zsh", "zsh", ('eval "$(mfaenv init zsh)"',)),
    Settled(
        "fish", "fish", ("mfaenv init fish | source",), assign="set -gx {name} {value}", status='echo "status=$status"'
    ),
    _SH,
    _SH._replace(name="busybox"),
    _SH._replace(name="posh"),
    *(_SH._replace(name=name, target="ksh", load=('eval "$(mfaenv init ksh)"',)) for name in ("ksh93", "mksh")),
    Settled(
        "tcsh",
        "tcsh",
        ('eval "`mfaenv init tcsh`"',),
        assign="setenv {name} {value}",
        status='echo "status=$status"',
        hook=False,
    ),
    Settled(
        "nu",
        "nu",
        ("mfaenv init nu | save --force mfaenv.nu", "source mfaenv.nu"),
        assign="$env.{name} = '{value}'",
        status='print $"status=($env.LAST_EXIT_CODE)"',
    ),
    Settled(
        "elvish",
        "elvish",
        ("eval (mfaenv init elvish | slurp)",),
        assign="set-env {name} {value}",
        status="",
    ),
    Settled(
        "xonsh",
        "xonsh",
        ("execx($(mfaenv init xonsh))",),
        assign="${name} = '{value}'",
        status="print('status=' + str(__xonsh__.env['LAST_RETURN_CODE']))",
    ),
    Settled(
        "pwsh",
        "powershell",
        ("mfaenv init powershell | Out-String | Invoke-Expression",),
        assign="$env:{name} = '{value}'",
        status='"status=$LASTEXITCODE"',
    ),
)


class Seat:
    """A window with such a shell, and someone who types in it."""

    def __init__(self, row: Settled, window: Window) -> None:
        self.row = row
        self.window = window

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
        self.type(self.row.assign.format(name=name, value=value))

    def keys(self) -> str:
        """Tell what a program sees that is started here."""
        return self.sees("what-is-set", r"^key=\w+ secret=(set)? profile=\w+$")

    def status_of(self, line: str) -> int:
        """Type a line that fails; tell its status."""
        self.window.enter(line)
        if self.row.status:
            self.window.prompted()
            self.window.enter(self.row.status)
        shown = self.window.see(r"^(status=|Exception: .* exited with )\d+$")
        self.window.prompted()
        return int(re.split("[= ]", shown)[-1])


@contextmanager
def seated(product: Product, row: Settled, **variables: str) -> Iterator[Seat]:
    """Open a window with the shell, in which its profile's lines have been run."""
    tools = product.home / "tools"
    tools.mkdir(exist_ok=True)
    for name, text in PROGRAMS.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    path = f"{tools}{os.pathsep}{with_mfaenv(product)['PATH']}"
    with open_window(product, row.shell, PATH=path, **variables) as window:
        seat = Seat(row, window)
        for line in row.load:
            seat.type(line)
        yield seat
