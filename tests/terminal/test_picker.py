"""`mfaenv -p` with nothing after it: the profiles on the terminal itself, to choose from."""

import re
import sys
from pathlib import Path

import pytest
from product import COMMAND, Product
from terminals import CTRL_C, USUAL_SIZE, Window

from mfaenv.errors import CODE_NEEDED, DONE, FAILED, INTERRUPTED, USAGE
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.terminal.text import Row

if sys.platform == "win32":
    pytest.skip("drives a pseudo-terminal", allow_module_level=True)

from mfaenv.terminal.picker import Picker

DOWN, UP, PAGE_DOWN, ESCAPE, ERASE = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b", "\x7f"
KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"


@pytest.fixture
def stored(product: Product, scenario: Scenario) -> Product:
    """mfaenv with a stored session of profile staging."""
    assert product.run("--shell", "bash", "-p", "staging", "-c", scenario.device.code()).status == DONE
    return product


def asking(product: Product, *arguments: str, **variables: str) -> Window:
    """A window in which mfaenv runs, whose output goes to a file."""
    script = 'out=$1; shift; exec "$@" >"$out"'
    words = ("sh", "-c", script, "sh", str(product.home / "out"), *COMMAND, *arguments)
    return Window(words, product.env | variables, product.home, USUAL_SIZE)


def output(product: Product) -> str:
    return (product.home / "out").read_text()


def test_what_is_chosen_is_printed_and_the_list_goes(stored: Product) -> None:
    with asking(stored, "--shell", "bash", "-p") as window:
        window.see("4 of 4: ")
        rows = re.findall(r"^[> ] (\d  \w+ .*|\d  \w+)$", window.text, re.MULTILINE)
        assert [re.sub(r"5\dm left", "5_m left", row) for row in rows] == [  # it may take minutes to open
            "1  staging     role Developer  111122223333  5_m left",
            "2  default     user session  123456789012  11h5_m left",
            "3  production",
            "4  audit",
        ]
        window.press("\r")
        assert window.ended() == DONE
        assert "until" in window.text
    assert "export MFAENV_PROFILE=staging" in output(stored)


def test_the_shells_profile_comes_first_then_those_with_a_session(stored: Product) -> None:
    with asking(stored, "--shell", "bash", "-p", MFAENV_PROFILE="default") as window:
        window.see("4 of 4: ")
        names = re.findall(r"^[> ] \d  (\w+)", window.text, re.MULTILINE)
        assert names == ["default", "staging", "production", "audit"]
        window.press(CTRL_C)
        assert window.ended() == INTERRUPTED


@pytest.mark.parametrize(
    ("keys", "taken"),
    [
        ("\r", "default"),
        (f"{DOWN}{DOWN}{UP}\r", "staging"),
        (f"{UP}\r", "default"),
        (f"{PAGE_DOWN}\r", "audit"),
        ("3\r", "production"),
        ("AUD\r", "audit"),
        (f"9{ERASE}prod\n", "production"),
        ("nothing\x15prod\r", "production"),
        ("\x1bOB\r", "staging"),
        ("\t\r", "staging"),
        (f"nothing\r{ERASE * 7}aud\r", "audit"),
    ],
)
def test_keys_choose(product: Product, keys: str, taken: str) -> None:
    with asking(product, "--shell", "bash", "-p") as window:
        window.see("4 of 4: ")
        window.press(keys)
        window.see(rf"Which profile\? {taken}\n(?!>)")
        window.press(CTRL_C)
        assert window.ended() == INTERRUPTED


@pytest.mark.parametrize(
    "key", [CTRL_C, ESCAPE, "\x04", "\x1c"], ids=["Ctrl-C", "Esc", "Ctrl-D", "Ctrl-Backslash"]
)
def test_leaving_fails_the_line_and_restores_the_terminal(product: Product, key: str) -> None:
    script = 'trap : INT QUIT; stty -a >before; "$@" >out; echo "status=$?"; stty -a >after'
    with Window(
        ("sh", "-c", script, "sh", *COMMAND, "--shell", "bash", "-p"), product.env, product.home
    ) as window:
        window.see("4 of 4: ")
        window.press(key)
        window.see(f"status={INTERRUPTED}")
        window.ended()
    assert (product.home / "before").read_text() == (product.home / "after").read_text()
    assert output(product) == f"(exit {INTERRUPTED});\n"


@pytest.mark.parametrize("option", ["--no-input", "--cached", "--ask=window"])
def test_nobody_is_asked_who_may_not_be(product: Product, option: str) -> None:
    with asking(product, "--shell", "bash", option, "-p") as window:
        assert window.ended() == USAGE
        assert "-p needs the name of a profile" in window.text


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--shell", "bash"), "mfaenv -p NAME"),
        (("exec",), "mfaenv exec -p NAME"),
        (("process",), "mfaenv process -p NAME"),
        (("keys", "rotate"), "mfaenv keys rotate -p NAME"),
    ],
)
def test_without_a_terminal_the_error_names_the_option(
    product: Product, words: tuple[str, ...], line: str
) -> None:
    done = product.run(*words, "-p")
    assert done.status == USAGE
    assert f". Type:\n        {line}\n" in done.err


def test_an_empty_name_is_no_question(product: Product) -> None:
    with asking(product, "--shell", "bash", "--profile=") as window:
        assert window.ended() == USAGE
        assert "--profile is empty" in window.text


def test_a_wrong_title_of_the_default_profile_alone_opens_no_list(product: Product) -> None:
    Path(product.env["AWS_CONFIG_FILE"]).write_text("")
    Path(product.env["AWS_SHARED_CREDENTIALS_FILE"]).write_text(f"[profile default]\n{KEYS}")
    with asking(product, "--shell", "bash") as window:
        assert window.ended() == FAILED
        assert "write [default] instead of [profile default]" in window.text


def test_a_list_without_a_default_opens_by_itself(product: Product) -> None:
    Path(product.env["AWS_CONFIG_FILE"]).write_text("[default]\nregion = eu-west-1\n")
    Path(product.env["AWS_SHARED_CREDENTIALS_FILE"]).write_text(f"[one]\n{KEYS}[two]\n{KEYS}")
    with asking(product, "--shell", "bash") as window:
        window.see("3 of 3: ")
        window.press("two\r")
        window.see("Use this device")
        window.press(CTRL_C)
        assert window.ended() == INTERRUPTED
    with asking(product, "--shell", "bash", AWS_PROFILE="one") as window:
        window.see("Use this device")
        assert "Which profile?" not in window.text
    assert product.run("--shell", "bash", "--no-input").status not in {DONE, CODE_NEEDED}


def test_names_are_made_printable_and_lines_fit(product: Product) -> None:
    names = ["we\x1b]0;x\x07ird", "日本" * 60, *(f"p{number}" for number in range(40))]
    Path(product.env["AWS_SHARED_CREDENTIALS_FILE"]).write_text("".join(f"[{name}]\n{KEYS}" for name in names))
    Path(product.env["AWS_CONFIG_FILE"]).write_text("")
    with asking(product, "--shell", "bash", "-p") as window:
        window.see("42 of 42: ")
        assert r"we\x1b]0;x\x07ird" in window.text
        assert len(window.text.splitlines()) < USUAL_SIZE[0]


@pytest.mark.parametrize("size", [(24, 80), (3, 20), (1, 1), (200, 300)])
def test_a_frame_fits_every_terminal(size: tuple[int, int]) -> None:
    from rich.cells import cell_len

    picker = Picker(
        "Which profile?", [Row("日本語" * 20, "role x"), *(Row(f"p{number}") for number in range(1000))]
    )
    frame = picker.frame(*size)
    assert all(cell_len(line.text) < max(size[1], 1) for line in frame)
    assert len(frame) <= max(size[0], 3)


def test_a_number_with_zeros_in_front_chooses_a_row_that_is_there() -> None:
    picker = Picker("Which profile?", [Row("alice"), Row("bob")])
    for key in "0000000012":
        picker.press(key)
    assert picker.press("\r") == "alice"


def test_a_number_shows_where_it_leads() -> None:
    picker = Picker("Which profile?", [Row(f"p{number}") for number in range(1000)])
    for key in "1000":
        picker.press(key)
    assert picker.frame(24, 80)[-2].text == "> 1000  p999"
    picker.press("0")
    assert [line.text for line in picker.frame(24, 80)][1:] == [picker.frame(24, 80)[-1].text]
