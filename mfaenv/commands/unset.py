"""`mfaenv unset`: the lines that remove what the main command sets."""

import os

from mfaenv import shells
from mfaenv.command_line import as_typed
from mfaenv.commands.output_target import choose_target
from mfaenv.errors import DONE
from mfaenv.fast import environment, text_to_stderr, to_stdout
from mfaenv.fast.parse import Env, Options, Words

UNREAD = "mfaenv: No shell reads these lines. To remove the session from this one, type:"


def run(options: Options, _words: Words, env: Env) -> int:
    """Raise MfaenvError (usage) for an unknown shell or format."""
    target = choose_target(options, env)
    to_stdout(shells.render(target, environment.removal(env)))
    if os.isatty(1) and target in shells.NAMES:
        line = as_typed(shells.loading_line(target, "mfaenv unset"), env)
        text_to_stderr(f"{UNREAD}\n        {line}\n")
    return DONE
