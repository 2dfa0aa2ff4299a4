"""Where the code comes from: an option, a variable, a program, standard input, the terminal."""

from __future__ import annotations

import os
import sys

from mfaenv import options
from mfaenv.errors import CODE_NEEDED, USAGE, MfaenvError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfaenv.model import Plan
    from mfaenv.terminal import Terminal

    Meanwhile = Callable[[], None]

PROGRAM_SECONDS = 60
"""How long a program may take: some wait for a touch or a PIN."""

WAYS = "Run it in a terminal, or give the code: --token-code, MFAENV_TOKEN_CODE, --token-command, mfa_process."


class Source:
    """One way to a code: `get` takes the question, and what to do while the code is looked for.

    `again` tells whether it can give another one when the first is refused.
    """

    def __init__(self, name: str, get: Callable[[str, Meanwhile], str], *, again: bool) -> None:
        self.name = name
        self.get = get
        self.again = again


def source(plan: Plan, terminal: Terminal, *, no_input: bool) -> Source | None:
    """Choose the way: what was given, then the program, then the terminal; nothing where there is none.

    Raises MfaenvError (usage) for a given code that is none.
    """
    given, command = plan.token_code, plan.token_command
    if given.text == "-":
        return Source("standard input", _from_standard_input, again=False)
    if given.text and not (command.source == "--token-command" and given.source != "--token-code"):
        digits = checked(given.text, given.source)
        return Source(given.source, lambda _question, _meanwhile: digits, again=False)
    if command.text:
        return Source(command.source, lambda _, meanwhile: from_program(command.text, terminal, meanwhile), again=True)
    if no_input or not terminal.available():
        return None
    return Source("the terminal", terminal.ask_code, again=True)


def needed(plan: Plan, *, no_input: bool) -> MfaenvError:
    """Make the error for a code that nobody can give."""
    reason = "--no-input forbids to ask" if no_input else "there is no terminal to ask on"
    return MfaenvError(f"A code is needed for profile {plan.profile.text}, and {reason}.", WAYS, status=CODE_NEEDED)


def checked(text: str, origin: str) -> str:
    """Give the six digits, or raise MfaenvError (usage) without showing what was given."""
    digits = options.code(text)
    if not digits:
        raise MfaenvError(f"{origin}: a code is six digits.", "It is the number that the device shows.", status=USAGE)
    return digits


def _from_standard_input(_question: str, _meanwhile: Meanwhile) -> str:
    return checked(sys.stdin.readline(64) if sys.stdin else "", "standard input")


def from_program(command: str, terminal: Terminal, meanwhile: Meanwhile) -> str:
    """Run a program, no shell between, on the terminal, and take the first six digits that stand alone in its output.

    Raises MfaenvError, with the program's name and status but never its output.
    """
    import subprocess

    from mfaenv.aws.process import words

    program, *arguments = words(command)
    name = os.path.basename(program)
    meanwhile()
    with terminal.for_program() as streams:
        try:
            done = subprocess.run(  # noqa: S603 - the user's own program, split into words, without a shell
                [program, *arguments], stdout=subprocess.PIPE, timeout=PROGRAM_SECONDS, check=False, **streams
            )
        except subprocess.TimeoutExpired:
            raise MfaenvError(f"{name} gave no code within {PROGRAM_SECONDS} s.", _PROGRAM_HINT) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its name cannot be used"
            raise MfaenvError(f"{name or 'The token command'} cannot be run: {reason}.", _PROGRAM_HINT) from None
    if done.returncode:
        raise MfaenvError(f"{name} {_ending(done.returncode)}.", _PROGRAM_HINT)
    found = first_code(done.stdout)
    if not found:
        raise MfaenvError(f"{name} ended with status 0, but printed no six digits.", _PROGRAM_HINT)
    return found


_PROGRAM_HINT = "Try the token command by itself."


def _ending(status: int) -> str:
    """Say how a program ended that failed: with a status, or, where that is negative, by a signal."""
    import signal

    if status > 0:
        return f"ended with status {status}"
    name = next((known.name for known in signal.Signals if known == -status), f"signal {-status}")
    return f"was ended by {name}"


def first_code(output: bytes) -> str:
    """Find the first run of exactly six ASCII digits."""
    import re

    found = re.search(rb"(?<![0-9])[0-9]{6}(?![0-9])", output)
    return found[0].decode("ascii") if found else ""
