"""What mfaenv promises about its speed, row by row, and whether it holds."""

from __future__ import annotations

import re
import shutil
import subprocess
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from . import timing
from .pretend import CODE, SERIAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .scene import Scene
    from .stage import Stage

OURS = "mfaenv"
BARE = "`python -c pass`"
BOTO3 = "a bare boto3 script"
AWS_CLI = "`aws sts get-session-token`"
FEW = "with one"

SCRIPT = f"""
import boto3
client = boto3.client("sts")
print(client.get_session_token(SerialNumber="{SERIAL}", TokenCode="{CODE}", DurationSeconds=43200)["Credentials"])
"""
"""The same call with nothing around it."""

HOOKED = 'eval "$(mfaenv init {shell})" && [ -n "$AWS_SESSION_TOKEN" ] || exit 1; '
HOOKS = {
    "bash": (
        ["bash", "--norc", "-ic"],
        "a=${EPOCHREALTIME/[.,]/}; for _ in {1..1000}; do _mfaenv_hook; done; echo $((${EPOCHREALTIME/[.,]/} - a))",
    ),
    "zsh": (
        ["zsh", "-fic"],
        "float a=$EPOCHREALTIME; repeat 1000 _mfaenv_hook; echo $(((EPOCHREALTIME - a) * 1e6))",
    ),
}
"""How a shell is started, and how it tells how many microseconds a thousand of its prompts take."""

TABS = {
    "bash": (
        ["bash", "--norc", "-ic"],
        'eval "$(mfaenv init bash)"; COMP_LINE="mfaenv -p " COMP_POINT=10; ',
        "a=${EPOCHREALTIME/[.,]/}; for _ in {1..50}; do _mfaenv; done; echo $((${EPOCHREALTIME/[.,]/} - a))",
    ),
    "zsh": (
        ["zsh", "-fic"],
        'eval "$(mfaenv init zsh)"; ',
        "float a=$EPOCHREALTIME; repeat 50 _mfaenv_profiles; echo $(((EPOCHREALTIME - a) * 1e6))",
    ),
    "fish": (
        ["fish", "--no-config", "-c"],
        "mfaenv init fish | source; set a (date +%s%N); ",
        "for n in (seq 50); complete -C 'mfaenv -p ' >/dev/null; end; math '('(date +%s%N) - $a') / 1000'",
    ),
}
"""How a shell is started and made ready, and how it tells how many microseconds fifty lists of profiles take.

In zsh, where only the line editor can complete, the list alone.
"""

TABBED = 50
PROMPTS = 1000
STARTED = re.compile(r"\b(?:clone3?|v?fork)\(.*= [0-9]+$", re.MULTILINE)
REPEATS = 5
"""Of what hardly differs from one time to the next."""


class Row(NamedTuple):
    """One thing that was promised, how it was, and whether that is enough."""

    what: str
    measured: str
    promised: str
    holds: bool


def rows(scene: Scene) -> Iterator[Row]:
    """Measure all of it."""
    for measure in (_stored, _found_shell, _hook, _opened_shell, _conversation, _call, _growth, _tab):
        yield from measure(scene)


def _stored(scene: Scene) -> Iterator[Row]:
    turns = scene.turns({BARE: scene.python(), OURS: scene.mfaenv("--shell", "bash")})
    yield _ratio("A stored session: `mfaenv --shell bash`", turns, BARE, 1.1)
    python, env = scene.programs.python, scene.few.env
    commands = scene.line("--shell", "bash"), [python, "-c", "pass"]
    ours, bare = (median(timing.peak(python, command, env) for _ in range(REPEATS)) for command in commands)
    yield Row("Its memory", f"{ours - bare:+.0f} KiB beside {BARE}", "at most +1024 KiB", ours - bare <= 1024)


def _found_shell(scene: Scene) -> Iterator[Row]:
    commands = {BARE: [scene.programs.python, "-c", "pass"], OURS: scene.line()}
    turns = scene.turns({name: _in_bash(scene, command) for name, command in commands.items()})
    yield _ratio("The same where it has to find the shell", turns, BARE, 1.25)


def _in_bash(scene: Scene, command: list[str]) -> Callable[[], float]:
    return lambda: timing.in_bash(command, scene.few.env)


def _hook(scene: Scene) -> Iterator[Row]:
    for shell, (command, prompts) in HOOKS.items():
        if shutil.which(shell):
            hooked = HOOKED.format(shell=shell)
            took = median(float(_output([*command, hooked + prompts], scene)) for _ in range(REPEATS)) / PROMPTS
            yield Row(f"The prompt hook in {shell} while a session holds", f"{took:.1f} µs", "under 50 µs", took < 50)
            started = _started([*command, hooked + prompts], scene) - _started([*command, hooked], scene)
            yield Row("Processes that a thousand of its prompts start", str(started), "none", not started)


def _opened_shell(scene: Scene) -> Iterator[Row]:
    plain, hooked = (["bash", "--norc", "-ic", f"{line}:"] for line in ("", HOOKED.format(shell="bash")))
    env = scene.few.env
    stored = "a stored session"
    turns = scene.turns(
        {
            stored: scene.mfaenv("--shell", "bash"),
            OURS: lambda: timing.whole(hooked, env) - timing.whole(plain, env),
        }
    )
    yield _beyond("Opening a bash whose profile holds `mfaenv init`", turns, OURS, stored, 5)
    started = _started(hooked, scene) - _started(plain, scene)
    yield Row("Processes that it starts", str(started), "at most 1", started <= 1)


def _conversation(scene: Scene) -> Iterator[Row]:
    held: list[timing.Conversation] = []

    def ask() -> float:
        held.append(timing.converse(scene.line("--shell", "bash"), scene.few.env, CODE))
        return held[-1].question

    last, end, sts = "to the last byte", "to the end", "STS's own answer"
    turns = scene.turns(
        {
            BARE: scene.python(),
            OURS: scene.anew(ask),
            last: lambda: held[-1].answer,
            end: lambda: held[-1].end,
            sts: scene.sts.answer,
        },
        slow=True,
    )
    yield _ratio("From start to the question, with a known device", turns, BARE, 3)
    for until in (last, end):
        yield _beyond(f"From Enter after the code {until}", turns, until, sts, 30)


def _call(scene: Scene) -> Iterator[Row]:
    limits = {BOTO3: 0.9, AWS_CLI: 0.5}
    peers = {BOTO3: scene.python(SCRIPT)}
    if "AWS CLI" not in scene.programs.missing:
        arguments = ("sts", "get-session-token", "--serial-number", SERIAL, "--token-code", CODE)
        peers[AWS_CLI] = scene.program(scene.programs.aws, *arguments)
    ours = scene.anew(scene.mfaenv("--token-code", CODE, "--shell", "bash"))
    turns = scene.turns({**peers, OURS: ours}, slow=True)
    for peer in peers:
        yield _ratio("Nothing stored: `mfaenv --token-code …`", turns, peer, limits[peer])
    scene.sign_in()


def _growth(scene: Scene) -> Iterator[Row]:
    """Compare a home with a lot of profiles and sessions to one with next to none."""
    lines = (
        ("A stored session", ["--shell", "bash"], 1.1),
        ("`mfaenv init bash`", ["init", "bash"], 1.1),
        ("`mfaenv status`", ["status"], 2),
    )
    for what, arguments, limit in lines:
        few, many = (scene.mfaenv(*arguments, stage=stage) for stage in (scene.few, scene.many))
        yield _grown(what, scene.turns({FEW: few, OURS: many}), limit)
    few, many = (_clear(scene, stage) for stage in (scene.few, scene.many))
    yield _grown("`mfaenv clear`", scene.turns({FEW: few, OURS: many}, slow=True), 2)
    scene.sign_in()


def _clear(scene: Scene, stage: Stage) -> Callable[[], float]:
    def measured() -> float:
        stage.fill()
        return scene.mfaenv("clear", stage=stage)()

    return measured


def _tab(scene: Scene) -> Iterator[Row]:
    for shell, (command, ready, tabs) in TABS.items():
        if shutil.which(shell):
            few, many = (
                median(float(_output([*command, ready + tabs], scene, stage)) for _ in range(REPEATS)) / TABBED / 1000
                for stage in (scene.few, scene.many)
            )
            what = f"Tab on a profile's name in {shell} with 1,000 profiles"
            yield Row(what, f"{many:.1f} ms ({few:.1f} with one)", "under 10 ms", many < 10)


def _grown(what: str, turns: timing.Turns, limit: float) -> Row:
    return _ratio(f"{what} with 1,000 profiles and sessions", turns, FEW, limit)


def _ratio(what: str, turns: timing.Turns, other: str, limit: float) -> Row:
    ratio = turns.ratio(OURS, other)
    times = " to ".join(f"{turns.seconds(name) * 1000:.1f}" for name in (OURS, other))
    return Row(what, f"{ratio:.2f} times {other} ({times} ms)", f"at most {limit:g}", ratio <= limit)


def _beyond(what: str, turns: timing.Turns, name: str, other: str, limit: int) -> Row:
    more = turns.beyond(name, other) * 1000
    return Row(
        what, f"{more:+.1f} ms to {other} ({turns.seconds(other) * 1000:.1f} ms)", f"at most +{limit} ms", more <= limit
    )


def _output(command: list[str], scene: Scene, stage: Stage | None = None) -> bytes:
    return subprocess.run(command, env=(stage or scene.few).env, check=True, capture_output=True).stdout


def _started(command: list[str], scene: Scene) -> int:
    """Count the processes that a command starts."""
    traced = ["strace", "-f", "-qq", "-e", "trace=process", *command]
    done = subprocess.run(traced, env=scene.few.env, check=True, capture_output=True, text=True)
    return len(STARTED.findall(done.stderr))
