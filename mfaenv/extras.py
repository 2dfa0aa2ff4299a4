"""How an optional part of mfaenv is installed: by the tool that installed mfaenv here, in words that can be typed."""

from __future__ import annotations

import os
import sys

from mfaenv.command_line import join

NAME = "mfaenv"
PACKAGES = {"keychain": "keyring", "login": "botocore[crt]"}
"""What an extra adds: pipx and uv add packages to an environment."""


def install_command(extra: str) -> str:
    """Return the command that installs an extra beside this very mfaenv: another Python's pip is of no use."""
    from importlib.util import find_spec  # errors are rare, and all that is loaded takes time

    if os.path.exists(os.path.join(sys.prefix, "pipx_metadata.json")):
        return join(("pipx", "inject", NAME, PACKAGES[extra]))
    if not find_spec("pip"):  # an environment that uv made, of a tool too
        return join(("uv", "pip", "install", "-p", sys.executable, PACKAGES[extra]))
    return join((sys.executable, "-m", "pip", "install", f"{NAME}[{extra}]"))
