"""Where the code comes from: an option, a variable, a program, standard input, the terminal, a window."""

import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from mfaenv.aws import process
from mfaenv.config.resolve import STDIN, checked_code
from mfaenv.errors import CODE_NEEDED, CODE_WANTED, MfaenvError, without_value, wrong_usage
from mfaenv.fast import KILLED, catalog, environment, parse
from mfaenv.model import Acquisition, Request
from mfaenv.terminal import program
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import Styled

PROGRAM_SECONDS = 60  # for a program: some wait for a touch or a PIN
MAX_INPUT_BYTES = 64  # of a code in standard input, with blanks
WAYS_TO_GIVE = "give the code: --token-code, MFAENV_TOKEN_CODE, --token-command, mfa_process"
PROGRAM_HINT = "Try the token command by itself."


class CodeSource(NamedTuple):
    """A source of codes: `get` takes the question, and what was wrong with the last code.

    One that `asks` has another code where the first is refused. One process at a time asks in a `place`; those
    that wait for it show `other`.
    """

    get: Callable[[tuple[Styled, ...], str], str]
    asks: bool = True
    place: str = ""
    other: str = ""
    is_window: bool = False


def source(request: Request, acquisition: Acquisition, terminal: Terminal) -> CodeSource:
    """Return an option or variable, else a program, else terminal or window. Raise MfaenvError for none."""
    code, command = acquisition.token_code.text, acquisition.token_command.text
    if code:
        digits = checked_code(_first_line(), "standard input") if code == STDIN else code
        return CodeSource(lambda *_: digits, asks=False)
    if command:
        return CodeSource(
            lambda *_: from_program(command, terminal),
            place=f"program\n{command}",
            other="The token command of another mfaenv runs",
        )
    if can_ask(acquisition, terminal):
        place, other = "", "Another mfaenv asks on this terminal"
        if sys.platform != "win32":  # a session of processes has one terminal
            place = f"terminal\n{os.uname().nodename}\n{os.getsid(0)}"
        return CodeSource(lambda question, _: terminal.ask_code(question), place=place, other=other)
    if acquisition.no_input:
        reason, hint = "--no-input forbids asking", f"Leave that option out, or {WAYS_TO_GIVE}."
    elif acquisition.ask.text == "terminal":
        reason = terminal.obstacle()
        where = "Run it in the foreground of a terminal"
        hint = f"{where}, or {WAYS_TO_GIVE}; or let a window ask for it: MFAENV_ASK=auto."
    else:
        from mfaenv.prompt.window import Window  # most people have a terminal, and need none

        name = parse.lookup({}, terminal.env, "ask")[0]  # whatever the option says
        window = Window(terminal, name if name in catalog.WINDOWS else "")
        if window.dialogs:
            other = "A window of another mfaenv asks for a code"
            return CodeSource(window.ask_code, place="window", other=other, is_window=True)
        tried = "no terminal and no window" if acquisition.ask.text == "auto" else "no window"
        reason, hint = f"there is {tried} to ask in", window.looked_for()
    wrong = f"{CODE_WANTED} for profile {request.profile.text}, and {reason}."
    raise MfaenvError(wrong, hint, status=CODE_NEEDED)


def can_ask(acquisition: Acquisition, terminal: Terminal) -> bool:
    """Return whether something else than a code can be asked: a window cannot do that."""
    return not acquisition.no_input and acquisition.ask.text != "window" and not terminal.obstacle()


def _first_line() -> str:
    """Read no byte more than a line of standard input: the rest is for the program that `exec` runs."""
    line = b""
    with suppress(OSError):  # a folder, or a terminal of another job
        while len(line) < MAX_INPUT_BYTES and not line.endswith(b"\n") and (byte := os.read(0, 1)):
            line += byte
    return line.decode("utf-8-sig", "replace")  # PowerShell may put a byte-order mark first


def from_program(command: str, terminal: Terminal) -> str:
    """Run a program on the terminal, without a shell, and return the first six digits that stand alone.

    Raise MfaenvError, with the program's name and status, never its output.
    """
    from subprocess import PIPE  # a question comes before any program

    words = process.words(command, "token command")
    if not words:
        raise wrong_usage("The token command has no words.", "Name a program that prints the code.")
    name = os.path.basename(without_value(words[0]))
    end = time.monotonic() + PROGRAM_SECONDS

    def check() -> None:
        if time.monotonic() > end:
            raise MfaenvError(f"{name} gave no code within {PROGRAM_SECONDS} s.", PROGRAM_HINT)
        terminal.check()

    with terminal.for_program() as streams:
        try:
            env = environment.without_settings(terminal.env)
            with program.start(words, env, stdout=PIPE, **streams) as running:
                output, _ = program.communicate(running, name, check)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its name cannot be used"
            hint = "Check its name, and take away quotes around all of it."
            raise MfaenvError(f"{name or 'The token command'} cannot be run: {reason}.", hint) from None
    if running.returncode:
        status = running.returncode if running.returncode > 0 else KILLED - running.returncode
        raise MfaenvError(f"{name} ended with status {status}.", PROGRAM_HINT)
    code = re.search(rb"(?<![0-9])[0-9]{6}(?![0-9])", output)
    if not code:
        raise MfaenvError(f"{name} ended with status 0, but printed no six digits.", PROGRAM_HINT)
    return code[0].decode("ascii")
