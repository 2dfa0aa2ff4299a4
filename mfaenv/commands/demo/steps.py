"""Run the main job once and print each step: what `mfaenv demo` does without a terminal."""

import json
import sys
from collections.abc import Mapping
from subprocess import PIPE, STDOUT

from mfaenv.errors import MfaenvError
from mfaenv.fast.output import text_to_stdout
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.terminal.foreground import started
from mfaenv.terminal.tty import printable

_PROGRAM = 'import boto3; print(", ".join(one["Name"] for one in boto3.client("s3").list_buckets()["Buckets"]))'
"""A program like the user's own, which reads the demo's AWS files and variables and knows no mfaenv."""


def show_steps(scenario: Scenario, url: str, env: Mapping[str, str]) -> None:
    """Print every step on standard output. Raise MfaenvError at the first that fails."""
    _say(f"A pretend AWS listens at {url}. Nothing leaves this machine.")
    _say(f"A program that lists buckets: {_PROGRAM}")
    _say(f"May it, with the access key {scenario.key.id} as it is? {_answer(*_run_program(env))}")
    code = scenario.device.code()
    _say(f"The code that the MFA device {scenario.device.serial} shows now: {code}")
    _say('Your line in a shell: eval "$(mfaenv)"')
    _say(f"Here the same session as data: mfaenv --format json --token-code {code}")
    words = ("-m", "mfaenv", "--quiet", "--format", "json", "--token-code", "-")
    status, printed = _run(env, *words, typed=code)
    if status:
        raise MfaenvError(f"This step ended with status {status}.", "Its own message is above.")
    session = json.loads(printed)
    end = session["AWS_CREDENTIAL_EXPIRATION"]
    _say(f"It gave AWS_ACCESS_KEY_ID={session['AWS_ACCESS_KEY_ID']} and its session token, good until {end}")
    status, printed = _run_program({**env, **session})
    _say(f"May the session list buckets? {_answer(status, printed)}")
    if status:
        raise MfaenvError("The session was refused.", "Run `mfaenv demo` in a terminal to look closer.")


def _run_program(env: Mapping[str, str]) -> tuple[int, str]:
    """Return the program's exit status, and all that it printed: the end of a traceback is its answer too."""
    return _run(env, "-c", _PROGRAM, stderr=STDOUT)


def _run(env: Mapping[str, str], *words: str, typed: str = "", **streams: int) -> tuple[int, str]:
    """Return the exit status of a program in Python, and what it printed on standard output."""
    with started([sys.executable, "-P", *words], env, stdin=PIPE, stdout=PIPE, **streams) as process:
        printed, _ = process.communicate(typed.encode())
    return process.returncode, printed.decode().strip()


def _answer(status: int, printed: str) -> str:
    """Return what the program printed last: the buckets, or the error of its traceback."""
    last = printed.rpartition("\n")[2]
    return f"No. {last.partition(': ')[2]}" if status else f"Yes: {last}"


def _say(line: str) -> None:
    text_to_stdout(f"{printable(line)}\n")
