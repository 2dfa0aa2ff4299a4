"""`mfaenv exec --serve`: start the server, then the program, and end with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager

from mfaenv import fast, shells
from mfaenv.commands import export, own_files
from mfaenv.commands.credential_server import CredentialServer
from mfaenv.config import settings
from mfaenv.errors import MfaenvError
from mfaenv.fast import environment
from mfaenv.fast.entry import Session
from mfaenv.fast.parse import Options
from mfaenv.model import Keys, Request, Value
from mfaenv.serving.own_process import elsewhere
from mfaenv.session import service
from mfaenv.session.fetch import Context
from mfaenv.session.obtain import Sessions
from mfaenv.shells import detect
from mfaenv.terminal import coredump
from mfaenv.terminal.terminal import Terminal

URI = environment.ADDRESS_OF_KEYS
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105 - the name of a variable

WINS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCESS_KEY",  # these two are the Go SDK's and the Java SDK's
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    environment.EXPIRES,  # a prompt hook would end what does not end
    "AWS_CREDENTIAL_FILE",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
"""What SDKs take before the address, or beside it, and what describes keys that the program does not have.

https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
"""


def served(options: Options, env: Mapping[str, str]) -> AbstractContextManager[Mapping[str, str]]:
    """Return a context that yields the program's environment: with an address for credentials, or one profile alone.

    Entering it raises MfaenvError where there is no session.
    """
    return elsewhere(_served(options, env))


@contextmanager
def _served(options: Options, env: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Get a session, serve it where that is asked for, and yield the program's environment."""
    env = dict(env)  # before this process hides some of it from botocore
    coredump.prevent()
    with ExitStack() as opened:
        visible = opened.enter_context(settings.hidden(env))
        terminal, sessions_by_key = Terminal.for_options(options, env), dict[str, Session]()
        resolved = service.Resolved(options, visible, fast.fingerprint(options, env))
        answer = resolved.answer(terminal, sessions_by_key)
        resolved.warn_of_lost(terminal)
        own = resolved.fields(answer)
        pairs, keys = environment.pairs(own, env), {} if options.get("serve") else own
        shells.check_lengths(pairs)
        programs = environment.changed(pairs, env)
        if options.get("serve"):
            request = _with_source(resolved.request, answer.session)
            sessions = Sessions(Context(resolved.store, Terminal(env, quiet=True)), sessions_by_key)
            line = _line(options, request, env)
            server = opened.enter_context(CredentialServer(sessions, request, answer.session, line))
            programs = environment.changed([(name, None) for name in WINS], programs)
            programs |= {URI: server.url, TOKEN: server.token}
            server.remind(terminal)
        if options.get("only"):
            name = resolved.request.profile.text
            programs |= opened.enter_context(own_files.with_one_profile(name, resolved.files, keys))
        elif options.get("serve"):
            programs |= opened.enter_context(own_files.without_default_keys(env, terminal))
        yield programs


def _with_source(request: Request, session: Session) -> Request:
    """Return the request with the access key and the device that were found, so that no store has to remember them."""
    if not session.source:
        return request  # what needs no code
    source_keys = Keys(session.source, "", "", request.process.source)
    keys = request.keys if request.keys and request.keys.access_key == session.source else source_keys
    return request._replace(keys=keys, device=Value(session.device, request.device.source or "found"))


def _line(options: Options, request: Request, env: Mapping[str, str]) -> str:
    """Return the line that gets a new session in another window."""
    kept = {
        name: value for name, value in options.items() if name in {"serial_number", "duration", "role_arn", "region"}
    }
    again = export.asked_again({"profile": request.profile.text, **kept, "refresh": True})
    try:
        return shells.loading_line(detect.evaluator(env), again)
    except MfaenvError:
        return again
