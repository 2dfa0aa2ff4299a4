"""kdialog, of KDE."""

from __future__ import annotations

from html import escape

from mfaenv.prompt.dialog import ENDED_FROM_OUTSIDE, TITLE, Dialog, Ended, NoWindowError, ProgramStart, Shown


class Kdialog(Dialog):
    """Qt guesses whether a text is HTML: ours always is, and all other text is escaped in it."""

    name = "kdialog"
    display = True

    def start(self, shown: Shown) -> ProgramStart:
        """Return the window's text as an argument."""
        text = "<br>".join(escape(line) for line in shown.text.split("\n"))
        return ProgramStart(("--title", TITLE, "--inputbox", f"<qt>{text}</qt>"))

    def answer(self, ended: Ended) -> str:
        """Return the line. The status is 1 for a window that was closed."""
        if ended.status == 0:
            return ended.output
        if ended.status in {1, *ENDED_FROM_OUTSIDE}:
            raise KeyboardInterrupt
        raise NoWindowError("no display")
