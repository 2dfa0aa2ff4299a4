"""Draw the README's picture from what terminals show.

    PYTHONPATH=tests/support .venv/3.11/bin/python tests/pictures.py

Two real windows in `mfaenv demo`, on pseudo-terminals, are typed into; what then stands there is one picture, which
rich writes as SVG. tests/run makes that Python, and installs the AWS CLI.
"""

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as ET

import pyte
from product import Product
from rich.console import Console
from rich.rule import Rule
from rich.style import Style
from rich.text import Text
from terminals import Window, direct, with_mfaenv

FILE = Path(__file__).parents[1] / ".github" / "pictures" / "terminal.svg"
NEEDS = ("aws", "bash", "stty")

COLUMNS = 96
"""Of the windows. What a program writes beyond is broken between words, not where a terminal would."""

WIDEST, LINES = 400, 60
"""Of what is read: nothing is broken there, and nothing goes out of sight."""

QUESTION = "MFA code"
CTRL_L = "\x0c"
PROMPT = r"PS1='\[\e[1;32m\]$\[\e[m\] '"
PLAIN = f"unset PROMPT_COMMAND; {PROMPT}"
"""Both windows look alike: without the mark that the demo puts into the prompt of its shell."""

RC = f"{PROMPT}\nstty columns {COLUMNS}\n"

ASKS = "eval $(mfaenv)"
FIRST = ("aws s3 ls", ASKS, "aws s3 ls")
ANOTHER = ("eval $(mfaenv)", "aws s3 ls", "mfaenv doctor | grep MFA:")

COLORS = {"brown": "yellow", "brightblack": "bright_black"}
"""What rich calls colours that have another name in pyte."""


def film() -> str:
    """Type the lines into two real windows; draw what stands in them at the end."""
    console = Console(record=True, file=io.StringIO(), width=COLUMNS)
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / ".bashrc").write_text(RC)
        product = Product(Path(home))
        product.env = with_mfaenv(product) | {"SHELL": str(shutil.which("bash"))}
        with direct(product, "demo") as window:
            window.see(r"code: \d{6}")
            window.prompted()
            for line in ("env -0 > demo", PLAIN):
                window.enter(line)
                window.prompted()
            env = dict(pair.split("=", 1) for pair in (Path(home) / "demo").read_text().split("\0") if pair)
            console.print(*_act(window, FIRST, asked=True), sep="\n")
            console.print("", Rule("another window"), "", sep="\n")
            with Window(("bash", "-i"), env, Path(home)) as another:
                another.prompted()
                console.print(*_act(another, ANOTHER), sep="\n")
            window.enter("exit")
            window.ended()
    svg = console.export_svg(title="mfaenv", unique_id="mfaenv")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # a browser would load it from elsewhere


def _act(window: Window, lines: Sequence[str], *, asked: bool = False) -> list[Text]:
    """Type lines, and a code where the second one asks; return what stands there."""
    before = len(window.raw)
    window.press(CTRL_L)
    window.prompted()
    for line in lines:
        window.enter(line)
        if asked and line == ASKS:
            code = window.see(r"device shows \d{6}")[-6:]
            window.see(QUESTION)
            window.enter(code)
        window.prompted()
    screen = pyte.Screen(WIDEST, LINES)
    pyte.Stream(screen).feed(window.raw[before:])
    return [_line(screen, number) for number in range(screen.cursor.y)]


def _line(screen: pyte.Screen, number: int) -> Text:
    cells = [screen.buffer[number][column] for column in range(screen.columns)]
    line = Text()
    for (color, bold), run in groupby(cells, lambda cell: (cell.fg, cell.bold)):
        named = COLORS.get(color, color if color.isalpha() else f"#{color}")
        line.append("".join(cell.data for cell in run), Style(color=named, bold=bold))
    line.rstrip()
    return line


def read_lines(svg: str) -> list[str]:
    """Return what stands in a picture, line by line, without what changes from day to day: numbers."""
    found: dict[float, str] = {}
    for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in text.attrib:  # the window's title has none
            row = float(text.attrib["y"])
            found[row] = found.get(row, "") + (text.text or "").replace("\N{NO-BREAK SPACE}", " ")
    return [re.sub(r"\d+", "0", found[row]).rstrip() for row in sorted(found)]


def main() -> None:
    missing = [name for name in NEEDS if shutil.which(name) is None]
    if missing:
        sys.exit(f"not on the PATH: {', '.join(missing)}")
    FILE.write_text(film(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
