"""Programs that open a window for a line of text. No text is ever part of a script."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from mfaenv.errors import DismissedError
from mfaenv.fast.environment import is_digits

WINDOW_TITLE = "mfaenv"
PROMPT = "MFA code:"

ENDED_FROM_OUTSIDE = {-1, -2, -9, -15}
"""The status after SIGHUP, SIGINT, SIGKILL or SIGTERM: somebody closed the window."""

_UNESCAPED = " !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""What is sent as it is: ASCII but `%` and line breaks."""

_CLOSED_ERRORS = {62, 99, 198}
"""GPG_ERR_TIMEOUT, GPG_ERR_CANCELED, GPG_ERR_FULLY_CANCELED of libgpg-error: an error's lower 16 bits."""

_ASK = "GETPIN"
_AS_TEXT = str.maketrans("<>", "‹›")  # noqa: RUF001 - these look alike
"""pinentry-qt takes text with tags for markup."""


class Shown(NamedTuple):
    """What a window shows: lines of printable text, and what was wrong with the last answer.

    A program that asks in a terminal gets its path (`tty`), its kind (`term`) and its locale.
    """

    lines: tuple[str, ...]
    wrong: str = ""
    tty: str = ""
    term: str = ""
    locale: str = ""

    @property
    def text(self) -> str:
        return "\n".join([*filter(None, [self.wrong]), *self.lines, PROMPT])


class ProgramStart(NamedTuple):
    """How a program is started."""

    arguments: tuple[str, ...] = ()
    stdin: str = ""
    variables: Mapping[str, str] = {}


class Ended(NamedTuple):
    """How a program ended; its status is negative for a signal."""

    status: int
    output: str
    errors: str
    stdin: str = ""


class NoWindowError(Exception):
    """No window was opened; the text says why in a few words."""


class Dialog(ABC):
    """A program that opens a window on a `system`, and whether it needs a `display`."""

    name = ""
    program = ""
    """The file's name, where it differs."""
    system = sys.platform
    display = False

    @abstractmethod
    def start(self, shown: Shown) -> ProgramStart:
        """Return how to start the program."""

    def answer(self, ended: Ended) -> str:
        """Return what was typed. Raise KeyboardInterrupt for a closed window, NoWindowError for none."""
        if ended.status == 0:
            return ended.output
        if ended.status in ENDED_FROM_OUTSIDE or self.is_closed(ended):
            raise DismissedError
        raise NoWindowError("no display")

    def is_closed(self, ended: Ended) -> bool:
        """Return whether the person closed the window, where the status is not 0."""
        return ended.status == 1


class Pinentry(Dialog):
    """GnuPG's; in a terminal it may be pinentry-curses.

    It is asked by its own protocol: https://www.gnupg.org/documentation/manuals/assuan/Server-responses.html.
    """

    name = "pinentry"

    def start(self, shown: Shown) -> ProgramStart:
        """Return all commands at once: they are answered in order."""
        options = [("lc-ctype", shown.locale), ("ttyname", shown.tty), ("ttytype", shown.term)]
        commands = [
            ("OPTION no-grab", ""),
            *((f"OPTION {name}=", value) for name, value in options if value),
            ("SETTITLE ", WINDOW_TITLE),
            ("SETDESC ", "\n".join(shown.lines).translate(_AS_TEXT)),
            ("SETPROMPT ", PROMPT),
            *([("SETERROR ", shown.wrong.translate(_AS_TEXT))] if shown.wrong else []),
            (_ASK, ""),
            ("BYE", ""),
        ]
        written = ((command, quote(value, safe=_UNESCAPED, errors="replace")) for command, value in commands)
        return ProgramStart(stdin="".join(f"{command}{value}\n" for command, value in written))

    def answer(self, ended: Ended) -> str:
        lines = ended.output.splitlines()
        answers = [line for line in lines if line.startswith(("OK", "ERR "))]
        before = 1 + ended.stdin.split("\n").index(_ASK)  # the greeting, and one for each command
        kind, number, *_ = [*" ".join(answers[before : before + 1]).split(), "", ""]
        if kind == "OK":
            return "".join(unquote(line[2:]) for line in lines if line.startswith("D "))
        is_closed = is_digits(number) and int(number[:10]) & 0xFFFF in _CLOSED_ERRORS
        if is_closed or (len(answers) == before and ended.status in {0, *ENDED_FROM_OUTSIDE}):
            raise DismissedError
        raise NoWindowError("no display" if answers else "it ended at once")


class Zenity(Dialog):
    """GNOME's. Its text has escapes and underlined letters, but no markup."""

    name = "zenity"
    display = True

    def start(self, shown: Shown) -> ProgramStart:
        text = shown.text.replace("\\", "\\\\").replace("_", "__")
        return ProgramStart(("--entry", f"--title={WINDOW_TITLE}", f"--text={text}"))

    def is_closed(self, ended: Ended) -> bool:
        """Return whether it was cancelled (1, as without a display) or timed out (5).

        https://help.gnome.org/users/zenity/stable/usage.html
        """
        return ended.status in {1, 5} and "display" not in ended.errors


class Kdialog(Dialog):
    """KDE's. Qt guesses whether a text is HTML: ours always is."""

    name = "kdialog"
    display = True

    def start(self, shown: Shown) -> ProgramStart:
        text = "<br>".join(escape(line) for line in shown.text.split("\n"))
        return ProgramStart(("--title", WINDOW_TITLE, "--inputbox", f"<qt>{text}</qt>"))


class Osascript(Dialog):
    """A dialog of macOS, which gets the text as an argument."""

    name = "osascript"
    system = "darwin"

    def start(self, shown: Shown) -> ProgramStart:
        return ProgramStart((str(Path(__file__).with_name("dialog.applescript")), shown.text))

    def is_closed(self, ended: Ended) -> bool:
        """Return whether it ended with "User canceled": AppleScript Language Guide, error codes."""
        return "(-128)" in ended.errors


class Powershell(Dialog):
    """Windows' own InputBox, which gives an empty text where it is cancelled.

    It gets the text in a variable; WSL hands over those that WSLENV names.
    https://learn.microsoft.com/dotnet/api/microsoft.visualbasic.interaction.inputbox
    """

    name = "powershell"
    program = "powershell.exe"
    system = "win32"
    variable = "MFAENV_QUESTION"
    mark = "answer:"

    def start(self, shown: Shown) -> ProgramStart:
        script = (
            f"Add-Type -AssemblyName Microsoft.VisualBasic; [Console]::Out.Write('{self.mark}' + "
            f"[Microsoft.VisualBasic.Interaction]::InputBox($env:{self.variable}, '{WINDOW_TITLE}'))"
        )
        variables = {self.variable: shown.text, "WSLENV": self.variable}
        return ProgramStart(("-NoProfile", "-NonInteractive", "-Command", script), variables=variables)

    def answer(self, ended: Ended) -> str:
        _, mark, typed = ended.output.partition(self.mark)
        if not mark:
            raise NoWindowError("no desktop")
        if not typed.strip():
            raise DismissedError
        return typed


DIALOGS: tuple[type[Dialog], ...] = (Pinentry, Zenity, Kdialog, Osascript, Powershell)
"""In the order in which they are tried. catalog.WINDOWS has their names."""
