"""From options, variables and files to a session, and to what a shell gets of it."""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from mfaenv import fast
from mfaenv.config import provenance, resolve
from mfaenv.config.awsfiles import AwsFiles
from mfaenv.config.names import file_paths
from mfaenv.errors import CODE_NEEDED, MfaenvError, NothingStoredError, wrong_usage
from mfaenv.fast import environment
from mfaenv.fast.entry import Fields, Session, file_state
from mfaenv.fast.parse import Env, Options
from mfaenv.model import Acquisition, Origin, Request
from mfaenv.session import profile_choice, remembered
from mfaenv.session.cache import Context
from mfaenv.session.sessions import Sessions
from mfaenv.shells import Pair
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal

SETTLED_AFTER = 2.0  # seconds; more than the coarsest clock of a file system in use
FORGOTTEN_AFTER = 30 * 86_400  # seconds after which a request stored for the fast path is removed


def get_pairs(
    options: Options, env: Env, terminal: Terminal, check: Callable[[Fields], None] = lambda _: None
) -> list[Pair]:
    """List what a shell unsets and sets; `check` gets the SHELL_FIELDS before anybody is asked.

    Raise MfaenvError, with --cached always NothingStoredError.
    """
    if options.keys() >= {"cached", "refresh"}:
        raise wrong_usage("--cached and --refresh cannot be used together.", "Leave one of them out.")
    try:
        resolved = resolve_request(options, env, terminal)
        check(resolved.shell_fields)
        session = resolved.get_session(terminal)
        is_process, is_silent = fast.is_for_program(options), options.keys() & {"quiet", "cached"}
        if not (is_process or is_silent):
            resolved.warn(terminal)
        # A run that shows no warning leaves it to the next; `process`, which SDKs call again and again, is fast.
        if session.key and (is_process or not (is_silent and resolved.request.warning)):
            resolved.remember(session.key)
        return resolved.pairs(session, env)  # with the settings of before, which go
    except MfaenvError:
        if options.get("cached"):
            raise NothingStoredError("No session is stored.", status=CODE_NEEDED) from None
        raise


def warn_of_lost_limit(options: Options, terminal: Terminal, whose: str) -> None:
    """Warn where this shell's session has a limit, and the one that a command line hands out has none."""
    if limit := environment.lost_limit(options, terminal.env):
        what = f"This shell's session is {limit}, and that of {whose} is not. For that, give the options again:"
        terminal.warn(f"{what} --read-only, --policy, --policy-arns.")


def refuse_inside_exec(env: Env, *, changes_files: bool = True) -> None:
    """Raise MfaenvError inside `exec --only`, and inside `--serve` if AWS files are changed: those are copies."""
    what = ""
    if only := env.get(environment.ONLY):
        what = f"This was started by mfaenv exec --only: it has profile {only} alone, and no store."
    elif changes_files and environment.is_served(env):
        what = "This was started by mfaenv exec --serve: its AWS files may be copies, which go with it."
    if what:
        raise MfaenvError(what, "Type this in another window.")


class Resolved(NamedTuple):
    """A request, how to get it, and the AWS files, whose `states` are from before they were read."""

    options: Options
    env: Env
    store: Store
    files: AwsFiles
    request: Request
    acquisition: Acquisition
    fingerprint: str
    states: tuple[str, ...]

    @property
    def shell_fields(self) -> Fields:
        """Return what the shell gets beside the session itself."""
        request, keys = self.request, self.request.keys
        return {
            "profile": request.profile.text,
            "region": request.region.text,
            "source_key": keys.access_key if keys and keys.origin is Origin.VARIABLE else "",
            "settings": " ".join(f"{name}={value}" for name, value in request.variables),
            "limit": request.hops[-1].limit() if request.hops else "",
        }

    def warn(self, terminal: Terminal) -> None:
        """Show which settings of the profile no shell gets."""
        warning, name = self.request.warning, self.request.profile.text
        if warning and self.options.get("only"):  # [default] is the profile itself there
            has_region = self.request.region.text
            warning = "" if has_region else f"Profile {name} has no region: set region in it, or AWS_REGION."
        if warning and not self.acquisition.cached:
            terminal.warn(warning)

    def get_session(self, terminal: Terminal, sessions: dict[str, Session] | None = None) -> Session:
        """Return the session; `sessions` gets those that lead to it, by key. Raise MfaenvError."""
        if self.options.get("verbose"):
            for row in provenance.rows(self.request, self.acquisition):
                terminal.detail(*row)
        return Sessions(Context(self.store, terminal, self.acquisition), sessions).get(self.request)

    def pairs(self, session: Session, env: Env) -> list[Pair]:
        """List what a shell with this environment gets. Raise NothingStoredError for an empty session."""
        if not session:
            raise NothingStoredError("No session is stored.", status=CODE_NEEDED)
        fields = session.exported(account=fast.is_for_program(self.options))
        pinned = environment.pinned(self.options)
        return environment.pairs({**fields, **self.shell_fields, "pinned": pinned}, env)

    def remember(self, session_key: str) -> None:
        """Store for the fast path, which warns of nothing, to which session the request leads."""
        request = remembered.filled_in(self.request, self.store)
        if request.keys is None:
            return  # what botocore resolves is asked for each time, and so are the roles on top of it
        now = time.time()
        with suppress(OSError):  # was reported already
            if not all(_has_settled(path, now) for path in file_paths(self.env)):
                return  # the next state of a file that is too new could look the same
            files = map(self.store.file, remembered.file_names(request, request.keys))
            cached = fast.CachedRequest(
                key=self.fingerprint,
                files=(*self.states, *_states(files)),
                session_key=session_key,
                min_remaining=request.min_remaining.seconds,
                **self.shell_fields,
            )
            self.store.put(cached, now + FORGOTTEN_AFTER)


def resolve_request(options: Options, env: Env, terminal: Terminal | None = None) -> Resolved:
    """Return the request to which options, variables and files lead; a person at the terminal may choose the profile.

    What an earlier session's profile left in the environment does not count. Raise MfaenvError.
    """
    refuse_inside_exec(env, changes_files=False)
    name, allowed = environment.PROFILE_AS, environment.PROFILE_NAMES
    if env.get(name, "") not in ("", *allowed):
        raise wrong_usage(f"{name} does not know '{env[name]}'.", f"It takes {', '.join(allowed)}.")
    store = Store.of(env)
    store.check()
    visible, states = environment.without_settings(env), _states(file_paths(env))  # before they are read
    files = resolve.load_files(options, visible)
    if terminal and (chosen := profile_choice.instead_of_default(options, visible, files, terminal)):
        options = {**options, "profile": chosen}
    request = resolve.resolve(options, visible, files)
    acquisition = resolve.acquisition(options, visible, request, files)
    asked = fast.fingerprint(options, env)
    return Resolved(options, visible, store, files, request, acquisition, asked, states)


def _states(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{file_state(path)}\t{path}" for path in paths)


def _has_settled(path: str, now: float) -> bool:
    try:
        changed = os.stat(path)
    except OSError:
        return True
    return max(changed.st_mtime, changed.st_ctime) + SETTLED_AFTER < now
