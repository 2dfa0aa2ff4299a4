"""An MFA code in, AWS credentials in the shell out."""

__version__ = "0.1.0"
