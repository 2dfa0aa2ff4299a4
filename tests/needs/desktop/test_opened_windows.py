"""Questions in windows: real pinentry and zenity on a screen of X."""

import sys
from collections.abc import Iterator

import pytest
from codes import sent_codes, wrong_codes
from observed_aws import ObservedAws
from product import Product, finish
from screens import Screen, command_lines, until
from settings import configure
from window_programs import with_programs

from mfaenv.errors import INTERRUPTED
from mfaenv.pretend_aws.scenario import Scenario

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="windows of X"),
    pytest.mark.xdist_group("display"),  # two Xvfb that start at once may take one number
]

HOSTILE = "a<b>$(x)`y`_&%41'“"
SCREENS = {"pinentry": "pinentry-gtk-2", "zenity": "zenity"}
"""What opens a window under which name."""


@pytest.fixture
def screen() -> Iterator[Screen]:
    """A screen."""
    with Screen() as made:
        yield made


def asking(product: Product, screen: Screen, name: str = "zenity") -> Product:
    """Let it ask on the screen, by this program."""
    product.env |= {"DISPLAY": screen.name, "GSK_RENDERER": "cairo", "GTK_A11Y": "none"}
    return with_programs(product, **{name: SCREENS[name]})


def text_of_zenity(screen: Screen) -> str:
    """What the one open window says."""
    until(lambda: command_lines("zenity", screen))
    (words,) = command_lines("zenity", screen).values()
    return next(word for word in words if word.startswith("--text="))


@pytest.mark.parametrize("name", SCREENS)
def test_a_window_asks(
    product: Product, scenario: Scenario, aws: ObservedAws, screen: Screen, name: str
) -> None:
    running = asking(product, screen, name).start("process", "--ask", "window")
    screen.type(scenario.device.code(), lambda: sent_codes(aws))
    done = finish(running)
    assert (done.status, done.err) == (0, "")
    assert '"SessionToken"' in done.out
    assert sent_codes(aws) == 1
    until(lambda: not screen.windows())


@pytest.mark.parametrize("name", SCREENS)
def test_a_window_that_is_closed_ends_it(product: Product, aws: ObservedAws, screen: Screen, name: str) -> None:
    running = asking(product, screen, name).start("--shell", "bash", "--ask", "window")
    screen.close()
    assert finish(running) == (INTERRUPTED, "(exit 130);\n", "")
    assert sent_codes(aws) == 0


@pytest.mark.parametrize("name", SCREENS)
def test_a_wrong_code_is_asked_for_again_in_a_window(
    product: Product, scenario: Scenario, aws: ObservedAws, screen: Screen, name: str
) -> None:
    running = asking(product, screen, name).start("process", "--ask", "auto")
    until(screen.windows)
    first = command_lines(name, screen).keys()
    screen.type("12345", lambda: command_lines(name, screen).keys() - first)
    screen.type(wrong_codes(scenario.device)[0], lambda: sent_codes(aws) == 1)
    until(screen.windows)
    if name == "zenity":
        assert "AWS refused the code" in text_of_zenity(screen)
    screen.type(scenario.device.code(), lambda: sent_codes(aws) == 2)
    assert finish(running).status == 0
    assert sent_codes(aws) == 2


def test_a_window_says_what_the_terminal_says(
    product: Product, scenario: Scenario, aws: ObservedAws, screen: Screen
) -> None:
    product = asking(product, screen)
    configure(product, HOSTILE, role_arn="arn:aws:iam::111122223333:role/Developer", source_profile="default")
    running = product.start("process", "--ask", "window", "-p", HOSTILE)
    shown = text_of_zenity(screen).removeprefix("--text=").replace("__", "_").replace("\\\\", "\\").split("\n")
    assert shown == [
        f"For profile {HOSTILE} in account 123456789012,",
        "device arn:aws:iam::123456789012:mfa/alice",
        f"The code goes to {product.env['AWS_ENDPOINT_URL']}, not to AWS.",
        "MFA code:",
    ]
    screen.type(scenario.device.code(), lambda: sent_codes(aws))
    assert '"SessionToken"' in finish(running).out


def test_many_processes_open_one_window(
    product: Product, scenario: Scenario, aws: ObservedAws, screen: Screen
) -> None:
    asking(product, screen)
    running = [product.start("process", "--ask", "window") for _ in range(6)]
    until(screen.windows)
    assert len(command_lines("zenity", screen)) == 1
    screen.type(wrong_codes(scenario.device)[0], lambda: sent_codes(aws) == 1)
    until(screen.windows)
    assert len(command_lines("zenity", screen)) == 1
    screen.type(scenario.device.code(), lambda: sent_codes(aws) == 2)
    done = [finish(each) for each in running]
    assert {each.status for each in done} == {0}
    assert len({each.out for each in done}) == 1
    assert sent_codes(aws) == 2


def test_a_window_that_is_closed_ends_all_that_wait_for_it(product: Product, screen: Screen) -> None:
    asking(product, screen)
    with (product.home / "said").open("a") as file:
        running = [product.start("process", "--ask", "window", stderr=file) for _ in range(4)]
    said = product.home / "said"
    until(lambda: said.read_text().count("A window of another mfaenv asks") == len(running) - 1)
    screen.close()
    assert [finish(each).status for each in running] == [INTERRUPTED] * 4
    assert not screen.windows()
    assert not list(product.cache.glob("lock-*"))


def test_a_window_goes_away_when_another_process_brings_a_code(
    product: Product, scenario: Scenario, screen: Screen
) -> None:
    running = asking(product, screen).start("process", "--ask", "window")
    until(screen.windows)
    assert product.run("process", "-c", scenario.device.code()).status == 0
    assert finish(running).status == 0
    until(lambda: not screen.windows())
