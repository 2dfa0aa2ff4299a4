"""Every shell: how to start it at its strictest, and the lines that load what mfaenv prints there.

A shell is a row. Programs are looked up on the PATH.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from mfaenv.shells import loading_line


class Shell(NamedTuple):
    name: str
    target: str
    start: tuple[str, ...]
    """The command line; the script's path follows."""
    strict: str = ""
    more_lines: tuple[str, ...] = ()
    or_exit: str = ""
    """Appended to a line, ends the script with status 7 when the line fails; empty where it ends by itself."""
    lacks: str = ""
    """Characters that no value may hold."""
    empty: bool = True
    """Whether a variable may be empty; otherwise that removes it."""
    ends: bool = True
    """Whether a strict script ends where a line fails."""
    octets: bool = True
    """Whether a value may be something else than UTF-8."""
    examples: int = 20
    """How many lists of generated values: fewer for what starts slowly."""

    @property
    def lines(self) -> tuple[str, ...]:
        return (loading_line(self.target), *self.more_lines)


_POSIX = Shell(
    name="dash",
    target="sh",
    start=("dash",),
    strict="set -eu",
    more_lines=('eval "$(mfaenv)"',),
    or_exit=" || exit 7",
)
_BASH = _POSIX._replace(
    name="bash",
    target="bash",
    start=("bash", "--norc", "--noprofile"),
    # bash 3.2, which is macOS's, has no globstar.
    strict="set -euo pipefail; shopt -s globstar 2>&- || :; shopt -s failglob nullglob extglob dotglob nocaseglob",
)
_ZSH = _POSIX._replace(
    name="zsh",
    target="zsh",
    start=("zsh", "-f"),
    strict="setopt err_exit no_unset pipe_fail warn_create_global extended_glob",
)
_KSH = _POSIX._replace(target="ksh")
_CSH = Shell(
    name="tcsh",
    target="tcsh",
    start=("tcsh", "-f"),
    or_exit=" || exit 7",
    lacks="\n",
)
_POWERSHELL = Shell(
    name="pwsh",
    target="pwsh",
    start=("pwsh", "-NoProfile", "-NonInteractive", "-File"),
    strict="Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'; "
    "$PSNativeCommandUseErrorActionPreference = $true",
    more_lines=(
        "mfaenv | Out-String | Invoke-Expression",
        "Invoke-Expression (mfaenv)",
        "Invoke-Expression (mfaenv | Out-String)",
        'iex "$(mfaenv)"',
        ". ([scriptblock]::Create((mfaenv)))",
        "mfaenv > $HOME/loaded.ps1; . $HOME/loaded.ps1",
    ),
    or_exit="\nif (-not $?) { exit 7 }",
    empty=False,  # before 7.5
    octets=False,
    examples=3,
)
_POWERSHELLS = (
    _POWERSHELL,
    _POWERSHELL._replace(
        name="pwsh, ConstrainedLanguage",
        strict="$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'; " + _POWERSHELL.strict,
        more_lines=tuple(line for line in _POWERSHELL.more_lines if "::Create" not in line),
        or_exit="\nif ($LASTEXITCODE) { exit 7 }",
    ),
)
_WINDOWS_POWERSHELLS = tuple(
    shell._replace(
        name=shell.name.replace("pwsh", "powershell"),
        target="powershell",
        start=("powershell", "-ExecutionPolicy", "Bypass", *shell.start[1:]),
        ends=False,
    )
    for shell in _POWERSHELLS
)
_RC = Shell(name="rc", target="rc", start=("rc", "-p"), or_exit=" || exit 7", lacks="\1\2\udcff")

_ON_POSIX = (
    _BASH,
    _BASH._replace(name="bash --posix", start=(*_BASH.start, "--posix")),
    _BASH._replace(name="bash as sh", target="sh", start=(*_BASH.start, "--posix"), strict="set -eu"),
    _BASH._replace(name="bash, IFS of a line break", strict="set -euo pipefail; IFS='\n'"),
    _ZSH,
    _ZSH._replace(name="zsh, GLOB_SUBST", strict=_ZSH.strict + " glob_subst null_glob magic_equal_subst"),
    _ZSH._replace(name="zsh as sh", target="sh", strict="emulate sh; set -eu"),
    _POSIX,
    _POSIX._replace(name="busybox", start=("busybox", "sh")),
    _POSIX._replace(name="posh", start=("posh",)),
    _KSH._replace(name="ksh93", start=("ksh93",)),
    _KSH._replace(name="mksh", start=("mksh",)),
    _KSH._replace(name="lksh", start=("lksh",)),
    Shell(
        name="fish",
        target="fish",
        start=("fish", "--no-config"),
        more_lines=("eval (mfaenv)",),
        or_exit="; or exit 7",
    ),
    _CSH,
    _CSH._replace(
        name="tcsh -e, other signs", start=("tcsh", "-f", "-e"), strict="set backslash_quote histchars='&;'", or_exit=""
    ),
    _CSH._replace(name="csh", target="csh", start=("bsd-csh", "-f")),
    _CSH._replace(name="csh -e", target="csh", start=("bsd-csh", "-f", "-e"), or_exit=""),
    *_POWERSHELLS,
    Shell(name="nu", target="nu", start=("nu", "-n", "--no-std-lib"), octets=False, examples=10),
    Shell(name="elvish", target="elvish", start=("elvish", "-norc"), examples=10),
    Shell(
        name="xonsh",
        target="xonsh",
        start=("xonsh", "--no-rc"),
        strict="$XONSH_SUBPROC_CMD_RAISE_ERROR = True",
        examples=6,
    ),
    _RC,
    _RC._replace(name="rc -e, ifs of a letter", start=("rc", "-p", "-e"), strict="ifs=A", or_exit=""),
)

SHELLS = (*_POWERSHELLS, *_WINDOWS_POWERSHELLS) if sys.platform == "win32" else _ON_POSIX
"""Those of this system; cmd has tests of its own."""
