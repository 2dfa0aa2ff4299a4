"""`mfaenv doctor`: from the options to a report, and from there to tables or data."""

from __future__ import annotations

from mfaenv import awsfiles, commands, profiles
from mfaenv.doctor import account, conclusion, files, proof, report, surroundings
from mfaenv.doctor.report import Check, Report, State
from mfaenv.errors import DONE, FAILED, USAGE, MfaenvError
from mfaenv.fetch import Surroundings
from mfaenv.options import OPTIONS, duration_text
from mfaenv.outcome import to_stdout
from mfaenv.session import Wishes
from mfaenv.store import Store, directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfaenv.doctor.proof import Proven
    from mfaenv.model import Plan
    from mfaenv.options import Given
    from mfaenv.terminal import Terminal


def run(given: Given, env: Mapping[str, str], *, as_json: bool) -> int:
    """Examine, and print it all. Raises MfaenvError (usage) for options that are wrong; KeyboardInterrupt."""
    person = commands.terminal(given, env)
    found = examine(given, env, Surroundings(Store(directory(env)), person))
    if as_json:
        import json

        to_stdout((json.dumps(report.as_data(found), indent=2) + "\n").encode())
    else:
        to_stdout(person.drawn(*report.as_tables(found)).encode())
    return DONE if found.well else FAILED


def examine(given: Given, env: Mapping[str, str], around: Surroundings) -> Report:
    """Look at everything, in the order in which things break. Raises as `run` does."""
    in_files = files.checks(env)
    variables = list(surroundings.environment(env, around.place, around.now()))
    try:
        read = awsfiles.load(env)
        plan = proof.known(profiles.resolve(given, env, read), around.place)
    except MfaenvError as error:
        if error.status == USAGE:
            raise
        name = profiles.named_profile(given, env).text or OPTIONS["profile"].default
        problem = _problem("values", f"profile {name}", error)
        return Report(name, (*in_files, problem, *variables, *_machine(env, around)), (), conclusion.NO_KEYS)
    values = surroundings.values(plan, given, env, read)
    proven = proof.prove(plan, Wishes(*(bool(given.get(name)) for name in Wishes._fields)), around)
    _tell(proven, around.terminal)
    told = _told(proof.known(plan, around.place), env, proven, around)
    verdict = conclusion.verdict(plan, proven.outcomes)
    return Report(plan.profile.text, (*in_files, *values, *variables, *told), conclusion.rows(proven.outcomes), verdict)


def _told(plan: Plan, env: Mapping[str, str], proven: Proven, around: Surroundings) -> Iterator[Check]:
    """Go through what was learned with the calls, and what they may have left behind."""
    yield from account.checks(plan, proven.outcomes, around.now())
    yield from _machine(env, around)
    yield from _session(proven, around)
    yield from _role(plan, proven, around)
    yield from account.failures(proven.outcomes)


def _problem(topic: str, name: str, error: MfaenvError) -> Check:
    return Check(topic, name, error.message, State.WRONG, error.hint)


def _machine(env: Mapping[str, str], around: Surroundings) -> list[Check]:
    return [surroundings.shell(env), *surroundings.store(around.place, around.now())]


def _tell(proven: Proven, person: Terminal) -> None:
    """Give AWS's own words to those who want to know."""
    for column, outcomes in proven.outcomes.items():
        for action, outcome in outcomes.items():
            person.detail(action, f"{report.HEADINGS[column].lower()}: {outcome.kind}", outcome.text)


def _session(proven: Proven, around: Surroundings) -> Iterator[Check]:
    if proven.problem:
        yield _problem("session", "", proven.problem)
    if proven.session:
        left = duration_text(int(int(proven.session["expires"]) - around.now()))
        yield Check("session", "", f"{'the stored one' if proven.stored else 'a new one'}, {left} left")


def _role(plan: Plan, proven: Proven, around: Surroundings) -> Iterator[Check]:
    """Say whose calls these are where the profile is a role, and see that the role can be assumed."""
    if not plan.hops or not plan.keys:
        return
    text = f"the calls are those of profile {plan.profiles[-1]}: a role's own say nothing about a user's policy"
    yield Check("role", f"profile {plan.profile.text}", text)
    if proven.session:
        role = plan.hops[-1].role_arn
        _, problem = proof.obtain(plan, Wishes(no_input=True), around)
        yield _problem("role", role, problem) if problem else Check("role", role, "can be assumed")
