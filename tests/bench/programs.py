"""What is measured: mfaenv from a wheel in a fresh virtual environment, and its peers from their packages."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".venv" / "bench"
AWS_CLI = Path("/usr/bin/aws")
"""Debian's; another may come first on the path."""

PEERS = ("aws-mfa", "aws-export-credentials", "awsume")
OLDER_BOTO = "boto3<1.35"
"""The last that aws-export-credentials 0.18 works with."""


class Programs(NamedTuple):
    """Where they are; `versions` names all of them, and `missing` the peers that are not there."""

    python: str
    mfaenv: str
    aws: str
    peers: Path
    versions: dict[str, str]
    missing: list[str]


def prepare() -> Programs:
    """Install what can be installed, and look for the rest."""
    pip = _pip()
    home = _product(pip)
    peers = _peers(pip)
    python = str(home / "bin" / "python")
    versions = {"Python": sys.version.split()[0], **_versions(python, "mfaenv", "boto3", "typer")}
    if AWS_CLI.exists():
        versions["AWS CLI"] = _output(str(AWS_CLI), "--version").split()[0].removeprefix("aws-cli/")
    if peers.exists():
        theirs = _versions(str(peers / "bin" / "python"), "boto3", *PEERS)
        versions |= {"their boto3": theirs.pop("boto3"), **theirs}
    missing = [name for name in ("AWS CLI", *PEERS) if name not in versions]
    return Programs(python, str(home / "bin" / "mfaenv"), str(AWS_CLI), peers / "bin", versions, missing)


def _pip() -> str:
    """Get the newest pip: the scripts that older ones write load `re` first."""
    tools = FOLDER / "tools"
    if not tools.exists():
        venv.create(tools, with_pip=True, upgrade_deps=True)
    return str(tools / "bin" / "pip")


def _product(pip: str) -> Path:
    wheels, home = FOLDER / "wheels", FOLDER / "product"
    shutil.rmtree(wheels, ignore_errors=True)
    _output(pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(wheels), str(ROOT))
    venv.create(home, clear=True)
    constraints = str(ROOT / "tests" / "constraints.txt")
    _install(pip, home, "--constraint", constraints, *map(str, wheels.glob("mfaenv-*.whl")))
    return home


def _peers(pip: str) -> Path:
    """Install the peers from PyPI; where that fails, they are missing."""
    home = FOLDER / "peers"
    if not home.exists():
        venv.create(home)
        try:
            _install(pip, home, OLDER_BOTO, *PEERS)
        except subprocess.CalledProcessError:
            shutil.rmtree(home)
    return home


def _install(pip: str, home: Path, *what: str) -> None:
    _output(pip, "--python", str(home / "bin" / "python"), "install", "--quiet", *what)


def _versions(python: str, *names: str) -> dict[str, str]:
    code = "import importlib.metadata, sys; print(*map(importlib.metadata.version, sys.argv[1:]))"
    return dict(zip(names, _output(python, "-c", code, *names).split(), strict=True))


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
