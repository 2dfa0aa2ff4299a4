"""`mfaenv unset`: the lines that remove what the main command sets."""

import os

from mfaenv import shells
from mfaenv.commands.output_target import choose_target
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import environment, secrets_to_stdout, to_stdout
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.session import direnv


def run(options: Options, _words: Words, env: Env) -> int:
    """Raise MfaenvError for an unknown shell or format (usage), and where something else gives the credentials."""
    target = choose_target(options, env)
    has_address = environment.is_served(env) and not env.get("AWS_ACCESS_KEY_ID")
    if name := env.get(environment.ONLY) or (has_address and env[environment.SERVED]):
        wrong = f"mfaenv exec gave this shell the credentials of profile {name}. To leave it, type:"
        raise MfaenvError(wrong, command="exit")
    pairs, is_read = environment.removal(env), target in shells.NAMES and not os.isatty(1)
    diff = [pair for pair in direnv.with_diff(pairs, env) if is_read and pair[0] == environment.DIRENV_DIFF]
    (secrets_to_stdout if diff else to_stdout)(shells.render(target, [*pairs, *diff]))  # a diff holds keys
    if os.isatty(1) and target in shells.NAMES:
        from mfaenv.terminal.terminal import Terminal  # slow to load, and mostly a shell reads the lines

        unread = "No shell reads these lines. To remove the session from this one, type:"
        Terminal(env).note(unread, shells.loading_line(target, ("mfaenv", "unset")))
    return DONE
