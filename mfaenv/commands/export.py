"""The main command: what was asked, to a session, to bytes on standard output."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mfaenv import fast, shells
from mfaenv.commands import notice
from mfaenv.commands.target import target
from mfaenv.config import provenance, resolve, settings, sources
from mfaenv.config.awsfiles import AwsFiles
from mfaenv.config.paths import file_paths
from mfaenv.errors import CODE_NEEDED, DONE, USAGE, MfaenvError, NothingStoredError
from mfaenv.fast import catalog, environment, parse
from mfaenv.fast.entry import Fields, Session
from mfaenv.fast.output import secrets_to_stdout, to_stderr
from mfaenv.fast.parse import Options
from mfaenv.model import Request
from mfaenv.session import longterm, remembered
from mfaenv.session.cache import Answer
from mfaenv.session.fetch import Context
from mfaenv.session.obtain import Sessions
from mfaenv.shells import Pair
from mfaenv.shells.formats import github_masks
from mfaenv.store import Store, answers, output_file
from mfaenv.terminal import code_page
from mfaenv.terminal.terminal import Terminal


def run(options: Options, _words: Sequence[str], env: Mapping[str, str]) -> int:
    """Print the lines that set a session in the shell. Raise MfaenvError."""
    wanted = target(options, env)
    _refuse_bare_terminal(options, wanted)
    if "output" in options:
        output_file.check(parse.text(options, "output"))
    terminal = Terminal.for_options(options, env)
    pairs = environment.pairs(obtain(options, env, terminal, wanted), env)
    text = environment.rendered(wanted, pairs, encoding=code_page.encoding())
    if fast.runs_on_github(wanted, env):
        to_stderr(github_masks(pairs))
    if "output" in options:
        output_file.write(parse.text(options, "output"), text)
    else:
        _print(text, pairs, wanted, options, env)
    Store.of(env).sweep(time.time())
    return DONE


def _print(text: bytes, pairs: list[Pair], wanted: str, options: Options, env: Mapping[str, str]) -> None:
    if os.isatty(1):
        _refuse_controls(text, wanted)
        if wanted in shells.NAMES:
            terminal = Terminal.for_options(options, env)
            terminal.note(f"To set the session in a shell, type: {shells.loading_line(wanted, asked_again(options))}")
    secrets_to_stdout(text, quiet="quiet" in options)
    if wanted in shells.NAMES:
        notice.show(options, env, pairs, Store.of(env))


def _refuse_bare_terminal(options: Options, wanted: str) -> None:
    """Raise MfaenvError (usage) where keys would be shown to a person who did not ask for them.

    It comes before the code is asked for, which would be lost: a code is good once.
    """
    if os.isatty(1) and not options.keys() & catalog.PRINTING:
        line = shells.loading_line(wanted, asked_again(options))
        raise MfaenvError("This prints keys for a shell, but the output is a terminal.", f"Type: {line}", status=USAGE)


def _refuse_controls(text: bytes, wanted: str) -> None:
    """Raise MfaenvError where a terminal would act on what is printed instead of showing it."""
    shown = text.decode(shells.get_target(wanted).encoding or code_page.encoding(), "surrogateescape")
    if not shown.replace("\r\n", "").replace("\n", "").isprintable():
        hint = "Let a shell or a program read it, or write it to a file."
        raise MfaenvError("A value holds control characters, which this terminal would act on.", hint)


def asked_again(options: Options) -> str:
    """Return the command again, without the code and the shell, which the loading line has already."""
    import shlex

    words = ["mfaenv"]
    for name, value in options.items():
        if name not in {"token_code", "shell", "verbose"}:
            words += [catalog.OPTIONS[name].flags[0], *([str(value)] if catalog.OPTIONS[name].metavar else [])]
    return shlex.join(words)


def obtain(options: Options, env: Mapping[str, str], terminal: Terminal, wanted: str = "") -> Fields:
    """Return the session as the store writes it, with the profile and the region of this request.

    `wanted` is the shell, asked beforehand whether it can hold what is known already. Raise MfaenvError: with --cached
    only NothingStoredError, whatever is in the way.
    """
    asked = fast.fingerprint(options, env)
    try:
        with settings.hidden(env):
            return _obtain(options, environment.without_settings(env), terminal, wanted, asked)
    except MfaenvError:
        if options.get("cached"):
            raise NothingStoredError("No session is stored.", status=CODE_NEEDED) from None
        raise


class Resolved(NamedTuple):
    """What was asked, as text, and the request that it led to with the AWS files; the states are from before."""

    store: Store
    asked: str
    states: Mapping[str, str]
    files: AwsFiles
    request: Request


def resolved(options: Options, env: Mapping[str, str], asked: str) -> Resolved:
    """Settle what the options, variables and files ask for. Raise MfaenvError, as for a store that is refused."""
    store = Store.of(env)
    store.check()
    states = {path: fast.signature(path) for path in file_paths(env)}
    files = resolve.load_files(options, env)
    request = resolve.resolve(options, env, files)
    sources.refuse_ended(request, files, time.time())
    return Resolved(store, asked, states, files, request)


def _obtain(options: Options, env: Mapping[str, str], terminal: Terminal, wanted: str, asked: str) -> Fields:
    environment.check_profile_as(env)
    known = resolved(options, env, asked)
    if wanted != "process":
        tell_lost(known.request, terminal)
    return session(known, options, env, terminal, wanted)


def tell_lost(request: Request, terminal: Terminal) -> None:
    """Show which settings of the profile no variable can bring into a shell."""
    if not request.cached:
        for text in request.lost:
            terminal.warn(text)


def session(known: Resolved, options: Options, env: Mapping[str, str], terminal: Terminal, wanted: str = "") -> Fields:
    """Return the session for a request, as `obtain` does. Raise MfaenvError."""
    return exported(options, known.request, answer(known, options, env, terminal, wanted))


def answer(  # noqa: PLR0913 - all that a request needs
    known: Resolved,
    options: Options,
    env: Mapping[str, str],
    terminal: Terminal,
    wanted: str = "",
    *,
    held: dict[str, Session] | None = None,
) -> Answer:
    """Return the answer to a request; `held` gets the sessions that lead to it by key. Raise MfaenvError."""
    store, asked, states, files, request = known
    _refuse_early(wanted, _own(request))
    if options.get("verbose"):
        for row in provenance.rows(request, env, files):
            terminal.detail(*row)
    found = Sessions(Context(store, terminal), held).obtain(request)
    if found.key:
        _remember(store, asked, found, request, states)
    return found


def exported(options: Options, request: Request, found: Answer) -> Fields:
    """Return what a shell gets of the answer to a request. Raise NothingStoredError where that is no session."""
    if not found.session:
        raise NothingStoredError("No session is stored.", status=CODE_NEEDED)
    fields = found.session.exported(account=fast.with_account(options))
    return {**fields, **_own(request), "pinned": environment.pinned(options)}


def _own(request: Request) -> Fields:
    """Return what the shell gets beside the session itself."""
    theirs = request.region.source in environment.REGIONS
    from_environment = request.keys is not None and request.keys.source in {sources.ENVIRONMENT, environment.SOURCE_KEY}
    return {
        "profile": request.profile.text,
        "region": request.region.text,
        "region_mark": "" if theirs else request.region.text,
        "source_key": request.keys.access_key if request.keys and from_environment else "",
        "settings": " ".join(f"{name}={value}" for name, value in request.settings),
    }


def _refuse_early(wanted: str, own: Fields) -> None:
    """See that the shell can hold what is known, before a code is spent. Raise MfaenvError."""
    region = own["region"] or None
    named = [*((name, region) for name in environment.REGIONS), (environment.PROFILE, own["profile"])]
    pairs = [*named, *environment.words(own["settings"])]
    if wanted in shells.NAMES:
        environment.rendered(wanted, pairs, encoding=code_page.encoding())


def _remember(store: Store, asked: str, answer: Answer, request: Request, states: Mapping[str, str]) -> None:
    """Store the answer for the fast path. A store that cannot be written was reported already."""
    request = longterm.known(request, store)
    if request.keys is None:
        return  # what botocore resolves is asked for each time, and so are the roles on top of it
    with contextlib.suppress(OSError):
        read = [remembered.device_name(request.keys.access_key, request.endpoint.text)]
        if request.process.text:
            read.append(longterm.known_key_file(request))
        files = {**states, **{path: fast.signature(path) for path in map(store.file, read)}}
        known = fast.CachedRequest(
            key=asked,
            files=tuple(f"{state}\t{path}" for path, state in files.items()),
            session_key=answer.key,
            min_remaining=request.min_remaining.seconds,
            **_own(request),
        )
        answers.write(store, known, time.time())
