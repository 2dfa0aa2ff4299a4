"""Our own pages of Markdown, as rich draws them on a terminal."""

from rich.console import Console, ConsoleOptions, RenderResult  # noqa: TID253 - this module is loaded only to draw
from rich.markdown import CodeBlock, Markdown  # noqa: TID253 - the same
from rich.theme import Theme  # noqa: TID253 - the same

from mfaenv.terminal.page import as_text

WIDEST = 100
"""Columns: longer lines are hard to read."""

THEME = Theme({"markdown.code": "bold"})


class _Lines(CodeBlock):
    """Code to copy: without a background, and no line is broken, however long it is."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in str(self.text).rstrip().splitlines():
            text = as_text(f"  {line}")
            text.no_wrap, text.overflow = True, "ignore"
            yield text


class _Page(Markdown):
    elements = {**Markdown.elements, "code_block": _Lines, "fence": _Lines}  # noqa: RUF012 - as in Markdown itself


def draw(console: Console, text: str) -> str:
    """Return the page as it is drawn."""
    with console.use_theme(THEME), console.capture() as captured:
        console.print(_Page(text, hyperlinks=False), width=min(console.width, WIDEST), crop=False)
    return captured.get()
