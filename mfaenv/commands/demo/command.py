"""`mfaenv demo`: run a shell, a command or the steps of the main job with a pretend AWS, and leave nothing behind."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mfaenv.cli.help import columns
from mfaenv.commands.demo.shell import start
from mfaenv.commands.demo.steps import show_steps
from mfaenv.commands.exec import user_shell
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import environment
from mfaenv.fast.output import text_to_stdout
from mfaenv.pretend_aws.files import without_aws, write_files
from mfaenv.pretend_aws.pages import read_code_page
from mfaenv.pretend_aws.scenario import Scenario, build_scenario
from mfaenv.pretend_aws.server import PretendAws
from mfaenv.shells import loading_line
from mfaenv.shells.detect import identify
from mfaenv.terminal.foreground import run_in_foreground, stopped_in_order, undisturbed
from mfaenv.terminal.program import find
from mfaenv.terminal.terminal import Terminal

_INTRODUCTION = """\
This shell uses a pretend AWS at {url}.
Nothing leaves this machine: the AWS CLI goes there, from 1.29 and 2.13 on.
You are alice in account 123456789012, with an access key
{policy}.

{steps}

There are roles too, for the same code: profiles staging, production, audit.
`mfaenv console -p staging` opens a console in the browser, from here too.
`exit` ends the demo and leaves nothing behind.
"""
_POLICY_WORDS = {
    "mfa": ("and a policy that denies everything without MFA", "is refused: the key alone may do nothing"),
    "none": ("and an MFA device, but no policy that demands it", "works: a device alone restricts nothing"),
}


def run(policy: str = "mfa", command: Sequence[str] = ()) -> int:
    """Run the command, or the user's shell, with a pretend AWS; return the exit status.

    `policy` is `mfa` or `none`. Without a command and without a terminal, the main job is done once, each step shown on
    standard output. All of it is removed afterwards, also when a signal ends it (SystemExit).

    Raise MfaenvError for an unknown policy, and a command or step that cannot be run.
    """
    scenario = build_scenario(policy)
    with stopped_in_order(), _served(scenario) as (url, environ):
        if command:
            return run_in_foreground(command, environ)
        if not (os.isatty(0) and os.isatty(1)):
            show_steps(scenario, url, environ)
            return DONE
        shell = user_shell(environ)
        started = start(shell, environ)
        Terminal(environ).tell(_introduction(scenario, url, policy, shell) + started.remark)
        return run_in_foreground(started.words, {**environ, **started.variables})


def show_code(environ: Mapping[str, str] = os.environ, *, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print the code on standard output, one that is still good: waits where the one on show has been used.

    Raise MfaenvError outside a demo.
    """
    url, terminal = environ.get(environment.DEMO, ""), Terminal(environ)
    if not url.startswith("http://127.0.0.1:"):
        raise MfaenvError("There is no demo here to show the code of.", "Start one first: mfaenv demo")
    try:
        shown = read_code_page(url)
        while shown.used:
            terminal.tell(f"{shown.code} has been used; the next one comes in {shown.seconds} s")
            sleep(shown.seconds)
            shown = read_code_page(url)
    except OSError:
        raise MfaenvError(f"The demo at {url} has ended.", "Start another: mfaenv demo") from None
    text_to_stdout(f"{shown.code}\n")
    terminal.tell(f"good for {shown.seconds} more seconds, once")
    return DONE


@contextmanager
def _served(scenario: Scenario) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve the world; yield its address and the environment in which programs find it."""
    opened = ExitStack()
    try:
        with undisturbed():
            name = opened.enter_context(TemporaryDirectory(prefix="mfaenv-demo-", ignore_cleanup_errors=True))
            url = opened.enter_context(PretendAws(scenario.world)).url
        files = write_files(Path(name), url, keys={"default": scenario.key}, profiles=scenario.profiles)
        yield url, {**_with_mfaenv(without_aws(os.environ)), **files, environment.DEMO: url}
    finally:
        with undisturbed():
            opened.close()


def _with_mfaenv(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with this program on its path, which it is not when it runs as `python -m mfaenv`."""
    if find("mfaenv", environ):
        return dict(environ)
    return {**environ, "PATH": environ.get("PATH", os.defpath) + os.pathsep + str(Path(sys.executable).parent)}


def _introduction(scenario: Scenario, url: str, policy: str, shell: str) -> str:
    shown = scenario.device.shown()
    words, before = _POLICY_WORDS[policy]
    steps = [
        ("aws s3 ls", before),
        ("mfaenv demo --code", f"shows the MFA device's code: {shown.code}, for {shown.seconds} s"),
        (loading_line(identify([shell]) or "sh"), "asks for the code, and shows it once more"),
        ("aws s3 ls", "works"),
    ]
    return _INTRODUCTION.format(url=url, policy=words, steps="\n".join(columns(steps)))
