"""The README's picture: small, and nothing that a browser would load."""

import re

import pictures


def test_it_is_small_loads_nothing_and_breaks_no_line() -> None:
    svg = pictures.FILE.read_text(encoding="utf-8")
    assert len(svg) < 60_000
    assert re.findall(r"<script|@import|@font-face|url\((?!#)|href|src", svg) == []
    lines = pictures.read_lines(svg)
    assert max(map(len, lines)) <= pictures.COLUMNS
    assert "explicit deny in an identity-based policy" in lines
