"""Byron Rakitzis's rc, Debian's ``rc``."""

from mfaenv.shells import Target


class Rc(Target):
    """Single quotes, in which the quote is doubled; every variable is exported, and the empty list removes one.

    The line splits nothing, whatever ``ifs`` holds. Programs would get the octets 1 and 2 with a 2 before them, since
    rc marks the words of a list with those, and to its reader the octet 255 is the end of the text.
    """

    line = "eval ``(){{{command}}}"
    refused = "\0\1\2\udcff"
    errors = "surrogateescape"
    octets = True
    remedy = "The control characters 1 and 2, and the octet 255, cannot be set in this shell."

    def assign(self, name: str, value: str) -> str:
        """Return the statement."""
        quoted = value.replace("'", "''")
        return f"{name}='{quoted}';"

    def remove(self, name: str) -> str:
        """Return the statement."""
        return f"{name}=();"

    def fail(self, status: int) -> str:
        """Return the statement; the empty command that follows a semicolon would succeed."""
        return f"@ exit {status}"
