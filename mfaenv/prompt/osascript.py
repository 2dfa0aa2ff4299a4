"""osascript, of macOS."""

from __future__ import annotations

from mfaenv.prompt.dialog import ENDED_FROM_OUTSIDE, TITLE, Dialog, Ended, NoWindowError, ProgramStart, Shown

SCRIPT = f"""\
on run argv
activate
set answered to display dialog (item 1 of argv) with title "{TITLE}" default answer "" \
buttons {{"Cancel", "OK"}} default button "OK" cancel button "Cancel"
return text returned of answered
end run"""
"""The text is an argument: nothing of it is read as a part of the script."""

CANCELED = "(-128)"
""""User canceled", in the error codes of Apple's AppleScript Language Guide."""


class Osascript(Dialog):
    """A dialog of AppleScript."""

    name = "osascript"

    system = "darwin"

    def start(self, shown: Shown) -> ProgramStart:
        """Return the script line by line, then the text."""
        lines = (word for line in SCRIPT.split("\n") for word in ("-e", line))
        return ProgramStart((*lines, shown.text))

    def answer(self, ended: Ended) -> str:
        """Return the line."""
        if ended.status == 0:
            return ended.output
        if CANCELED in ended.errors or ended.status in ENDED_FROM_OUTSIDE:
            raise KeyboardInterrupt
        raise NoWindowError("no desktop")
