"""What is measured: mfaenv from a wheel in a fresh virtual environment, and what it is held against."""

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


class Programs(NamedTuple):
    """Where they are, and the versions of those that are there."""

    python: str
    mfaenv: str
    versions: dict[str, str]


def prepare() -> Programs:
    """Install mfaenv, and look for the AWS CLI."""
    home = _product(_pip())
    python = str(home / "bin" / "python")
    versions = {"Python": sys.version.split()[0], **_versions(python, "mfaenv", "boto3", "typer")}
    if AWS_CLI.exists():
        versions["AWS CLI"] = _output(str(AWS_CLI), "--version").split()[0].removeprefix("aws-cli/")
    return Programs(python, str(home / "bin" / "mfaenv"), versions)


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
    wheel = str(next(wheels.glob("mfaenv-*.whl")))
    _output(
        pip, "--python", str(home / "bin" / "python"), "install", "--quiet", "--constraint", constraints, wheel
    )
    return home


def _versions(python: str, *names: str) -> dict[str, str]:
    code = "import importlib.metadata, sys; print(*map(importlib.metadata.version, sys.argv[1:]))"
    return dict(zip(names, _output(python, "-c", code, *names).split(), strict=True))


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
