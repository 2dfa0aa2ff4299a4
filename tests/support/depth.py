"""How deep this run goes: tests that draw examples, and those that break off at each step, try all only with --all."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import TypeVar

Case = TypeVar("Case")


FEWEST = 5


class Level(Enum):
    """What `tests/run` is asked for."""

    QUICK = auto()
    FULL = auto()
    ALL = auto()


class _Run:
    level = Level.FULL


def choose(level: Level) -> None:
    """Set the level of this run, before the modules of the tests are loaded."""
    _Run.level = level


def examples(number: int, full: int = 0) -> int:
    """Return how many of so many examples are drawn; `full` is how many without --all, else a quarter."""
    shares = {Level.QUICK: (full or number // 4) // 10, Level.FULL: full or number // 4, Level.ALL: number}
    return max(FEWEST, shares[_Run.level])


def sample(cases: Sequence[Case], number: int) -> list[Case]:
    """Return so many of the cases, evenly spread, the first and the last among them; with --all, all."""
    if _Run.level is Level.ALL or len(cases) <= number:
        return list(cases)
    if number == 1:
        return [cases[0]]
    return [cases[round(at * (len(cases) - 1) / (number - 1))] for at in range(number)]
