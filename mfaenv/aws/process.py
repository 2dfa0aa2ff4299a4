"""Split a command line into words, as botocore splits `credential_process`."""

import sys

from mfaenv.errors import USAGE, MfaenvError


def words(command: str, what: str) -> list[str]:
    """Split a command line by the system's own rules. Raise MfaenvError (usage) where a quote is not closed."""
    try:
        if sys.platform == "win32":
            from botocore.compat import compat_shell_split

            return list(compat_shell_split(command))
        else:  # noqa: RET505 - each system's type checker follows its own branch
            import shlex  # which is what botocore does here, too, and takes longer to load

            return shlex.split(command)
    except ValueError:
        raise MfaenvError(f"The {what} cannot be split into words.", "Close its quotes.", status=USAGE) from None
