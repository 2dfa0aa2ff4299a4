"""Draw the README's pictures from what terminals show.

    PYTHONPATH=tests/support .venv/3.11/bin/python tests/pictures.py

Two real windows in `mfaenv demo`, on pseudo-terminals, are typed into; what then stands there becomes SVG that
moves, once for light and once for dark pages. Where people ask for less motion all of it stands still.
tests/run makes that Python, and installs the AWS CLI.
"""

import re
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pyte
from product import Product
from terminals import Window, direct, with_mfaenv

FOLDER = Path(__file__).parents[1] / ".github" / "pictures"
NEEDS = ("aws", "bash", "stty")

COLUMNS = 96
"""Of the windows. What a program writes beyond is broken between words, not where a terminal would."""

WIDEST, LINES = 400, 60
"""Of what is read: nothing is broken there, and nothing goes out of sight."""

SECONDS = 12
"""How long the picture moves, again and again."""

QUESTION = "MFA code"
CTRL_L = "\x0c"
PROMPT = r"PS1='\[\e[1;32m\]$\[\e[m\] '"
PLAIN = f"unset PROMPT_COMMAND; {PROMPT}"
"""Both windows look alike: without the mark that the demo puts into the prompt of its shell."""

RC = f"{PROMPT}\nstty columns {COLUMNS}\n"

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


class Row(NamedTuple):
    """A line of a window: when it shows, and when the last of its runs does, in seconds."""

    runs: list[Run]
    shown: float
    answered: float


class Step(NamedTuple):
    """A line that is typed, when, and when its output shows; and an answer with its time, where a question comes up."""

    line: str
    typed: float
    done: float
    answered: float = 0


FIRST = (
    Step("aws s3 ls", 0.3, 1.2),
    Step("eval $(mfaenv)", 2.8, 3.4, answered=4.6),
    Step("aws s3 ls", 5.6, 6.2),
)
ANOTHER = (
    Step("eval $(mfaenv)", 7.4, 8),
    Step("aws s3 ls", 8.4, 8.9),
    Step("mfaenv doctor | grep MFA:", 9.6, 10.4),
)


def film() -> list[list[Row]]:
    """Type the steps into two real windows; return the lines that stand in each at the end."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / ".bashrc").write_text(RC)
        product = Product(Path(home))
        product.env = with_mfaenv(product) | {"SHELL": str(shutil.which("bash"))}
        with direct(product, "demo") as window:
            window.see(r"code: \d{6}")
            window.prompted()
            _type(window, "env -0 > demo")
            _type(window, PLAIN)
            env = dict(pair.split("=", 1) for pair in (Path(home) / "demo").read_text().split("\0") if pair)
            first = _act(window, FIRST)
            with Window(("bash", "-i"), env, Path(home)) as another:
                another.prompted()
                rows = [first, _act(another, ANOTHER)]
            window.enter("exit")
            window.ended()
    return rows


def _act(window: Window, steps: Sequence[Step]) -> list[Row]:
    before = len(window.raw)
    window.press(CTRL_L)
    window.prompted()
    rows: list[Row] = []
    for step in steps:
        window.enter(step.line)
        if step.answered:
            code = window.see(r"device shows \d{6}")[-6:]
            window.see(QUESTION)
            window.enter(code)
        window.prompted()
        rows += _timed(_lines(window.raw[before:])[len(rows) :], step)
    return rows


def _timed(lines: list[list[Run]], step: Step) -> Iterator[Row]:
    """Say when the lines of a step show: the one that was typed, the output, and what comes after an answer."""
    shown = step.typed
    for runs in lines:
        if step.answered and runs and runs[0].text.startswith(QUESTION):
            yield Row(runs, shown, step.answered)
            shown = step.answered + 0.3
        else:
            yield Row(runs, shown, shown)
            shown = max(shown, step.done)


def _lines(shown: str) -> list[list[Run]]:
    screen = pyte.Screen(WIDEST, LINES)
    pyte.Stream(screen).feed(shown)
    return [broken for line in range(screen.cursor.y) for broken in _broken(list(_runs(screen, line)))]


def _broken(runs: list[Run]) -> list[list[Run]]:
    """Break a line of one run between words where it is too long."""
    if len(runs) != 1 or runs[0].column + len(runs[0].text) <= COLUMNS:
        return [runs]
    return [
        [runs[0]._replace(text=text)] for text in textwrap.wrap(runs[0].text, COLUMNS, break_on_hyphens=False)
    ]


def _type(window: Window, line: str) -> None:
    window.enter(line)
    window.prompted()


def _runs(screen: pyte.Screen, line: int) -> Iterator[Run]:
    row = screen.buffer[line]
    for (color, bold), cells in groupby(
        range(screen.columns), lambda column: (row[column].fg, row[column].bold)
    ):
        columns = list(cells)
        text = "".join(row[column].data for column in columns)
        for words in ONCE_SPACED.finditer(text):
            yield Run(columns[0] + words.start(), words.group(), color, bold)


FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace"
SIZE, ADVANCE, LEADING, MARGIN = 14, 8.4, 17, 18
NAMESPACE = "{http://www.w3.org/2000/svg}"
"""In the picture's pixels: the font, a column, a line, and what is left free around the text."""


TITLES = ("", "another window")
BAR = 30
"""The pixels of a window's upper edge, with its title, and of what is free between windows."""


def draw(windows: list[list[Row]], palette: Palette) -> str:
    """Draw the windows, one below the other. Every text gets its width told, so columns stand in any font."""
    width = round(COLUMNS * ADVANCE) + 2 * MARGIN
    top, drawn = 0, ""
    for title, rows in zip(TITLES, windows, strict=True):
        height = len(rows) * LEADING + 2 * MARGIN + (BAR - MARGIN if title else 0)
        drawn += _window(title, rows, top, (width, height), palette)
        top += height + MARGIN // 2
    times = sorted({time for rows in windows for row in rows for time in (row.shown, row.answered)})
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top}" viewBox="0 0 {width} {top}">
<title>mfaenv in a terminal</title>
<style>
@media (prefers-reduced-motion: no-preference) {{
{"".join(map(_moving, times))}}}
</style>
<g font-family="{FONT}" font-size="{SIZE}" fill="{palette.text}">
{drawn}</g>
</svg>
"""


def _name(time: float) -> str:
    return f"at{time * 10:.0f}"


def _moving(time: float) -> str:
    name = _name(time)
    return (
        f".{name} {{ animation: {name} {SECONDS}s step-end infinite }}\n"
        f"@keyframes {name} {{ 0% {{ opacity: 0 }} {100 * time / SECONDS:.1f}% {{ opacity: 1 }} }}\n"
    )


def _window(title: str, rows: list[Row], top: int, size: tuple[int, int], palette: Palette) -> str:
    width, height = size
    frame = (
        f'<rect x=".5" y="{top + 0.5}" width="{width - 1}" height="{height - 1}" rx="8" fill="{palette.page}"'
    )
    named, body = "", top + MARGIN
    if title:
        color = palette.colors["brightblack"]
        named = f'<text x="{width / 2:.0f}" y="{top + 20}" text-anchor="middle" fill="{color}">{title}</text>\n'
        body = top + BAR
    texts = "".join(
        _text(run, body + number * LEADING + SIZE, row.answered if run is row.runs[-1] else row.shown, palette)
        for number, row in enumerate(rows)
        for run in row.runs
    )
    shown = f' class="{_name(rows[0].shown)}"' if title else ""
    return f'<g{shown}>\n{frame} stroke="{palette.frame}"/>\n{named}{texts}</g>\n'


def _text(run: Run, y: int, time: float, palette: Palette) -> str:
    fill = "" if run.color == "default" else f' fill="{palette.colors.get(run.color) or "#" + run.color}"'
    weight = ' font-weight="bold"' if run.bold else ""
    place = f'x="{MARGIN + run.column * ADVANCE:.1f}" y="{y}" textLength="{len(run.text) * ADVANCE:.1f}"'
    return f'<text class="{_name(time)}" {place}{fill}{weight}>{escape(run.text)}</text>\n'


def read_lines(svg: str) -> list[str]:
    """Return what stands in a picture, line by line, without what changes from day to day: numbers."""
    found: dict[float, str] = {}
    for text in ET.fromstring(svg).iter(f"{NAMESPACE}text"):
        row, column = float(text.attrib["y"]), (float(text.attrib["x"]) - MARGIN) / ADVANCE
        found[row] = found.get(row, "").ljust(round(column)) + (text.text or "")
    return [re.sub(r"\d+", "0", found[row]) for row in sorted(found)]


def main() -> None:
    missing = [name for name in NEEDS if shutil.which(name) is None]
    if missing:
        sys.exit(f"not on the PATH: {', '.join(missing)}")
    windows = film()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, palette in PALETTES.items():
        (FOLDER / f"terminal-{name}.svg").write_text(draw(windows, palette), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
