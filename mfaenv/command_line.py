"""Command lines, as people type them and as the system splits them."""

import os
import sys

from mfaenv.fast.catalog import COMMANDS
from mfaenv.fast.parse import MAIN, Env, Options, Words
from mfaenv.shells import join

MFAENV = "mfaenv"

EXTRA_PACKAGES = {"keychain": "keyring", "login": "botocore[crt]"}  # what an extra adds, for pipx and uv


def to_type(*words: str) -> str:
    """Return a command of this program as people type it."""
    return join((MFAENV, *words))


def same_command(options: Options, command: str = MAIN, *words: str) -> Words:
    """Return what asks for the same again: without the code, and the shell, which the loading line names."""
    line, rows = [MFAENV, *filter(None, (command, *words))], COMMANDS[command].options
    for name, value in options.items():
        if name in rows and name not in {"token_code", "shell", "verbose"}:
            line += [rows[name].flags[0], *([str(value)] if rows[name].metavar else [])]
    return line


def is_mfaenv(path: str) -> bool:
    """Return whether a program has this one's name."""
    return path.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe") == MFAENV


def own_path() -> str:
    """Return the full path by which this program was started; empty for `python -m mfaenv`."""
    path = os.path.abspath(sys.argv[0])
    return path if is_mfaenv(path) else ""


def own_name(env: Env) -> str:
    """Return `mfaenv`, or this program's path where the PATH has none."""
    path, folders = own_path(), env.get("PATH", os.defpath).split(os.pathsep)
    files = [os.path.join(folder, name) for folder in folders for name in (MFAENV, f"{MFAENV}.exe") if path]
    on_path = any(os.path.isfile(file) and os.access(file, os.X_OK) for file in files)
    return path if path and not on_path else MFAENV


def with_own_name(line: str, env: Env) -> str:
    """Return a line to type with `own_name`, unless that needs quotes, in which shells differ."""
    name = own_name(env)
    if name == MFAENV or join((name,)) != name:
        return line
    import re  # slow to load

    return re.sub(rf"(^|[(`']|-- ){MFAENV}(?![^ )`'])", lambda match: match[1] + name, line)


def aws_configure(profile: str) -> str:
    """Return the command of the AWS CLI that stores a profile's keys."""
    return join(("aws", "configure", "--profile", profile))


def install_command(extra: str) -> str:
    """Return the command that installs an extra beside this very mfaenv."""
    from importlib.util import find_spec  # slow to load

    if os.path.exists(os.path.join(sys.prefix, "pipx_metadata.json")):
        return join(("pipx", "inject", MFAENV, EXTRA_PACKAGES[extra]))
    if not find_spec("pip"):  # uv made the environment
        return join(("uv", "pip", "install", "-p", sys.executable, EXTRA_PACKAGES[extra]))
    return join((sys.executable, "-P", "-m", "pip", "install", f"{MFAENV}[{extra}]"))
