"""`mfaenv unset`: the lines that remove what the main command sets."""

import os

from mfaenv import shells
from mfaenv.commands.output_target import choose_target
from mfaenv.errors import DONE
from mfaenv.fast import environment, secrets_to_stdout, to_stdout
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.session import direnv


def run(options: Options, _words: Words, env: Env) -> int:
    """Raise MfaenvError (usage) for an unknown shell or format."""
    target = choose_target(options, env)
    pairs, is_read = environment.removal(env), target in shells.NAMES and not os.isatty(1)
    diff = [pair for pair in direnv.with_diff(pairs, env) if is_read and pair[0] == environment.DIRENV_DIFF]
    (secrets_to_stdout if diff else to_stdout)(shells.render(target, [*pairs, *diff]))  # a diff holds keys
    note: tuple[str, ...] = ()
    if name := env.get(environment.ONLY) or (environment.is_served(env) and env[environment.SERVED]):
        note = f"The credentials that mfaenv exec gave stay, of profile {name}. To leave, type:", "exit"
    elif os.isatty(1) and target in shells.NAMES:
        unread = "No shell reads these lines. To remove the session from this one, type:"
        note = unread, shells.loading_line(target, ("mfaenv", "unset"))
    if note:
        from mfaenv.terminal.terminal import Terminal  # slow to load, and mostly there is none

        Terminal(env).note(*note)
    return DONE
