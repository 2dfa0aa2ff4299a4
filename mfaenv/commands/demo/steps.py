"""The main job once, end to end, in plain lines: what `mfaenv demo` does where nobody can type."""

import json
import shutil
import sys
from collections.abc import Mapping
from typing import NamedTuple

from mfaenv.demo import client
from mfaenv.demo.story import REGION, Story
from mfaenv.errors import MfaenvError
from mfaenv.foreground import started
from mfaenv.outcome import to_stdout

_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION")
_EVALUATE = 'eval "$(cat)" && printf "%s\\n" ' + " ".join(f'"${name}"' for name in _NAMES)
_MFAENV = [sys.executable, "-m", "mfaenv", "--quiet", "--token-code", "-"]


class _Session(NamedTuple):
    """What mfaenv put into the environment."""

    id: str
    secret: str
    token: str
    expiration: str


def walk(story: Story, url: str, environ: Mapping[str, str]) -> None:
    """Show every step on standard output. Raises MfaenvError at the first that does not go as it should."""
    _say(f"A pretend AWS listens at {url}. Nothing leaves this machine.")
    identity = client.get_caller_identity(url, story.key, REGION)
    _say(f"Who has the access key {story.key.id}? AWS tells that under any policy: {_only(identity, 'Arn')}")
    _say(f"May that key list buckets, as it is? {_outcome(client.list_buckets(url, story.key, REGION))}")
    _say(f"The user's MFA device: {story.device.serial}")
    code = story.device.code()
    _say(f"The code that it shows now: {code}")
    shell = shutil.which("sh")
    line = f"mfaenv --token-code {code}"
    _say(f'Your line in a shell: eval "$({line})"' if shell else f"Your line: {line}")
    session = _evaluated(shell, code, environ) if shell else _parsed(code, environ)
    _say(f"It gave AWS_ACCESS_KEY_ID={session.id} and its session token, good until {session.expiration}")
    after = client.list_buckets(url, session, REGION)
    _say(f"May the session list buckets? {_outcome(after)}")
    if after.error:
        raise MfaenvError("The session was refused.", "Run `mfaenv demo` in a terminal to look closer.")


def _evaluated(shell: str, code: str, environ: Mapping[str, str]) -> _Session:
    """Run the real program, and evaluate what it prints in a real shell."""
    # Not in one go, with a shell that calls the program: it would outlive a shell that is ended.
    printed = _run([*_MFAENV, "--shell", "sh"], code, environ)
    return _Session(*_run([shell, "-c", _EVALUATE], printed, environ).splitlines())


def _parsed(code: str, environ: Mapping[str, str]) -> _Session:
    """Run the real program, and read what it prints as data: there is no shell."""
    values = json.loads(_run([*_MFAENV, "--format", "json"], code, environ))
    return _Session(*(values[name] for name in _NAMES))


def _run(command: list[str], given: str, environ: Mapping[str, str]) -> str:
    with started(command, environ, piped=True) as process:
        printed, _ = process.communicate(given.encode())
    if process.returncode:
        raise MfaenvError(f"This step ended with status {process.returncode}.", "Its own message stands above.")
    return printed.decode()


def _outcome(reply: client.Reply) -> str:
    return f"No. {reply.error}" if reply.error else f"Yes: {', '.join(reply.values('Name'))}"


def _only(reply: client.Reply, element: str) -> str:
    return ", ".join(reply.values(element)) or reply.error


def _say(line: str) -> None:
    to_stdout(f"{line}\n".encode())
