"""Long-term keys that a program gives, ours from the keychain or another's."""

from mfaenv.aws import provider
from mfaenv.command_line import to_type
from mfaenv.config import credential_process, sources
from mfaenv.errors import MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.model import Keys, Request
from mfaenv.session.keychain import KeychainEntry
from mfaenv.terminal import program
from mfaenv.terminal.terminal import Terminal


def load_keys(request: Request, terminal: Terminal) -> Keys | Session:
    """Return what the request's provider gives: long-term keys, or a session. Raise MfaenvError."""
    if entry := credential_process.entry(request.process.text):  # our own program is not started
        keys = KeychainEntry(entry, terminal).load()
        if keys is None:
            raise missing_entry(entry)
        return keys._replace(source=request.process.source)
    try:
        got = provider.credentials(request, terminal.env, program.start_tracked)
    except BaseException:
        program.end_tracked()
        raise
    source = request.process.source or request.provider
    if not got.token and got.access_key.startswith("ASIA"):
        wrong = f"The {source} gives the access key of a session, {got.access_key}, without its token."
        raise MfaenvError(wrong, "It has to print the SessionToken too, or long-term keys (AKIA…).")
    return got if got.token else sources.refuse_secret_as_id(Keys(got.access_key, got.secret_key, "", source))


def with_long_term_keys(request: Request, terminal: Terminal) -> Request:
    """Return the request with the long-term keys of its program, if any. Raise MfaenvError."""
    if request.keys or not request.process.text:
        return request
    keys = load_keys(request, terminal)
    return request._replace(keys=keys if isinstance(keys, Keys) else None)


def with_secret(request: Request, keys: Keys, terminal: Terminal) -> Keys:
    """Return the keys with their secret; the program may give others than before. Raise MfaenvError."""
    if keys.secret_key or not request.process.text:
        return keys
    loaded = load_keys(request, terminal)
    if isinstance(loaded, Keys):
        return loaded
    wrong = f"The {request.process.source} gave a session, but long-term keys before. Clear the store, and try again:"
    raise MfaenvError(wrong, command="mfaenv clear")


def missing_entry(entry: str) -> MfaenvError:
    """Return the error for an entry that the keychain does not have."""
    wrong = f"The keychain has no keys for profile '{entry}'. Put them into the credentials file, then type:"
    return MfaenvError(wrong, command=to_type("keys", "import", "-p", entry))
