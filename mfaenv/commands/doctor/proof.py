"""The proof: the same calls with the long-term keys and with the MFA session, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from typing import NamedTuple

from mfaenv.aws import client, probe, resolved, sts
from mfaenv.aws.probe import Asker, Kind, Outcome, UnderWay
from mfaenv.aws.sts import Identity
from mfaenv.commands.doctor import account
from mfaenv.commands.doctor.verdict import ComparedCall
from mfaenv.errors import MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.model import Acquisition, Request, Value
from mfaenv.session import remembered
from mfaenv.session.cache import credentials_of
from mfaenv.session.fetch import Context
from mfaenv.session.obtain import Sessions
from mfaenv.store import Store
from mfaenv.terminal import program
from mfaenv.terminal.terminal import Terminal

WAKE_SECONDS = 0.2
"""How long a wait lasts at most: on Windows, Ctrl-C comes through between two of them only."""


class Proven(NamedTuple):
    """The calls; whose keys they were made with; the session; and what was in the way of it."""

    calls: Sequence[ComparedCall] = ()
    identity: Identity | None = None
    session: Session = Session()
    stored: bool = False
    problem: MfaenvError | None = None


def with_device(request: Request, store: Store) -> Request:
    """Fill in the device that these keys used before, where none is named."""
    if request.device.text or not request.keys or store.refusal():
        return request
    serial = remembered.device(store, request.keys.access_key, request.endpoint.text).serial
    return request._replace(device=Value(serial, "remembered")) if serial else request


def prove(request: Request, context: Context) -> Proven:
    """Make the calls by the stored session, else ask for a code once it is known that the keys are good for one.

    What goes wrong is part of the answer. Raise KeyboardInterrupt where the person leaves.
    """
    if not request.keys:
        return _whose(request, context)
    asker, base = Asker(client.settings_of(request, request.device.text), context.now), request._replace(hops=())
    session, problem = obtain(base, context._replace(how=Acquisition(cached=True)))
    stored = bool(session)
    # Keys that this shell had exported before its session are known by name only.
    without = asker.start(request.keys) if request.keys.secret_key else {}
    if not session and not problem:
        identity = _outcomes(without, context.terminal).get(probe.IDENTITY.action, probe.NOT_TRIED)
        if identity.kind is not Kind.FAILED:
            session, problem = obtain(base, context)
    with_mfa = asker.start(credentials_of(session)) if session else {}
    columns = _outcomes(without, context.terminal), _outcomes(with_mfa, context.terminal)
    calls = [
        ComparedCall(call, *(ended.get(call.action, probe.NOT_TRIED) for ended in columns)) for call in probe.CALLS
    ]
    answer = account.answer(calls, probe.IDENTITY)
    return Proven(calls, answer and answer.data, session, stored, problem)


def _whose(request: Request, context: Context) -> Proven:
    """Ask whose keys botocore resolves the profile to: there is nothing to compare them with."""
    try:
        with context.terminal.progress() as show:
            show(f"Getting the keys: {request.kind}")
            keys = resolved.credentials(request, context.terminal.env, program.start)
            asked = client.client("sts", client.settings_of(request, request.device.text), keys)
            return Proven(identity=sts.identity(asked, keys.access_key))
    except MfaenvError as error:
        return Proven(problem=error)


def obtain(request: Request, context: Context) -> tuple[Session, MfaenvError | None]:
    """Return a session for the request and None, or an empty one and why there is none."""
    try:
        context.store.check()
        return Sessions(context).obtain(request).session, None
    except MfaenvError as error:
        return Session(), error


def _outcomes(calls: UnderWay, terminal: Terminal) -> dict[str, Outcome]:
    """Wait for all calls, and show how many have no answer yet. Return how each ended, by its action."""
    pending = set(calls.values())
    with terminal.progress() as show:
        while pending:
            show(f"Asking AWS: {len(pending)} call{'' if len(pending) == 1 else 's'} to go")
            pending = wait(pending, WAKE_SECONDS, FIRST_COMPLETED).not_done
    return {action: call.result() for action, call in calls.items()}
