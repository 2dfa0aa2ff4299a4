"""Programs that give codes: which are installed, and which of their entries is the one of the device.

Nothing is unlocked to look: a program that cannot list its entries without a password knows none. KeePassXC alone
always asks for one, so the person is asked first.
"""

from __future__ import annotations

import configparser
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from mfaenv.command_line import join
from mfaenv.commands.configure.offers import Offers
from mfaenv.errors import MfaenvError
from mfaenv.model import Request
from mfaenv.session import code
from mfaenv.terminal import program
from mfaenv.terminal.terminal import Terminal

SECONDS = 15
"""How long a program may take to list its entries."""

KEEPASS_SECONDS = 120
"""The same where a person types a password meanwhile."""

AWS = ("aws", "amazon")
"""What the name of an entry for AWS holds: the QR code of IAM says "Amazon Web Services:alice@account"."""


class Looked(NamedTuple):
    """What is there to look with."""

    env: Mapping[str, str]
    offers: Offers

    def output(self, words: Sequence[str], seconds: float = SECONDS, **streams: object) -> str:
        """Return what a program prints, or nothing where it fails, is not there, or takes too long."""
        return program.output(words, self.env, seconds, **streams)


Entries = Iterable[tuple[str, tuple[str, ...]]]
"""The name of each entry, and the words of the command that prints its code."""


class Program(NamedTuple):
    """A program by its name, and how its entries are listed."""

    name: str
    entries: Callable[[Looked], Entries]


def _ykman(looked: Looked) -> Entries:
    """List the accounts: https://docs.yubico.com/software/yubikey/tools/ykman/OATH_Commands.html."""
    for name in looked.output(["ykman", "oath", "accounts", "list"]).splitlines():
        yield name, ("ykman", "oath", "accounts", "code", "--single", name)


def _pass(looked: Looked) -> Entries:
    """List names alone: what an entry holds is encrypted. https://github.com/tadfisher/pass-otp."""
    folder = os.path.expanduser(looked.env.get("PASSWORD_STORE_DIR") or "~/.password-store")
    if not looked.output(["pass", "otp", "help"]):
        return
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in sorted(files):
            name, ending = os.path.splitext(os.path.relpath(os.path.join(parent, file), folder))
            if ending == ".gpg":
                yield name, ("pass", "otp", name)


def _op(looked: Looked) -> Entries:
    """Ask only where somebody is signed in. https://developer.1password.com/docs/cli/reference/management-commands/item."""
    silent = looked._replace(env={**looked.env, "OP_BIOMETRIC_UNLOCK_ENABLED": "false"})
    for item in _json(silent.output(["op", "item", "list", "--format", "json"])):
        yield str(item.get("title", "")), ("op", "item", "get", str(item.get("id", "")), "--otp")


def _bw(looked: Looked) -> Entries:
    """Ask only where the vault is unlocked. https://bitwarden.com/help/cli/."""
    if not looked.env.get("BW_SESSION"):
        return
    for item in _json(looked.output(["bw", "--nointeraction", "list", "items"])):
        login = item.get("login")
        if isinstance(login, dict) and login.get("totp"):
            yield str(item.get("name", "")), ("bw", "get", "totp", str(item.get("id", "")))


def _keepassxc(looked: Looked) -> Entries:
    """Look in the database that was open last. https://keepassxc.org/docs/KeePassXC_UserGuide#_command_line_tool."""
    offers = looked.offers
    database = _last_database(looked.env)
    if not (database and offers.asking):
        return
    if not offers.agreed(f"Look for the code in {database}? It asks for the password."):
        return
    words = ["keepassxc-cli", "ls", "--recursive", "--flatten", database]
    with offers.terminal.for_program() as streams:
        listed = looked.output(words, KEEPASS_SECONDS, **streams)
    for name in listed.splitlines():
        if not name.endswith(("/", "[empty]")):
            yield name, ("keepassxc-cli", "show", "--totp", database, name)


def _last_database(env: Mapping[str, str]) -> str:
    """Return the database that KeePassXC had open last, as its own files say it."""
    folders = (env.get("XDG_CACHE_HOME") or "~/.cache", env.get("XDG_CONFIG_HOME") or "~/.config")
    for folder in folders:
        parser = configparser.RawConfigParser(strict=False)
        with suppress(OSError, ValueError, configparser.Error):
            parser.read(os.path.expanduser(os.path.join(folder, "keepassxc", "keepassxc.ini")), encoding="utf-8")
            path = parser.get("General", "LastActiveDatabase", fallback="")
            if path and os.path.isfile(path):
                return path
    return ""


PROGRAMS = (
    Program("ykman", _ykman),
    Program("pass", _pass),
    Program("op", _op),
    Program("bw", _bw),
    Program("keepassxc-cli", _keepassxc),
)
"""In the order in which they are looked at."""


def find(request: Request, env: Mapping[str, str], offers: Offers) -> str:
    """Return the command of the program that knows the device, or nothing where none does, or several entries fit."""
    looked = Looked(env, offers)
    words = (request.account, request.device.text.rpartition("/")[2])
    for each in PROGRAMS:
        if not program.find(each.name, env):
            continue
        fitting = best(each.entries(looked), words)
        if len(fitting) == 1:
            return join(fitting[0])
        if fitting:
            offers.terminal.note(f"{each.name} has {len(fitting)} entries for AWS: name one yourself, as mfa_process.")
    return ""


def best(entries: Entries, words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the commands of the entries whose names fit best: AWS, and as many as can be of these words."""
    ranked: dict[int, list[tuple[str, ...]]] = {}
    for name, command in entries:
        if any(word in name.lower() for word in AWS) and name.isprintable():
            rank = sum(bool(word) and word.lower() in name.lower() for word in words)
            ranked.setdefault(rank, []).append(command)
    return ranked[max(ranked)] if ranked else []


def gives_code(command: str, terminal: Terminal) -> bool:
    """Run the command once, and return whether it gives a code; show the error where not."""
    try:
        code.from_program(command, terminal, lambda: None)
    except MfaenvError as error:
        terminal.warn(f"{error.message} It is left out.")
        return False
    return True


def _json(text: str) -> list[dict[str, object]]:
    try:
        items = json.loads(text)
    except ValueError:
        return []
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
