"""fish."""

from __future__ import annotations

from mfaenv.shells import Target


class Fish(Target):
    """Single quotes, in which only the quote and the backslash are escaped."""

    line = "{command} | source"
    errors = "surrogateescape"

    def assign(self, name: str, value: str) -> str:
        """Return the statement; a line break in the value is no line break in the text, for ``eval (mfaenv)``."""
        quoted = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "'\\n'")
        return f"set -gx {name} '{quoted}';"

    def remove(self, name: str) -> str:
        """Return the statements.

        Programs see an exported universal variable whatever hides it, and erasing it would lose what the user has
        stored for good: so it stays, but not exported. Without a change to an exported global one fish 4.0 goes on
        exporting it, and erasing what is not there has a status of its own: hence the last two.
        """
        return f"set -eg {name}; set -qUx {name}; and set -Uu {name} ${name}; set -gx {name}; set -eg {name};"

    def fail(self, status: int) -> str:  # noqa: ARG002 - `return` would leave the caller's function, `exit` its shell
        """Return the statement; its status is 1."""
        return "false;"
