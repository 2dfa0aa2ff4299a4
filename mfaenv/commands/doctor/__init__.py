"""`mfaenv doctor`: what is set up here, in the order in which things break, and the proof that MFA is required."""

from collections.abc import Iterator

from mfaenv import duration
from mfaenv.commands.doctor import account, local
from mfaenv.commands.doctor.account import Proof
from mfaenv.commands.doctor.report import Check, Enforcement, Report, Verdict, judge
from mfaenv.config import resolve, shell_settings
from mfaenv.errors import DONE, FAILED, USAGE, MfaenvError
from mfaenv.fast import catalog
from mfaenv.fast.output import text_to_stdout, to_stdout
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.model import NEVER_ASK
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
        files = resolve.load_files(options, env)
        request = resolve.resolve(options, env, files)
        context = context._replace(acquisition=resolve.acquisition(options, env, request, files))
    except MfaenvError as error:
        if error.status == USAGE:
            raise
        name = catalog.profile_or_default(options, env)
        checks += [Check.of_error("values", f"profile {name}", error), *variables]
        return Report(name, [*checks, local.shell(env), local.store(context.store)], (), NO_KEYS)
    proof = account.compare_calls(request, context)
    checks += [*local.titles(files), *local.values(proof.request, context.acquisition, env, files)]
    checks += [*local.roles(files), *variables, *account.checks(proof, context.store)]
    checks += [local.shell(env), local.store(context.store), *_session(proof, context)]
    checks += [*_role(proof, context), *account.failures(proof.calls)]
    for row in proof.calls:
        for when, outcome in zip(("without MFA", "with MFA"), row.outcomes, strict=True):
            context.terminal.detail(row.call.action, f"{when}: {outcome.kind}", outcome.text)
    return Report(request.profile.text, checks, proof.calls, _verdict(proof))


def _session(proof: Proof, context: Context) -> Iterator[Check]:
    if proof.problem:
        yield Check.of_error("session", "", proof.problem)
    if proof.session:
        left = duration.rounded(int(proof.session.left(context.now())))
        yield Check("session", "", f"{'the stored one' if proof.stored else 'a new one'}, {left} left")


def _role(proof: Proof, context: Context) -> Iterator[Check]:
    request = proof.request
    if not request.hops or not request.keys:
        return
    text = f"the calls are those of profile {request.profiles[-1]}: a role's own say nothing about a user's policy"
    yield Check("role", f"profile {request.profile.text}", text)
    if proof.session:
        role = request.hops[-1].role_arn
        _, problem = account.obtain(request, context._replace(acquisition=NEVER_ASK))
        yield Check.of_error("role", role, problem) if problem else Check("role", role, "can be assumed")


def _verdict(proof: Proof) -> Verdict:
    request = proof.request
    if proof.no_keys:
        return NO_KEYS
    if not request.keys:
        reason = f"Profile {request.profile.text} has no long-term keys to compare with: {request.provider}."
        step = "Name the profile of an IAM user's access keys:"
        return Verdict(Enforcement.CANNOT_TELL, reason, step, "mfaenv doctor -p NAME")
    judged = judge({row.call.action: row.evidence for row in proof.calls if row.evidence})
    return judged._replace(next_step=DELETE_KEYS, command="") if proof.identity and proof.identity.is_root else judged
