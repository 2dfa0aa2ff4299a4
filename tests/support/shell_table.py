"""Every shell: how to start it, in a script at its strictest and in a window, and what is typed there.

A shell is a row, with one more for each mode that changes what text means. Programs are looked up on the PATH.
"""

import sys
from typing import NamedTuple, Self

from mfaenv.shells import get_target, loading_line


class Tab(NamedTuple):
    """What the shell's words are for what the tests of its completion need."""

    file: str = ""
    """The name of the file that holds its completion; empty where it has none."""
    source: str = ". ./{file}"
    ready: str = ""
    """A line after which there is completion at all, and it shows lists."""
    function: str = 'mfaenv() { env mfaenv "$@"; }\n'
    """A function of the program's name."""
    inner: str = ""
    """A line that completes the arguments of `tool-of-mine` with `inner-word`."""
    accept: str = "\r"
    """Enter, after Tab."""
    interruptible: bool = True
    """Whether Ctrl-C ends a program that the shell waits for after Tab."""
    fully: bool = True
    """Whether options may come first, and names may need quotes."""


class Typed(NamedTuple):
    """How the shell is started in a window, with nobody's settings, and what is typed there."""

    start: tuple[str, ...] = ()
    """Empty where nobody types in it here."""
    lines: tuple[str, ...] = ()
    """Of the documented lines those that are tried there, where that are not all."""
    or_failed: str = " || echo fail''ed"
    """Appended to a line, shows `failed` when the line fails."""
    status: str = 'echo "status=$?"'
    """Empty where a failing line shows its status by itself."""
    assign: str = "export {name}={value}"
    alias: str = "alias mfaenv='mfaenv -q'"
    piped: str = "echo {} > code; mfaenv -c - < code"
    """The line that gives a code through standard input."""
    trace: tuple[str, str] = ("set -x", "set +x")
    """The lines that have the shell trace, and no more."""
    tab: Tab = Tab()


class Shell(NamedTuple):
    name: str
    target: str
    start: tuple[str, ...]
    """The command line; the script's path follows."""
    debian: str = ""
    """Debian's package with the shell, which `tests/run` reads here; empty where everybody has it, or Debian not."""
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
    longest: bool = True
    """Whether a value may be as long as a program can be started with, whatever it holds."""
    examples: int = 20
    """How many lists of generated values: fewer for what starts slowly."""
    typed: Typed = Typed()
    load: tuple[str, ...] = ()
    """The lines of its profile that load the function of `mfaenv init`, if there is one."""
    load_in_scripts: bool = True
    """Whether a script can load it, too."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The documented lines, which load what mfaenv prints."""
        return (loading_line(self.target), *self.more_lines)

    @property
    def typed_lines(self) -> tuple[str, ...]:
        """Of these, those that are tried in a window."""
        return self.typed.lines or self.lines

    def in_window(self, *start: str) -> Self:
        """Return the row with another command line for its windows."""
        return self._replace(typed=self.typed._replace(start=start))

    @property
    def has_hook(self) -> bool:
        return bool(get_target(self.target).hook)


_POSIX = Shell(
    name="dash",
    target="sh",
    start=("dash",),
    strict="set -eu",
    more_lines=('eval "$(mfaenv)"',),
    or_exit=" || exit 7",
    longest=False,
)
_BASH = _POSIX._replace(
    name="bash",
    target="bash",
    longest=True,
    start=("bash", "--norc", "--noprofile"),
    # bash 3.2, which is macOS's, has no globstar.
    strict="set -euo pipefail; shopt -s globstar 2>&- || :; shopt -s failglob nullglob extglob dotglob nocaseglob",
)
_TYPED_BASH = Typed(
    ("bash", "--norc", "--noprofile", "-i"),
    tab=Tab(
        "mfaenv.bash",
        inner="_inner() { COMPREPLY=(inner-word); }; complete -F _inner tool-of-mine",
        interruptible=False,  # readline takes Ctrl-C with the next key there
    ),
)
_TYPED_ZSH = Typed(
    ("zsh", "-f", "-i"),
    piped="echo {} | mfaenv -c -",
    tab=Tab(
        "_mfaenv",
        ready="autoload -U compinit; compinit -u -D",
        inner="_i() { compadd inner-word; }; compdef _i tool-of-mine",
    ),
)
_ZSH = _POSIX._replace(
    name="zsh",
    target="zsh",
    longest=True,
    start=("zsh", "-f"),
    debian="zsh",
    strict="setopt err_exit no_unset pipe_fail warn_create_global extended_glob",
)
_SH = _POSIX._replace(typed=Typed(("dash", "-i")), load=('eval "$(mfaenv init sh)"',))
_KSH = _POSIX._replace(target="ksh", load=('eval "$(mfaenv init ksh)"',))
_CSH = Shell(
    name="tcsh",
    target="tcsh",
    start=("tcsh", "-f"),
    debian="tcsh",
    or_exit=" || exit 7",
    lacks="\n",
    longest=False,
)
_TYPED_TCSH = Typed(
    ("tcsh", "-f"),
    assign="setenv {name} {value}",
    status='echo "status=$status"',
    alias="alias mfaenv 'mfaenv -q'",
    trace=("set echo verbose", "unset echo verbose"),
    tab=Tab(
        "mfaenv.tcsh",
        source="source {file}",
        ready="set autolist",
        function="alias mfaenv env mfaenv\n",
        fully=False,
    ),
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
_TYPED_POWERSHELL = Typed(
    ("pwsh", "-NoProfile", "-NoLogo"),
    lines=(
        "mfaenv --shell powershell | Invoke-Expression",
        "mfaenv --shell powershell | Out-String | Invoke-Expression",
        "Invoke-Expression (mfaenv --shell powershell)",
    ),
    assign="$env:{name} = '{value}'",
    status='"status=$LASTEXITCODE"',
    alias="Set-Alias mfaenv (Get-Command mfaenv -CommandType Application -TotalCount 1).Source",
    piped="'{}' | mfaenv -c -",
    trace=("Set-PSDebug -Trace 2", "Set-PSDebug -Off"),
)
_POWERSHELLS = (
    _POWERSHELL._replace(typed=_TYPED_POWERSHELL, load=("mfaenv init powershell | Invoke-Expression",)),
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

_FISH = Shell(
    name="fish",
    target="fish",
    start=("fish", "--no-config"),
    debian="fish",
    more_lines=("eval (mfaenv)",),
    or_exit="; or exit 7",
    load=("mfaenv init fish | source",),
    typed=Typed(
        ("fish", "--no-config", "-i"),
        or_failed="; or echo fail''ed",
        assign="set -gx {name} {value}",
        status='echo "status=$status"',
        piped="echo {} | mfaenv -c -",
        trace=("set fish_trace 1", "set -e fish_trace"),
        tab=Tab(
            "mfaenv.fish",
            function="function mfaenv; env mfaenv $argv; end\n",
            inner="complete -c tool-of-mine -x -a inner-word",
        ),
    ),
)
_NU = Shell(
    name="nu",
    target="nu",
    start=("nu", "-n", "--no-std-lib"),
    octets=False,
    examples=10,
    load=("mfaenv init nu | save --force mfaenv.nu", "source mfaenv.nu"),
    typed=Typed(
        ("nu", "--no-config-file", "--no-std-lib"),
        assign="$env.{name} = '{value}'",
        status='print $"status=($env.LAST_EXIT_CODE)"',
        alias="alias mfaenv = ^mfaenv -q",
        piped="'{}' | mfaenv -c -",
        trace=("", ""),
        tab=Tab(
            "mfaenv.nu",
            source="source {file}",
            function="@complete _mfaenv_complete\ndef --wrapped mfaenv [...words: string] { ^env mfaenv ...$words }\n",
            inner="$env.config.completions.external.completer = {|spans| if $spans.0 == tool-of-mine { [inner-word] }}",
            interruptible=False,  # it takes Ctrl-C for a key, and reads none while a program answers
        ),
    ),
)
_ELVISH = Shell(
    name="elvish",
    target="elvish",
    start=("elvish", "-norc"),
    debian="elvish",
    octets=False,
    examples=10,
    load=("eval (mfaenv init elvish | slurp)",),
    load_in_scripts=False,  # there is no module `edit:`
    typed=Typed(
        ("elvish", "-norc"),
        assign="set-env {name} {value}",
        status="",
        alias="fn mfaenv {|@words| e:mfaenv -q $@words }",
        piped="echo {} | mfaenv -c -",
        trace=("", ""),
        tab=Tab(
            "mfaenv.elv",
            source="eval (slurp < {file})",
            function="edit:add-var mfaenv~ {|@words| e:env mfaenv $@words }\n",
            inner="set edit:completion:arg-completer[tool-of-mine] = {|@words| put inner-word }",
            accept="\r\r",
        ),
    ),
)
_XONSH = Shell(
    name="xonsh",
    target="xonsh",
    start=("xonsh", "--no-rc"),
    strict="$XONSH_SUBPROC_CMD_RAISE_ERROR = True",
    examples=6,
    load=("execx($(mfaenv init xonsh))",),
    typed=Typed(
        ("xonsh", "--no-rc"),
        assign="${name} = '{value}'",
        status="print('status=' + str(__xonsh__.env['LAST_RETURN_CODE']))",
        alias="aliases['mfaenv'] = 'mfaenv -q'",
        trace=("$XONSH_TRACE_SUBPROC = True", "$XONSH_TRACE_SUBPROC = False"),
        tab=Tab(
            "mfaenv.xsh",
            source="source {file}",
            function='aliases["mfaenv"] = lambda words: __import__("subprocess").call(["env", "mfaenv", *words])\n',
        ),
    ),
)

ON_POSIX = (
    _BASH._replace(typed=_TYPED_BASH, load=('eval "$(mfaenv init bash)"',)),
    _BASH._replace(name="bash --posix", start=(*_BASH.start, "--posix")),
    _BASH._replace(
        name="bash as sh", target="sh", longest=False, start=(*_BASH.start, "--posix"), strict="set -eu"
    ),
    _BASH._replace(name="bash, IFS of a line break", strict="set -euo pipefail; IFS='\n'"),
    _ZSH._replace(typed=_TYPED_ZSH, load=('eval "$(mfaenv init zsh)"',)),
    _ZSH._replace(name="zsh, GLOB_SUBST", strict=_ZSH.strict + " glob_subst null_glob magic_equal_subst"),
    _ZSH._replace(name="zsh as sh", target="sh", longest=False, strict="emulate sh; set -eu"),
    _SH,
    _SH._replace(
        name="busybox", start=("busybox", "sh"), debian="busybox", typed=Typed(("busybox", "sh", "-i"))
    ),
    _SH._replace(name="posh", start=("posh",), debian="posh", typed=Typed(("posh", "-i"), alias="")),
    _KSH._replace(name="ksh93", start=("ksh93",), debian="ksh93u+m", typed=Typed(("ksh93", "-i"))),
    _KSH._replace(name="mksh", start=("mksh",), debian="mksh", typed=Typed(("mksh", "-i"))),
    _KSH._replace(name="lksh", start=("lksh",)),
    _FISH,
    _CSH._replace(typed=_TYPED_TCSH, load=('eval "`mfaenv init tcsh`"',)),
    _CSH._replace(
        name="tcsh -e, other signs",
        start=("tcsh", "-f", "-e"),
        strict="set backslash_quote histchars='&;'",
        or_exit="",
    ),
    _CSH._replace(
        name="csh", target="csh", start=("bsd-csh", "-f"), debian="csh", typed=Typed(("bsd-csh", "-f"))
    ),
    _CSH._replace(name="csh -e", target="csh", start=("bsd-csh", "-f", "-e"), or_exit=""),
    *_POWERSHELLS,
    _NU,
    _ELVISH,
    _XONSH,
)

SHELLS = (*_POWERSHELLS, *_WINDOWS_POWERSHELLS) if sys.platform == "win32" else ON_POSIX
"""Those of this system; cmd has tests of its own."""

BY_NAME = {row.name: row for row in (*SHELLS, *ON_POSIX)}
BASH, ZSH, FISH = map(BY_NAME.__getitem__, ("bash", "zsh", "fish"))
TYPED = tuple(row for row in ON_POSIX if row.typed.start)
"""Those in whose windows somebody types."""
WITH_INIT = tuple(row for row in TYPED if row.load)
WITH_HOOK = tuple(row for row in WITH_INIT if row.has_hook)
WITH_TAB = tuple(row for row in TYPED if row.typed.tab.file)
