"""Programs that open windows: how each is asked and answers, pinentry on a terminal, and where none opens."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Mapping
from urllib.parse import quote, unquote

import pytest
from clock import Clock
from hypothesis import given
from hypothesis import strategies as st
from product import Product
from programs import write_program
from shell_table import BASH
from terminals import CTRL_C, direct, open_window
from window_programs import with_programs

from mfaenv.errors import CODE_NEEDED, INTERRUPTED, USAGE
from mfaenv.fast.catalog import WINDOWS
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.prompt.programs import (
    DIALOGS,
    Dialog,
    Ended,
    Kdialog,
    NoWindowError,
    Osascript,
    Pinentry,
    Powershell,
    Shown,
    Zenity,
)
from mfaenv.prompt.window import Window
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import Styled

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs that are scripts")

HOSTILE = "a<b>$(x)`y`_&%41'“"


@pytest.mark.parametrize("program", ["pinentry-curses", "pinentry-tty"])
def test_pinentry_asks_on_a_terminal(product: Product, scenario: Scenario, program: str) -> None:
    with_programs(product, pinentry=program)
    with direct(product, "process", MFAENV_ASK="pinentry") as window:
        window.see("device")
        window.see("MFA code:")
        window.enter(scenario.device.code())
        window.see('"SessionToken"')
        assert window.ended() == 0


@pytest.mark.parametrize("program", ["pinentry-curses", "pinentry-tty"])
def test_leaving_pinentry_on_a_terminal(product: Product, program: str) -> None:
    with_programs(product, pinentry=program)
    with direct(product, "process", MFAENV_ASK="pinentry") as window:
        window.see("MFA code:")
        window.press(CTRL_C)
        assert window.ended() == INTERRUPTED


def test_auto_prefers_the_terminal(product: Product, scenario: Scenario) -> None:
    with direct(with_programs(product), "process", MFAENV_ASK="auto") as window:
        window.see("MFA code: ")
        window.enter(scenario.device.code())
        assert window.ended() == 0


@pytest.mark.parametrize(
    ("ask", "programs", "lacking"),
    [
        (("--ask", "window"), {}, "pinentry (not installed), zenity (not installed), kdialog (not installed)"),
        (
            ("--ask", "auto"),
            {"zenity": "zenity"},
            "pinentry (not installed), zenity (no display), kdialog (not installed)",
        ),
        (
            ("--ask", "window"),
            {"pinentry": "pinentry-curses"},
            "zenity (not installed), kdialog (not installed), pinentry (no display)",
        ),
    ],
)
def test_where_no_window_opens_the_error_says_what_was_looked_for(
    product: Product, ask: tuple[str, ...], programs: dict[str, str], lacking: str
) -> None:
    done = with_programs(product, **programs).run("process", *ask)
    assert (done.status, done.out) == (CODE_NEEDED, "")
    wrong, hint = done.err.splitlines()
    assert re.search("A code is needed.* no .*window", wrong)
    assert hint == f"        Looked for {lacking}."


ANSWERING = """\
#!/bin/sh
echo OK Pleased
while read -r command rest; do
    case $command in GETPIN) echo >> "$HOME/asked"; {answer} ;; esac
    echo OK
done
"""


def with_pinentry(product: Product, answer: str) -> Product:
    """Let it find only a pinentry that answers by itself."""
    write_program(with_programs(product).home / "windows" / "pinentry", ANSWERING.format(answer=answer))
    return product


def windows_asked(product: Product) -> int:
    return len((product.home / "asked").read_text(encoding="utf-8"))


@pytest.mark.parametrize("answer", ["exit 0", "kill $$"])
def test_a_pinentry_that_goes_without_an_answer_was_closed(product: Product, answer: str) -> None:
    done = with_pinentry(product, answer).run("process", "--ask", "window")
    assert (done.status, done.out, done.err) == (INTERRUPTED, "", "")
    assert windows_asked(product) == 1


def test_a_pinentry_that_does_not_start_is_told_apart(product: Product) -> None:
    write_program(with_programs(product).home / "windows" / "pinentry", "echo no such library >&2; exit 127")
    assert "pinentry (it ended at once)" in product.run("process", "--ask", "window").err


def test_a_window_closed_before_the_clock_was_set_back_is_no_answer(
    product: Product, scenario: Scenario, clock: Clock
) -> None:
    clock.advance(3600)
    with_pinentry(product, "kill $$").run("process", "--ask", "window")
    clock.advance(-3600)
    (product.home / "windows" / "pinentry").write_text(
        ANSWERING.format(answer=f"echo D {scenario.device.code()}"), encoding="utf-8"
    )
    done = product.run("process", "--ask", "window")
    assert (done.status, done.err) == (0, "")
    assert windows_asked(product) == 2


def test_a_window_asks_below_a_full_screen_program(product: Product, scenario: Scenario) -> None:
    path = product.env["PATH"]
    with_pinentry(product, f"echo D {scenario.device.code()}").env["PATH"] += f"{os.pathsep}{path}"
    with open_window(product, BASH, MFAENV_ASK="auto") as window:
        window.enter("stty raw; mfaenv process >printed; status=$?; stty sane; echo status=$status")
        window.see("status=0$")
    assert "SessionToken" in (product.home / "printed").read_text(encoding="utf-8")
    assert windows_asked(product) == 1


@pytest.mark.parametrize("stream", ["", ">&2"])
def test_what_prints_without_end_is_ended(product: Product, stream: str) -> None:
    done = with_pinentry(product, f"while :; do echo secret {stream}; done").run("process", "--ask", "window")
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines() == ["mfaenv: pinentry does not stop printing.", "        Try it by itself."]


def test_what_answers_by_itself_with_no_code_is_not_asked_for_ever(product: Product) -> None:
    done = with_pinentry(product, "echo D secret").run("process", "--ask", "window")
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines() == ["mfaenv: 3 windows gave no code.", "        A code is six digits."]
    assert windows_asked(product) == 3


def test_a_display_that_is_not_there_is_told(product: Product) -> None:
    done = with_programs(product, zenity="zenity").run(
        "process", env={**product.env, "DISPLAY": ":4711", "MFAENV_ASK": "zenity"}
    )
    assert done.status == CODE_NEEDED
    assert "Looked for zenity (no display)." in done.err


@pytest.mark.parametrize(
    ("option", "variable"), [("pinentri", ""), ("zenity", ""), ("", "zenty"), ("", "nowhere")]
)
def test_a_wrong_place_to_ask_is_told(product: Product, option: str, variable: str) -> None:
    product.env["MFAENV_ASK"] = variable
    done = product.run("process", *(["--ask", option] if option else []))
    assert done.status == USAGE
    assert f"{'--ask' if option else 'MFAENV_ASK'} does not know '{option or variable}'." in done.err


def test_the_table_has_the_names_of_the_catalog() -> None:
    assert tuple(dict.fromkeys(dialog.name for dialog in DIALOGS)) == WINDOWS


@given(st.text())
def test_what_pinentry_reads_stays_one_line(text: str) -> None:
    lines = Pinentry().start(Shown((text,))).stdin.splitlines()
    described = [line.removeprefix("SETDESC ") for line in lines if line.startswith("SETDESC ")]
    assert all(line.isascii() and line.isprintable() for line in lines)
    shown = text.translate(str.maketrans("<>", "‹›"))  # noqa: RUF001 - these look alike
    assert list(map(unquote, described)) == [shown.encode("utf-8", "replace").decode()]


SHOWN = Shown((f"For profile {HOSTILE},", "device d"), "wrong")


def test_what_a_window_reads_as_markup_is_escaped() -> None:
    (*_, text) = Kdialog().start(SHOWN).arguments
    assert text.startswith("<qt>wrong<br>For profile a&lt;b&gt;$(x)")
    assert f"a{quote('‹b›')}$(x)" in Pinentry().start(SHOWN).stdin  # noqa: RUF001 - these look alike
    (*_, text) = Zenity().start(Shown(("a\\n_b",))).arguments
    assert text.startswith("--text=a\\\\n__b")


@pytest.mark.parametrize("dialog", [Osascript(), Powershell()], ids=lambda dialog: dialog.name)
def test_a_name_is_no_part_of_a_script(dialog: Dialog) -> None:
    start = dialog.start(SHOWN)
    texts = [value for value in (*start.arguments, *start.variables.values()) if HOSTILE in value]
    assert texts == [SHOWN.text]


ASKED = "SETTITLE mfaenv\nGETPIN\nBYE\n"


@pytest.mark.parametrize(
    ("dialog", "ended", "typed"),
    [
        (Osascript(), Ended(0, "123456\n", ""), "123456\n"),
        (Osascript(), Ended(1, "", "0:9: execution error: User canceled. (-128)\n"), KeyboardInterrupt),
        (Osascript(), Ended(1, "", "execution error: No user interaction allowed. (-1713)\n"), NoWindowError),
        (Powershell(), Ended(0, "answer:123456", ""), "123456"),
        (Powershell(), Ended(0, "answer:", ""), KeyboardInterrupt),
        (Powershell(), Ended(0, "", "Add-Type: not allowed"), NoWindowError),
        (Kdialog(), Ended(0, "123456\n", ""), "123456\n"),
        (Kdialog(), Ended(1, "", ""), KeyboardInterrupt),
        (Kdialog(), Ended(-15, "", ""), KeyboardInterrupt),
        (Zenity(), Ended(-15, "", ""), KeyboardInterrupt),
        (Zenity(), Ended(-11, "", ""), NoWindowError),
        (Osascript(), Ended(-1, "", ""), KeyboardInterrupt),
        (Kdialog(), Ended(-6, "", "could not connect to display"), NoWindowError),
        (Pinentry(), Ended(0, "OK Pleased\nOK\nD 1%32\nOK\n", "", ASKED), "12"),
        (Pinentry(), Ended(0, "OK Pleased\nOK\nOK\nOK closing\n", "", ASKED), ""),
        (Pinentry(), Ended(0, "OK Pleased\nERR 83886254 Unknown option\nOK\nOK\n", "", ASKED), ""),
        (Pinentry(), Ended(0, "OK Pleased\nOK\nERR 83886179 cancelled\n", "", ASKED), KeyboardInterrupt),
        (Pinentry(), Ended(0, "OK Pleased\nOK\nERR 83918950 no terminal\n", "", ASKED), NoWindowError),
        (Pinentry(), Ended(0, "OK Pleased\nOK\nERR ² superscript\n", "", ASKED), NoWindowError),
        (Pinentry(), Ended(0, f"OK Pleased\nOK\nERR {'9' * 5000} long\n", "", ASKED), NoWindowError),
        (Pinentry(), Ended(0, "OK Pleased\nOK\n", "", ASKED), KeyboardInterrupt),
        (Pinentry(), Ended(-15, "OK Pleased\nOK\n", "", ASKED), KeyboardInterrupt),
        (Pinentry(), Ended(-6, "OK Pleased\nOK\n", "", ASKED), NoWindowError),
        (Pinentry(), Ended(0, "OK Pleased\n", "", ASKED), NoWindowError),
        (Pinentry(), Ended(1, "", "", ASKED), NoWindowError),
    ],
)
def test_what_the_end_of_a_program_means(
    dialog: Dialog, ended: Ended, typed: str | type[BaseException]
) -> None:
    if isinstance(typed, str):
        assert dialog.answer(ended) == typed
    else:
        with pytest.raises(typed):
            dialog.answer(ended)


SHOWS_A_WINDOW = """\
#!/bin/sh
printf '%s' "$MFAENV_QUESTION" >question
echo "$WSLENV $*" >words
printf 'answer:{answer}'
"""
RELEASE = "5.15.153.1-microsoft-standard-WSL2"
QUESTION_LINES = [Styled("For profile default"), Styled("MFA code")]


def with_windows(product: Product, answer: str) -> Mapping[str, str]:
    """Let it find only a stand-in for the PowerShell of Windows; return the environment."""
    write_program(
        with_programs(product).home / "windows" / "powershell.exe", SHOWS_A_WINDOW.format(answer=answer)
    )
    return product.env


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux below Windows")
def test_the_window_is_windows_own_below_windows(bare: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bare.home)
    env = with_windows(bare, "123 456")
    for kernel, display, usable in ((RELEASE, "", True), (RELEASE, ":0", False), ("6.18.44", "", False)):
        monkeypatch.setattr(platform, "release", lambda kernel=kernel: kernel)
        assert bool(Window(Terminal({**env, "DISPLAY": display}), "").dialogs) is usable
    monkeypatch.setattr(platform, "release", lambda: RELEASE)
    for wanted in ("", "powershell"):
        assert Window(Terminal(env), wanted).ask_code(QUESTION_LINES) == "123456"
    assert (bare.home / "question").read_text(encoding="utf-8").startswith("For profile default\n")
    assert (bare.home / "words").read_text(encoding="utf-8").startswith("MFAENV_QUESTION -NoProfile ")


def test_an_error_while_a_window_stands_opens_no_second_one(
    bare: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(bare.home)
    env = {**with_programs(bare).env, "DISPLAY": ":0"}
    for name in ("zenity", "kdialog"):
        write_program(bare.home / "windows" / name, f"echo {name} >> opened\nexec {shutil.which('sleep')} 60")

    def check() -> None:
        if (bare.home / "opened").exists():
            raise OSError("the store cannot be read")

    terminal = Terminal(env)
    with terminal.watching(check), pytest.raises(OSError, match="the store cannot be read"):
        Window(terminal, "").ask_code(QUESTION_LINES)
    assert (bare.home / "opened").read_text() == "zenity\n"


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux below Windows")
def test_a_window_of_windows_that_is_closed_ends_it(bare: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bare.home)
    monkeypatch.setattr(platform, "release", lambda: RELEASE)
    with pytest.raises(KeyboardInterrupt):
        Window(Terminal(with_windows(bare, "")), "").ask_code(QUESTION_LINES)
