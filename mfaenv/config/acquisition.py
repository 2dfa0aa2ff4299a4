"""How a session may be got, from options, environment and AWS files: the code, where to ask, and whether at all."""

from collections.abc import Mapping

from mfaenv import suggest
from mfaenv.config.awsfiles import AwsFiles
from mfaenv.config.resolve import looked_up, option_or_setting
from mfaenv.errors import USAGE, MfaenvError
from mfaenv.fast import catalog
from mfaenv.fast.parse import Options
from mfaenv.model import Acquisition, Origin, Request, Value
from mfaenv.terminal.text import code_digits

STDIN = "-"
"""The value of --token-code that means a line of standard input."""


def settle(options: Options, env: Mapping[str, str], request: Request, files: AwsFiles) -> Acquisition:
    """Settle how the session for a request may be got. Raise MfaenvError (usage)."""
    return Acquisition(
        token_code=_token_code(options, env),
        token_command=option_or_setting(
            looked_up(options, env, "token_command"), "mfa_process", request.profiles, files
        ),
        ask=_ask(options, env),
        refresh="refresh" in options,
        cached="cached" in options,
        no_input="no_input" in options,
    )


def _token_code(options: Options, env: Mapping[str, str]) -> Value:
    """Return the code, or `-` for standard input, and its source. Raise MfaenvError (usage) for what is none.

    A variable is not looked at where it does not count.
    """
    code = looked_up(options, env, "token_code")
    counts = code.origin is Origin.OPTION or (code.text and not options.keys() & {"token_command", "cached"})
    if counts and code.text != STDIN:
        return code._replace(text=checked_code(code.text, code.source))
    return code


def checked_code(text: str, source: str) -> str:
    """Return the six digits. Raise MfaenvError (usage) for anything else, without showing what was given."""
    digits = code_digits(text)
    if not digits:
        raise MfaenvError(f"{source}: a code is six digits.", "It is the number that the device shows.", status=USAGE)
    return digits


def _ask(options: Options, env: Mapping[str, str]) -> Value:
    """Return where to ask. A program that MFAENV_ASK names opens a window. Raise MfaenvError (usage)."""
    ask = looked_up(options, env, "ask")
    row, windows = catalog.OPTIONS["ask"], catalog.WINDOWS if ask.origin is Origin.VARIABLE else ()
    if not ask.text:
        return Value(row.default, "")
    if ask.text in windows:
        return ask._replace(text="window")
    if ask.text not in row.takes:
        names = [*row.takes, *windows]
        hint = suggest.hint(ask.text, names, f"It takes {', '.join(names)}.")
        raise MfaenvError(f"{ask.source} does not know '{ask.text}'.", hint, status=USAGE)
    return ask
