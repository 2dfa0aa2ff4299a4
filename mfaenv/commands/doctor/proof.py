"""The proof: the same calls with the long-term keys and with the MFA session, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, wait
from typing import NamedTuple

from mfaenv.aws import client, probe, resolved
from mfaenv.aws.probe import Asker, Kind, Outcome, UnderWay
from mfaenv.commands.doctor.report import HEADINGS, Column
from mfaenv.errors import MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.model import Acquisition, Request, Value
from mfaenv.session import longterm, remembered
from mfaenv.session.cache import credentials_of
from mfaenv.session.fetch import Context
from mfaenv.session.obtain import Sessions
from mfaenv.store import Store
from mfaenv.terminal import program
from mfaenv.terminal.terminal import Terminal

Outcomes = dict[Column, Mapping[str, Outcome]]


WAKE_SECONDS = 0.2
"""How long a wait lasts at most: on Windows, Ctrl-C comes through between two of them only."""


class Proven(NamedTuple):
    """How the calls ended, by keys; the session; and what was in the way of it."""

    outcomes: Outcomes
    session: Session
    stored: bool
    problem: MfaenvError | None


def with_device(request: Request, store: Store) -> Request:
    """Fill in the device that these keys used before, where none is named."""
    if request.device.text or not request.keys or store.refusal():
        return request
    serial, _ = remembered.device(store, request.keys.access_key, request.endpoint.text)
    return request._replace(device=Value(serial, "remembered")) if serial else request


def with_keys(request: Request, context: Context) -> Request:
    """Load the keys that a program gives, for the calls without MFA. Raise MfaenvError where a keychain gives none."""
    try:
        return longterm.with_keys(request, context.store, context.terminal.awaited)
    except MfaenvError:
        if longterm.in_keychain(request):
            raise
        return request  # another's program, which is started again for the calls, and complained about then


def prove(request: Request, context: Context) -> Proven:
    """Make the calls. What goes wrong is part of the answer. Raise KeyboardInterrupt where the person leaves."""
    asker = probe.Asker(client.settings_of(request, request.device.text), context.now)
    base = request._replace(hops=())
    return _compare(base, context, asker) if request.keys else _as_is(base, context, asker)


def _compare(request: Request, context: Context, asker: Asker) -> Proven:
    """Use the stored session, else ask for a code once it is known that the keys are good for one."""
    terminal = context.terminal
    stored, problem = obtain(request, context._replace(how=Acquisition(cached=True)))
    under_way = {Column.WITHOUT: _long_term(request, asker)}
    if stored:
        under_way[Column.WITH] = asker.start(credentials_of(stored), _user(request))
        return Proven(_outcomes(under_way, terminal), stored, stored=True, problem=None)
    outcomes = _outcomes(under_way, terminal)
    works = outcomes[Column.WITHOUT].get(probe.IDENTITY.action, probe.NOT_TRIED).kind is not Kind.FAILED
    session = Session()
    if works and problem is None:
        session, problem = obtain(request, context)
    if session:
        outcomes |= _outcomes({Column.WITH: asker.start(credentials_of(session), _user(request))}, terminal)
    return Proven({Column.WITHOUT: {}, Column.WITH: {}, **outcomes}, session, stored=False, problem=problem)


def _long_term(request: Request, asker: Asker) -> UnderWay:
    """Start the calls without MFA; keys that this shell had exported before its session are known by name only."""
    return asker.start(request.keys, _user(request)) if request.keys and request.keys.secret_key else {}


def _as_is(request: Request, context: Context, asker: Asker) -> Proven:
    """Make the calls with what botocore resolves the profile to: there is nothing to compare it with."""
    try:
        with context.terminal.progress() as show:
            show(f"Getting the keys: {request.kind}")
            credentials = resolved.credentials(request, program.start)
    except MfaenvError as error:
        return Proven({}, Session(), stored=False, problem=error)
    outcomes = _outcomes({Column.AS_IS: asker.start(credentials)}, context.terminal)
    return Proven({Column.AS_IS: _of_users(outcomes[Column.AS_IS])}, Session(), stored=False, problem=None)


def _of_users(outcomes: Mapping[str, Outcome]) -> Mapping[str, Outcome]:
    """Leave out what IAM knows about users only, where the keys are a role's."""
    identity = probe.who(outcomes[probe.IDENTITY.action])
    if identity is None or identity.user or identity.is_root:
        return outcomes
    return {action: outcome for action, outcome in outcomes.items() if not action.startswith("iam:")}


def obtain(request: Request, context: Context) -> tuple[Session, MfaenvError | None]:
    """Return a session for the request and None, or an empty one and why there is none."""
    try:
        context.store.check()
        return Sessions(context).obtain(request).session, None
    except MfaenvError as error:
        return Session(), error


def _user(request: Request) -> str:
    """Guess the user's name from the device's: many are named after their user."""
    return request.device.text.partition(":mfa/")[2].rpartition("/")[2]


def _outcomes(under_way: Mapping[Column, UnderWay], terminal: Terminal) -> Outcomes:
    """Wait for all calls, and show which one it is that takes time."""
    names = {
        call: f"{action}, {HEADINGS[column].lower()}"
        for column, calls in under_way.items()
        for action, call in calls.items()
    }
    pending = set(names)
    with terminal.progress() as show:
        while pending:
            slowest = next(name for call, name in names.items() if call in pending)
            show(f"Asking AWS: {slowest}{f', and {len(pending) - 1} more' if len(pending) > 1 else ''}")
            pending = wait(pending, WAKE_SECONDS, FIRST_COMPLETED).not_done
    return {column: {action: call.result() for action, call in calls.items()} for column, calls in under_way.items()}
