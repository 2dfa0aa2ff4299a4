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
from mfaenv.fast.parse import Options
from mfaenv.terminal.terminal import Terminal

Act = Callable[[Options, Mapping[str, str]], int]


def run(options: Options, words: Sequence[str], env: Mapping[str, str]) -> int:
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
    if options.get("delete") and word != "rotate":
        hint = "Type: mfaenv keys rotate --delete"
        raise MfaenvError("Only rotate deletes keys: --delete belongs to it.", hint, status=USAGE)
    return acts[word](options, env)


def _list(options: Options, env: Mapping[str, str]) -> int:
    return listing.run(options, env)


def _get(options: Options, env: Mapping[str, str]) -> int:
    from mfaenv.session import keychain, longterm

    name = catalog.profile_or_default(options, env)
    found = keychain.get(name, Terminal.for_options(options, env).awaited)
    if found is None:
        raise longterm.not_there(name)
    secrets_to_stdout(f"{keychain.written(found)}\n".encode())
    return DONE


def _import(options: Options, env: Mapping[str, str]) -> int:
    return moving.into_keychain(options, env)


def _export(options: Options, env: Mapping[str, str]) -> int:
    return moving.out_of_keychain(options, env)


def _rotate(options: Options, env: Mapping[str, str]) -> int:
    return rotation.run(options, env)
