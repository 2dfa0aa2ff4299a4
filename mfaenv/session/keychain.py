"""Long-term keys in the system's keychain, by way of keyring, which is slow to load: one entry a profile."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout, suppress
from threading import Timer
from typing import TYPE_CHECKING, Any

from mfaenv.command_line import install_command
from mfaenv.config.credential_process import KEYS_GET
from mfaenv.errors import MfaenvError, changed_meanwhile
from mfaenv.fast import environment
from mfaenv.fast.entry import owner
from mfaenv.model import Keys, same_keys
from mfaenv.session.lock import SAID_AFTER
from mfaenv.terminal import program
from mfaenv.terminal.terminal import Terminal

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "mfaenv"

MAX_ENTRIES = 8  # most deletions of one name: a keychain may delete nothing
WAITING = "Waiting for the keychain, which may ask you in a window of its own."
CHECK_SECONDS = 120  # seconds that another process may take to read an entry: a window may ask

BACKEND_VARIABLE, BUS = "PYTHON_KEYRING_BACKEND", "DBUS_SESSION_BUS_ADDRESS"
NO_BACKEND = ("keyring.backends.fail", "keyring.backends.null")  # for a machine without a keychain
FILE_BACKENDS = ("keyrings.alt.",)  # packages of backends that write files, in clear or with a password


class KeychainEntry:
    """An entry of the keychain. Methods raise MfaenvError; one that takes long shows WAITING."""

    def __init__(self, name: str, terminal: Terminal) -> None:
        self.name = name
        self._terminal = terminal
        # Each demo has its own: its profiles have the names of real ones.
        self.service = f"{SERVICE} {terminal.env.get(environment.DEMO, '')}".rstrip()
        # For the old keys until the new ones are read back: on macOS, keyring deletes before it writes.
        self._spare = f"{self.service} (being replaced)"

    @property
    def title(self) -> str:
        """Return what the keychain calls itself."""
        with _opened(self._terminal) as (backend, *_):
            return f"the keychain ({backend.name})"

    def load(self) -> Keys | None:
        """Return the keys, if any."""
        with _opened(self._terminal) as backends:
            for service in (self.service, self._spare):
                for backend in backends:
                    if (text := backend.get_password(service, self.name)) is not None:
                        return _read(text, self.name, self.service)
            return None

    def replace(self, old: Keys | None, new: Keys | None) -> None:
        """Replace the old keys, which have to be there, by the new ones; None is no keys.

        Another process reads them back, by the command that SDKs run: a keychain may be one process's memory.
        """
        if not same_keys(self.load(), old):
            raise changed_meanwhile(self.title)
        if new is None:
            self.delete()
            return
        text, words = to_json(new), (sys.executable, "-P", "-m", "mfaenv", *KEYS_GET, f"--profile={self.name}")
        with _opened(self._terminal) as (backend, *_):
            before = backend.get_password(self.service, self.name)
            if before is not None:
                backend.set_password(self._spare, self.name, before)
            if before in {None, backend.get_password(self._spare, self.name)}:
                backend.set_password(self.service, self.name, text)
                _remove(backend, self.service, self.name, until=text)
                if program.output(words, self._terminal.env, CHECK_SECONDS).strip() == text:
                    _remove(backend, self._spare, self.name)
                    return
                _remove(backend, self.service, self.name)  # then the copy counts
            wrong = f"{backend.name} did not keep the keys: another process does not find them."
            hint = "Nothing was removed. Choose another keychain, or keep the keys in the file."
            raise MfaenvError(wrong, hint)

    def remove_spare(self) -> None:
        """Remove the copy that a killed process left."""
        with _opened(self._terminal) as backends:
            for backend in backends:
                if backend.get_password(self.service, self.name) is not None:
                    _remove(backend, self._spare, self.name)

    def delete(self) -> None:
        """Delete the keys, whatever they are."""
        with _opened(self._terminal) as backends:
            for backend in backends:
                for service in (self._spare, self.service):
                    _remove(backend, service, self.name)
        # KeePassXC asks for a confirmation, which an older secretstorage leaves out.
        if self.load():
            wrong = f"The keychain did not remove the entry '{self.name}'."
            raise MfaenvError(wrong, "Remove it in the keychain's own program.")


def _remove(backend: Any, service: str, name: str, until: str | None = None) -> None:
    """Remove entries until the first is `until`: a Secret Service may have another program's too."""
    for _ in range(MAX_ENTRIES):
        if backend.get_password(service, name) in {None, until}:
            return
        try:
            if hasattr(backend, "get_preferred_collection"):  # KeePassXC locks an entry for each connection
                with closing((collection := backend.get_preferred_collection()).connection):
                    item = next(collection.search_items(backend._query(service, name)))  # noqa: SLF001 - keyring has no other
                    backend.unlock(item)
                    item.delete()
            else:
                backend.delete_password(service, name)
        except Exception:
            if backend.get_password(service, name) is not None:  # or another process has just removed it
                raise


def to_json(keys: Keys) -> str:
    """Return what a credential_process prints, as `shells.formats` does, of long-term keys."""
    import json

    return json.dumps({"Version": 1, "AccessKeyId": keys.access_key, "SecretAccessKey": keys.secret_key})


def _read(text: str, name: str, service: str) -> Keys:
    import json

    with suppress(KeyError, TypeError, ValueError):
        entry = json.loads(text)
        pair = entry["AccessKeyId"], entry["SecretAccessKey"]
        if all(isinstance(each, str) and each and each.isprintable() for each in pair):
            return Keys(*pair, "", "the keychain")
    wrong = f"The entry '{name}' of {service} in the keychain holds no keys."
    raise MfaenvError(wrong, "Try again. If it stays so, remove it, and import the keys again.")


@contextmanager
def _opened(terminal: Terminal) -> Iterator[list[KeyringBackend]]:
    """Yield the keychains, and say where they take long: their window may be on another screen. Raise MfaenvError."""
    timer = Timer(SAID_AFTER, terminal.show_waiting, (WAITING,))
    timer.daemon = True
    try:
        backends = _backends(terminal.env.get(BUS, ""))
        with suppress(RuntimeError):  # no thread to be had: then nothing is said
            timer.start()
        with redirect_stdout(terminal.stderr):  # a shell runs what is printed
            yield backends
    except MfaenvError:
        raise
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "keyring":
            wrong = "Keys in a keychain need keyring, which is not installed. Type:"
            raise MfaenvError(wrong, command=install_command("keychain")) from None
        wrong = f"The keychain needs {error.name}, which is not installed."
        raise MfaenvError(wrong, f"Check {BACKEND_VARIABLE}.") from None
    except Exception as error:  # noqa: BLE001 - each backend has exceptions of its own
        text = "" if hasattr(error, "cmd") else str(error)  # subprocess's errors show all words of a command
        reason = " ".join(text.split()).rstrip(".!") or type(error).__name__
        hint = (
            "Unlock it (sign in to the desktop, or unlock its keyring), then try again. See mfaenv help keys."
        )
        raise MfaenvError(f"The keychain is locked, or refused: {reason}.", hint) from None
    finally:
        timer.cancel()
        if timer.is_alive():
            timer.join()  # it may be writing, which the end of the process must not interrupt


def _check_bus(bus: str) -> None:
    """Raise MfaenvError for a D-Bus that is another user's, or not there and others can make one.

    Where that of a login was that has ended, anybody may have one, and a keychain on it. How an address names its
    path: https://dbus.freedesktop.org/doc/dbus-specification.html#addresses
    """
    from urllib.parse import unquote  # slow to load

    for escaped in re.findall(r"(?:^|;)unix:(?:[^;]*,)?path=([^,;]*)", bus):
        path = folder = unquote(escaped, "latin-1")  # as jeepney, which connects, reads it
        wrong = ""
        while not os.path.lexists(folder) and folder != os.path.dirname(folder):
            folder = os.path.dirname(folder)
        with suppress(OSError):
            state = os.lstat(path) if folder == path else os.stat(folder)
            who = owner(state) if state.st_uid else ""
            if folder == path and who:
                wrong = f"The D-Bus of this shell belongs to {who}, and its keychain may too."
            elif folder != path and (who or state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
                wrong = f"The D-Bus of this shell is not found, and others may make one at {path}."
        if wrong:
            raise MfaenvError(wrong, f"Unset {BUS}, or sign in again.")


def _backends(bus: str) -> list[KeyringBackend]:
    """Return the keychains to read; keys are written to the first. Raise MfaenvError where none is safe."""
    # keyring looks for libraries of macOS: there ctypes, and on Linux gcc, would take those of the current folder.
    if sys.platform == "darwin":
        from ctypes import util

        util.find_library = "/System/Library/Frameworks/{0}.framework/{0}".format
    else:
        sys.modules["keyring.backends.macOS.api"] = None  # type: ignore[assignment]  # that import fails then
    import keyring

    _check_bus(bus)
    chosen, named = keyring.get_keyring(), keyring.core.load_env()
    backends = list(getattr(chosen, "backends", None) or [chosen])
    usable = [backend for backend in backends if not _kind(backend).startswith(NO_BACKEND)]
    if not usable:
        hint = "Start a Secret Service (gnome-keyring, KeePassXC), set up keyring-pass, or keep the keys in the file."
        hint = f"Unset {BACKEND_VARIABLE}." if named else hint
        raise MfaenvError("There is no keychain here, as on most servers, over SSH and in WSL.", hint)
    if named is not None and _kind(named) == _kind(chosen):
        return usable
    kept = [backend for backend in usable if not _kind(backend).startswith(FILE_BACKENDS)]
    if not kept:
        kind = _kind(usable[0])
        wrong = f"keyring has no keychain here but {kind}, which keeps keys in a file."
        raise MfaenvError(wrong, f"To use it all the same: {BACKEND_VARIABLE}={kind}")
    return kept


def _kind(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"
