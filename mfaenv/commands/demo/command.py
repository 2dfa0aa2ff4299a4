"""`mfaenv demo`: a shell, a command or a walk with a pretend AWS around it, and nothing left behind."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from mfaenv.demo.files import without_aws, write_files
from mfaenv.demo.pages import read_code_page
from mfaenv.demo.server import PretendAws
from mfaenv.demo.story import Story, tell
from mfaenv.demo.walk import walk
from mfaenv.errors import DONE, MfaenvError
from mfaenv.execute import user_shell
from mfaenv.foreground import run_in_foreground, stopped_in_order, undisturbed
from mfaenv.help import columns
from mfaenv.outcome import to_stdout
from mfaenv.shells import loading_line
from mfaenv.shells.detect import identify

ADDRESS = "MFAENV_DEMO"
"""The variable that tells programs inside a demo where it is."""

_INTRODUCTION = """\
This shell has an AWS of its own, at {url}.
Nothing leaves this machine: the AWS CLI goes there, from 1.29 and 2.13 on.
You are alice in account 123456789012, with an access key
{policy}.

{steps}

There are roles too, with the same code: profiles staging, production and audit.
`exit` ends the demo and leaves nothing behind.
"""
_POLICY_WORDS = {
    "mfa": ("and a policy that denies everything without MFA", "is refused: the key alone may do nothing"),
    "none": ("and an MFA device, but no policy that demands it", "works: a device alone restricts nothing"),
}


def run(policy: str = "mfa", command: Sequence[str] = ()) -> int:
    """Run the command, or the user's shell, with the pretend AWS around it; return the exit status.

    `policy` is `mfa` or `none`. Without a command and without a terminal, the main job is done once, each step shown on
    standard output. Everything is gone afterwards, also when a signal ends it (SystemExit).

    Raises MfaenvError for an unknown policy, and a command or step that cannot be run.
    """
    story = tell(policy)
    with stopped_in_order(), _stage(story) as (url, environ):
        if command:
            return run_in_foreground(command, environ)
        if not (os.isatty(0) and os.isatty(1)):
            walk(story, url, environ)
            return DONE
        shell = user_shell(environ)
        sys.stderr.write(_introduction(story, url, policy, shell))
        return run_in_foreground([shell], environ)


def show_code(environ: Mapping[str, str] = os.environ, *, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print the code on standard output, one that is still good: waits where the one on show has been used.

    Raises MfaenvError outside a demo.
    """
    url = environ.get(ADDRESS, "")
    if urlsplit(url).hostname != "127.0.0.1":
        raise MfaenvError("There is no demo here to show the code of.", "Start one first: mfaenv demo")
    try:
        shown = read_code_page(url)
        while shown.used:
            sys.stderr.write(f"{shown.code} has been used; the next one comes in {shown.seconds} s\n")
            sleep(shown.seconds)
            shown = read_code_page(url)
    except OSError:
        raise MfaenvError(f"The demo at {url} has ended.", "Start another: mfaenv demo") from None
    to_stdout(f"{shown.code}\n".encode())
    sys.stderr.write(f"good for {shown.seconds} more seconds, once\n")
    return DONE


@contextmanager
def _stage(story: Story) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve the world; give its address and the environment in which programs find it."""
    opened = ExitStack()
    try:
        with undisturbed():
            name = opened.enter_context(TemporaryDirectory(prefix="mfaenv-demo-", ignore_cleanup_errors=True))
            url = opened.enter_context(PretendAws(story.world)).url
        files = write_files(Path(name), url, keys={"default": story.key}, profiles=story.profiles)
        yield url, {**_with_mfaenv(without_aws(os.environ)), **files, ADDRESS: url}
    finally:
        with undisturbed():
            opened.close()


def _with_mfaenv(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with this program on its path, which it is not when it runs as `python -m mfaenv`."""
    path = environ.get("PATH", os.defpath)
    if shutil.which("mfaenv", path=path):
        return dict(environ)
    return {**environ, "PATH": path + os.pathsep + str(Path(sys.executable).parent)}


def _introduction(story: Story, url: str, policy: str, shell: str) -> str:
    shown = story.device.shown()
    words, before = _POLICY_WORDS[policy]
    steps = [
        ("aws s3 ls", before),
        ("mfaenv demo --code", f"shows the MFA device's code: {shown.code}, for {shown.seconds} s"),
        (loading_line(identify([shell]) or "sh"), "asks for the code"),
        ("aws s3 ls", "works"),
    ]
    return _INTRODUCTION.format(url=url, policy=words, steps="\n".join(columns(steps)))
