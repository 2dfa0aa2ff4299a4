"""`mfaenv demo`: run a shell, a command or the steps of the main job with a pretend AWS, and leave nothing behind."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory, gettempdir

from mfaenv.commands.demo.shell import start
from mfaenv.commands.demo.steps import show_steps
from mfaenv.commands.exec import user_shell
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import environment
from mfaenv.fast.catalog import OPTIONS
from mfaenv.fast.entry import owner
from mfaenv.fast.output import text_to_stdout
from mfaenv.fast.parse import Options
from mfaenv.pretend_aws.files import without_aws, write_files
from mfaenv.pretend_aws.pages import NoDeviceError, read_code_page
from mfaenv.pretend_aws.scenario import Scenario, build_scenario, without_device
from mfaenv.pretend_aws.server import PretendAws
from mfaenv.shells import loading_line
from mfaenv.shells.detect import identify
from mfaenv.terminal.foreground import run_in_foreground, stopped_in_order, undisturbed
from mfaenv.terminal.program import find
from mfaenv.terminal.terminal import Terminal

PREFIX = "mfaenv-demo-"
"""Of a demo's folder. The port is next in its name, so that another demo can see whether this one still runs."""

NO_DEVICE = "no device"

_INTRODUCTION = """\
This shell uses a pretend AWS at {url}.
Nothing leaves this machine: the AWS CLI goes there, from 1.29 and 2.13 on.
You are alice in account 123456789012, with an access key
{policy}.

{steps}

There are roles too, for the same code: profiles staging, production, audit.
`mfaenv console -p staging` opens a console in the browser, from here too.
Another terminal window is outside of the demo, and has your own AWS.
`exit` ends the demo and leaves nothing behind.
"""
_POLICY_WORDS = {
    "mfa": ("and a policy that denies everything without MFA", "is refused: the key alone may do nothing"),
    "none": ("and an MFA device, but no policy that demands it", "works: a device alone restricts nothing"),
    NO_DEVICE: ("and no MFA device, which a policy demands and lets you set up", "is refused: there is no MFA yet"),
}


def run(options: Options, command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the command, the user's shell or, without a terminal, the steps of the main job with a pretend AWS.

    All of it is removed afterwards, also when a signal ends it (SystemExit). With --code, show the code of this demo.
    Raise MfaenvError for an unknown policy, and a command or step that cannot be run.
    """
    if "code" in options:
        return show_code(env)
    on_terminal = os.isatty(0) and os.isatty(1)
    policy = str(options.get("policy") or OPTIONS["policy"].default)
    scenario = build_scenario(policy)
    if "no_device" in options:
        scenario, policy = without_device(scenario), NO_DEVICE
        if not (command or on_terminal):
            raise MfaenvError("The steps that are shown without a terminal take a device.", "Type it in a terminal.")
    with stopped_in_order(), _served(scenario, env) as (url, demo_env):
        if command:
            return run_in_foreground(command, demo_env)
        if not on_terminal:
            show_steps(scenario, url, demo_env)
            return DONE
        shell = user_shell(demo_env)
        started = start(shell, demo_env)
        Terminal(demo_env).tell(_introduction(scenario, url, policy, shell) + started.remark)
        return run_in_foreground(started.words, {**demo_env, **started.variables})


def show_code(env: Mapping[str, str], *, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print the code on standard output, one that is still good: waits where the one on show has been used.

    Raise MfaenvError outside a demo, and where the demo has no device.
    """
    url, terminal = env.get(environment.DEMO, ""), Terminal(env)
    if not url.startswith(environment.LOOPBACK):
        raise MfaenvError(
            "There is no demo here to show the code of.", "A demo is in its own shell. Start one: mfaenv demo"
        )
    try:
        shown = read_code_page(url)
        while shown.used:
            terminal.tell(f"{shown.code} has been used; the next one comes in {shown.seconds} s")
            sleep(shown.seconds)
            shown = read_code_page(url)
    except NoDeviceError:
        raise MfaenvError("Alice has no MFA device yet.", "Make one: mfaenv configure") from None
    except OSError:
        raise MfaenvError(f"The demo at {url} has ended.", "Start another: mfaenv demo") from None
    text_to_stdout(f"{shown.code}\n")
    terminal.tell(f"good for {shown.good_seconds} more seconds, once")
    return DONE


@contextmanager
def _served(scenario: Scenario, env: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve the world; yield its address and the environment in which programs find it."""
    opened = ExitStack()
    try:
        with undisturbed():
            _sweep(gettempdir())
            url = opened.enter_context(PretendAws(scenario.world)).url
            prefix = f"{PREFIX}{url.rpartition(':')[2]}-"
            name = opened.enter_context(TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True))
        files = write_files(Path(name), url, keys={"default": scenario.key}, profiles=scenario.profiles)
        theirs = without_aws(env)
        if not find("mfaenv", theirs):  # it runs as `python -m mfaenv`
            theirs["PATH"] = theirs.get("PATH", os.defpath) + os.pathsep + str(Path(sys.executable).parent)
        # Go's SDK takes AWS_ENDPOINT_URL for services, but not where it assumes a role by itself.
        yield url, {**theirs, **files, "AWS_ENDPOINT_URL_STS": url, environment.DEMO: url}
    finally:
        with undisturbed():
            opened.close()


def _sweep(folder: str) -> None:
    """Remove what this user's demos that were killed have left behind: nobody listens on the port in the name."""
    for place in Path(folder).glob(f"{PREFIX}*-*"):
        with suppress(OSError, ValueError, OverflowError), socket() as probe:
            address = ("127.0.0.1", int(place.name.removeprefix(PREFIX).partition("-")[0]))
            if not owner(place.lstat()) and probe.connect_ex(address) != 0:
                shutil.rmtree(place, ignore_errors=True)


def _introduction(scenario: Scenario, url: str, policy: str, shell: str) -> str:
    shown = scenario.device.shown()
    words, before = _POLICY_WORDS[policy]
    code = ("mfaenv demo --code", f"shows the MFA device's code: {shown.code}, good for {shown.good_seconds} s")
    set_up = [("mfaenv configure", "makes the MFA device"), (code[0], "shows its codes, as a phone would")]
    steps = [
        ("aws s3 ls", before),
        *(set_up if policy == NO_DEVICE else [code]),
        (loading_line(identify([shell]) or "sh"), "asks for the code"),
        ("aws s3 ls", "works"),
    ]
    lines = "\n".join(f"  {line:<18}  {effect}" for line, effect in steps)
    return _INTRODUCTION.format(url=url, policy=words, steps=lines)
