"""What mfaenv prints: ordered pairs of name and value as bytes for one shell or one data format.

A shell is a file in this package and a line in ``_SHELLS``. Only the one that is wanted is imported, and nothing here
reads or writes anything: the caller does.
"""

from abc import ABC, abstractmethod

from mfaenv.errors import USAGE, MfaenvError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

Pair = tuple[str, "str | None"]
"""A variable's name and its value; None removes the variable."""

_SHELLS = {
    "bash": "posix.Bash",
    "zsh": "posix.Bash",
    "sh": "posix.Sh",
    "ksh": "posix.Sh",
    "fish": "fish.Fish",
    "csh": "csh.Csh",
    "tcsh": "csh.Tcsh",
    "powershell": "powershell.PowerShell",
    "pwsh": "powershell.PowerShell",
    "cmd": "cmd.Cmd",
    "nu": "nu.Nu",
    "elvish": "elvish.Elvish",
    "xonsh": "xonsh.Xonsh",
    "rc": "rc.Rc",
}
_FORMATS = {
    "json": "formats.Json",
    "dotenv": "formats.Dotenv",
    "github": "formats.Github",
    "process": "formats.Process",
}

NAMES = tuple(_SHELLS)
"""What ``--shell`` accepts."""

FORMATS = tuple(_FORMATS)
"""What ``--format`` accepts."""


class Target(ABC):
    """A shell or a format: how it writes one variable, and how its statements make a whole.

    ``assign`` raises ValueError for a value that the target cannot hold; characters that it can never hold are data.
    """

    line = ""
    """The documented line that loads what is printed; ``{command}`` is the program with its options."""

    refused = "\0"
    """Characters that no value may have here."""

    encoding: str | None = "utf-8"
    """None: that of the console, which the caller knows."""

    remedy = ""
    """What to do about a value that the target cannot hold."""

    errors = "strict"
    """``surrogateescape`` where a value that is not UTF-8 can be written as the bytes that it is."""

    @abstractmethod
    def assign(self, name: str, value: str) -> str:
        """Return the statement that sets and exports the variable."""

    def remove(self, name: str) -> str:  # noqa: ARG002 - a data format only has what is set
        """Return the statement that removes the variable, and succeeds where there is none; nothing in a format."""
        return ""

    def fail(self, status: int) -> str:  # noqa: ARG002 - data cannot fail
        """Return the statement that makes the documented line fail; nothing where data is printed."""
        return ""

    def join(self, statements: list[bytes]) -> bytes:
        """Return the whole of what is printed."""
        return b"".join(statement + b"\n" for statement in statements)


def render(target: str, pairs: "Iterable[Pair]", *, encoding: str = "utf-8") -> bytes:
    """Return what to write to standard output, as it is, so that ``target`` sets and removes these variables in order.

    ``encoding`` is the console's output code page, as Python names it (``cp850``); only cmd's text depends on it.
    Raises MfaenvError, naming the variable and never its value, for a value that the target cannot hold.
    """
    language = _language(target)
    statements = [_statement(target, language, pair, language.encoding or encoding) for pair in pairs]
    return language.join([statement for statement in statements if statement])


def failure(target: str, status: int) -> bytes:
    """Return what to print when there is nothing to set, so that the documented line fails; empty for data."""
    language = _language(target)
    statement = language.fail(status).encode()
    return language.join([statement]) if statement else b""


def loading_line(target: str, command: str = "mfaenv") -> str:
    """Return the line that a user types to load what ``command`` (no ``--shell`` in it) prints; empty for formats."""
    return _language(target).line.format(command=command, target=target)


def _language(target: str) -> "Target":
    place = _SHELLS.get(target) or _FORMATS.get(target)
    if place is None:
        choices = ", ".join(NAMES + FORMATS)
        raise MfaenvError(f"No shell or format is called {target}.", f"Choose from {choices}.", status=USAGE)
    module, _, kind = place.partition(".")
    # Not importlib: it is one more module on the way of a stored session.
    language: Target = getattr(__import__(f"{__name__}.{module}", fromlist=[kind]), kind)()
    return language


def _statement(target: str, language: "Target", pair: Pair, encoding: str) -> bytes:
    name, value = pair
    if not (name.isidentifier() and name.isascii()):
        raise ValueError(f"{name!r} is no variable's name")
    if value is None:
        return language.remove(name).encode()
    try:
        if any(character in value for character in language.refused):
            raise ValueError  # noqa: TRY301 - a target refuses by data or by code: one answer to both
        return language.assign(name, value).encode(encoding, language.errors)
    except (ValueError, LookupError):
        place = "" if language.encoding else f" in the console's code page, {encoding}"
        raise MfaenvError(f"{name} has a value that {target} cannot hold{place}.", language.remedy) from None
