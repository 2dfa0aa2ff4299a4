"""The main command: what was asked, to a session, to bytes on standard output."""

import os
import time
from contextlib import suppress

from mfaenv import fast, shells
from mfaenv.command_line import same_command
from mfaenv.commands import notice
from mfaenv.commands.output_target import choose_target, code_page
from mfaenv.config.names import file_paths
from mfaenv.errors import DONE, MfaenvError, wrong_usage
from mfaenv.fast import catalog, environment, parse, secrets_to_stdout, text_to_stderr
from mfaenv.fast.entry import Fields
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.session import direnv, service
from mfaenv.shells.formats import github_masks
from mfaenv.store import Store, output_file
from mfaenv.terminal.terminal import Terminal


def run(options: Options, _words: Words, env: Env) -> int:
    """Print the lines that set a session in the shell. Raise MfaenvError."""
    target = choose_target(options, env)
    line = shells.loading_line(target, same_command(options)) if os.isatty(1) else ""
    path = parse.text(options, "output")
    if "output" in options:
        _check_file(path, env)
    elif os.isatty(1) and not options.keys() & catalog.PRINTING:
        hint = "To set the session in this one, type:"
        raise wrong_usage("No shell reads what is printed here.", hint, line)
    # Programs read what `process` prints, and end it by signals as they like.
    terminal = Terminal.for_options(options, env, for_shell=target != "process")
    pairs = service.get_pairs(options, env, terminal, lambda own: _check_values(target, own))
    if target in shells.NAMES and "output" not in options:
        pairs = direnv.with_diff(pairs, env)
    text = shells.render(target, pairs, encoding=code_page())
    if fast.runs_on_github(target, env):
        text_to_stderr(github_masks(pairs))
    if "output" in options:
        output_file.write(path, text)
    else:
        if os.isatty(1):
            _refuse_controls(text, target)
            if target in shells.NAMES:
                terminal.note("To set the session in a shell, type:", line)
        secrets_to_stdout(text, quiet="quiet" in options, for_runner=fast.runs_on_github(target, env))
        if target in shells.NAMES and fast.is_told(options, env, pairs):
            notice.show(options, env, pairs)
    with suppress(OSError):  # the keys are printed: the line must not fail any more
        Store.of(env).sweep(time.time())
    return DONE


def _check_file(path: str, env: Env) -> None:
    output_file.check(path)
    if any(_is_same(path, other) for other in (*file_paths(env), *file_paths({}))):
        wrong = f"{path} is an AWS file, whose profiles would be lost."
        hint = "Name another file. For programs that read profiles:"
        raise MfaenvError(f"{wrong} {hint}", command="mfaenv help programs")


def _is_same(path: str, other: str) -> bool:
    """Return whether two names are of one file, also where a file system ignores case."""
    with suppress(OSError):  # one is not there
        return os.path.samefile(path, other)
    return os.path.realpath(path) == os.path.realpath(other)


def _refuse_controls(text: bytes, target: str) -> None:
    shown = text.decode(shells.get_target(target).encoding or code_page(), "surrogateescape")
    if not shown.replace("\r\n", "").replace("\n", "").isprintable():
        hint = "Let a shell or a program read it, or write it to a file."
        raise MfaenvError("A value holds control characters, which this terminal would act on.", hint)


def _check_values(target: str, own: Fields) -> None:
    """See that the shell can hold what is known, before a code is spent. Raise MfaenvError."""
    if target in shells.NAMES:
        region = [(name, own["region"] or None) for name in environment.REGIONS]
        settings = environment.parse_settings(own["settings"])
        shells.render(target, [*region, (environment.PROFILE, own["profile"]), *settings], encoding=code_page())
