"""Everything that a measurement needs: the programs, two homes, and a connection to STS."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mfaenv.session import service

from . import timing
from .pretend import CHAINED, CODE, Sts
from .programs import Programs
from .stage import Stage

MANY = 1000
"""Profiles and stored sessions of somebody who has a lot of them."""

SLOW = 4
"""What takes long is measured in as many times fewer rounds."""


class Scene:
    """Makes measurements: functions that run something once, and give its seconds."""

    def __init__(self, programs: Programs, folder: Path, url: str, rounds: int) -> None:
        self.programs = programs
        self.rounds = rounds
        self.sts = Sts(url)
        self.few = Stage(folder / "few", url, programs, others=1)
        self.many = Stage(folder / "many", url, programs, others=MANY)
        self.none = Stage(folder / "none", url, programs)
        self.chain = Stage(folder / "chain", url, programs, chained=CHAINED)
        time.sleep(service.SETTLED_AFTER + 0.1)  # no answer is stored for files that have just been written
        self.sign_in()

    def damaged(self, blanks: int) -> Stage:
        """Return a home whose config file has a line of so many blanks that is no setting."""
        place = Path(self.few.env["HOME"]).parent / f"blanks-{blanks}"
        stage = Stage(place, self.few.env["AWS_ENDPOINT_URL"], self.programs)
        with (place / ".aws" / "config").open("a", encoding="utf-8") as file:
            file.write(f"x{' ' * blanks}y\n")
        return stage

    def sign_in(self) -> None:
        """Store sessions, alice's and the others'."""
        for stage in (self.few, self.many):
            stage.forget()  # the code that was used too
            stage.fill()
            timing.whole(self.line("--token-code", CODE, "--shell", "bash"), stage.env)

    def line(self, *arguments: str) -> list[str]:
        """Give the command line of mfaenv with these arguments."""
        return [self.programs.mfaenv, *arguments]

    def mfaenv(self, *arguments: str, stage: Stage | None = None, status: int = 0) -> Callable[[], float]:
        """Measure mfaenv as a whole."""
        env = (stage or self.few).env
        return lambda: timing.whole(self.line(*arguments), env, status=status)

    def program(self, *command: str) -> Callable[[], float]:
        """Measure another program as a whole."""
        return lambda: timing.whole(list(command), self.few.env)

    def python(self, code: str = "pass") -> Callable[[], float]:
        """Measure the interpreter as a whole."""
        return self.program(self.programs.python, "-c", code)

    def anew(self, measure: Callable[[], float]) -> Callable[[], float]:
        """Empty the store before the measurement."""

        def measured() -> float:
            self.few.forget()
            return measure()

        return measured

    def turns(self, measured: Mapping[str, Callable[[], float]], *, slow: bool = False) -> timing.Turns:
        """Measure in turns, by name."""
        return timing.Turns(max(self.rounds // (SLOW if slow else 1), 3), measured)
