"""Windows' own window for a line of text, which its PowerShell opens."""

from __future__ import annotations

from mfaenv.prompt.dialog import TITLE, Dialog, Ended, NoWindowError, ProgramStart, Shown

VARIABLE = "MFAENV_QUESTION"
"""Holds the text: nothing of it is read as a part of the script."""

MARK = "answer:"
WSL = "wsl"
"""The Windows Subsystem for Linux, where programs of Windows can be started."""

SCRIPT = (
    "Add-Type -AssemblyName Microsoft.VisualBasic; [Console]::Out.Write('" + MARK + "' + "
    f"[Microsoft.VisualBasic.Interaction]::InputBox($env:{VARIABLE}, '{TITLE}'))"
)
"""https://learn.microsoft.com/dotnet/api/microsoft.visualbasic.interaction.inputbox."""


class Powershell(Dialog):
    """An InputBox, which gives an empty text where it is cancelled."""

    name = "powershell"

    system = "win32"

    def start(self, shown: Shown) -> ProgramStart:
        """Return the script as an argument, and the text in a variable."""
        return ProgramStart(("-NoProfile", "-NonInteractive", "-Command", SCRIPT), variables=((VARIABLE, shown.text),))

    def answer(self, ended: Ended) -> str:
        """Return the line."""
        _, mark, typed = ended.output.partition(MARK)
        if not mark:
            raise NoWindowError("no desktop")
        if not typed.strip():
            raise KeyboardInterrupt
        return typed


class WslPowershell(Powershell):
    """The same from the Windows Subsystem for Linux, which hands over the variables that WSLENV names."""

    program = "powershell.exe"
    system = WSL

    def start(self, shown: Shown) -> ProgramStart:
        """Return the script as an argument, and the text in a variable."""
        return super().start(shown)._replace(variables=((VARIABLE, shown.text), ("WSLENV", VARIABLE)))
