"""The person's pager, for text that is longer than the screen."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Mapping

from mfaenv.errors import MfaenvError
from mfaenv.fast import output
from mfaenv.terminal import foreground, program

VARIABLE = "PAGER"
USUAL = "less"
COLOURED = "-R"
"""What lets less show colours; LESS holds the options that the person has set."""


def show(text: str, env: Mapping[str, str]) -> None:
    """Show text in the pager where it is longer than the screen; without one, write it to standard output."""
    try:
        command = shlex.split(env.get(VARIABLE, USUAL))
        if text.count("\n") < shutil.get_terminal_size().lines or not (command and program.find(command[0], env)):
            output.text_to_stdout(text)
            return
        own = {**env, "LESS": f"{env.get('LESS', '')} {COLOURED}"}
        # Ctrl-C is the pager's. A handler, not SIG_IGN: the pager would inherit that.
        with (
            foreground.handling(dict.fromkeys(("SIGINT", "SIGQUIT"), lambda _number, _frame: None)),
            program.start(command, own, stdin=subprocess.PIPE) as process,
        ):
            process.communicate(text.encode("utf-8", "replace"))
    except (OSError, ValueError, MfaenvError):
        output.text_to_stdout(text)
