"""What rich draws on: the terminal, or what standard output leads to."""

import os
import sys
from io import BytesIO, TextIOWrapper

from rich.console import Console, detect_legacy_windows  # noqa: TID253 - this module is loaded only to draw
from rich.table import Table as Grid  # noqa: TID253 - the same
from rich.text import Text  # noqa: TID253 - the same

from mfaenv.fast import STDERR, STDOUT
from mfaenv.terminal.text import TITLE, Styled, Table, printable, wrapped
from mfaenv.terminal.tty import USUAL_COLUMNS, USUAL_LINES

BORDER = 3  # of a table's column: a line and two spaces
UNBROKEN_COLUMNS = 1_000_000  # in a pipe or a file no line is broken


class Page(Console):
    """A console of rich that takes text as it is: in foreign text `[/x]` is no markup."""

    def __init__(self, width: int, *, stderr: bool, no_styles: bool) -> None:
        boxed = os.isatty(STDERR if stderr else STDOUT)
        super().__init__(
            stderr=stderr,  # a shell evaluates standard output: what is waited for is never shown there
            # What is drawn for standard output is printed later: rich writes not even an empty text there.
            file=None if stderr else TextIOWrapper(BytesIO(), getattr(sys.stdout, "encoding", None)),
            # It has its styles as characters, which an old console of Windows shows as they are.
            force_terminal=False if no_styles or (not stderr and detect_legacy_windows()) else boxed or None,
            markup=False,
            emoji=False,
            highlight=False,
            width=width if boxed else UNBROKEN_COLUMNS,
            height=USUAL_LINES,  # nothing depends on it, and rich would read LINES
        )
        self._boxed = boxed

    def drawn(self, *parts: Table | Styled | str) -> str:
        """Draw tables and lines."""
        with self.capture() as captured:
            for number, part in enumerate(parts):
                if isinstance(part, Table):
                    if number and not self._boxed:
                        self.print()
                    self.print(self._grid(part))
                    continue
                text, tone, unbroken = Styled(part) if isinstance(part, str) else part
                for line in [text] if unbroken else wrapped(text, self.width):
                    self.print(as_text(Styled(line, tone)), soft_wrap=True)
        text = captured.get()
        return text if self._boxed else "".join(f"{line.rstrip()}\n" for line in text.splitlines())

    def _grid(self, table: Table) -> Grid:
        grid = Grid(title=as_text(Styled(table.title, TITLE)), title_justify="left", pad_edge=self._boxed)
        if not self._boxed:
            grid.box = None
        columns = [list(map(as_text, texts)) for texts in zip(table.columns, *table.rows, strict=True)]
        words = [max(word.cell_len for text in texts for word in text.split(" ")) for texts in columns]
        widths = [max(text.cell_len for text in texts) for texts in columns]
        available = self.width - BORDER * len(columns) - 1
        for _ in range(sum(widths) - available):  # the widest first; none gets narrower than its longest word
            breakable = [width if width > word else 0 for width, word in zip(widths, words, strict=True)]
            if any(breakable):
                widths[breakable.index(max(breakable))] -= 1
        fits = sum(widths) <= available  # else rich breaks words
        for texts, width in zip(columns, widths, strict=True):
            kept = texts[0].plain in table.kept and width <= USUAL_COLUMNS // 4 <= self.width // 4
            grid.add_column(texts[0], overflow="fold", width=width if fits or kept else None)
        for row in table.rows:
            grid.add_row(*map(as_text, row))
        return grid


def as_text(part: Styled | str) -> Text:
    """Return text for rich, made printable: no other gets to its console."""
    text, tone, _ = Styled(part) if isinstance(part, str) else part
    return Text(printable(text), tone)
