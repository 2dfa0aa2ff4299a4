"""csh and tcsh."""

from __future__ import annotations

from mfaenv.shells import Target


class Tcsh(Target):
    """Single quotes, in which only ``!`` keeps a meaning."""

    line = 'eval "`{command} --shell {target}`"'
    refused = "\0\n"
    remedy = "a line break cannot be written in this shell"
    errors = "surrogateescape"

    def assign(self, name: str, value: str) -> str:
        """Return the statement."""
        quoted = value.replace("'", "'\\''").replace("!", "\\!")
        return f"setenv {name} '{quoted}';"

    def remove(self, name: str) -> str:
        """Return the statement."""
        return f"unsetenv {name};"

    def fail(self, status: int) -> str:
        """Return the statement."""
        return f"(exit {status});"


class Csh(Tcsh):
    """BSD's csh, which reads no line over 4,095 bytes here: "Word too long."."""

    remedy = "a line break or a line over 4,095 bytes cannot be written in this shell; for a long one: --shell tcsh"
    _longest_line = 4095

    def assign(self, name: str, value: str) -> str:
        """Return the statement; raises ValueError when it is too long."""
        statement = super().assign(name, value)
        if len(statement.encode("utf-8", self.errors)) > self._longest_line:
            raise ValueError
        return statement
