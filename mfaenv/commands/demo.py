"""`mfaenv demo`: run a shell, a command or the steps of the main job with a pretend AWS, and leave nothing behind.

What the user's startup files set must not win: the demo's variables are set once more after them,
where the shell can run something before its first prompt; else the user is warned.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from subprocess import PIPE, STDOUT

from mfaenv import shells
from mfaenv.commands import exec_environment, init, output_target
from mfaenv.commands.exec import user_shell
from mfaenv.commands.private_folder import explain_failure, private_folder
from mfaenv.config.credential_process import KEYS_GET
from mfaenv.errors import DONE, MfaenvError, wrong_usage
from mfaenv.fast import direnv, environment, text_to_stdout
from mfaenv.fast.catalog import OPTIONS
from mfaenv.fast.parse import DEFAULT, Env, Options, Words
from mfaenv.pretend_aws.scenario import Scenario, build_scenario, without_aws, without_device, write_files
from mfaenv.pretend_aws.server import PretendAws
from mfaenv.pretend_aws.world import World
from mfaenv.session.demo_device import read_device_page
from mfaenv.session.keychain import KeychainEntry
from mfaenv.shells.detect import identify
from mfaenv.terminal import foreground
from mfaenv.terminal.program import find
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import printable

NO_DEVICE = "no device"

_POLICY_WORDS = {
    "mfa": ("and a policy that denies everything without MFA", "is refused: the key alone may do nothing"),
    "none": ("and an MFA device, but no policy that demands it", "works: a device alone restricts nothing"),
    NO_DEVICE: ("and no MFA device, which a policy demands and lets you set up", "is refused: no MFA yet"),
}

REMOVED = (
    *environment.CLEARED,
    *environment.SET,
    *environment.SETTING_VARIABLES,
    environment.IGNORE_ADDRESSES,
    *exec_environment.OVERRIDING_VARIABLES,
    "AWS_CA_BUNDLE",
    *(f"{environment.ADDRESS}_{service}" for service in ("IAM", "S3")),
    "AWS_MFA_SERIAL",
    "MFAENV_DURATION",
    "MFAENV_MIN_REMAINING",
    "MFAENV_TOKEN_CODE",
)
"""Variables that lead programs to other services, keys or devices, or answer for the user."""

OURS = ("AWS_", "MFAENV_", "NO_PROXY", "no_proxy")  # how the names of the variables begin that the demo sets
REMARK = "\nWhere this shell's startup files set AWS_... variables, they win here: unset them.\n"

_PROGRAM = 'import boto3; print(", ".join(one["Name"] for one in boto3.client("s3").list_buckets()["Buckets"]))'


def run(options: Options, command: Words, env: Env) -> int:
    """Raise MfaenvError for an unknown policy, and a command or step that cannot be run."""
    if "code" in options:
        return show_code(env)
    on_terminal = os.isatty(0) and os.isatty(1)
    policy = str(options.get("policy") or OPTIONS["policy"].default)
    scenario = build_scenario(policy)
    if "no_device" in options:
        if policy == "none":
            wrong = "--no-device and --policy none cannot be used together."
            raise wrong_usage(wrong, "Leave one of them out.")
        scenario, policy = without_device(scenario), NO_DEVICE
        if not (command or on_terminal):
            wrong = "The steps that are shown without a terminal take a device."
            raise MfaenvError(wrong, "Type it in a terminal.")
    with _served(scenario, env) as (url, demo_env):
        if command:
            return foreground.run_in_foreground(command, demo_env)
        if not on_terminal:
            show_steps(scenario, url, demo_env)
            return DONE
        shell = user_shell(demo_env)
        words, variables, remark = start(shell, demo_env)
        Terminal(demo_env).print_lines(_introduction(scenario, url, policy, shell) + remark)
        return foreground.run_in_foreground(words, {**demo_env, **variables})


def show_code(env: Env) -> int:
    """Print a good code, or wait for one. Raise MfaenvError outside a demo and without a device."""
    url, terminal = env.get(environment.DEMO, ""), Terminal(env)
    if not url.startswith(environment.LOOPBACK):
        wrong = "There is no demo here to show the code of. A demo is in its own shell. Start one:"
        raise MfaenvError(wrong, command="mfaenv demo")
    try:
        while (shown := read_device_page(url)) and shown.used:
            terminal.print_lines(f"{shown.code} has been used; the next one comes in {shown.seconds} s")
            time.sleep(shown.seconds)
    except OSError:
        raise MfaenvError(f"The demo at {url} has ended. Start another:", command="mfaenv demo") from None
    if not shown:
        raise MfaenvError("Alice has no MFA device yet. Make one:", command="mfaenv configure")
    text_to_stdout(f"{shown.code}\n")
    terminal.print_lines(f"good for {shown.good_seconds} more seconds, once")
    return DONE


@contextmanager
def _served(scenario: Scenario, env: Env) -> Iterator[tuple[str, dict[str, str]]]:
    opened = ExitStack()
    try:
        with foreground.undisturbed():
            url = opened.enter_context(PretendAws(scenario.world)).url
            with explain_failure("The demo's AWS files"):
                folder = opened.enter_context(private_folder(env))
                files = write_files(folder, url, keys={"default": scenario.key}, profiles=scenario.profiles)
        demo_env = direnv.without_diff(environment.changed([], without_aws(env))) | files
        if not find("mfaenv", demo_env):  # it runs as `python -m mfaenv`
            demo_env["PATH"] = demo_env.get("PATH", os.defpath) + os.pathsep + os.path.dirname(sys.executable)
        # Go's SDK takes AWS_ENDPOINT_URL for services, but not where it assumes a role by itself.
        demo_env |= {"AWS_ENDPOINT_URL_STS": url, environment.DEMO: url}
        opened.callback(_clean_up, demo_env, scenario.world)
        yield url, demo_env
    finally:
        with foreground.undisturbed():
            opened.close()


def _clean_up(env: Env, world: World) -> None:
    """Delete the keys in the keychain, and the roles' sessions that the AWS CLI would use in the next demo."""
    with suppress(MfaenvError, OSError):
        if " ".join(KEYS_GET) in Path(env["AWS_CONFIG_FILE"]).read_text(encoding="utf-8"):
            KeychainEntry(DEFAULT, Terminal(env)).delete()
    for path in Path(os.path.expanduser("~/.aws/cli/cache")).glob("*.json"):
        with suppress(OSError, ValueError, LookupError, TypeError):
            if json.loads(path.read_bytes())["Credentials"]["AccessKeyId"] in world.credentials:
                path.unlink()


def _introduction(scenario: Scenario, url: str, policy: str, shell: str) -> str:
    shown = scenario.device.shown()
    words, before = _POLICY_WORDS[policy]
    code = ("mfaenv demo --code", f"shows the MFA device's code: {shown.code}, good for {shown.good_seconds} s")
    set_up = [("mfaenv configure", "makes the MFA device"), (code[0], "shows its codes, as a phone would")]
    steps = [
        ("aws s3 ls", before),
        *(set_up if policy == NO_DEVICE else [code]),
        (shells.loading_line(identify([shell]) or "sh"), "asks for the code"),
        ("aws s3 ls", "works"),
    ]
    lines = "\n".join(f"  {line:<18}  {effect}" for line, effect in steps)
    introduction = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    return introduction.format(url=url, policy=words, steps=lines)


def start(shell: str, env: Env) -> tuple[list[str], dict[str, str], str]:
    """Write the shell's startup file; return the words and variables that start it, and a remark."""
    name = identify([shell]) or ""
    language = shells.get_target(name) if name else shells.Target()
    if not (language.demo_words or language.demo_variable):
        return [shell], {}, REMARK
    ours = {variable: value for variable, value in env.items() if variable.startswith(OURS)}
    gone = [(variable, None) for variable in REMOVED if variable not in ours]
    encoding = language.encoding or output_target.code_page()
    text = shells.render(name, [*gone, *ours.items()], encoding=encoding).decode(encoding)
    if language.demo_template:
        text = init.fill(language.demo_template, {"TEXT": text})
    folder = Path(env["AWS_CONFIG_FILE"]).parent
    file = folder / language.demo_file
    if language.demo_file:
        file.touch(0o600)
        file.write_text(text, encoding=encoding, newline="")
    values = {"text": text, "folder": str(folder), "file": str(file), "json": json.dumps(str(file))}
    variable, _, value = language.demo_variable.partition("=")
    variables = {"_MFAENV_THEIRS": env[variable]} if variable in env else {}
    if variable:
        variables[variable] = value.format_map(values)
    return [shell, *(word.format_map(values) for word in language.demo_words)], variables, ""


def show_steps(scenario: Scenario, url: str, env: Env) -> None:
    """Raise MfaenvError at the first step that fails."""
    _say(f"A pretend AWS listens at {url}. Nothing leaves this machine.")
    _say(f"A program that lists buckets: {_PROGRAM}")
    _say(f"May it, with the access key {scenario.key.id} as it is? {_run_program(env)[1]}")
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
    status, answer = _run_program({**env, **session})
    _say(f"May the session list buckets? {answer}")
    if status:
        raise MfaenvError("The session was refused. Look closer, in a terminal:", command="mfaenv demo")


def _run_program(env: Env) -> tuple[int, str]:
    status, printed = _run(env, "-c", _PROGRAM, stderr=STDOUT)
    last = printed.rpartition("\n")[2]
    return status, f"No. {last.partition(': ')[2]}" if status else f"Yes: {last}"


def _run(env: Env, *words: str, typed: str = "", **streams: int) -> tuple[int, str]:
    with foreground.started([sys.executable, "-P", *words], env, stdin=PIPE, stdout=PIPE, **streams) as process:
        printed, _ = process.communicate(typed.encode())
    return process.returncode, printed.decode().strip()


def _say(line: str) -> None:
    text_to_stdout(f"{printable(line)}\n")
