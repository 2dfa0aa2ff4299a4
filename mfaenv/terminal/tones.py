"""The tones in which things are said to a person, and the style that rich draws each in."""

from typing import NamedTuple

PLAIN = ""
GOOD = "good"
DOUBTFUL = "doubtful"
BAD = "bad"
ASKED = "asked"
FAINT = "faint"
TITLE = "title"

STYLES = {
    PLAIN: "",
    GOOD: "green",
    DOUBTFUL: "yellow",
    BAD: "bold red",
    ASKED: "bold",
    FAINT: "dim",
    TITLE: "italic",
}


class Styled(NamedTuple):
    """A text with the tone in which it is said, which shows as a colour where there are any."""

    text: str
    tone: str = PLAIN
