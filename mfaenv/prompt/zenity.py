"""zenity, of GNOME and others."""

from __future__ import annotations

from mfaenv.prompt.dialog import ENDED_FROM_OUTSIDE, TITLE, Dialog, Ended, NoWindowError, ProgramStart, Shown

CLOSED = {1, 5}
"""Cancel and a timeout: https://help.gnome.org/users/zenity/stable/usage.html; 1 is also that there is no display."""


class Zenity(Dialog):
    """Its text has escapes and underlined letters of its own, but no markup in a window that takes a line."""

    name = "zenity"
    display = True

    def start(self, shown: Shown) -> ProgramStart:
        """Return the window's text as an argument."""
        text = shown.text.replace("\\", "\\\\").replace("_", "__")
        return ProgramStart(("--entry", f"--title={TITLE}", f"--text={text}"))

    def answer(self, ended: Ended) -> str:
        """Return the line."""
        if ended.status == 0:
            return ended.output
        if ended.status in ENDED_FROM_OUTSIDE or (ended.status in CLOSED and "display" not in ended.errors):
            raise KeyboardInterrupt
        raise NoWindowError("no display")
