"""A question in a window, by the first program that can open one."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

from mfaenv.errors import CODE_NEEDED, CODE_WANTED, MfaenvError
from mfaenv.prompt.programs import DIALOGS, Dialog, Ended, NoWindowError, Shown
from mfaenv.terminal import program, tty
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import Styled, code_digits, printable

WINDOW_TRIES = 3  # a program may answer by itself, with the same each time


class Window:
    """The person at the screen, asked by one of `dialogs`: the program of this name, else the first that is there."""

    def __init__(self, terminal: Terminal, name: str) -> None:
        self._terminal = terminal
        env = terminal.env
        # In WSL, programs of Windows can be started.
        systems = {sys.platform, *(["win32"] if program.is_wsl() and not program.has_display(env) else [])}
        usable = [each for each in DIALOGS if (each.name == name if name else each.system in systems)]
        self._lacking = {each.name: lacking for each in usable if (lacking := _lacking(each, env))}
        self.dialogs = [each() for each in usable if each.name not in self._lacking]

    def looked_for(self) -> str:
        """Return which programs were looked for, and what each lacks."""
        return f"Looked for {', '.join(f'{name} ({reason})' for name, reason in self._lacking.items())}."

    def ask_code(self, question: Sequence[Styled], wrong: str = "") -> str:
        """Ask for six digits, and show what was wrong with the last ones; the question's last line is the prompt.

        Raise MfaenvError where no window opens or none gives a code, KeyboardInterrupt where it is closed.
        """
        env, lines = self._terminal.env, tuple(printable(line.text) for line in question[:-1])
        path, term = ("", "") if self._terminal.obstacle() else (tty.TERMINAL_FILES[0], env.get("TERM", ""))
        shown = Shown(lines, tty=path, term=term, locale=tty.locale(env) or "C.UTF-8")
        for _ in range(WINDOW_TRIES):
            if digits := code_digits(self._ask(shown._replace(wrong=printable(wrong)))):
                return digits
            wrong = "A code is six digits."
        raise MfaenvError(f"{WINDOW_TRIES} windows gave no code.", wrong)

    def _ask(self, shown: Shown) -> str:
        for dialog in self.dialogs[:]:
            try:
                return dialog.answer(self._run(dialog, shown))
            except NoWindowError as error:
                self.dialogs.remove(dialog)
                self._lacking[dialog.name] = str(error)
        wrong = f"{CODE_WANTED}, and no window opens to ask for it."
        raise MfaenvError(wrong, self.looked_for(), status=CODE_NEEDED)

    def _run(self, dialog: Dialog, shown: Shown) -> Ended:
        start, pipe = dialog.start(shown), subprocess.PIPE
        command = [dialog.program or dialog.name, *start.arguments]
        env = {**self._terminal.env, **start.variables}
        with self._terminal.for_program():  # one in a terminal leaves that as it was
            try:
                running = program.start(command, env, stdin=pipe, stdout=pipe, stderr=pipe)
            except (OSError, ValueError) as error:
                raise NoWindowError(getattr(error, "strerror", None) or "cannot be run") from None
            with running:
                streams = program.communicate(running, dialog.name, self._terminal.check, start.stdin.encode())
        output, errors = (text.decode("utf-8", "replace") for text in streams)
        return Ended(running.returncode, output, errors, start.stdin)


def _lacking(dialog: type[Dialog], env: Mapping[str, str]) -> str:
    if not program.find(dialog.program or dialog.name, env):
        return "not installed"
    return "no display" if dialog.display and not program.has_display(env) else ""
