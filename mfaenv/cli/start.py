"""What a command line that was read starts: a command, or the answer of --version or --help."""

from mfaenv import __version__
from mfaenv.cli import help as pages
from mfaenv.cli import wrong_usage
from mfaenv.errors import DONE
from mfaenv.fast import output
from mfaenv.fast.catalog import COMMANDS
from mfaenv.fast.parse import MAIN, Env, Options, Words


def run(name: str, options: Options, words: Words, env: Env) -> int:
    """Start a command, or answer; return the exit status. Raise MfaenvError, for a wrong number of words too.

    So it does for an option without its text: `--policy "$NOT_SET"` must not mean "without a limit", nor an empty
    profile or role the one that is used where none is named.
    """
    row = COMMANDS[name]
    if name == MAIN and words:
        raise wrong_usage.no_command(words[0], env)
    if "version" in options:
        output.text_to_stdout(f"mfaenv {__version__}\n")
    elif "help" in options:
        output.text_to_stdout(pages.page(name))
    else:
        if not row.takes_words(len(words)):
            raise wrong_usage.words(name, words, env)
        if empty := [row.options[each] for each, value in row.taken(options).items() if value == ""]:
            raise wrong_usage.no_value(empty[0])
        return row.load()(row.taken(options), words, env)
    return DONE
