"""What a command line starts: a command, --version or --help."""

from mfaenv import __version__, errors, fast
from mfaenv.cli import help as pages
from mfaenv.cli import wrong_usage
from mfaenv.errors import DONE
from mfaenv.fast import parse
from mfaenv.fast.catalog import COMMANDS
from mfaenv.fast.parse import MAIN, MAIN_OPTIONS, NEVER_LEFT_OUT, Env, Options, Words


def run(name: str, options: Options, words: Words, env: Env) -> int:
    """Return the exit status. Raise MfaenvError."""
    row = COMMANDS[name]
    if name == MAIN and words:
        raise wrong_usage.no_command(words, options, env)
    if "version" in options:
        fast.text_to_stdout(f"mfaenv {__version__}\n")
    elif "help" in options:
        fast.text_to_stdout(pages.page(name))
    else:
        if not row.takes_words(len(words)):
            raise wrong_usage.words(name, words, options, env)
        for option in NEVER_LEFT_OUT & options.keys() - row.options.keys():
            raise wrong_usage.error(f"{MAIN_OPTIONS[option].flags[-1]} has no meaning before {name}", name)
        # `--policy "$NOT_SET"` must not mean "without a limit", nor an empty profile the default one.
        if empty := [row.options[each] for each, value in row.taken(options).items() if value == ""]:
            flag = empty[0].flags[-1]
            raise errors.wrong_usage(f"{flag} is empty.", f"Type: {flag} {empty[0].metavar}")
        return parse.load(name)(row.taken(options), words, env)
    return DONE
