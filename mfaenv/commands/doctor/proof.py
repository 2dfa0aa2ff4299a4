"""The proof: the same calls with the long-term keys and with the MFA session, side by side."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from typing import NamedTuple

from mfaenv import memory
from mfaenv.aws import probe
from mfaenv.aws.probe import Kind
from mfaenv.doctor.report import HEADINGS, Column
from mfaenv.errors import MfaenvError
from mfaenv.model import Credentials, Value
from mfaenv.session import Sessions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.aws.probe import Asker, Outcome, UnderWay
    from mfaenv.entry import Fields
    from mfaenv.fetch import Surroundings
    from mfaenv.model import Plan
    from mfaenv.session import Wishes
    from mfaenv.store import Store
    from mfaenv.terminal import Terminal

    Outcomes = dict[Column, Mapping[str, Outcome]]

WAKE_SECONDS = 0.2
"""How long a wait lasts at most: on Windows, Ctrl-C comes through between two of them only."""


class Proven(NamedTuple):
    """How the calls ended, by keys; the session; and what was in the way of it."""

    outcomes: Outcomes
    session: Fields
    stored: bool
    problem: MfaenvError | None


def known(plan: Plan, place: Store) -> Plan:
    """Fill in the device that these keys used before, where none is named."""
    if plan.device.text or not plan.keys or place.refusal():
        return plan
    serial, _ = memory.device(place, plan.keys.access_key)
    return plan._replace(device=Value(serial, "remembered")) if serial else plan


def prove(plan: Plan, wishes: Wishes, around: Surroundings) -> Proven:
    """Make the calls. What goes wrong is part of the answer; raises KeyboardInterrupt where the person leaves."""
    asker = probe.Asker(plan.config_profile, plan.session_region, plan.device.text, around.now)
    base = plan._replace(hops=())
    return _compare(base, wishes, around, asker) if plan.keys else _as_is(base, around, asker)


def _compare(plan: Plan, wishes: Wishes, around: Surroundings, asker: Asker) -> Proven:
    """Use the stored session, else ask for a code once it is known that the keys are good for one."""
    person = around.terminal
    stored, problem = obtain(plan, wishes._replace(cached=True), around)
    under_way = {Column.WITHOUT: _long_term(plan, asker)}
    if stored:
        under_way[Column.WITH] = asker.start(_credentials(stored), _user(plan))
        return Proven(_outcomes(under_way, person), stored, stored=True, problem=None)
    outcomes = _outcomes(under_way, person)
    works = outcomes[Column.WITHOUT].get(probe.IDENTITY.action, probe.NOT_TRIED).kind is not Kind.FAILED
    session: Fields = {}
    if works and problem is None:
        session, problem = obtain(plan, wishes, around)
    if session:
        outcomes |= _outcomes({Column.WITH: asker.start(_credentials(session), _user(plan))}, person)
    return Proven({Column.WITHOUT: {}, Column.WITH: {}, **outcomes}, session, stored=False, problem=problem)


def _long_term(plan: Plan, asker: Asker) -> UnderWay:
    """Start the calls without MFA; keys that this shell had exported before its session are known by name only."""
    return asker.start(plan.keys, _user(plan)) if plan.keys and plan.keys.secret_key else {}


def _as_is(plan: Plan, around: Surroundings, asker: Asker) -> Proven:
    """Make the calls with what botocore resolves the profile to: there is nothing to compare it with."""
    from mfaenv.aws import resolved

    try:
        with around.terminal.progress() as show:
            show(f"Getting the keys: {plan.kind}")
            found = resolved.credentials(plan)
    except MfaenvError as error:
        return Proven({}, {}, stored=False, problem=error)
    outcomes = _outcomes({Column.AS_IS: asker.start(found)}, around.terminal)
    return Proven({Column.AS_IS: _of_users(outcomes[Column.AS_IS])}, {}, stored=False, problem=None)


def _of_users(outcomes: Mapping[str, Outcome]) -> Mapping[str, Outcome]:
    """Leave out what IAM knows about users only, where the keys are a role's."""
    identity = probe.who(outcomes[probe.IDENTITY.action])
    if identity is None or identity.user or identity.is_root:
        return outcomes
    return {action: outcome for action, outcome in outcomes.items() if not action.startswith("iam:")}


def obtain(plan: Plan, wishes: Wishes, around: Surroundings) -> tuple[Fields, MfaenvError | None]:
    """Give a session for the plan, or nothing and what was in the way, if anything."""
    try:
        around.place.check()
        return Sessions(around).obtain(plan, wishes).session, None
    except MfaenvError as error:
        return {}, error


def _credentials(session: Fields) -> Credentials:
    return Credentials(session["access_key"], session["secret_key"], session["token"], int(session["expires"]))


def _user(plan: Plan) -> str:
    """Guess the user's name from the device's: many are named after their user."""
    return plan.device.text.partition(":mfa/")[2].rpartition("/")[2]


def _outcomes(under_way: Mapping[Column, UnderWay], person: Terminal) -> Outcomes:
    """Wait for all calls, and show which one it is that takes time."""
    names = {
        call: f"{action}, {HEADINGS[column].lower()}"
        for column, calls in under_way.items()
        for action, call in calls.items()
    }
    pending = set(names)
    with person.progress() as show:
        while pending:
            slowest = next(name for call, name in names.items() if call in pending)
            show(f"Asking AWS: {slowest}{f', and {len(pending) - 1} more' if len(pending) > 1 else ''}")
            pending = wait(pending, WAKE_SECONDS, FIRST_COMPLETED).not_done
    return {column: {action: call.result() for action, call in calls.items()} for column, calls in under_way.items()}
