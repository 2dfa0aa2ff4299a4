"""`mfaenv keys`: list the long-term keys, move them to the keychain and back, and replace them by new ones.

`listing` shows them, `moving` imports and exports, `rotation` makes new ones; `storage` is where keys can be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mfaenv import suggest
from mfaenv.commands.keys import listing, moving, rotation
from mfaenv.errors import DONE, USAGE, MfaenvError
from mfaenv.fast import catalog
from mfaenv.fast.output import secrets_to_stdout
from mfaenv.fast.parse import Given
from mfaenv.terminal.terminal import Terminal

Act = Callable[[Given, Mapping[str, str]], int]


def run(given: Given, words: Sequence[str], env: Mapping[str, str]) -> int:
    """Do what the word says, or list the keys. Raise MfaenvError; KeyboardInterrupt where the person leaves."""
    word = words[0] if words else "list"
    acts: Mapping[str, Act] = {
        "list": _list,
        "get": _get,
        "import": _import,
        "export": _export,
        "rotate": _rotate,
    }
    if word not in acts:
        hint = suggest.hint(word, list(acts), "`mfaenv keys --help` shows how.")
        raise MfaenvError(f"keys has no action '{word}'.", hint, status=USAGE)
    return acts[word](given, env)


def _list(given: Given, env: Mapping[str, str]) -> int:
    return listing.run(given, env)


def _get(given: Given, env: Mapping[str, str]) -> int:
    from mfaenv.session import keychain, longterm

    name = catalog.profile_or_default(given, env)
    found = keychain.get(name, Terminal.for_options(given, env).awaited)
    if found is None:
        raise longterm.not_there(name)
    secrets_to_stdout(f"{keychain.written(found)}\n".encode())
    return DONE


def _import(given: Given, env: Mapping[str, str]) -> int:
    return moving.into_keychain(given, env)


def _export(given: Given, env: Mapping[str, str]) -> int:
    return moving.out_of_keychain(given, env)


def _rotate(given: Given, env: Mapping[str, str]) -> int:
    return rotation.run(given, env)
