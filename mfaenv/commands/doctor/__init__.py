"""`mfaenv doctor`: what is set up here, in the order in which things break, and the proof that MFA is required.

`command` runs it; `files`, `local` and `account` look at one thing each and give `Check`s (`report`); `proof`
makes the calls, and `verdict` says what they prove.
"""

from mfaenv.commands.doctor.command import run

__all__ = ["run"]
