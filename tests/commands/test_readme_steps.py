"""The README's story of five steps: the same commands in English and in Japanese, and what they do."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from terminals import BASH, Window, need, open_window

if TYPE_CHECKING:
    from product import Product

ROOT = Path(__file__).parents[2]
ENGLISH, JAPANESE = "README.md", "README.ja.md"
STEPS = re.compile(r"^\d\. \*\*.*?(?=^\d\. |^\n|\Z)", re.MULTILINE | re.DOTALL)
"""A step begins with a number and words in bold."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def steps(name: str) -> list[list[str]]:
    """Give what stands as code in each step; the order within one is that of the language."""
    return [re.findall(r"`([^`]+)`", step) for step in STEPS.findall(read(name))]


def test_both_languages_tell_the_same_five_steps() -> None:
    english, japanese = steps(ENGLISH), steps(JAPANESE)
    assert len(english) == 5
    assert [sorted(step) for step in japanese] == [sorted(step) for step in english]


def test_each_language_leads_to_the_other() -> None:
    assert f"]({JAPANESE})" in read(ENGLISH)
    assert f"]({ENGLISH})" in read(JAPANESE)


class Teller:
    """Types the story's commands into a window, and keeps them."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.told: set[str] = set()

    def enter(self, command: str, *shown: str) -> str:
        """Type a command; wait for what it shows, then for the prompt. Give the last of what it shows."""
        self.told.add(command)
        return self._enter(command, *shown)

    def enter_with_code(self, command: str, *shown: str) -> None:
        """Type a command that asks for the code."""
        code = self.enter("mfaenv demo --code", r"^\d{6}$")
        self.told.add(command)
        self._window.enter(command)
        self._window.see("MFA code: ")
        self._enter(code, *shown)

    def _enter(self, line: str, *shown: str) -> str:
        self._window.enter(line)
        seen = [self._window.see(pattern) for pattern in shown]
        self._window.prompted()
        return seen[-1] if seen else ""


def test_the_story_happens_as_it_is_told(bare: Product) -> None:
    need("aws", "bash")
    with open_window(bare, BASH, SHELL=str(shutil.which("bash")), BROWSER="true") as window:
        teller = Teller(window)
        teller.enter("mfaenv demo --policy none", "leaves nothing behind")
        teller.enter("aws s3 ls", "team-reports")
        teller.enter_with_code("mfaenv doctor", "MFA: not enforced")
        teller.enter("exit")
        teller.enter("mfaenv policy", "BlockAccessWhenNoSignedInWithMFA")
        teller.enter("mfaenv demo", "leaves nothing behind")
        teller.enter("aws s3 ls", "explicit deny")
        teller.enter_with_code("eval $(mfaenv)")
        teller.enter("aws s3 ls", "team-reports")
        teller.enter("eval $(mfaenv -p staging)")
        teller.enter("mfaenv doctor", "MFA: enforced")
        teller.enter("mfaenv console -p staging", "as role Developer of account 111122223333")
    assert teller.told | {"explicit deny"} == {code for step in steps(ENGLISH) for code in step}
