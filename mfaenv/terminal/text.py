"""Text for a person, which the terminal draws."""

from typing import NamedTuple

from mfaenv.fast import CODE_LENGTH

PLAIN, GOOD, DOUBTFUL, BAD = "", "green", "yellow", "bold red"
ASKED, FAINT, TITLE = "bold", "dim", "italic"

_FILLER = "\0"  # the second cell of a wide character while a line is broken: printable text has none


class Styled(NamedTuple):
    """A text with its style, in words of rich. An `unbroken` one stays one line, however long."""

    text: str
    tone: str = PLAIN
    unbroken: bool = False

    def drawn(self) -> str:
        """Draw it by `rich.style`, which loads five times as fast as `rich.console`."""
        if not self.tone:
            return self.text
        from rich.style import Style

        return Style.parse(self.tone).render(self.text)


class Table(NamedTuple):
    """Words in columns of `kept` are broken last."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Styled, ...], ...]
    kept: tuple[str, ...] = ()


class Row(NamedTuple):
    """What can be chosen, and what is shown beside it."""

    name: str
    detail: str = ""


def code_digits(text: str) -> str:
    """Return the six ASCII digits of a code as people type it (`123 456`), or an empty text."""
    digits = "".join(text.split())
    return digits if len(digits) == CODE_LENGTH and digits.isascii() and digits.isdigit() else ""


def printable(text: str) -> str:
    """Return text as characters that a terminal only shows: all others become their escapes.

    A profile's name could move the cursor, change the window's title, or reverse a line's direction. What a
    person sees goes through here last.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def cells(text: str) -> int:
    """Return how many columns text takes: Chinese and Japanese characters take two each."""
    shown = printable(text)
    if shown.isascii():
        return len(shown)
    from rich.cells import cell_len

    return cell_len(shown)


def wrapped(text: str, width: int, below: str = "") -> list[str]:
    """Break a line between words; `below` is the least indent of the further lines."""
    text = printable(text)
    if cells(text) <= width:
        return [text]
    import textwrap

    indent = max(" " * (len(text) - len(text.lstrip())), below)
    as_wide = "".join(character + _FILLER * (cells(character) - 1) for character in text)
    lines = textwrap.wrap(
        as_wide, max(1, width), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace(_FILLER, "") for line in lines] or [""]
