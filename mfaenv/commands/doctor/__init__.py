"""`mfaenv doctor`: what is set up here, in the order in which things break, and the proof that MFA is required."""

from mfaenv.commands.doctor.command import run

__all__ = ["run"]
