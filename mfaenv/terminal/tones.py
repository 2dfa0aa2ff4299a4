"""Text for a person, and the styles of rich in which it is drawn."""

from typing import NamedTuple

PLAIN, GOOD, DOUBTFUL, BAD = "", "green", "yellow", "bold red"
ASKED, FAINT, TITLE = "bold", "dim", "italic"


class Styled(NamedTuple):
    """A text with its style, which shows where there are colours. An `unbroken` one stays one line, however long."""

    text: str
    tone: str = PLAIN
    unbroken: bool = False
