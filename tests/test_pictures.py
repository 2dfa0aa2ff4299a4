"""The README's pictures: small, still, and what a terminal shows today."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pictures
import pytest
from terminals import need

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"
FILES = sorted(pictures.FOLDER.glob("*.svg"))
QUESTION = "$ eval $(mfaenv)"


def lines(svg: str) -> list[str]:
    """Give what stands in a picture, line by line, without what changes from day to day: digits."""
    found: dict[float, str] = {}
    for text in ET.fromstring(svg).iter(f"{SVG}text"):
        row, column = float(text.attrib["y"]), (float(text.attrib["x"]) - pictures.MARGIN) / pictures.ADVANCE
        found[row] = found.get(row, "").ljust(round(column)) + (text.text or "")
    return [re.sub(r"\d", "0", found[row]) for row in sorted(found)]


def ours(shown: Iterable[str]) -> list[str]:
    """Leave out what another AWS CLI may say differently: the refusal, which stands before the question."""
    shown = list(shown)
    return shown[shown.index(QUESTION) :]


def test_there_is_one_for_light_and_one_for_dark_pages() -> None:
    assert [file.stem for file in FILES] == [f"terminal-{name}" for name in sorted(pictures.PALETTES)]
    light, dark = (lines(file.read_text(encoding="utf-8")) for file in FILES)
    assert light == dark


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_is_small_and_loads_nothing(file: Path) -> None:
    svg = file.read_text(encoding="utf-8")
    assert len(svg) < 60_000
    assert re.findall(r"https?:[^\"]*|<script|<style|@import|url\(|href", svg) == ["http://www.w3.org/2000/svg"]


def test_it_shows_what_a_terminal_shows() -> None:
    need(*pictures.NEEDS)
    now = pictures.draw(pictures.film(), pictures.PALETTES["light"])
    drawn = (pictures.FOLDER / "terminal-light.svg").read_text(encoding="utf-8")
    assert "explicit deny" in "".join(lines(drawn))
    assert ours(lines(now)) == ours(lines(drawn)), "run python tests/pictures.py, and look at them"
