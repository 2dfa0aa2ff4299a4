"""A QR code as text: two rows of its modules in each line, by half blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

QUIET_MODULES = (4, 2)
"""The light border, in modules: the standard's (ISO/IEC 18004), and what scanners do with where that is too large."""

BLOCKS = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
"""The characters for an upper and a lower module; dark ones are drawn."""

BLACK_ON_WHITE, RESET = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
"""Two colours that no theme changes, whatever NO_COLOR says: light on dark, which some scanners do not read, is what
a dark terminal would show without."""

LOCALE_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")


def draw(parts: Sequence[str], max_lines: int) -> list[str]:
    """Return the QR code of a text, with a border that fits so many lines if one does.

    The text comes in parts, each of which is encoded in as few bits as it can: base32 alone takes half as many as
    among other letters.
    """
    import segno

    content: Any = list(parts)
    code = segno.make(content, error="l", micro=False)
    fitting = (border for border in QUIET_MODULES if code.symbol_size(border=border)[1] <= 2 * max_lines)
    rows = [list(map(int, row)) for row in code.matrix_iter(border=next(fitting, QUIET_MODULES[-1]))]
    rows.append([0] * len(rows[0]))  # their number is odd
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(BLOCKS[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs]


def shows_blocks(env: Mapping[str, str], *, windows: bool) -> bool:
    """Return whether the terminal takes UTF-8, as the locale says; the console of Windows always shows such text."""
    named = next((env[name] for name in LOCALE_VARIABLES if env.get(name)), "")
    return windows or "utf8" in named.lower().replace("-", "")
