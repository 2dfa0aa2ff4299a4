"""Other programs at the same work."""

from collections.abc import Iterator
from typing import NamedTuple

from .scene import Scene
from .stage import STORED


class Peer(NamedTuple):
    """A program, its line, its seconds, and how many times those of mfaenv that is."""

    name: str
    line: str
    seconds: float
    times: float


LINES = {
    "AWS CLI": f"aws configure export-credentials --format env --profile {STORED}",
    "awsume": f"awsumepy {STORED}",
    "aws-export-credentials": f"aws-export-credentials --env-export --profile {STORED}",
    "aws-mfa": f"aws-mfa --profile {STORED}",
}
"""How each prints, or finds, a session that is stored."""


def peers(scene: Scene) -> Iterator[Peer]:
    """Measure those that are there beside mfaenv, the slowest first; mfaenv and the bare interpreter are the last."""
    lines = {name: line for name, line in LINES.items() if name not in scene.programs.missing}
    measured = {name: scene.program(*_found(scene, line)) for name, line in lines.items()}
    bare = {"mfaenv": scene.mfaenv("--shell", "bash"), "Python": scene.python()}
    turns = scene.turns({**bare, **measured}, slow=True)
    shown = {**lines, "mfaenv": "mfaenv --shell bash", "Python": "python -c pass"}
    made = [Peer(name, line, turns.seconds(name), turns.ratio(name, "mfaenv")) for name, line in shown.items()]
    yield from sorted(made, key=lambda peer: -peer.seconds)


def _found(scene: Scene, line: str) -> list[str]:
    program, *arguments = line.split()
    return [scene.programs.aws if program == "aws" else str(scene.programs.peers / program), *arguments]
