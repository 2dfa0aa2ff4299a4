"""An MFA code in, AWS credentials in the shell out."""

__version__ = "0.1.0"

CODE_WANTED = "A code is needed"  # begins the message of CODE_NEEDED
DONE = 0
FAILED = 1
USAGE = 2
CODE_NEEDED = 3
INTERRUPTED = 130
"""The exit statuses. They stand here since a stored session needs them, and not the errors that go with them."""

ENDING_SIGNALS = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU")
"""The signals that end a run in order, where the system has them."""
