"""The README's pictures: small, still where people want that, and what a terminal shows today."""

import re
from pathlib import Path

import pictures
import pytest

FILES = sorted(pictures.FOLDER.glob("*.svg"))


def test_there_is_one_for_light_and_one_for_dark_pages() -> None:
    assert [file.stem for file in FILES] == [f"terminal-{name}" for name in sorted(pictures.PALETTES)]
    light, dark = (pictures.read_lines(file.read_text(encoding="utf-8")) for file in FILES)
    assert light == dark


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_is_small_and_loads_nothing(file: Path) -> None:
    svg = file.read_text(encoding="utf-8")
    assert len(svg) < 60_000
    assert re.findall(r"(?<=\")https?:[^\"]*|<script|@import|url\(|href", svg) == ["http://www.w3.org/2000/svg"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_moves_for_twelve_seconds_and_stands_still_for_those_who_ask_for_it(file: Path) -> None:
    svg = file.read_text(encoding="utf-8")
    rest = re.sub(r"@media \(prefers-reduced-motion: no-preference\) \{\n.*?\n\}\n", "", svg, flags=re.DOTALL)
    assert rest != svg
    assert re.findall("animation|opacity|keyframes|visibility|display", rest) == []
    assert set(re.findall(r" (\d+)s step-end infinite", svg)) == {"12"}
    named = set(re.findall(r"class=\"(\w+)\"", svg))
    assert named == set(re.findall(r"@keyframes (\w+)", svg))
    assert max(float(moment) for moment in re.findall(r"([\d.]+)% \{ opacity: 1", svg)) < 90


def test_the_pictures_break_no_line() -> None:
    texts = [line for file in FILES for line in pictures.read_lines(file.read_text(encoding="utf-8"))]
    assert max(map(len, texts)) <= pictures.COLUMNS
    assert "explicit deny in an identity-based policy" in texts
