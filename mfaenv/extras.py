"""How an optional part of mfaenv is installed: by the tool that installed mfaenv here, in words that can be typed."""

from __future__ import annotations

import os
import sys

from mfaenv.command_line import join

NAME = "mfaenv"
PACKAGES = {"keychain": "keyring", "login": "botocore[crt]"}
"""What an extra adds: pipx and uv add packages to an environment, and Debian has them by other names."""

DEBIAN = {"keychain": "python3-keyring", "login": "python3-awscrt"}


def install_command(extra: str) -> str:
    """Return the command that installs an extra beside this very mfaenv: another Python's pip is of no use."""
    from importlib.util import find_spec  # here and below: errors are rare, and all that is loaded takes time

    if os.path.exists(os.path.join(sys.prefix, "pipx_metadata.json")):
        return join(("pipx", "inject", NAME, PACKAGES[extra]))
    if sys.prefix == sys.base_prefix and os.path.exists(_externally_managed()) and os.path.exists("/usr/bin/apt"):
        return join(("sudo", "apt", "install", DEBIAN[extra]))
    if not find_spec("pip"):  # an environment that uv made, of a tool too
        return join(("uv", "pip", "install", "-p", sys.executable, PACKAGES[extra]))
    return join((sys.executable, "-m", "pip", "install", f"{NAME}[{extra}]"))


def _externally_managed() -> str:
    """Return the path of the mark of a system that manages its Python's packages itself (PEP 668)."""
    import sysconfig

    return os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
