"""Draws the README's pictures from what a terminal shows: .venv/3.11/bin/python tests/pictures.py

A real bash in `mfaenv demo`, on a pseudo-terminal, is typed into; what then stands in its window becomes SVG, once for
light and once for dark pages. tests/run makes that Python, and installs the AWS CLI.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

import pyte
from product import Product
from terminals import Window, direct, with_mfaenv

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path(__file__).parents[1] / ".github" / "pictures"
NEEDS = ("aws", "bash", "stty")

COLUMNS = 106
"""The question with its code fits, and a page is wide enough to read it."""

LINES = 60
"""More than are shown: the picture ends with the last that is not empty."""

CTRL_L = "\x0c"
PROMPT = r"PS1='\[\e[1;32m\]$\[\e[m\] '"


ONCE_SPACED = re.compile(r"\S+(?: \S+)*")
"""What keeps its place in SVG, where a browser takes several spaces for one."""


class Palette(NamedTuple):
    page: str
    frame: str
    text: str
    colors: Mapping[str, str]
    """By the names that pyte has for the eight colours of a terminal; all others come as six hexadecimal digits."""


def _colors(*values: str) -> dict[str, str]:
    return dict(zip(("red", "green", "brown", "blue", "magenta", "cyan", "brightblack"), values, strict=True))


PALETTES = {
    "light": Palette(
        page="#ffffff",
        frame="#d1d9e0",
        text="#1f2328",
        colors=_colors("#cf222e", "#116329", "#7d4e00", "#0969da", "#8250df", "#1b7c83", "#59636e"),
    ),
    "dark": Palette(
        page="#0d1117",
        frame="#3d444d",
        text="#e6edf3",
        colors=_colors("#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#9198a1"),
    ),
}


class Run(NamedTuple):
    """Text of one look in a line of the window."""

    column: int
    text: str
    color: str
    bold: bool


def film() -> list[list[Run]]:
    """Act the story in a real window; return the lines that stand there at the end."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / ".bashrc").write_text(f"{PROMPT}\n")
        product = Product(Path(home))
        product.env = with_mfaenv(product) | {"SHELL": str(shutil.which("bash"))}
        with direct(product, "demo") as window:
            shown = _act(window)
            window.enter("exit")
            window.ended()
    screen = pyte.Screen(COLUMNS, LINES)
    pyte.Stream(screen).feed(shown)
    lines = [list(_runs(screen, line)) for line in range(screen.cursor.y)]
    assert lines, "the window is empty"
    return lines


def _act(window: Window) -> str:
    code = window.see(r"code: \d{6}")[-6:]
    window.prompted()
    _type(window, f"stty columns {COLUMNS}")
    before = len(window.raw)
    window.press(CTRL_L)
    window.prompted()
    _type(window, "aws s3 ls")
    window.enter("eval $(mfaenv)")
    window.see("mfa/alice: ")
    _type(window, code)
    _type(window, "aws s3 ls")
    _type(window, "mfaenv status")
    return window.raw[before:]


def _type(window: Window, line: str) -> None:
    window.enter(line)
    window.prompted()


def _runs(screen: pyte.Screen, line: int) -> Iterator[Run]:
    row = screen.buffer[line]
    for (color, bold), cells in groupby(range(screen.columns), lambda column: (row[column].fg, row[column].bold)):
        columns = list(cells)
        text = "".join(row[column].data for column in columns)
        for words in ONCE_SPACED.finditer(text):
            yield Run(columns[0] + words.start(), words.group(), color, bold)


FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace"
SIZE, ADVANCE, LEADING, MARGIN = 14, 8.4, 17, 18
"""In the picture's pixels: the font, a column, a line, and what is left free around the text."""


def draw(lines: list[list[Run]], palette: Palette) -> str:
    """Draw a window with these lines. Every text gets its width told, so columns stand in any font."""
    width, height = round(COLUMNS * ADVANCE) + 2 * MARGIN, len(lines) * LEADING + 2 * MARGIN
    texts = "\n".join(_text(run, number, palette) for number, line in enumerate(lines) for run in line)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
<title>mfaenv in a terminal</title>
<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8" fill="{palette.page}" stroke="{palette.frame}"/>
<g font-family="{FONT}" font-size="{SIZE}" fill="{palette.text}">
{texts}
</g>
</svg>
"""


def _text(run: Run, line: int, palette: Palette) -> str:
    fill = "" if run.color == "default" else f' fill="{palette.colors.get(run.color) or "#" + run.color}"'
    weight = ' font-weight="bold"' if run.bold else ""
    x, y = MARGIN + run.column * ADVANCE, MARGIN + line * LEADING + SIZE
    length = len(run.text) * ADVANCE
    return f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}"{fill}{weight}>{escape(run.text)}</text>'


def main() -> None:
    missing = [name for name in NEEDS if shutil.which(name) is None]
    if missing:
        sys.exit(f"not on the PATH: {', '.join(missing)}")
    lines = film()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, palette in PALETTES.items():
        (FOLDER / f"terminal-{name}.svg").write_text(draw(lines, palette), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
