"""pinentry, by its own protocol: https://www.gnupg.org/documentation/manuals/assuan/Server-responses.html."""

from __future__ import annotations

from urllib.parse import quote, unquote

from mfaenv.fast.environment import is_digits
from mfaenv.prompt.programs import ENDED_FROM_OUTSIDE, PROMPT, TITLE, Dialog, Ended, NoWindowError, ProgramStart, Shown

LONGEST = 900
"""Bytes of a value: a line has 1,000 with its command, https://www.gnupg.org/documentation/manuals/assuan/Client-requests.html."""

SAFE = " !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""What is sent as it is; `%`, line breaks and all that is not ASCII are not."""

CLOSED = {62, 99, 198}
"""GPG_ERR_TIMEOUT, GPG_ERR_CANCELED and GPG_ERR_FULLY_CANCELED of libgpg-error; an error's lower 16 bits say which."""

GONE = {0, *ENDED_FROM_OUTSIDE}
"""How it ends where it leaves GETPIN without an answer because somebody closed it."""

DIGITS = 10
"""Of an error's number, which has 32 bits."""

_ASK = "GETPIN"
_CODE = 0xFFFF
_AS_TEXT = str.maketrans("<>", "‹›")  # noqa: RUF001 - these look alike
"""pinentry-qt takes text with tags for markup."""


class Pinentry(Dialog):
    """The one that Debian, Homebrew and Gpg4win install with GnuPG; in a terminal it may be pinentry-curses."""

    name = "pinentry"

    def start(self, shown: Shown) -> ProgramStart:
        """Return all commands at once: they are answered in order, and the last one ends the program."""
        options = [("lc-ctype", shown.locale), ("ttyname", shown.tty), ("ttytype", shown.term)]
        commands = [
            ("OPTION no-grab", ""),
            *((f"OPTION {name}=", value) for name, value in options if value),
            ("SETTITLE ", TITLE),
            ("SETDESC ", "\n".join(shown.lines).translate(_AS_TEXT)),
            ("SETPROMPT ", PROMPT),
            *([("SETERROR ", shown.wrong.translate(_AS_TEXT))] if shown.wrong else []),
            (_ASK, ""),
            ("BYE", ""),
        ]
        return ProgramStart(stdin="".join(f"{command}{escaped(value)}\n" for command, value in commands))

    def answer(self, ended: Ended) -> str:
        """Return the data of the answer to GETPIN; an error says whether the window was closed. Raise as all do."""
        lines = ended.output.splitlines()
        answers = [line for line in lines if line.startswith(("OK", "ERR "))]
        before = 1 + ended.stdin.split("\n").index(_ASK)  # the greeting, and one for each command
        kind, number, *_ = [*" ".join(answers[before : before + 1]).split(), "", ""]
        if kind == "OK":
            return "".join(unquote(line[2:]) for line in lines if line.startswith("D "))
        is_closed = is_digits(number) and int(number[:DIGITS]) & _CODE in CLOSED
        if is_closed or (len(answers) == before and ended.status in GONE):
            raise KeyboardInterrupt
        raise NoWindowError("no display")


def escaped(text: str) -> str:
    """Return a value as Assuan writes it, with `%` and two digits; what is too long for a line is cut."""
    while len(written := quote(text, safe=SAFE, errors="replace")) > LONGEST:
        text = text[: -max(1, (len(written) - LONGEST) // 12)]
    return written
