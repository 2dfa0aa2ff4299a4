"""How `credential_process`, and so our token command, is split into words."""

from __future__ import annotations


def words(command: str) -> list[str]:
    """Split a command line by the system's own rules, as botocore does for credential_process.

    Raises MfaenvError (usage) where a quote is not closed, or where there is no word at all.
    """
    from botocore.compat import compat_shell_split

    from mfaenv.errors import USAGE, MfaenvError

    try:
        found = list(compat_shell_split(command))
    except ValueError:
        raise MfaenvError("The token command cannot be split into words.", "Close its quotes.", status=USAGE) from None
    if not found:
        raise MfaenvError("The token command has no words.", "Name a program that prints the code.", status=USAGE)
    return found
