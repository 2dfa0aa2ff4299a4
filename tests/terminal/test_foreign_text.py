"""Text from outside, in every command: a terminal gets no character from it that is more than shown."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from observed_aws import ObservedAws
from product import Product
from rare_things import add_security_key, add_virtual_device
from settings import configure
from terminals import CTRL_C, direct

from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.shells import FORMATS, NAMES
from mfaenv.terminal.text import printable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")

HOSTILE = (
    "\x1b]0;title\x07\x1b[2J"  # escape sequences
    "\x9b31m\x85"  # C1 controls
    "\x07\x08\x7f\x01"  # bell, backspace, delete
    "\r"
    "\u2028\u2029"  # separators of lines
    "\u202e\u2066"  # another direction
    "\u200b\ufeff\u2060"  # no width
    "\udc80"  # a byte that is not UTF-8
    "[/x][bold][link=x]:smile:"  # what rich takes for markup
)
FILED = HOSTILE.replace("\r", "").replace("\udc80", "")
"""The same as far as it can be a profile's name in a file."""

IN_XML = FILED.translate(dict.fromkeys(range(0x20)))
"""The same as far as XML has these characters."""

OWN_SEQUENCES = re.compile(r"\r?\x1b\[[0-9;]*[mKA]|\x1b\[\?25[lh]")
"""What rich and we send: colours, a line that is drawn again, a cursor that is hidden."""

LINES = (
    ("-p", "{profile}", "--shell", "bash", "--verbose"),
    ("-p", "{profile}", "--shell", "bash", "--refresh", "--no-input"),
    ("-p", "{profile}", "--role-arn", "arn:aws:iam::123456789012:role/none", "--shell", "bash", "--no-input"),
    ("-p", "{profile}", "--role-arn", "{name}", "--shell", "bash"),
    ("-p", "{profile}", "--serial-number", "{name}", "--shell", "bash"),
    ("-p", "{name}", "--shell", "bash"),
    ("-p", "{profile}", "--region", "{name}", "--shell", "bash"),
    ("-p", "{profile}", "--refresh", "--token-command", "{name}", "--shell", "bash"),
    ("--shell", "{name}"),
    ("--format", "{name}"),
    ("--duration", "{name}", "--shell", "bash"),
    ("--{name}",),
    ("{name}",),
    ("process", "-p", "{profile}", "-v", "--refresh", "--no-input"),
    ("exec", "-p", "{profile}", "--", "{name}"),
    ("status",),
    ("status", "-p", "{name}"),
    ("status", "--json"),
    ("status", "{name}"),
    ("clear", "-p", "{profile}"),
    ("clear",),
    ("init", "{name}"),
    ("doctor", "-p", "{profile}", "-v"),
    ("doctor", "-p", "{profile}", "--json"),
    ("doctor", "-p", "{name}"),
    ("policy", "{name}"),
    ("demo", "--policy", "{name}"),
    ("demo", "--", "{name}"),
)


def controls(text: str) -> set[str]:
    """What a terminal would not just show, beside line ends and what we send ourselves."""
    left = OWN_SEQUENCES.sub("", text.replace("\r\n", "\n"))
    return {character for character in left if not character.isprintable()} - {"\n"}


@pytest.fixture
def furnished(product: Product, scenario: Scenario) -> Product:
    """A profile of that name with a stored session, in a shell that has it, and settings of such names."""
    folder = product.home / ".aws"
    key, serial = scenario.key, scenario.device.serial
    with (folder / "credentials").open("a", encoding="utf-8") as file:
        file.write(f"[{FILED}]\naws_access_key_id = {key.id}\naws_secret_access_key = {key.secret}\n")
        file.write(f"[profile {FILED}x]\nregion = {FILED}\n")
    with (folder / "config").open("a", encoding="utf-8") as file:
        file.write(
            f'[profile "{FILED}"]\nregion = us-east-1\nmfa_serial = {serial}\nx{FILED} = y\n[{FILED}]\na = b\n'
        )
    done = product.run("-p", FILED, "-f", "json", "-c", scenario.device.code())
    product.env |= {**done.json(), "AWS_PROFILE": HOSTILE, "AWS_DEFAULT_PROFILE": FILED}
    return product


def words(line: tuple[str, ...], name: str = FILED) -> list[str]:
    return [word.format(name=name, profile=FILED) for word in line]


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_no_control_gets_through_a_pipe(furnished: Product, line: tuple[str, ...]) -> None:
    done = furnished.run(*words(line, HOSTILE))
    assert done.err or done.out
    assert "mistake" not in done.err
    assert controls(done.err) == set()
    if line[0] in {"status", "doctor"}:
        assert controls(done.out) == set()


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_no_control_gets_to_a_terminal(furnished: Product, line: tuple[str, ...]) -> None:
    with direct(furnished, *words(line)) as window:
        window.ended()
        assert window.raw
        assert "mistake" not in window.raw
        assert controls(window.raw) == set()


@pytest.mark.parametrize(
    "option", [f"--shell={name}" for name in NAMES] + [f"--format={name}" for name in FORMATS]
)
def test_no_control_gets_to_a_terminal_with_what_is_copied_from_it(furnished: Product, option: str) -> None:
    with direct(furnished, option, "-p", FILED) as window:
        window.ended()
        assert (
            "A value holds control characters" in window.raw
            or "has a value that" in window.raw
            or "ASIA" in window.raw
        )
        assert controls(window.raw) == set()


def test_no_control_gets_into_a_question(product: Product, scenario: Scenario) -> None:
    configure(product, mfa_serial=None)
    alice = scenario.world.accounts["123456789012"].users["alice"]
    alice.policies = {"Admin": ALLOW_ALL}
    alice.devices = [
        add_virtual_device(alice, "phone"),
        add_virtual_device(alice, "token"),
        add_security_key(alice),
    ]
    for device in alice.devices:
        device.serial += IN_XML
    with direct(product, "--shell", "bash") as window:
        window.see("The answer is not from AWS")
        window.ended()
        assert controls(window.raw) == set()


def test_a_question_shows_a_foreign_name_as_it_is_written(furnished: Product) -> None:
    with direct(furnished, "-p", FILED, "--refresh", "--shell", "bash") as window:
        window.see("MFA code: ")
        assert "[/x][bold][link=x]:smile: in account" in window.text
        window.press(CTRL_C)
        window.ended()
        assert controls(window.raw) == set()


def test_no_control_gets_from_a_message_of_aws(
    furnished: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    aws.fail("GetSessionToken", Refusal("ServiceFailure" + IN_XML, IN_XML, 400))
    done = furnished.run("-p", FILED, "--refresh", "-c", scenario.device.code(), "--shell", "bash")
    assert done.status == 1
    assert controls(done.err) == set()


@given(st.text(st.characters(), max_size=40))
def test_what_is_printable_has_nothing_that_a_terminal_acts_on(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    shown.encode()
    assert printable(shown) == shown
    if text.isprintable():
        assert shown == text
