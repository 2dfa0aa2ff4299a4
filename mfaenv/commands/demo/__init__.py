"""`mfaenv demo`: a shell whose AWS is a pretend one."""

from mfaenv.commands.demo.command import run

__all__ = ["run"]
