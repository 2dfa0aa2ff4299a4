"""What a person sees of data, for the terminal to draw."""

from typing import NamedTuple

from mfaenv.terminal.tones import Styled


class Table(NamedTuple):
    """A title, the columns' names, and the rows' texts. Words in `kept` columns are broken last."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Styled, ...], ...]
    kept: tuple[str, ...] = ()


class Row(NamedTuple):
    """What can be chosen, and what is shown beside it."""

    name: str
    detail: str = ""
