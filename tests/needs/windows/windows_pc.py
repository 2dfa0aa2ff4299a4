"""A Windows with mfaenv installed: this system itself, or the one that the command `windows` plays under Wine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

from terminals import Window, need

ROOT = Path(__file__).parents[3]
NATIVE = sys.platform == "win32"
ANSI = "cp1252"
"""How Python on Windows reads and writes what is no console: files and pipes."""
PATIENCE = 300
"""Seconds after which a program hangs: Wine is slow, and so are machines that do much at once."""
INSTALLING = 900
"""Seconds after which the installer does: it has a minute or two to do where nothing else runs."""


class Done(NamedTuple):
    status: int
    output: bytes
    errors: str


class Windows:
    """Runs programs there, with more variables than this process has, in a folder."""

    def __init__(self) -> None:
        if not NATIVE:
            need("windows")
        unpacked = ROOT / ".venv" / "windows"
        unpacked.parent.mkdir(exist_ok=True)
        self._packages = unpacked / "python" / "Lib" / "site-packages"
        self._starter = () if NATIVE else ("windows",)
        self._variables = {**os.environ, "LC_ALL": "C.UTF-8", "WINDOWS_UNPACKED": str(unpacked)}

    def install(self, wheel: Path) -> None:
        """Install as a user does, at the versions that all tests use.

        What it needs comes from the index before, by this system's uv: under Wine pip takes minutes for that.
        """
        assert self.run(wheel.parent, {}, "python", "--version").status == 0
        where = (
            "--target",
            str(self._packages),
            "--python-platform",
            "x86_64-pc-windows-msvc",
            "--python-version",
            "3.13",
        )
        options = ("--quiet", "--only-binary", ":all:", "--constraint", str(ROOT / "tests" / "constraints.txt"))
        uv = (sys.executable, "-m", "uv", "pip", "install")
        subprocess.run((*uv, *where, *options, f"{wheel}[keychain]"), check=True)
        pip = ("python", "-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", "--no-index")
        done = self.run(wheel.parent, {}, *pip, self.path(wheel), patience=INSTALLING)
        assert done.status == 0, done.errors

    def path(self, file: Path) -> str:
        """Write a file's path as Windows does: Wine has this system's files on its drive Z."""
        return str(file) if NATIVE else "Z:" + str(file).replace("/", "\\")

    def start(self, folder: Path, variables: Mapping[str, str], *command: str) -> subprocess.Popen[bytes]:
        """Start a program that has no console."""
        return subprocess.Popen(
            [*self._starter, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**self._variables, **variables},
        )

    def run(self, folder: Path, variables: Mapping[str, str], *command: str, patience: int = PATIENCE) -> Done:
        """Run a program to its end, for which it has so many seconds."""
        process = self.start(folder, variables, *command)
        output, errors = process.communicate(timeout=patience)
        return Done(process.returncode, output, errors.decode(ANSI))

    def console(self, folder: Path, variables: Mapping[str, str]) -> Console:
        """Open cmd on a console, which is a pseudo-terminal here."""
        return Console((*self._starter, "cmd", "/d"), {**self._variables, **variables}, folder)


class Console(Window):
    """A console with cmd in it, ready for keys: until Wine turns the echo off, Enter would come as Ctrl-J."""

    def __enter__(self) -> Self:
        self.see(">")
        assert self._child.waitnoecho(PATIENCE)
        return self
