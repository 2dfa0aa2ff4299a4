"""Split a command line into words, as `credential_process` is split; the token command is too."""

from __future__ import annotations

import sys

from mfaenv.errors import USAGE, MfaenvError

if sys.platform == "win32":

    def _split(command: str) -> list[str]:
        from botocore.compat import compat_shell_split

        return list(compat_shell_split(command))
else:

    def _split(command: str) -> list[str]:
        import shlex  # which is what botocore does here, too, and takes longer to load

        return shlex.split(command)


def words(command: str) -> list[str]:
    """Split a command line by the system's own rules, as botocore does for credential_process.

    Raise MfaenvError (usage) where a quote is not closed, or where there is no word at all.
    """
    try:
        parts = _split(command)
    except ValueError:
        raise MfaenvError("The token command cannot be split into words.", "Close its quotes.", status=USAGE) from None
    if not parts:
        raise MfaenvError("The token command has no words.", "Name a program that prints the code.", status=USAGE)
    return parts
