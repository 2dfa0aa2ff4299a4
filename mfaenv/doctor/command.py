"""`mfaenv doctor`: from the options to a report, and from there to tables or data."""

from __future__ import annotations

from mfaenv import awsfiles, commands, policy, profiles
from mfaenv.aws import probe
from mfaenv.aws.probe import CALLS, NOT_TRIED
from mfaenv.doctor import account, files, proof, report, surroundings
from mfaenv.doctor.report import Check, Column, Report, Row, State
from mfaenv.doctor.verdict import Answer, Verdict, evidence, judge
from mfaenv.errors import DONE, FAILED, USAGE, MfaenvError
from mfaenv.fetch import Surroundings
from mfaenv.options import OPTIONS, duration_text
from mfaenv.outcome import to_stdout
from mfaenv.session import Wishes
from mfaenv.store import Store, directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfaenv.aws.sts import Identity
    from mfaenv.doctor.proof import Proven
    from mfaenv.model import Plan
    from mfaenv.options import Given
    from mfaenv.terminal import Terminal

MEND = "Mend what is named here, and run it again."
NO_KEYS = Verdict(Answer.CANNOT_TELL, "There are no keys to make the calls with.", MEND)
A_USERS = "Name the profile of an IAM user's access keys: mfaenv doctor -p NAME."
DELETE_KEYS = "No policy of the account binds its owner: delete these keys, and work with an IAM user's."
ALWAYS = "answers under any policy: no hole"
NOTHING_TO_COMPARE = "nothing to compare with"


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
    now = around.now()
    variables = list(surroundings.environment(given, env, around.place, now))
    try:
        known = awsfiles.load(env)
        plan = profiles.resolve(given, env, known)
    except MfaenvError as error:
        if error.status == USAGE:
            raise
        name = profiles.named_profile(given, env).text or OPTIONS["profile"].default
        settled = [_problem("values", f"profile {name}", error)]
        return Report(name, (*files.checks(env), *settled, *variables, *_machine(env, around)), (), NO_KEYS)
    settled = surroundings.values(plan, env, known)
    proven = proof.prove(plan, Wishes(*(bool(given.get(name)) for name in Wishes._fields)), around)
    _tell(proven, around.terminal)
    told = [*account.checks(plan, proven.outcomes, now), *_machine(env, around), *_session(proven, around)]
    told += [*_role(plan, proven, around), *account.failures(proven.outcomes)]
    checks = (*files.checks(env), *settled, *variables, *told)
    return Report(plan.profile.text, checks, _rows(proven), _verdict(plan, proven))


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
        session, problem = proof.obtain(plan, Wishes(no_input=True), around)
        role = plan.hops[-1].role_arn
        yield _problem("role", role, problem) if problem else Check("role", role, f"assumed{'' if session else '?'}")


def _rows(proven: Proven) -> tuple[Row, ...]:
    columns = proven.outcomes
    made = [call for call in CALLS if columns]
    return tuple(
        Row(call.action, _says(call, proven), {name: column.get(call.action, NOT_TRIED) for name, column in columns.items()})
        for call in made
    )


def _says(call: probe.Call, proven: Proven) -> str:
    if call.always:
        return ALWAYS
    return NOTHING_TO_COMPARE if Column.AS_IS in proven.outcomes else _evidence(proven)[call.action].value


def _evidence(proven: Proven) -> dict[str, Any]:
    ...


def _verdict(plan: Plan, proven: Proven) -> Verdict:
    identity = account.who(proven.outcomes)
    ...
