"""Split a command line into words, as botocore splits `credential_process`."""

import sys

from mfaenv.errors import wrong_usage


def words(command: str, what: str) -> list[str]:
    """Split a command line by the system's rules. Raise MfaenvError (usage) for an open quote."""
    try:
        if sys.platform == "win32":
            from botocore.compat import compat_shell_split

            return list(compat_shell_split(command))
        else:  # noqa: RET505 - each system's type checker follows its own branch
            import shlex  # as botocore; it is slow to load

            return shlex.split(command)
    except ValueError:
        raise wrong_usage(f"The {what} cannot be split into words.", "Close its quotes.") from None
