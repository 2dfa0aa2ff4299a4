"""`mfaenv unset`: the lines that remove everything that the main command sets."""

from mfaenv import shells
from mfaenv.commands.target import get_target
from mfaenv.errors import DONE
from mfaenv.fast import environment
from mfaenv.fast.output import to_stdout
from mfaenv.fast.parse import Env, Options, Words


def run(options: Options, _words: Words, env: Env) -> int:
    """Print them. Raise MfaenvError (usage) for a shell or format that there is not."""
    to_stdout(shells.render(get_target(options, env), environment.removal(env)))
    return DONE
