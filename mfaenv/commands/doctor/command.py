"""`mfaenv doctor`: from the options to a report, and from there to tables or data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mfaenv import duration
from mfaenv.commands.doctor import (
    account,
    conclusion,
    files,
    local,
    proof,
    report,
)
from mfaenv.commands.doctor.proof import Proven
from mfaenv.commands.doctor.report import Check, Report, State
from mfaenv.config import acquisition, resolve, settings
from mfaenv.errors import DONE, FAILED, USAGE, MfaenvError
from mfaenv.fast import catalog, environment
from mfaenv.fast.output import text_to_stdout, to_stdout
from mfaenv.fast.parse import Options
from mfaenv.model import NEVER_ASK, Request
from mfaenv.session.fetch import Context
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal


def run(options: Options, _words: Sequence[str], env: Mapping[str, str]) -> int:
    """Examine, and print it all. Raise MfaenvError (usage) for options that are wrong; KeyboardInterrupt."""
    terminal = Terminal.for_options(options, env)
    with settings.hidden(env):
        diagnosis = examine(options, environment.without_settings(env), Context(Store.of(env), terminal))
    if options.get("as_json"):
        import json

        to_stdout((json.dumps(report.as_data(diagnosis), indent=2) + "\n").encode())
    else:
        text_to_stdout(terminal.drawn(*report.as_tables(diagnosis)))
    return DONE if diagnosis.well else FAILED


def examine(options: Options, env: Mapping[str, str], context: Context) -> Report:
    """Look at everything, in the order in which things break. Raise as `run` does."""
    in_files = files.checks(env)
    variables = list(local.environment(env, context.store, context.now()))
    try:
        read = resolve.load_files(options, env)
        request = resolve.resolve(options, env, read)
        context = context._replace(how=acquisition.settle(options, env, request, read))
        request = proof.with_device(proof.with_keys(request, context), context.store)
    except MfaenvError as error:
        if error.status == USAGE:
            raise
        name = catalog.profile_or_default(options, env)
        problem = _problem("values", f"profile {name}", error)
        return Report(name, (*in_files, problem, *variables, *_machine(env, context)), (), conclusion.NO_KEYS)
    values = [*local.values(request, context.how, env, read), *local.roles(read)]
    proven = proof.prove(request, context)
    _show_answers(proven, context.terminal)
    proof_checks = _proof_checks(proof.with_device(request, context.store), env, proven, context)
    verdict = conclusion.verdict(request, proven.outcomes)
    return Report(
        request.profile.text, (*in_files, *values, *variables, *proof_checks), conclusion.rows(proven.outcomes), verdict
    )


def _proof_checks(request: Request, env: Mapping[str, str], proven: Proven, context: Context) -> Iterator[Check]:
    """Yield what the calls showed, and what they may have changed: the store is one."""
    yield from account.checks(request, proven.outcomes, context.now())
    yield from _machine(env, context)
    yield from _session(proven, context)
    yield from _role(request, proven, context)
    yield from account.failures(proven.outcomes)


def _problem(topic: str, name: str, error: MfaenvError) -> Check:
    return Check(topic, name, error.message, State.WRONG, error.next_step)


def _machine(env: Mapping[str, str], context: Context) -> list[Check]:
    return [local.shell(env), *local.store(context.store, context.now())]


def _show_answers(proven: Proven, terminal: Terminal) -> None:
    """Show AWS's own messages, with --verbose."""
    for column, outcomes in proven.outcomes.items():
        for action, outcome in outcomes.items():
            terminal.detail(action, f"{report.HEADINGS[column].lower()}: {outcome.kind}", outcome.text)


def _session(proven: Proven, context: Context) -> Iterator[Check]:
    if proven.problem:
        yield _problem("session", "", proven.problem)
    if proven.session:
        left = duration.text(int(proven.session.left(context.now())))
        yield Check("session", "", f"{'the stored one' if proven.stored else 'a new one'}, {left} left")


def _role(request: Request, proven: Proven, context: Context) -> Iterator[Check]:
    """Yield whose calls these are where the profile is a role, and see that the role can be assumed."""
    if not request.hops or not request.keys:
        return
    text = f"the calls are those of profile {request.profiles[-1]}: a role's own say nothing about a user's policy"
    yield Check("role", f"profile {request.profile.text}", text)
    if proven.session:
        role = request.hops[-1].role_arn
        _, problem = proof.obtain(request, context._replace(how=NEVER_ASK))
        yield _problem("role", role, problem) if problem else Check("role", role, "can be assumed")
