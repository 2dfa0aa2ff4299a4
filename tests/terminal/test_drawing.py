"""How questions and choices are drawn: in rich's styles, and on a terminal of 80 columns."""

import re
import sys

import pytest
from observed_aws import ObservedAws
from product import COMMAND, Product
from rare_things import add_security_key, add_virtual_device
from rich.cells import cell_len
from settings import configure, set_keys
from terminals import USUAL_SIZE, Window, direct

from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.terminal.text import wrapped

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")

ALICE = "arn:aws:iam::123456789012:mfa/alice"
SECURITY_KEY = "arn:aws:iam::123456789012:u2f/user/alice/yubikey-ABCDEFGHIJKLMNOP"
SLOW = {"boto3", "botocore", "hashlib", "rich.console", "rich.text", "typer"}

LISTS_WHAT_IS_LOADED = """
import sys
from mfaenv.session.fetch import BackgroundClient
def begin(_):
    with open("loaded", "w") as file:
        print(*sys.modules, file=file)
    print("asked", file=sys.stderr)
BackgroundClient.begin = begin
from mfaenv.__main__ import main
main()
"""
"""The client is begun when the question stands."""

LISTS_WHAT_AN_ERROR_LOADED = """
import sys
from mfaenv import failure
end = failure.end
def ended(*given):
    status = end(*given)
    with open("loaded", "w") as file:
        print(*sys.modules, file=file)
    return status
failure.end = ended
from mfaenv.__main__ import main
main()
"""


def usual(product: Product, *arguments: str) -> Window:
    """A window of the usual size in which mfaenv runs."""
    return Window((*COMMAND, "--shell", "bash", *arguments), product.env, product.home, USUAL_SIZE)


def too_long(window: Window) -> list[str]:
    """The lines that a terminal of the usual size breaks, wherever it likes."""
    return [line for line in window.text.splitlines() if cell_len(line) > USUAL_SIZE[1]]


def test_a_question_is_drawn_in_the_styles_of_all_that_is_said(product: Product, aws: ObservedAws) -> None:
    with direct(product, "--shell", "bash") as window:
        window.see("MFA code: ")
        assert (
            f"\x1b[33mThe code goes to {aws.url}, not to AWS.\x1b[0m\r\n\x1b[1mMFA code: \x1b[0m" in window.raw
        )
        window.enter("none")
        window.see("MFA code: ")
        assert "\x1b[1;31mA code is six digits.\x1b[0m\r\n\x1b[1mMFA code: \x1b[0m" in window.raw


@pytest.mark.parametrize(
    ("variables", "drawn"), [({}, True), ({"NO_COLOR": "1"}, False)], ids=["styles", "plain"]
)
def test_the_question_loads_no_more_of_rich_than_its_styles(
    product: Product, variables: dict[str, str], *, drawn: bool
) -> None:
    command = (sys.executable, "-c", LISTS_WHAT_IS_LOADED, "--shell", "bash")
    with Window(command, product.env | variables, product.home) as window:
        window.see("asked")
    loaded = set((product.home / "loaded").read_text(encoding="utf-8").split())
    assert loaded & SLOW == set()
    assert ("rich.style" in loaded) is drawn


@pytest.mark.parametrize(
    "profile",
    [
        "default",
        "stage-0123456",
        "\u672c\u756a" * 8,
        "\u672c\u756a" * 19,
        " ".join(["\u672c\u756a"] * 19),
        "\x1b" * 8,
        "n" * 60,
    ],
    ids=ascii,
)
def test_for_whom_fits_the_usual_terminal(product: Product, scenario: Scenario, profile: str) -> None:
    key = scenario.key
    configure(product, profile, region="us-east-1", mfa_serial="GAHT12345678")
    set_keys(product, profile, aws_access_key_id=key.id, aws_secret_access_key=key.secret)
    with usual(product, "-p", profile) as window:
        window.see(r"device GAHT12345678\n(.*\n)?MFA code: ")
        assert too_long(window) == []


@pytest.mark.parametrize("name", ["alice", "alice.of-the-northern-department"])
def test_the_likely_device_is_offered_in_short_lines(product: Product, scenario: Scenario, name: str) -> None:
    configure(product, mfa_serial=None)
    users = scenario.world.accounts["123456789012"].users
    users["alice"].name = name
    users[name] = users["alice"]
    with usual(product) as window:
        window.see(rf"^(.* )?arn:aws:iam::123456789012:mfa/{name}\.\nUse this device\? \[Y/n\] ")
        assert too_long(window) == []


def test_choices_break_between_words(product: Product, scenario: Scenario) -> None:
    configure(product, mfa_serial=None)
    alice = scenario.world.accounts["123456789012"].users["alice"]
    alice.policies = {"Admin": ALLOW_ALL}
    add_virtual_device(alice, "token")
    add_security_key(alice)
    with usual(product) as window:
        window.see(r"Number \(1-2\): ")
        assert too_long(window) == []
        assert f"\n  -  {SECURITY_KEY} (a\n     security key: STS cannot use it)\n" in window.text
        window.enter("3")
        window.see(r"Number \(1-2\): ")
        assert window.text.count(ALICE) == 1
        assert "\x1b[1mNumber (1-2): \x1b[0m" in window.raw


def test_what_is_waited_for_is_shown_where_no_shell_evaluates_it(product: Product) -> None:
    text = (
        "import os; from mfaenv.terminal.terminal import Terminal\n"
        "with Terminal(os.environ).progress() as show: show('next')"
    )
    with Window(("sh", "-c", '"$0" -c "$1" >out', sys.executable, text), product.env, product.home) as window:
        window.see("next")
        assert window.ended() == 0
    assert (product.home / "out").read_bytes() == b""


def test_an_error_on_a_terminal_loads_no_more_of_rich_than_its_styles(product: Product) -> None:
    command = (sys.executable, "-c", LISTS_WHAT_AN_ERROR_LOADED, "-p", "nobody", "--shell", "bash")
    with Window(command, product.env, product.home, USUAL_SIZE) as window:
        assert window.ended() == 1
        assert "\x1b[1;31mmfaenv: There is no profile 'nobody'" in window.raw
        assert too_long(window) == []
    loaded = set((product.home / "loaded").read_text(encoding="utf-8").split())
    assert "rich.style" in loaded
    assert loaded & {"rich.console", "typer"} == set()


@pytest.mark.parametrize(
    ("columns", "width"), [("", 80), ("50", 50), ("0", 80), ("x", 80), ("\u0665\u0660", 80)]
)
def test_an_error_is_as_wide_as_the_terminal_or_as_columns_has_it(
    product: Product, columns: str, width: int
) -> None:
    product.env["COLUMNS"] = columns
    with usual(product, "-p", "nobody", "--serial-number", "x" * 7) as window:
        assert window.ended() == 1
    widths = [len(line) for line in window.text.splitlines()]
    assert 30 < max(widths) <= width


@pytest.mark.parametrize("command", ["status", "keys", "doctor"])
def test_tables_have_lines_on_a_terminal_and_are_plain_text_elsewhere(stored: Product, command: str) -> None:
    piped = stored.run(command).out
    assert "default" in piped
    assert piped.isascii()
    with direct(stored, command) as window:
        window.see("┏━")


@pytest.mark.parametrize("command", ["status", "keys", "doctor"])
def test_no_line_of_a_pipe_is_broken(stored: Product, command: str) -> None:
    wide, narrow = (stored.run(command, env=stored.env | {"COLUMNS": columns}).out for columns in ("500", "30"))
    assert narrow.count("\n") == wide.count("\n")
    assert max(map(len, narrow.splitlines())) > 30


@pytest.mark.parametrize(
    "columns", ["0", "7", "-1", "99999999999", "9" * 5000, "²"], ids=lambda text: text[:11]
)
@pytest.mark.parametrize("arguments", [("status",), ("doctor", "-p", "nobody")], ids=lambda words: words[0])
def test_a_width_that_cannot_be_is_not_believed(
    product: Product, arguments: tuple[str, ...], columns: str
) -> None:
    usual = product.run(*arguments)
    product.env |= {"COLUMNS": columns, "LINES": columns}
    assert product.run(*arguments) == usual
    with direct(product, *arguments) as window:
        assert window.ended() == usual.status
    assert "a bug in mfaenv" not in window.text
    assert re.search(r"This shell exports no AWS keys|There is no profile 'nobody'", window.text)


def test_a_terminal_of_one_column_gets_a_word_a_line() -> None:
    """The screen for a device's key has no column beside its edge then."""
    assert wrapped("Type two codes", 0) == ["Type", "two", "codes"]
