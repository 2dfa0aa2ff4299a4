"""csh and tcsh."""

from mfaenv.shells import Target
from mfaenv.shells.posix import is_plain, octal


class Tcsh(Target):
    """Plain values bare, all others from printf: ``histchars`` and ``backslash_quote`` change what quotes mean here.

    What a program prints to it is garbled by tcsh 6.24, and the rest run as commands, where octets that are no
    characters in the user's locale stand beyond the first 4,096.
    """

    line = 'eval "`{command} --shell {target}`"'
    refused = "\0\n"
    remedy = "A line break, and more than 4,096 bytes that are not all ASCII, cannot be written in this shell."
    _longest_printed = 4096

    def assign(self, name: str, value: str) -> str:
        """Return the statement; raises ValueError when the value is too long."""
        if is_plain(value):
            return f"setenv {name} {value};"
        if not value.isascii() and len(value.encode("utf-8", "surrogateescape")) > self._longest_printed:
            raise ValueError
        return f"setenv {name} \"`printf '{octal(value)}'`\";"

    def remove(self, name: str) -> str:
        """Return the statement."""
        return f"unsetenv {name};"

    def fail(self, status: int) -> str:
        """Return the statement."""
        return f"(exit {status});"


class Csh(Tcsh):
    """BSD's csh, which reads no line over 4,080 bytes: "Word too long."."""

    remedy = "A line break, or a line over 4,080 bytes, cannot be written in this shell; for a long one: --shell tcsh."
    _longest_line = 4080

    def assign(self, name: str, value: str) -> str:
        """Return the statement; raises ValueError when it is too long."""
        statement = super().assign(name, value)
        if len(statement) > self._longest_line:
            raise ValueError
        return statement
