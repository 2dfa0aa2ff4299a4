"""Installers, as people use them: each puts the wheel into a home of its own, and takes the rest from the index."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import installed
from terminals import missing, need

ROOT = Path(__file__).parents[3]

SHARED = {
    "bash-completion/completions/mfaenv": installed.COMPLETIONS["bash"],
    "zsh/site-functions/_mfaenv": installed.COMPLETIONS["zsh"],
    "fish/vendor_completions.d/mfaenv.fish": installed.COMPLETIONS["fish"],
}
"""Where files of `completions/` lie, from a folder of shared files."""

PATIENCE = 300
"""Seconds after which an installer hangs."""

THEIRS = ("PIPX_", "PYTHONPATH", "UV_TOOL_")
"""Beginnings of the names of variables that would lead an installer out of its home."""

UNREACHED = 2
"""The exit status of uv where the index does not answer; versions that do not fit together have another."""


def build(folder: Path) -> Path:
    """Build both distributions of the tree as a release does, and return the folder."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


class Installer(NamedTuple):
    line: str
    """What a user types, in the home."""
    environment: str
    """The virtual environment, from the home."""
    programs: str
    """The folder of `mfaenv` that is on the user's PATH, or can be."""
    shared: str
    """The folder of the completions."""


INSTALLERS = {
    "uv": Installer(
        line='uv tool install "$WHEEL"',
        environment="tools/mfaenv",
        programs=".local/bin",
        shared="tools/mfaenv/share",
    ),
    "pipx": Installer(
        line='pipx install "$WHEEL"',
        environment="pipx/venvs/mfaenv",
        programs=".local/bin",
        shared=".local/share",
    ),
    "pip": Installer(
        line='"$UV_PYTHON" -m venv venv && venv/bin/pip install "$WHEEL"',
        environment="venv",
        programs="venv/bin",
        shared="venv/share",
    ),
}


class Installed(NamedTuple):
    """What an installer has made."""

    program: Path
    python: Path
    shared: Path
    pins: Path


class Index:
    """The package index that this machine's installers are set up with; what it gives is kept for all of them."""

    def __init__(self, downloads: Path) -> None:
        need("pipx", "uv")
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(THEIRS)},
            "PIP_CACHE_DIR": str(downloads / "pip"),
            "PIP_COMPILE": "0",  # what is loaded is compiled then: a tenth of what is installed
            "PIPX_DEFAULT_PYTHON": sys.executable,
            "UV_CACHE_DIR": str(downloads / "uv"),
            "UV_PYTHON": sys.executable,
        }

    def resolve(self, project: Path, resolution: str, pins: Path) -> Path:
        """Write the exact versions of what a project needs, at one end of what it allows; give the file."""
        done = self._run(
            "uv", "pip", "compile", "--quiet", "--resolution", resolution, "-o", str(pins), str(project)
        )
        if done.returncode == UNREACHED:
            missing(f"what the package index holds ({done.stderr.splitlines()[0]})")
        assert done.returncode == 0, done.stderr
        return pins

    def install(self, installer: Installer, wheel: Path, pins: Path, home: Path) -> Installed:
        """Install the wheel, with dependencies of these versions, by a user's line."""
        own = {
            "HOME": str(home),
            "PIPX_HOME": str(home / "pipx"),
            "PIP_CONSTRAINT": str(pins),
            "UV_CONSTRAINT": str(pins),
            "UV_TOOL_DIR": str(home / "tools"),
            "WHEEL": str(wheel),
        }
        done = self._run("sh", "-c", installer.line, cwd=home, **own)
        assert done.returncode == 0, done.stdout + done.stderr
        return Installed(
            program=home / installer.programs / "mfaenv",
            python=home / installer.environment / "bin" / "python",
            shared=home / installer.shared,
            pins=pins,
        )

    def typed(self, line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a line in a folder, with these variables instead of the developer's."""
        return self._run("sh", "-c", line, cwd=folder, **environment)

    def _run(self, *command: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self._env | more,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
