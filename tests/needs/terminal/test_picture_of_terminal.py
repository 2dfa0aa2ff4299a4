"""The README's picture, held against a terminal."""

from collections.abc import Iterable

import pictures
from terminals import need

QUESTION = "$ eval $(mfaenv)"


def ours(shown: Iterable[str]) -> list[str]:
    """Leave out what another AWS CLI may say differently: the refusal, which stands before the question."""
    shown = list(shown)
    return shown[next(number for number, line in enumerate(shown) if line.endswith(QUESTION)) :]


def test_it_shows_what_a_terminal_shows() -> None:
    need(*pictures.NEEDS)
    drawn = pictures.read_lines(pictures.FILE.read_text(encoding="utf-8"))
    assert any(line.startswith("MFA: enforced.") for line in drawn)
    assert ours(pictures.read_lines(pictures.film())) == ours(drawn), (
        "draw it anew with tests/pictures.py, and look at it"
    )
