"""Run the main job once and print each step: what `mfaenv demo` does without a terminal."""

import json
import sys
from collections.abc import Mapping

from mfaenv.commands.demo import client
from mfaenv.errors import MfaenvError
from mfaenv.fast.output import text_to_stdout
from mfaenv.model import Credentials
from mfaenv.pretend_aws.scenario import REGION, Scenario
from mfaenv.terminal import program
from mfaenv.terminal.foreground import started
from mfaenv.terminal.tty import printable

_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION")
_EVALUATE = 'eval "$(cat)" && printf "%s\\n" ' + " ".join(f'"${name}"' for name in _NAMES)
_MFAENV = [sys.executable, "-P", "-m", "mfaenv", "--quiet", "--token-code", "-"]


def show_steps(scenario: Scenario, url: str, environ: Mapping[str, str]) -> None:
    """Print every step on standard output. Raise MfaenvError at the first that fails."""
    _say(f"A pretend AWS listens at {url}. Nothing leaves this machine.")
    key = Credentials(scenario.key.id, scenario.key.secret, scenario.key.token, None)
    identity = client.get_caller_identity(url, key, REGION)
    _say(f"Who has the access key {key.access_key}? AWS tells that under any policy: {_only(identity, 'Arn')}")
    _say(f"May that key list buckets, as it is? {_outcome(client.list_buckets(url, key, REGION))}")
    _say(f"The user's MFA device: {scenario.device.serial}")
    code = scenario.device.code()
    _say(f"The code that it shows now: {code}")
    shell = program.find("sh", environ)
    line = f"mfaenv --token-code {code}"
    _say(f'Your line in a shell: eval "$({line})"' if shell else f"Your line: {line}")
    access_key, secret_key, token, expiration = _evaluated(shell, code, environ) if shell else _parsed(code, environ)
    session = Credentials(access_key, secret_key, token, None)
    _say(f"It gave AWS_ACCESS_KEY_ID={session.access_key} and its session token, good until {expiration}")
    after = client.list_buckets(url, session, REGION)
    _say(f"May the session list buckets? {_outcome(after)}")
    if after.error:
        raise MfaenvError("The session was refused.", "Run `mfaenv demo` in a terminal to look closer.")


def _evaluated(shell: str, code: str, environ: Mapping[str, str]) -> list[str]:
    """Run the real program, and evaluate what it prints in a real shell."""
    # Not in one go, with a shell that calls the program: it would outlive a shell that is ended.
    printed = _run([*_MFAENV, "--shell", "sh"], code, environ)
    return _run([shell, "-c", _EVALUATE], printed, environ).splitlines()


def _parsed(code: str, environ: Mapping[str, str]) -> list[str]:
    """Run the real program, and read what it prints as data: there is no shell."""
    values = json.loads(_run([*_MFAENV, "--format", "json"], code, environ))
    return [values[name] for name in _NAMES]


def _run(command: list[str], options: str, environ: Mapping[str, str]) -> str:
    with started(command, environ, piped=True) as process:
        printed, _ = process.communicate(options.encode())
    if process.returncode:
        raise MfaenvError(f"This step ended with status {process.returncode}.", "Its own message is above.")
    return printed.decode()


def _outcome(reply: client.Reply) -> str:
    return f"No. {reply.error}" if reply.error else f"Yes: {', '.join(reply.values('Name'))}"


def _only(reply: client.Reply, element: str) -> str:
    return ", ".join(reply.values(element)) or reply.error


def _say(line: str) -> None:
    text_to_stdout(f"{printable(line)}\n")
