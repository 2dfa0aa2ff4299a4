"""Loads what mfaenv prints in a real shell, by a line that a user types, and tells what became of the environment."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from shell_table import Shell
from terminals import need

_WINDOWS = sys.platform == "win32"
PATIENCE = 600
"""Seconds after which a shell hangs: PowerShell needs 14 of a whole processor for the longest values."""

_PROGRAMS = {
    "mfaenv": '#!/bin/sh\ncat "$TEST_PRINTED"\nexit "$TEST_STATUS"\n',
    "dump": '#!/bin/sh\nexec env -0 >"$TEST_DUMPED"\n',
}
_DUMP = "import os; open(os.environ['TEST_DUMPED'], 'wb').write('\\0'.join(map('='.join, os.environ.items())).encode())"
_WINDOWS_PROGRAMS = {
    "mfaenv.cmd": '@type "%TEST_PRINTED%"\n@exit %TEST_STATUS%\n',
    "dump.cmd": f'@"{sys.executable}" -c "{_DUMP}"\n',
}
_BAIT = ("a", "b c", "-e", "x.txt", "[z]", ".hidden", "052")
"""Files for globs to match."""


class Result(NamedTuple):
    status: int
    shown: bytes
    """Standard output and error."""
    environment: dict[str, bytes] | None
    """What a program that the shell starts after the line sees; None if the script ended before."""
    files: list[str]
    """Those that are new in the current directory."""


class Place:
    """A directory to run shells in, with a program ``mfaenv`` that prints what it is told to."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._current = root / "current"
        for folder in ("bin", "home", "current"):
            (root / folder).mkdir()
        for name, text in (_WINDOWS_PROGRAMS if _WINDOWS else _PROGRAMS).items():
            self.add(name, text)
        for name in _BAIT:
            (self._current / name).touch()

    def add(self, name: str, text: str) -> None:
        """Put a program on the PATH."""
        program = self._root / "bin" / name
        program.write_text(text)
        program.chmod(0o755)

    def run(self, shell: Shell, script: str, printed: bytes, **variables: str) -> Result:
        """Run the script, in which ``mfaenv`` prints these bytes and ends with the status ``TEST_STATUS``."""
        need(shell.start[0])
        dumped = self._root / "dumped"
        dumped.unlink(missing_ok=True)
        (self._root / "printed").write_bytes(printed)
        (self._root / "script.ps1").write_text(f"{script}\n")
        done = subprocess.run(
            [*shell.start, self._root / "script.ps1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._current,
            env=self._environment() | variables,
            timeout=PATIENCE,
            check=False,
        )
        files = sorted({path.name for path in self._current.iterdir()} - set(_BAIT))
        environment = _read_environment(dumped.read_bytes()) if dumped.exists() else None
        return Result(done.returncode, done.stdout, environment, files)

    def _environment(self) -> dict[str, str]:
        # Windows' programs do not start without some of Windows' variables.
        return (dict(os.environ) if _WINDOWS else {}) | {
            "PATH": f"{self._root / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self._root / "home"),
            "USERPROFILE": str(self._root / "home"),
            "LC_ALL": "C.UTF-8",
            "TEST_PRINTED": str(self._root / "printed"),
            "TEST_DUMPED": str(self._root / "dumped"),
            "TEST_STATUS": "0",
        }


def _read_environment(dumped: bytes) -> dict[str, bytes]:
    pairs = (entry.partition(b"=") for entry in dumped.split(b"\0"))
    return {name.decode(): value for name, _, value in pairs}
