"""`mfaenv doctor`: what is set up here, in the order in which things break, and the proof that MFA is required."""

from collections.abc import Iterator

from mfaenv import duration
from mfaenv.commands.doctor import account, local
from mfaenv.commands.doctor.account import Proven
from mfaenv.commands.doctor.report import Check, Enforcement, Report, State, Verdict, judge
from mfaenv.config import resolve, shell_settings
from mfaenv.errors import DONE, FAILED, USAGE, MfaenvError, NoKeysError
from mfaenv.fast import catalog
from mfaenv.fast.output import text_to_stdout, to_stdout
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.model import NEVER_ASK, Request
from mfaenv.session import longterm
from mfaenv.session.cache import Context
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal

NO_KEYS = Verdict(
    Enforcement.CANNOT_TELL, "There are no keys to make the calls with.", "Fix what is wrong, and run it again."
)
DELETE_KEYS = "No policy of the account applies to its root user: delete these keys, and work with an IAM user's."


def run(options: Options, _words: Words, env: Env) -> int:
    """Examine, and print it all. Raise MfaenvError (usage) for options that are wrong; KeyboardInterrupt."""
    terminal = Terminal.for_options(options, env)
    with shell_settings.hidden(env) as visible:
        report = examine(options, visible, Context(Store.of(visible), terminal))
    if options.get("as_json"):
        import json

        to_stdout((json.dumps(report.as_data(), indent=2) + "\n").encode())
    else:
        text_to_stdout(terminal.drawn(*report.as_tables()))
    return DONE if report.well else FAILED


def examine(options: Options, env: Env, context: Context) -> Report:
    """Look at everything, in the order in which things break. Raise as `run` does."""
    checks = list(local.aws_files(env))
    variables = list(local.environment(env, context.store, context.now()))
    try:
        read = resolve.load_files(options, env)
        request = resolve.resolve(options, env, read)
        context = context._replace(acquisition=resolve.acquisition(options, env, request, read))
    except MfaenvError as error:
        if error.status == USAGE:
            raise
        name = catalog.profile_or_default(options, env)
        checks += [_problem("values", f"profile {name}", error), *variables]
        return Report(name, [*checks, local.shell(env), local.store(context.store)], (), NO_KEYS)
    missing: list[Check] = []
    try:
        request = longterm.with_keys(request, context.terminal)
    except MfaenvError as error:
        missing = [_problem("keys", "", error)]
    request = account.with_remembered_device(request, context.store)
    checks += [*local.titles(read), *local.values(request, context.acquisition, env, read)]
    checks += [*local.roles(read), *variables]
    proven = Proven() if missing else account.prove(request, context)
    if isinstance(proven.problem, NoKeysError):  # the machine has no role either
        missing = [_problem("keys", "", proven.problem)]
    if missing:
        checks += [*missing, local.shell(env), local.store(context.store)]
        return Report(request.profile.text, checks, (), NO_KEYS)
    for row in proven.calls:
        for when, outcome in (("without MFA", row.without), ("with MFA", row.with_mfa)):
            context.terminal.detail(row.call.action, f"{when}: {outcome.kind}", outcome.text)
    # The calls may have changed the store.
    checks += account.checks(account.with_remembered_device(request, context.store), proven.identity, proven.calls)
    checks += [local.shell(env), local.store(context.store), *_session(proven, context)]
    checks += [*_role(request, proven, context), *account.failures(proven.calls)]
    return Report(request.profile.text, checks, proven.calls, _verdict(request, proven))


def _problem(topic: str, name: str, error: MfaenvError) -> Check:
    return Check(topic, name, error.message, State.WRONG, error.next_step)


def _session(proven: Proven, context: Context) -> Iterator[Check]:
    if proven.problem:
        yield _problem("session", "", proven.problem)
    if proven.session:
        left = duration.rounded(int(proven.session.left(context.now())))
        yield Check("session", "", f"{'the stored one' if proven.stored else 'a new one'}, {left} left")


def _role(request: Request, proven: Proven, context: Context) -> Iterator[Check]:
    if not request.hops or not request.keys:
        return
    text = f"the calls are those of profile {request.profiles[-1]}: a role's own say nothing about a user's policy"
    yield Check("role", f"profile {request.profile.text}", text)
    if proven.session:
        role = request.hops[-1].role_arn
        _, problem = account.obtain(request, context._replace(acquisition=NEVER_ASK))
        yield _problem("role", role, problem) if problem else Check("role", role, "can be assumed")


def _verdict(request: Request, proven: Proven) -> Verdict:
    if not request.keys:
        reason = f"Profile {request.profile.text} has no long-term keys to compare with: {request.provider}."
        step = "Name the profile of an IAM user's access keys:\nmfaenv doctor -p NAME"
        return Verdict(Enforcement.CANNOT_TELL, reason, step)
    judged = judge({row.call.action: row.evidence for row in proven.calls if row.evidence})
    return judged._replace(next_step=DELETE_KEYS) if proven.identity and proven.identity.is_root else judged
