"""`mfaenv doctor`: what is set up here, and the proof that MFA is required."""

import json

from mfaenv.commands.doctor import account, local
from mfaenv.commands.doctor.report import Check, Report, judge
from mfaenv.config import resolve
from mfaenv.errors import DONE, FAILED, USAGE, MfaenvError
from mfaenv.fast import catalog, environment, text_to_stdout, to_stdout
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.session.cache import Context
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal


def run(options: Options, _words: Words, env: Env) -> int:
    """Print the report. Raise MfaenvError (usage); KeyboardInterrupt."""
    terminal = Terminal.for_options(options, env)
    report = examine(options, environment.without_settings(env), Context(Store.of(env), terminal))
    if options.get("as_json"):
        to_stdout((json.dumps(report.as_data(), indent=2) + "\n").encode())
    else:
        text_to_stdout(terminal.drawn(*report.as_tables(env)))
    return DONE if report.well else FAILED


def examine(options: Options, env: Env, context: Context) -> Report:
    """Look at everything, in the order in which things break."""
    checks = list(local.aws_files(env))
    here = [*local.environment(env, context.store, context.now())]
    here += [local.shell(options, env), local.store(context.store)]
    try:
        files = resolve.load_files(options, env)
        request = resolve.resolve(options, env, files)
        context = context._replace(acquisition=resolve.acquisition(options, env, request, files))
    except MfaenvError as error:
        if error.status == USAGE:
            raise
        name = catalog.profile_or_default(options, env)
        wrong = Check.of_error("values", f"profile {name}", error)
        return Report(name, [*checks, wrong, *here], (), judge({}))
    proof = account.compare_calls(request, context)
    checks += [*local.sections(files, env), *local.values(proof.request, context.acquisition)]
    checks += [*local.roles(files), *here, *account.checks(proof, context)]
    for row in proof.calls:
        for when, outcome in zip(("without MFA", "with MFA"), row.outcomes, strict=True):
            context.terminal.detail(row.call.action, f"{when}: {outcome.kind}", outcome.text)
    return Report(request.profile.text, checks, proof.calls, account.verdict(proof))
