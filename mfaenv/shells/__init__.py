"""What mfaenv prints: ordered pairs of name and value as bytes for one shell or one data format.

A shell is a file in this package, which does no I/O, and a line in ``SHELLS``. Only the wanted one is imported.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    Env: TypeAlias = Mapping[str, str]
    Words: TypeAlias = Sequence[str]
else:  # collections.abc would make each Tab, and the start of each shell, a fifth longer
    Env = Words = object

Pair = tuple[str, "str | None"]
"""A variable's name and its value; None removes the variable."""

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

SHELLS = {
    "bash": ("bash.Bash", "rbash"),
    "zsh": ("zsh.Zsh",),
    "sh": ("sh.Sh", "ash", "dash", "hush", "posh", "yash"),
    "ksh": ("sh.Ksh", "ksh93", "lksh", "loksh", "mksh", "oksh", "pdksh", "rksh"),
    "fish": ("fish.Fish",),
    "csh": ("csh.Csh", "bsd-csh"),
    "tcsh": ("csh.Tcsh",),
    "powershell": ("powershell.PowerShell",),
    "pwsh": ("powershell.PowerShell", "pwsh-lts", "pwsh-preview"),
    "cmd": ("cmd.Cmd",),
    "nu": ("nu.Nu",),
    "elvish": ("elvish.Elvish",),
    "xonsh": ("xonsh.Xonsh",),
}
"""Each shell's class, and other names of its program."""

_FORMATS = {
    "json": "formats.Json",
    "dotenv": "formats.Dotenv",
    "github": "formats.Github",
    "process": "formats.Process",
}

MAX_VARIABLE = 32_767 if sys.platform == "win32" else 131_072
"""Bytes of a variable, with its name, ``=`` and NUL: with more, no program can be started.

https://man7.org/linux/man-pages/man2/execve.2.html: MAX_ARG_STRLEN; macOS takes as much. Windows counts characters:
https://learn.microsoft.com/windows/win32/procthread/environment-variables
"""

NAMES = tuple(SHELLS)

WITH_FUNCTION = tuple(name for name in SHELLS if name != "csh")
"""What ``mfaenv init`` takes: BSD's csh cannot have a function."""

FORMATS = tuple(_FORMATS)


class Target:
    """A shell or a format."""

    # Returns the statement that exports a variable. Raises ValueError for a value that the target cannot hold.
    assign: "Callable[[str, str], str]"

    # Statements, as text with `{name}` or `{status}`; none for data.
    remove = ""  # the variable; it succeeds where there is none
    fail = ""  # makes the documented line fail

    separator = end = b"\n"  # between statements, and after them

    in_quotes: tuple[tuple[str, str], ...] = (("'", "'\"'\"'"),)  # how signs are typed between single quotes

    # The documented lines that load what `{command}` and `{command} init {target}` print.
    line = ""
    init = ""
    refused = "\0"  # characters that no value may have here
    longest_line = 0  # characters of the statement that sets a variable; 0 is any number
    holds_variables = True  # with which programs are started; data may be of any length
    encoding: str | None = "utf-8"  # None: that of the console, which the caller knows
    remedy = ""  # what to do about a value that the target cannot hold
    reads: tuple[str, ...] = ()  # other shells whose text is the same to this one

    # Templates, beside the shell's file, of what `mfaenv init` prints; empty where the shell has no such thing.
    function = ""
    hook: tuple[str, ...] = ()
    completion = ""
    init_begin = ""  # what `init` prints first, with `{line}`, its own
    code_in_one_line = (
        ""  # evaluates its `{lines}`, as quoted words, where the shell takes what is piped line by line
    )
    at_start = "{text}"  # how it prints what sets the stored session
    script = ""  # which the function runs where that is one line, and cannot choose
    template_values: tuple[tuple[str, str], ...] = ()  # by name: `@CLOCK@`
    template_parts: tuple[tuple[str, str], ...] = ()  # the same, each in a template of its own
    # Whether the shell evaluates no text: the function is kept in a file, and gets the session itself.
    saved = False

    # The startup file: below a variable where that is set, else the first that is there, else the first.
    startup_files: tuple[str, ...] = ()
    startup_query: tuple[str, ...] = ()  # arguments with which the shell itself prints its path
    # A file that it reads only where it has none of its own: a new one begins by reading it.
    startup_before = ""
    startup_at_login: tuple[str, ...] = ()  # the first of them is all that a login shell reads
    startup_by_hand = ""  # why no line in a file loads the function, though there is one

    # Arguments with which the shell runs text after its own startup files: {text}, or a {file} with it ({json}:
    # its path as JSON); or a variable that leads it there: `ENV={file}`. Without both it cannot.
    demo_words: tuple[str, ...] = ()
    demo_variable = ""  # the template finds the user's own one as _MFAENV_THEIRS
    demo_file = ""  # the name of that file
    demo_template = ""  # what stands there around the text

    # What Tab does by itself:
    completes_programs = True  # complete the words of another program within a line
    lists_programs = True  # list the names of programs there
    matches = False  # pick the words that fit what is typed
    readline = False  # hand over a line, which readline cuts into words of its own

    def begin(self, names: list[str], *, tried: bool) -> str:
        """Return what stands before the statements, as `render` has `tried`."""
        return ""

    def join(self, statements: list[bytes]) -> bytes:
        return self.separator.join(statements) + self.end if statements else b""

    def quote(self, word: str) -> str:
        """Return a word as people type it, in the documented lines too."""
        quoted = word.translate({ord(sign): text for sign, text in self.in_quotes})
        return word if needs_no_quotes(word) else f"'{quoted}'"

    def words(self, handed: Words, env: Env) -> Words:
        """Return the words that the completion hands over as arguments or in the environment."""
        return handed

    def offer(self, word: str, meaning: str, quote: str) -> str:
        """Return the line that offers a word after this open quote; empty where the shell cannot take it."""
        return f"{word}\t{meaning}"


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
UNQUOTED = LETTERS + "_=@%+:,./-"


def needs_no_quotes(value: str) -> bool:
    """Return whether the value means itself without quotes, in every POSIX shell.

    zsh replaces ``=ls`` by the path of ls, at the beginning and after a colon.
    """
    return not value.strip(UNQUOTED) and not value.startswith("=") and ":=" not in value


def escape(value: str, number: str = "\\%03o") -> str:
    """Return the value with all but ASCII letters and digits as numbers of octets: octal for printf and ``$'…'``."""
    octets = value.encode("utf-8", "surrogateescape")
    return "".join(chr(octet) if chr(octet) in LETTERS else number % octet for octet in octets)


def printed(value: str) -> str:
    """Return the value for the argument of a printf that may be a program. Raise ValueError when it is too long."""
    text = escape(value)
    if len(text) >= MAX_VARIABLE:
        raise ValueError
    return text


def render(target: str, pairs: "Iterable[Pair]", *, encoding: str = "utf-8", tried: bool = True) -> bytes:
    """Return what to print so that ``target`` sets and removes these variables in order.

    ``encoding`` is the console's output code page, as Python names it (``cp850``), for cmd. Without ``tried`` a
    POSIX shell tries nothing first, which takes a process. Raise MfaenvError, naming the variable and never its
    value, for a value that the target cannot hold.
    """
    language = get_target(target)
    pairs = list(pairs)
    if language.holds_variables:
        check_lengths(pairs)
    statements = [_statement(target, language, pair, language.encoding or encoding) for pair in pairs]
    begin = language.begin([name for name, _ in pairs], tried=tried).encode()
    return language.join(list(filter(None, (begin, *statements))))


def check_lengths(pairs: "Iterable[Pair]") -> None:
    """Raise MfaenvError for a variable of more than MAX_VARIABLE bytes."""
    for name, value in pairs:
        size = len(name) + len(value.encode("utf-8", "surrogatepass")) + len("=\0") if value else 0
        if size > MAX_VARIABLE:
            from mfaenv.errors import MfaenvError

            hint = "Nothing was set, and a code that was given is used up. --format json takes any length."
            raise MfaenvError(f"{name} is too long: with its {size:,} bytes no program could be started.", hint)


def failure(target: str, status: int) -> bytes:
    """Return what to print so that the documented line fails; empty for data."""
    language = get_target(target)
    statement = language.fail.replace("{status}", str(status)).encode()
    return language.join([statement]) if statement else b""


def join(words: Words, target: str = "") -> str:
    """Return the line to type in this shell, else in the system's own, whose rules programs share."""
    language = get_target(target or ("cmd" if sys.platform == "win32" else "sh"))
    return " ".join(language.quote(word) or "''" for word in words)


def loading_line(target: str, command: Words = ("mfaenv",)) -> str:
    """Return the line that loads what ``command`` (no ``--shell`` in it) prints; empty for formats."""
    return get_target(target).line.format(command=join(command, target), target=target)


def init_line(target: str, options: Words = (), command: str = "mfaenv") -> str:
    """Return the startup file's line, with more options of ``init``; empty where no line does it."""
    return get_target(target).init.format(command=command, target=join((target, *options), target))


def get_target(target: str) -> "Target":
    """Return the shell or format of this name. Raise KeyError where there is none."""
    module, _, class_name = (SHELLS[target][0] if target in SHELLS else _FORMATS[target]).rpartition(".")
    # importlib is one more module for a stored session to load.
    language: Target = getattr(__import__(f"{__name__}.{module}", fromlist=[class_name]), class_name)()
    return language


def _statement(target: str, language: "Target", pair: Pair, encoding: str) -> bytes:
    name, value = pair
    if not (name.isidentifier() and name.isascii()):
        raise ValueError(f"{name!r} is no variable's name")
    if value is None:
        return language.remove.replace("{name}", name).encode()
    try:
        statement = language.assign(name, value)
        if 0 < language.longest_line < len(statement) or any(sign in value for sign in language.refused):
            raise ValueError  # noqa: TRY301 - the same answer as to one of `assign`
        return statement.encode(encoding)
    except (ValueError, LookupError):
        where = "" if language.encoding else f" in the console's code page, {encoding}"
        from mfaenv.errors import MfaenvError

        raise MfaenvError(f"{name} has a value that {target} cannot hold{where}.", language.remedy) from None
