"""How an optional part of mfaenv is installed: by the tool that installed mfaenv here, in words that can be typed."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from mfaenv.command_line import join

NAME = "mfaenv"
PACKAGES = {"keychain": "keyring", "login": "botocore[crt]"}
"""What an extra adds: pipx and uv add packages to a program, and Debian has them by other names."""

DEBIAN = {"keychain": "python3-keyring", "login": "python3-awscrt"}


def install_command(extra: str) -> str:
    """Return the command that installs an extra beside this very mfaenv: another Python's pip is of no use."""
    from importlib.util import find_spec  # here and below: errors are rare, and all that is loaded takes time

    if os.path.exists(os.path.join(sys.prefix, "pipx_metadata.json")):
        return join(("pipx", "inject", NAME, PACKAGES[extra]))
    receipt = os.path.join(sys.prefix, "uv-receipt.toml")
    if os.path.exists(receipt):
        return _with_uv(receipt, PACKAGES[extra])
    if sys.prefix == sys.base_prefix and os.path.exists(_externally_managed()) and os.path.exists("/usr/bin/apt"):
        return join(("sudo", "apt", "install", DEBIAN[extra]))
    if not find_spec("pip"):
        return join(("uv", "pip", "install", "-p", sys.executable, f"{NAME}[{extra}]"))
    return join((sys.executable, "-m", "pip", "install", f"{NAME}[{extra}]"))


def _with_uv(receipt: str, package: str) -> str:
    """Return the line that installs the tool once more with a package, from where it came and with what it had.

    https://docs.astral.sh/uv/concepts/tools/ says that a receipt is kept; its form is seen in uv 0.13.9.
    """
    import tomllib

    rows: list[dict[str, str]] = []
    with suppress(OSError, ValueError), open(receipt, "rb") as file:
        rows = tomllib.load(file).get("tool", {}).get("requirements", [])
    others = [row["name"] for row in rows if row.get("name") not in {NAME, None}]
    own: dict[str, str] = next((row for row in rows if row.get("name") == NAME), {})
    sources = ("path", "directory", "editable", "url", "git")
    kind, source = next(((kind, own[kind]) for kind in sources if own.get(kind)), ("", NAME))
    added = (word for name in (*others, package) for word in ("--with", name))
    return join(("uv", "tool", "install", *added, f"git+{source}" if kind == "git" else source))


def _externally_managed() -> str:
    """Return the path of the mark of a system that manages its Python's packages itself (PEP 668)."""
    import sysconfig

    return os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
