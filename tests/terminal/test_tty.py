"""The terminal itself: where it goes, what is asked on it, and how wide text is."""

import subprocess
import sys

import pytest
from product import Product
from rich.cells import cell_len
from terminals import CTRL_Z, Window

from mfaenv.terminal.text import wrapped

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")

GONE = """
import fcntl, os, signal, termios
from mfaenv.terminal import tty
from mfaenv.terminal.text import Styled
signal.signal(signal.SIGHUP, signal.SIG_IGN)
window, terminal = os.openpty()
fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
console = tty.Tty()
os.close(window)
try:
    {}
except (KeyboardInterrupt, OSError) as error:
    print(type(error).__name__)
"""

CONFIRM = """
import os
from mfaenv.terminal.terminal import Terminal
terminal = Terminal(os.environ)
print("deleted" if terminal.confirm("Delete it?") else "kept")
print("code", terminal.ask_code([*map(Styled, ["MFA code"])]))
""".replace("import os", "import os\nfrom mfaenv.terminal.text import Styled", 1)

ASK_IN_PIPELINE = """
import os
from mfaenv.terminal.terminal import Terminal
terminal = Terminal(os.environ, for_shell=True)
print("typed:", terminal.ask_text("Name"))
"""


@on_posix
@pytest.mark.parametrize(
    ("use", "raised"),
    [
        ("console.ask([Styled('MFA code: ')])", "DismissedError"),
        ("tty.is_full_screen(terminal)", "OSError"),
        ("tty.set_modes(terminal, by_key=True)", "OSError"),
    ],
)
def test_a_terminal_that_has_gone_is_the_error_of_a_file(product: Product, use: str, raised: str) -> None:
    command = [sys.executable, "-c", GONE.format(use)]
    done = subprocess.run(
        command, env=product.env, start_new_session=True, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (f"{raised}\n", "")


@on_posix
def test_a_code_is_no_answer_to_yes_or_no(product: Product) -> None:
    with Window((sys.executable, "-c", CONFIRM), product.env, product.home) as window:
        window.see(r"Delete it\? \[Y/n\] ")
        window.enter("123456")
        window.see(r"Type y or n\.\s+Delete it\? \[Y/n\] ")
        window.enter("what")
        window.see(r"Type y or n\.\s+Delete it\? \[Y/n\] ")
        window.enter(" NO ")
        window.see("kept")
        window.see("MFA code: ")
        window.enter("654321")
        window.see("code 654321")


@on_posix
def test_a_question_for_a_shell_in_a_pipeline_cannot_be_stopped(product: Product) -> None:
    command = ("bash", "-c", 'set -m; "$@" | cat', "bash", sys.executable, "-c", ASK_IN_PIPELINE)
    with Window(command, product.env, product.home) as window:
        window.see("Name: ")
        window.press(CTRL_Z)
        window.enter("alice")
        window.see("typed: alice")


JAPANESE = "\u672c\u756a\u74b0\u5883"


@pytest.mark.parametrize(
    "text", [f"Change {JAPANESE} like {JAPANESE} " * 4, f"  {JAPANESE * 7} {JAPANESE * 7} end"]
)
def test_wide_characters_are_broken_by_their_cells(text: str) -> None:
    lines = wrapped(text, 60)
    assert max(map(cell_len, lines)) <= 60
    assert " ".join(lines).split() == text.split()
    assert {line[:2] for line in lines} == {text[:2]} or not text.startswith(" ")
