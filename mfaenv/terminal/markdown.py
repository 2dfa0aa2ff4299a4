"""Pages of help, as rich draws them on a terminal."""

from rich.console import Console, ConsoleOptions, RenderResult  # noqa: TID253 - this module is loaded only to draw
from rich.markdown import CodeBlock, Markdown, TableElement  # noqa: TID253 - the same
from rich.table import Table  # noqa: TID253 - the same
from rich.theme import Theme  # noqa: TID253 - the same

from mfaenv.terminal.page import as_text

WIDEST = 100  # columns: longer lines are hard to read
_BLANK = "\ue000"
"""Stands for a blank in code, at which rich would break a line: what is copied of two lines is two commands."""


class _Lines(CodeBlock):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in str(self.text).rstrip().splitlines():
            text = as_text(f"  {line}")
            text.no_wrap, text.overflow = True, "ignore"
            yield text


class _Table(TableElement):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for table in super().__rich_console__(console, options):
            for column in table.columns if isinstance(table, Table) else ():  # else rich cuts words
                column.min_width = max(len(word) for cell in column.cells for word in str(cell).split())
            yield table


class _Page(Markdown):
    elements = {**Markdown.elements, "code_block": _Lines, "fence": _Lines, "table_open": _Table}  # noqa: RUF012 - as in Markdown itself

    def __init__(self, text: str) -> None:
        super().__init__(text, hyperlinks=False)
        for token in (token for block in self.parsed for token in block.children or ()):
            if token.type == "code_inline":
                token.content = token.content.replace(" ", _BLANK)


def draw(console: Console, text: str) -> str:
    """Return the page as it is drawn."""
    with console.use_theme(Theme({"markdown.code": "bold"})), console.capture() as captured:
        console.print(_Page(text), width=min(console.width, WIDEST), crop=False)
    return captured.get().replace(_BLANK, " ")
