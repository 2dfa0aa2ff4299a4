"""`mfaenv configure`: a guided set-up that looks at what is there and offers what is missing.

`command` goes through the steps, `offers` shows each change of a file and makes it, `programs` finds programs that give
codes, and `shell_file` the file that the shell reads at its start.
"""

from mfaenv.commands.configure.command import run

__all__ = ["run"]
