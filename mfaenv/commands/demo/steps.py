"""Run the main job once and print each step: what `mfaenv demo` does without a terminal."""

import json
import sys
from collections.abc import Mapping

from mfaenv.errors import MfaenvError
from mfaenv.fast.output import text_to_stdout
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.terminal.foreground import started
from mfaenv.terminal.tty import printable

_PYTHON = [sys.executable, "-P"]
_ANSWER = """
import boto3
from botocore.exceptions import ClientError
try:
    answer = boto3.client("{}").{}()
    print({})
except ClientError as error:
    print("No.", error)
"""
"""A program like the user's own, which reads the demo's AWS files and variables and knows no mfaenv."""

_WHO = _ANSWER.format("sts", "get_caller_identity", 'answer["Arn"]')
_BUCKETS = _ANSWER.format("s3", "list_buckets", '"Yes:", ", ".join(bucket["Name"] for bucket in answer["Buckets"])')


def show_steps(scenario: Scenario, url: str, environ: Mapping[str, str]) -> None:
    """Print every step on standard output. Raise MfaenvError at the first that fails."""
    _say(f"A pretend AWS listens at {url}. Nothing leaves this machine.")
    key = scenario.key.id
    _say(f"Who has the access key {key}? AWS tells that under any policy: {_run(environ, '-c', _WHO)}")
    _say(f"May that key list buckets, as it is? {_run(environ, '-c', _BUCKETS)}")
    _say(f"The user's MFA device: {scenario.device.serial}")
    code = scenario.device.code()
    _say(f"The code that it shows now: {code}")
    _say('Your line in a shell: eval "$(mfaenv)"')
    _say(f"Here the same session as data: mfaenv --format json --token-code {code}")
    words = ("-m", "mfaenv", "--quiet", "--format", "json", "--token-code", "-")
    session = json.loads(_run(environ, *words, typed=code))
    end = session["AWS_CREDENTIAL_EXPIRATION"]
    _say(f"It gave AWS_ACCESS_KEY_ID={session['AWS_ACCESS_KEY_ID']} and its session token, good until {end}")
    answer = _run({**environ, **session}, "-c", _BUCKETS)
    _say(f"May the session list buckets? {answer}")
    if not answer.startswith("Yes"):
        raise MfaenvError("The session was refused.", "Run `mfaenv demo` in a terminal to look closer.")


def _run(environ: Mapping[str, str], *words: str, typed: str = "") -> str:
    with started([*_PYTHON, *words], environ, piped=True) as process:
        printed, _ = process.communicate(typed.encode())
    if process.returncode:
        raise MfaenvError(f"This step ended with status {process.returncode}.", "Its own message is above.")
    return printed.decode().strip()


def _say(line: str) -> None:
    text_to_stdout(f"{printable(line)}\n")
