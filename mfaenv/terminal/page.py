"""A page of the terminal, or of what standard output leads to: rich draws on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, detect_legacy_windows  # noqa: TID253 - this module is loaded only to draw
from rich.text import Text  # noqa: TID253 - the same

from mfaenv.terminal.tables import Line, Table
from mfaenv.terminal.tones import PLAIN, STYLES, TITLE, Styled
from mfaenv.terminal.tty import USUAL_LINES, broken, printable

if TYPE_CHECKING:
    from rich.table import Table as Grid


BORDER = 3
"""Cells that a table takes for each column beside its text: a line and two spaces."""

NARROWEST = 8
"""Cells that a column has at least, if its words are that long."""


class Page(Console):
    """What rich draws on. It takes text as it is: in foreign text `[/x]` is no markup."""

    def __init__(self, width: int, *, stderr: bool, plain: bool) -> None:
        # What is drawn for standard output has its styles as characters, which such a console shows as they are.
        coloured = False if plain or (not stderr and detect_legacy_windows()) else None
        super().__init__(
            stderr=stderr,
            force_terminal=coloured,
            markup=False,
            emoji=False,
            highlight=False,
            width=width,
            height=USUAL_LINES,  # nothing depends on it, and rich would read LINES
        )
        self._boxed = self.file.isatty()

    def on_broken_pipe(self) -> None:
        """Go on: rich would close standard output, and end the program."""

    def drawn(self, *parts: Table | Styled | Line | str) -> str:
        """Return tables and lines as they are drawn."""
        with self.capture() as captured:
            for number, part in enumerate(parts):
                if isinstance(part, Line):
                    self.print(as_text(part), soft_wrap=True)
                elif isinstance(part, Table):
                    if number and not self._boxed:
                        self.print()
                    self.print(_grid(part, self.width, boxed=self._boxed))
                else:
                    said = Styled(part) if isinstance(part, str) else part
                    for line in broken(said.text, self.width):
                        self.print(as_text(Styled(line, said.tone)))
        return captured.get()

    @contextmanager
    def waiting(self) -> Iterator[Callable[[str], None]]:
        """Return a function that shows what is being waited for, on a line that goes away in the end."""
        with self.status("") as status:
            yield lambda text: status.update(as_text(text))


def as_text(part: Styled | Line | str, tone: str = PLAIN) -> Text:
    """Return text for rich to draw, made printable: the only way in which text gets to rich's console."""
    said = Styled(part, tone) if isinstance(part, str) else part
    return Text(printable(said.text), STYLES[said.tone])


def _grid(table: Table, page: int, *, boxed: bool) -> Grid:
    """Return the table for rich: with lines around it for people, and as plain text for what reads a pipe or a file."""
    from rich.table import Table as Grid

    grid = Grid(title=as_text(table.title, TITLE), title_justify="left", pad_edge=boxed)
    if not boxed:
        grid.box = None
    for column, width in zip(table.columns, _widths(table, page), strict=True):
        grid.add_column(as_text(column), overflow="fold", width=width)
    for row in table.rows:
        grid.add_row(*map(as_text, row))
    return grid


def _widths(table: Table, page: int) -> list[int]:
    """Return the width in cells for each column: where the page is too narrow, words are broken last, kept ones never.

    A kept word that takes more than a quarter of the page is broken like others.
    """
    columns = [[as_text(text) for text in texts] for texts in zip(table.columns, *table.rows, strict=True)]
    available = page - BORDER * len(columns) - 1
    words = [max(word.cell_len for text in texts for word in text.split(" ")) for texts in columns]
    kept = [
        word if title in table.kept and word <= page // 4 else min(word, NARROWEST)
        for title, word in zip(table.columns, words, strict=True)
    ]
    whole = [max(text.cell_len for text in texts) for texts in columns]
    return _narrowed(whole, _narrowed(words, kept, available), available)


def _narrowed(widths: list[int], least: list[int], available: int) -> list[int]:
    """Return widths that fit, if they can: the widest gets narrower first, and none than its least."""
    narrowed = [*widths]
    for _ in range(sum(widths) - available):
        spare, widest = max((width if width > least[column] else 0, column) for column, width in enumerate(narrowed))
        narrowed[widest] -= bool(spare)
    return narrowed
