"""`mfaenv keys`: list long-term keys, move them to the keychain and back, and replace them."""

from collections.abc import Callable, Mapping

from mfaenv import suggest
from mfaenv.command_line import to_type
from mfaenv.commands.keys import listing, moving, rotation
from mfaenv.config import resolve
from mfaenv.errors import DONE, wrong_usage
from mfaenv.fast import catalog, environment, secrets_to_stdout
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.session import longterm
from mfaenv.session.keychain import KeychainEntry, to_json
from mfaenv.session.service import refuse_inside_exec
from mfaenv.terminal.terminal import Terminal


def run(options: Options, words: Words, env: Env) -> int:
    """Do what the word says, or list the keys. Raise MfaenvError; KeyboardInterrupt."""
    word = words[0] if words else "list"
    refuse_inside_exec(env, changes_files=word != "get")
    if word not in ACTIONS:
        advice = suggest.advice(word, list(ACTIONS), "This shows how:", "mfaenv keys --help")
        raise wrong_usage(f"keys has no action '{word}'.", *advice)
    named = ("-p", str(options["profile"])) if options.get("profile") else ()
    if options.get("delete") and word != "rotate":
        raise wrong_usage("Only rotate deletes keys.", "Type:", to_type("keys", "rotate", "--delete", *named))
    if options.get("as_json") and word != "list":
        raise wrong_usage(f"{word} prints no JSON, the list does.", "Type:", to_type("keys", "--json", *named))
    resolve.token_code(options, {})  # most words need none
    return ACTIONS[word](options, environment.without_settings(env))


def _get(options: Options, env: Env) -> int:
    name = catalog.profile_or_default(options, env)
    keys = KeychainEntry(name, Terminal.for_options(options, env)).load()
    if keys is None:
        raise longterm.missing_entry(name)
    secrets_to_stdout(f"{to_json(keys)}\n".encode())
    return DONE


ACTIONS: Mapping[str, Callable[[Options, Mapping[str, str]], int]] = {
    "list": listing.run,
    "get": _get,
    "import": moving.into_keychain,
    "export": moving.out_of_keychain,
    "rotate": rotation.run,
}
