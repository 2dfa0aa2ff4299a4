"""A question in a window: by the first program that can open one, looking in the store while it stands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from mfaenv.errors import CODE_NEEDED, MfaenvError
from mfaenv.model import code_digits
from mfaenv.prompt import starter
from mfaenv.prompt.dialog import Dialog, Ended, NoWindowError, Shown
from mfaenv.prompt.pinentry import Pinentry
from mfaenv.prompt.programs import WSL, Kdialog, Osascript, Powershell, WslPowershell, Zenity
from mfaenv.terminal import modes, program, tty
from mfaenv.terminal.tones import Styled

DIALOGS: tuple[type[Dialog], ...] = (Pinentry, Zenity, Kdialog, Osascript, Powershell, WslPowershell)
"""In the order in which they are tried. catalog.WINDOWS has their names."""

LOOK_SECONDS = 0.2
"""How often the store is looked at while the window is open."""

TRIES = 3
"""How often what is no code is asked for again: a program may answer by itself, with the same each time."""

LONGEST = 160
"""Characters of a line; of a longer one the middle goes."""


class Window:
    """The person at the screen. `program_name` is the one program to use; empty for the first that is there.

    `kernel` is the release of a Linux kernel. While a window is open, it calls `check`, which may raise.
    """

    def __init__(
        self, env: Mapping[str, str], program_name: str, kernel: str = "", check: Callable[[], None] = lambda: None
    ) -> None:
        self._check = check
        self._env = env
        is_wsl = "microsoft" in kernel.lower()
        if program_name:
            usable = [dialog for dialog in DIALOGS if dialog.name == program_name and (is_wsl or dialog.system != WSL)]
        else:
            systems = {sys.platform, *([WSL] if is_wsl and not _has_display(env) else [])}
            usable = [dialog for dialog in DIALOGS if dialog.system in systems]
        self._dialogs = [dialog() for dialog in usable]
        self._lacking: dict[str, str] = {}
        self._wrong = ""
        for dialog in self._dialogs[:]:
            self._drop(dialog, _lacking(dialog, env))

    def available(self) -> bool:
        """Return whether there is a program that may be able to open a window."""
        return bool(self._dialogs)

    def looked_for(self) -> str:
        """Return which programs were looked for, and what each lacks."""
        return f"Looked for {', '.join(f'{name} ({reason})' for name, reason in self._lacking.items())}."

    def remark(self, wrong: str) -> None:
        """Show in the next window what was wrong with the last answer."""
        self._wrong = wrong

    def ask_code(self, question: Sequence[Styled], meanwhile: Callable[[], None]) -> str:
        """Ask until six digits come, as Terminal.ask_code does; the last line of the question is the prompt.

        Raise MfaenvError where no window can be opened or none gives a code, KeyboardInterrupt where it is closed.
        """
        who = starter.name(self._env)
        lines = [*(line.text for line in question[:-1]), *([f"Asked for by {who}."] if who else [])]
        shown = Shown(tuple(map(_printable, lines)), "", *_terminal(self._env))
        for _ in range(TRIES):
            typed = self._ask(shown._replace(wrong=_printable(self._wrong)), meanwhile)
            digits = code_digits(typed)
            self._wrong = "" if digits else "A code is six digits."
            if digits:
                return digits
        raise MfaenvError(f"{TRIES} windows gave no code.", self._wrong)

    def _ask(self, shown: Shown, meanwhile: Callable[[], None]) -> str:
        for dialog in self._dialogs[:]:
            try:
                return dialog.answer(self._run(dialog, shown, meanwhile))
            except NoWindowError as error:
                self._drop(dialog, str(error))
        raise MfaenvError("A code is needed, and no window opens to ask for it.", self.looked_for(), status=CODE_NEEDED)

    def _drop(self, dialog: Dialog, reason: str) -> None:
        """Do without a program that lacks something."""
        if reason:
            self._dialogs.remove(dialog)
            self._lacking[dialog.name] = reason

    def _run(self, dialog: Dialog, shown: Shown, meanwhile: Callable[[], None]) -> Ended:
        start, pipe = dialog.start(shown), subprocess.PIPE
        try:
            env = {**self._env, **start.variables}
            running = program.start(
                [dialog.program or dialog.name, *start.arguments], env, stdin=pipe, stdout=pipe, stderr=pipe
            )
        except (OSError, ValueError) as error:
            raise NoWindowError(getattr(error, "strerror", None) or "cannot be run") from None
        with running, _closed_in_the_end(running, shown.tty):
            meanwhile()
            streams = self._streams(running, start.stdin.encode())
        output, errors = (text.decode("utf-8", "replace") for text in streams)
        return Ended(running.returncode, output, errors, start.stdin)

    def _streams(self, running: subprocess.Popen[bytes], stdin: bytes) -> tuple[bytes, bytes]:
        """Write the program's input and return its output and errors. Check while it runs."""
        data: bytes | None = stdin
        while True:
            try:
                return running.communicate(data, LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                data = None  # what is left of it is kept there
            self._check()


def _lacking(dialog: Dialog, env: Mapping[str, str]) -> str:
    """Return in a few words what a program lacks to open a window, or an empty text."""
    if not program.find(dialog.program or dialog.name, env):
        return "not installed"
    return "no display" if dialog.display and not _has_display(env) else ""


def _has_display(env: Mapping[str, str]) -> bool:
    return bool(env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"))


def kernel_release() -> str:
    """Return the release of a Linux kernel, which names Microsoft in the Windows Subsystem for Linux; else empty.

    https://learn.microsoft.com/windows/wsl/faq tells of both.
    """
    try:
        with open("/proc/sys/kernel/osrelease", encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


@contextmanager
def _closed_in_the_end(running: subprocess.Popen[bytes], path: str) -> Iterator[None]:
    """Close the window at an exception; one in a terminal leaves that as it was."""
    with ExitStack() as opened:
        if path:
            opened.enter_context(modes.keep_modes(opened.enter_context(open(path, "rb", buffering=0)).fileno()))
        try:
            yield
        except BaseException:
            program.end(running)
            raise


def _terminal(env: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the path and the kind of the terminal, if there is one, and the locale."""
    locale = next((env[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if env.get(name)), "C.UTF-8")
    return (tty.NAMES[0], env.get("TERM", ""), locale) if not tty.obstacle() else ("", "", locale)


def _printable(line: str) -> str:
    line = tty.printable(line)
    half = LONGEST // 2
    return f"{line[:half]} … {line[-half:]}" if len(line) > LONGEST else line
