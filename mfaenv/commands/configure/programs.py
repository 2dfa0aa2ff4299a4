"""Programs that give codes, and which of their entries is the device's.

Nothing is unlocked to look. KeePassXC always asks for its password, so the person is asked first.
"""

import configparser
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from mfaenv.commands.configure.offers import Offers
from mfaenv.errors import MfaenvError
from mfaenv.fast.parse import Env, Words
from mfaenv.model import Request
from mfaenv.session import code
from mfaenv.shells import join
from mfaenv.terminal import program
from mfaenv.terminal.terminal import Terminal

LIST_SECONDS = 15
KEEPASS_SECONDS = 120  # in which a person types a password

AWS = ("aws", "amazon")
"""In an entry's name: the QR code of IAM says "Amazon Web Services:alice@account"."""

Entries = Iterable[tuple[str, tuple[str, ...]]]
"""Names, and the words of the command that prints the code."""


def _ykman(env: Env, _offers: Offers) -> Entries:
    """See https://docs.yubico.com/software/yubikey/tools/ykman/OATH_Commands.html."""
    for name in program.output(["ykman", "oath", "accounts", "list"], env, LIST_SECONDS).splitlines():
        yield name, ("ykman", "oath", "accounts", "code", "--single", name)


def _pass(env: Env, _offers: Offers) -> Entries:
    """List names alone: what an entry holds is encrypted. https://github.com/tadfisher/pass-otp."""
    folder = Path(os.path.expanduser(env.get("PASSWORD_STORE_DIR") or "~/.password-store"))
    if program.output(["pass", "otp", "help"], env, LIST_SECONDS):
        for file in sorted(folder.rglob("*.gpg")):
            name = file.relative_to(folder).with_suffix("").as_posix()
            if "/." not in f"/{name}":
                yield name, ("pass", "otp", name)


def _op(env: Env, _offers: Offers) -> Entries:
    """Ask only where somebody is signed in. https://developer.1password.com/docs/cli/reference/management-commands/item."""
    silent = {**env, "OP_BIOMETRIC_UNLOCK_ENABLED": "false"}
    for item in _items(["op", "item", "list", "--format", "json"], silent):
        yield str(item.get("title", "")), ("op", "item", "get", str(item.get("id", "")), "--otp")


def _bw(env: Env, _offers: Offers) -> Entries:
    """Ask only where the vault is unlocked. https://bitwarden.com/help/cli/."""
    for item in _items(["bw", "--nointeraction", "list", "items"], env) if env.get("BW_SESSION") else ():
        login = item.get("login")
        if isinstance(login, dict) and login.get("totp"):
            yield str(item.get("name", "")), ("bw", "get", "totp", str(item.get("id", "")))


def _items(command: Words, env: Env) -> Iterable[dict[str, object]]:
    try:
        items = json.loads(program.output(command, env, LIST_SECONDS))
    except ValueError:
        return
    yield from (item for item in (items if isinstance(items, list) else ()) if isinstance(item, dict))


def _keepassxc(env: Env, offers: Offers) -> Entries:
    """See https://keepassxc.org/docs/KeePassXC_UserGuide#_command_line_tool."""
    database = _last_database(env) if offers.asking else ""
    if not database or not offers.terminal.confirm(f"Look for codes in {database}? It asks for a password."):
        return
    words = ["keepassxc-cli", "ls", "--recursive", "--flatten", database]
    with offers.terminal.for_program() as streams:
        listed = program.output(words, env, KEEPASS_SECONDS, **streams)
    for name in listed.splitlines():
        if not name.endswith(("/", "[empty]")):
            yield name, ("keepassxc-cli", "show", "--totp", database, name)


def _last_database(env: Env) -> str:
    settings = configparser.ConfigParser(interpolation=None, strict=False)
    for folder in (env.get("XDG_CONFIG_HOME") or "~/.config", env.get("XDG_CACHE_HOME") or "~/.cache"):
        with suppress(configparser.Error, UnicodeDecodeError):
            settings.read(os.path.expanduser(f"{folder}/keepassxc/keepassxc.ini"), "utf-8")
    path = str(settings.get("General", "LastActiveDatabase", fallback=""))
    return path if os.path.isfile(path) else ""


PROGRAMS: Mapping[str, Callable[[Env, Offers], Entries]] = {
    "ykman": _ykman,
    "pass": _pass,
    "op": _op,
    "bw": _bw,
    "keepassxc-cli": _keepassxc,
}


def find(request: Request, env: Env, offers: Offers) -> str:
    """Return the command of the first program with one entry that fits, if any."""
    words = (request.account, request.device.text.rpartition("/")[2])
    for name, entries in PROGRAMS.items():
        fitting = best(entries(env, offers), words) if program.find(name, env) else []
        if len(fitting) == 1:
            return join(fitting[0])
        if fitting:
            several = f"{name} has {len(fitting)} entries for AWS"
            offers.terminal.note(f"{several}: name one yourself, as mfa_process.")
    return ""


def best(entries: Entries, words: Words) -> list[tuple[str, ...]]:
    """Return the commands of the entries whose names have AWS and most of these words."""
    ranked: dict[int, list[tuple[str, ...]]] = {}
    for name, command in entries:
        if any(word in name.lower() for word in AWS) and name.isprintable():
            rank = sum(bool(word) and word.lower() in name.lower() for word in words)
            ranked.setdefault(rank, []).append(command)
    return ranked[max(ranked)] if ranked else []


def gives_code(command: str, terminal: Terminal) -> bool:
    """Return whether the command gives a code."""
    try:
        code.from_program(command, terminal)
    except MfaenvError as error:
        terminal.warn(f"{error.message} It is left out.")
        return False
    return True
