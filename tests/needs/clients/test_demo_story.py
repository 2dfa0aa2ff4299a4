"""The story of the page on the demo, and the four lines of the README: what they do is what is said."""

import re
import shutil

from documents import JAPANESE, README, SPAN, blocks, page
from product import Product
from shell_table import BASH
from terminals import Window, need, open_window

STEP = re.compile(r"^\d\. \*\*.*?(?=^\d\. |^\n|\Z)", re.MULTILINE | re.DOTALL)
"""A step begins with a number and words in bold."""


class Teller:
    """Types the story's commands into a window, and keeps them."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.told: list[str] = []

    def enter(self, command: str, *shown: str) -> str:
        """Type a command; wait for what it shows, then for the prompt. Return the last of what it shows."""
        self.told.append(command)
        return self._enter(command, *shown)

    def enter_with_code(self, command: str, *shown: str) -> None:
        """Type a command that asks for the code."""
        code = self.enter("mfaenv demo --code", r"^\d{6}$")
        self.told.append(command)
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
        short = len(teller.told)
        teller.enter("aws s3 ls", "explicit deny")
        teller.enter_with_code("eval $(mfaenv)")
        teller.enter("aws s3 ls", "team-reports")
        of_readme = teller.told[short:]
        teller.enter("eval $(mfaenv -p staging)")
        teller.enter("mfaenv doctor", "MFA: enforced")
        teller.enter("mfaenv console -p staging", "as role Developer of account 111122223333")
    steps = STEP.findall(page("demo"))
    assert len(steps) == 5
    assert {*teller.told, "explicit deny"} == {code for step in steps for _, code in SPAN.findall(step)}
    for document in (README, JAPANESE):
        assert [f"$ {line}" for line in of_readme] in blocks(document)
