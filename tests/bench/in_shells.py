"""What a shell takes that has `mfaenv init` in its profile: to open, and at each prompt."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from . import timing
from .row import OURS, Row, beyond
from .scene import Scene

PROMPTS = 2000
REPEATS = 5
MOST = 60
"""Microseconds of a prompt."""

STARTED = re.compile(r"\b(?:clone3?|v?fork)\(.*= [0-9]+$", re.MULTILINE)


class Hook(NamedTuple):
    """How a shell is started, and the lines that load the hook, check the session and call the hook so many times."""

    start: tuple[str, ...]
    load: str
    check: str
    prompts: str

    def command(self, held: str, prompts: int) -> list[str]:
        """Return the command line; `held` is -n where a session is stored, -z where none is."""
        line = f"{self.load}; {self.check.format(held=held)}; {self.prompts.format(prompts=prompts)}"
        return [*self.start, line]


_CHECK = '[ {held} "$AWS_SESSION_TOKEN" ] || exit 1'
HOOKS = {
    "bash": Hook(
        ("bash", "--norc", "-ic"),
        'eval "$(mfaenv init bash)"',
        _CHECK,
        "for ((i = 0; i < {prompts}; i++)); do _mfaenv_hook; done",
    ),
    "zsh": Hook(("zsh", "-fic"), 'eval "$(mfaenv init zsh)"', _CHECK, "repeat {prompts} _mfaenv_hook"),
    "fish": Hook(
        ("fish", "--no-config", "-ic"),
        "mfaenv init fish | source",
        'test {held} "$AWS_SESSION_TOKEN"; or exit 1',
        "for i in (seq {prompts}); _mfaenv_hook; end; true",
    ),
}


def rows(scene: Scene) -> Iterator[Row]:
    """Measure all of it."""
    scene.none.fill()  # the word of a session that is not there any more: the hook reads it
    stages = (("while a session holds", "-n", scene.few), ("where none is stored", "-z", scene.none))
    for when, held, stage in stages:
        for shell, hook in HOOKS.items():
            if shutil.which(shell):
                yield from _hook(f"The prompt hook in {shell} {when}", hook, held, stage.env)
    yield from _opened(scene)


def _hook(what: str, hook: Hook, held: str, env: Mapping[str, str]) -> Iterator[Row]:
    commands = {prompts: hook.command(held, prompts) for prompts in (0, PROMPTS)}
    turns = timing.Turns(
        REPEATS, {str(prompts): partial(timing.whole, commands[prompts], env) for prompts in commands}
    )
    took = turns.beyond(str(PROMPTS), "0") * 1e6 / PROMPTS
    started = _started(commands[PROMPTS], env) - _started(commands[0], env)
    yield Row(
        what, f"{took:.1f} µs, {started} processes", f"under {MOST} µs, no process", took < MOST and not started
    )


def _opened(scene: Scene) -> Iterator[Row]:
    env = scene.few.env
    plain, hooked = ["bash", "--norc", "-ic", ":"], HOOKS["bash"].command("-n", 0)
    stored = "a stored session"
    turns = scene.turns(
        {
            stored: scene.mfaenv("--shell", "bash"),
            OURS: lambda: timing.whole(hooked, env) - timing.whole(plain, env),
        }
    )
    yield beyond("Opening a bash whose profile holds `mfaenv init`", turns, OURS, stored, 5)
    started = _started(hooked, env) - _started(plain, env)
    yield Row("Processes that it starts", str(started), "at most 1", started <= 1)


def _started(command: list[str], env: Mapping[str, str]) -> int:
    """Count the processes that a command starts."""
    traced = ["strace", "-f", "-qq", "-e", "trace=process", *command]
    done = subprocess.run(traced, env=env, check=True, capture_output=True, text=True)
    return len(STARTED.findall(done.stderr))
