"""A user without a device makes one at a real terminal: with an authenticator that reads the key off the screen."""

import base64
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import qr_reading
from observed_aws import ALWAYS, ObservedAws
from product import COMMAND, PATIENCE, Product
from shell_table import BASH
from terminals import CTRL_C, USUAL_SIZE, Window, direct, need, open_window, with_mfaenv

from mfaenv.aws.client import ClientSettings
from mfaenv.aws.iam import NewDevice, VirtualDevices
from mfaenv.aws.mfa_policies import EVERYTHING, SELF_SERVICE
from mfaenv.aws.sts import Identity
from mfaenv.commands.configure import first_device
from mfaenv.commands.configure.first_device import key_uri
from mfaenv.model import Keys
from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario, build_scenario, without_device
from mfaenv.pretend_aws.totp import STEP, code_at_step
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import Account, User
from mfaenv.serving.loopback import HttpResponse

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")

GROUPS = re.compile(r"(?:(?<=\s)[A-Z2-7]{4}\s+){15}[A-Z2-7]{4}(?=\s)")
MAKE = r"user/alice has no MFA device\.\n.*\nMake a device for alice\? \[Y/n\] "
FIRST, NEXT, PROOF = "First code: ", "Next code: ", "MFA code: "
CHANGE = r"Change \S+ like this\? \[Y/n\] "
CLEARED = "\x1b[H\x1b[K\x1b[2H\x1b[J\x1b[H\x1b[?1049l"
CONFIGURE = (*COMMAND, "configure")
DENIED = Refusal("AccessDenied", "User: alice is not authorized to perform: it with an explicit deny", 403)


def in_groups(key: str) -> str:
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


@pytest.fixture
def scenario() -> Scenario:
    """Alice without a device, under the self-service policy."""
    return without_device(build_scenario("mfa"))


@pytest.fixture
def newcomer(product: Product) -> Product:
    product.env["MFAENV_SHELL"] = "bash"
    return product


@pytest.fixture
def account(scenario: Scenario) -> Account:
    return scenario.world.accounts["123456789012"]


class Authenticator:
    """An app on a phone: it has read the key, and shows the codes of any moment."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._secret = base64.b32decode(key)
        self._step = int(time.time() // STEP)

    def code(self, steps: int) -> str:
        return code_at_step(self._secret, self._step + steps)

    def code_now(self) -> str:
        return code_at_step(self._secret, int(time.time() // STEP))


def rows(window: Window) -> list[str]:
    return list(window._screen.display)


def shown_key(window: Window, left: int = 45) -> str:
    """Read the key as text from the screen, right of the QR code, when all of it is drawn."""
    end = time.monotonic() + PATIENCE
    while not (found := GROUPS.search("\n".join(["", *(row[left:].strip() for row in rows(window)), ""]))):
        assert window._read_until(end), window.text
    return "".join(found.group().split())


def begin(window: Window, left: int = 45) -> Authenticator:
    window.see(MAKE)
    window.enter("")
    window.see(FIRST)
    return Authenticator(shown_key(window, left))


def give_pair(window: Window, app: Authenticator, first: int = -3) -> None:
    window.enter(app.code(first))
    window.see(NEXT)
    window.enter(app.code(first + 1))


def leave(newcomer: Product) -> None:
    """Leave at the QR code."""
    with direct(newcomer, "configure") as window:
        begin(window)
        window.press(CTRL_C)
        assert window.ended() == 130


def finish(window: Window, app: Authenticator) -> None:
    """Type two codes, a key, and the code that proves it."""
    give_pair(window, app)
    window.see("Press Enter to clear")
    window.press("x")
    window.see(PROOF)
    window.enter(app.code_now())


def take_all(window: Window) -> None:
    while ".bashrc" not in window.see(CHANGE):  # the last one; direnv's, where it is installed, comes before
        window.enter("")
    window.enter("")
    assert window.ended() == 0


def names_of(account: Account) -> list[str]:
    return [device.serial.rpartition("/")[2] for device in account.users["alice"].devices]


def everything_written(product: Product) -> str:
    return "".join(
        path.read_text("utf-8", "replace")
        for path in product.home.rglob("*")
        if path.is_file() and path.name != "mfaenv"
    )


@pytest.mark.parametrize("name", ["alice", "averylongusername.of-somebody+else@example.com,which=goes=on"])
def test_the_qr_code_and_the_key_are_on_a_usual_screen_with_the_question(
    newcomer: Product, account: Account, name: str
) -> None:
    user = account.users.pop("alice")
    user.name = name
    account.users[name] = user
    with Window(CONFIGURE, newcomer.env, newcomer.home, USUAL_SIZE) as window:
        window.see(r"\[Y/n\] ")
        window.enter("")
        window.see(FIRST)
        drawn = rows(window)
        key = shown_key(window)
        where = window._screen.cursor
        assert drawn[where.y][: where.x].endswith("First code: ")
        assert (where.y < 23, where.x < 79) == (True, True)
        code = [row[:45] for row in drawn[:23]]
        for line in range(23):
            for column in range(45):
                cell = window._screen.buffer[line][column]
                assert (cell.fg, cell.bg) == ("ffffff", "000000")
    uri = urlsplit(qr_reading.read(code))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) in {f"/AWS:{name[:length]}@123456789012" for length in range(1, len(name) + 1)}
    assert name != "alice" or unquote(uri.path) == "/AWS:alice@123456789012"
    assert parse_qs(uri.query) == {"issuer": ["AWS"], "secret": [key]}
    (device,) = account.unassigned_devices.values()
    assert base64.b32encode(device.secret).decode() == key


def test_a_device_is_made_and_proved_and_named_in_the_profile(
    newcomer: Product, account: Account, aws: ObservedAws
) -> None:
    with direct(newcomer, "configure") as window:
        app = begin(window)
        finish(window, app)
        window.see(r"^\+mfa_serial = arn:aws:iam::123456789012:mfa/alice$")
        take_all(window)
        text = window.raw
    assert [device.serial for device in account.users["alice"].devices] == [
        "arn:aws:iam::123456789012:mfa/alice"
    ]
    assert account.unassigned_devices == {}
    sent = aws.actions("CreateVirtualMFADevice", "EnableMFADevice", "GetSessionToken", "DeleteVirtualMFADevice")
    assert sent == ["CreateVirtualMFADevice", "EnableMFADevice", "GetSessionToken"]
    # The key is on the alternate screen alone, which is cleared before it is left, and in no file.
    before, _, rest = text.partition("\x1b[?1049h")
    on_screen, _, after = rest.partition(CLEARED)
    for part, there in ((before, False), (on_screen, True), (after, False)):
        assert (in_groups(app.key)[:14] in part, app.key in part) == (there, False)
    assert "\x1b[?1049" not in after
    assert app.key[:12] not in everything_written(newcomer)
    assert newcomer.run("status").status == 0


def test_a_stored_session_of_a_lost_device_is_no_proof_of_the_new_one(
    newcomer: Product, account: Account, aws: ObservedAws
) -> None:
    for _ in range(2):
        with direct(newcomer, "configure") as window:
            finish(window, begin(window))
            window.see(CHANGE)
            window.press(CTRL_C)
            assert window.ended() == 130
        account.users["alice"].devices.clear()  # as an administrator does
        assert "is not this user's" in newcomer.run("--refresh", "--token-code", "123456").err
    assert len(aws.actions("GetSessionToken")) == 4


def test_the_code_that_enabled_it_is_not_taken_for_the_proof(newcomer: Product, aws: ObservedAws) -> None:
    with direct(newcomer, "configure") as window:
        app = begin(window)
        give_pair(window, app, -1)
        window.see("Press Enter to clear")
        window.press("\r")
        window.see(PROOF)
        window.enter(app.code(0))
        window.see("already used")
        window.press(CTRL_C)
        assert window.ended() == 130
    assert aws.actions("GetSessionToken") == []


def test_the_same_code_twice_and_no_code_are_asked_for_again(newcomer: Product, aws: ObservedAws) -> None:
    with direct(newcomer, "configure") as window:
        app = begin(window)
        window.enter("12345")
        window.see("A code is six digits.")
        window.see(FIRST)
        window.enter(app.code(-3))
        window.see(r"It comes in \d+ s\.|Now it is there\.")
        window.see(NEXT)
        window.enter(app.code(-3))
        window.see("That is the first code again.")
        window.see(NEXT)
        assert aws.actions("EnableMFADevice") == []
        window.enter(app.code(-2))
        window.see("Press Enter to clear")


def test_a_wrong_pair_is_asked_for_again_three_times_at_most(newcomer: Product, account: Account) -> None:
    with direct(newcomer, "configure") as window:
        app = begin(window)
        for _ in range(2):
            give_pair(window, app, -60)
            window.see("AWS does not take these two codes.")
            window.see(FIRST)
        give_pair(window, app, -60)
        window.see("AWS took no pair of codes.")
        assert window.ended() == 1
    assert account.users["alice"].devices == []


def test_after_a_wrong_pair_a_right_one_is_taken(newcomer: Product, account: Account) -> None:
    with direct(newcomer, "configure") as window:
        app = begin(window)
        give_pair(window, app, -60)
        window.see(FIRST)
        finish(window, app)
        take_all(window)
    assert len(account.users["alice"].devices) == 1


def test_a_device_that_was_enabled_though_the_answer_was_lost_is_taken(
    newcomer: Product, aws: ObservedAws, account: Account
) -> None:
    """The call is sent again, and AWS then says that the device is in use."""

    def lose(_answer: HttpResponse) -> HttpResponse:
        raise ConnectionAbortedError

    aws.change("EnableMFADevice", lose)
    with direct(newcomer, "configure") as window:
        finish(window, begin(window))
        take_all(window)
    assert [each.error for each in aws.log if each.action == "EnableMFADevice"] == ["EntityAlreadyExists"]
    assert names_of(account) == ["alice"]


@pytest.mark.parametrize("step", ["make", "first", "next", "key", "proof"])
def test_ctrl_c_at_each_step_leaves_at_once(newcomer: Product, account: Account, step: str) -> None:
    key = ""
    with direct(newcomer, "configure") as window:
        if step == "make":
            window.see(MAKE)
        else:
            app = begin(window)
            key = app.key
            if step in {"key", "proof"}:
                give_pair(window, app)
                window.see("Press Enter to clear")
            if step == "next":
                window.enter(app.code(-3))
                window.see(NEXT)
            if step == "proof":
                window.press("x")
                window.see(PROOF)
        window.press(CTRL_C)
        assert window.ended() == 130
        if key:
            assert in_groups(key)[:14] not in "\n".join(rows(window))
            assert window.raw.count(CLEARED) == 1
    assert (len(account.users["alice"].devices) == 1) is (step in {"key", "proof"})
    left = step in {"first", "next"}
    assert (len(account.unassigned_devices) == 1) is left
    assert ("mfaenv: The device alice stays: when `mfaenv configure` makes the next" in window.text) is left
    assert "denie" not in window.text


def test_left_half_way_the_device_is_deleted_where_a_policy_allows(
    newcomer: Product, account: Account, aws: ObservedAws
) -> None:
    account.users["alice"].policies = {"Admin": ALLOW_ALL}
    with direct(newcomer, "configure") as window:
        begin(window)
        window.press(CTRL_C)
        assert window.ended() == 130
        assert "stays" not in window.text
    assert account.unassigned_devices == {}
    assert aws.actions("DeleteVirtualMFADevice") == ["DeleteVirtualMFADevice"]


def test_a_signal_and_ctrl_z_leave_no_key_on_the_screen(newcomer: Product) -> None:
    with direct(newcomer, "configure") as window:
        begin(window)
        window.press("\x1a")
        window._child.kill(15)
        assert window.ended() == 128 + 15
        assert window.raw.count(CLEARED) == 1


def settle(window: Window, text: str) -> None:
    """Wait until a window shows a text, which a multiplexer may draw in any order."""
    end = time.monotonic() + PATIENCE
    while text not in " ".join(" ".join(rows(window)).split()):
        assert window._read_until(end), window.text


@pytest.mark.parametrize(("size", "left"), [((24, 80), 45), ((8, 80), 0)])
@pytest.mark.parametrize("step", ["first", "next", "proof"])
@pytest.mark.parametrize("program", ["screen", "tmux"])
def test_without_an_alternate_screen_the_key_is_not_in_what_can_be_scrolled_back_to(
    newcomer: Product, program: str, step: str, size: tuple[int, int], left: int
) -> None:
    """GNU screen has none unless it is told to. What was on the screen before stays there."""
    need(program)
    with tempfile.TemporaryDirectory() as folder:  # its path is short enough for a socket
        settings, saved = Path(folder, "settings"), Path(folder, "saved")
        settings.write_text({"screen": "", "tmux": "set -g alternate-screen off"}[program])
        call, start, save, stop = {
            "screen": (("screen", "-c", str(settings), "-S", "it"), ["-U"], "-X hardcopy -h saved", "-X quit"),
            "tmux": (
                ("tmux", "-f", str(settings), "-S", f"{folder}/socket"),
                ["new-session"],
                "capture-pane -S - ; save-buffer saved",
                "kill-server",
            ),
        }[program]
        env = {**with_mfaenv(newcomer), "SCREENDIR": folder, "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh"}
        script = "trap : INT; seq 100 130; mfaenv configure; echo It has ended.; exec cat"
        with Window((*call, *start, "sh", "-c", script), env, Path(folder), size) as window:
            try:
                settle(window, "Make a device for alice?")
                window.enter("")
                settle(window, "First code:")
                app = Authenticator(shown_key(window, left))
                if step != "first":
                    window.enter(app.code(-3))
                    settle(window, "Next code:")
                if step == "proof":
                    window.enter(app.code(-2))
                    settle(window, "Press Enter to clear")
                    window.press("x")
                    settle(window, "MFA code:")
                window.press(CTRL_C)
                settle(window, "It has ended.")
                subprocess.run((*call, *save.split()), cwd=folder, env=env, check=True)
                end = time.monotonic() + PATIENCE
                while not saved.exists() or b"It has ended." not in saved.read_bytes():
                    assert time.monotonic() < end
                    time.sleep(0.05)
            finally:
                subprocess.run((*call, *stop.split()), cwd=folder, env=env, check=True)
        text = saved.read_text("utf-8", "replace")
    assert in_groups(app.key)[:14] not in text
    assert text.isascii()  # no part of the QR code
    assert re.findall(r"^1\d\d$", text, re.MULTILINE) == [str(number) for number in range(100, 131)]


@pytest.mark.parametrize("policies", [{"Admin": ALLOW_ALL, "Self": SELF_SERVICE}, {"Self": SELF_SERVICE}])
def test_a_device_that_was_left_is_deleted_with_the_new_ones_code(
    newcomer: Product, account: Account, policies: dict[str, Any]
) -> None:
    account.users["alice"].policies = policies
    leave(newcomer)
    with direct(newcomer, "configure") as window:
        finish(window, begin(window))
        window.see(r"Nobody uses the device arn:aws:iam::123456789012:mfa/alice\.[^?]*Delete it\? \[Y/n\] ")
        window.enter("")
        window.see(r"^\+mfa_serial = arn:aws:iam::123456789012:mfa/alice-2$")
        take_all(window)
    assert names_of(account) == ["alice-2"]
    assert account.unassigned_devices == {}


@pytest.mark.parametrize("answer", ["n", "y"])
def test_a_device_that_was_left_stays_where_no_policy_allows_to_delete_it_or_the_person_says_no(
    newcomer: Product, account: Account, answer: str
) -> None:
    account.users["alice"].policies = {"Self": {**SELF_SERVICE, "Statement": SELF_SERVICE["Statement"][:-1]}}
    leave(newcomer)
    with direct(newcomer, "configure") as window:
        finish(window, begin(window))
        window.see(r"Delete it\? \[Y/n\] ")
        window.enter(answer)
        take_all(window)
        denied = "The device alice stays: a policy denies iam:DeleteVirtualMFADevice." in window.text
        assert denied is (answer == "y")
        assert "self-service" not in window.text
    assert names_of(account) == ["alice-2"]
    assert len(account.unassigned_devices) == 1


def test_yes_deletes_no_device(newcomer: Product, account: Account) -> None:
    leave(newcomer)
    with direct(newcomer, "configure", "--yes") as window:
        window.see(FIRST)
        finish(window, Authenticator(shown_key(window)))
        assert window.ended() == 0
        assert "Delete" not in window.text
    assert names_of(account) == ["alice-2"]
    assert len(account.unassigned_devices) == 1


def of_own_name(*actions: str) -> dict[str, Any]:
    """Return a policy for the device with the user's name alone."""
    resources = ["arn:aws:iam::*:mfa/${aws:username}", "arn:aws:iam::*:user/${aws:username}"]
    allowed = ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", *actions]
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": allowed, "Resource": resources}}


def test_where_a_policy_allows_one_name_alone_the_device_that_was_left_is_replaced(
    newcomer: Product, account: Account
) -> None:
    account.users["alice"].policies = {"Own": of_own_name()}
    leave(newcomer)
    account.users["alice"].policies = {"Own": of_own_name("iam:DeleteVirtualMFADevice")}
    with direct(newcomer, "configure") as window:
        window.see(MAKE)
        window.enter("")
        window.see(
            r"A policy allows one name, and a device has it, perhaps from before:\s\S+/alice\s[^?]*Delete it\? \[Y/n\] "
        )
        window.enter("")
        window.see(FIRST)
        finish(window, Authenticator(shown_key(window)))
        take_all(window)
    assert names_of(account) == ["alice"]
    assert account.unassigned_devices == {}


@pytest.mark.parametrize("used", [False, True], ids=["denied", "used"])
def test_where_the_only_name_is_taken_and_cannot_be_deleted_it_is_told(
    newcomer: Product, account: Account, used: bool
) -> None:
    account.users["alice"].policies = {"Own": of_own_name(*["iam:DeleteVirtualMFADevice"] * used)}
    if used:
        account.add_user("bob", policies={}).add_device().serial = "arn:aws:iam::123456789012:mfa/alice"
    else:
        leave(newcomer)
    with direct(newcomer, "configure") as window:
        window.see(MAKE)
        window.enter("")
        window.see(r"Delete it\? \[Y/n\] ")
        window.enter("")
        window.see(r"mfaenv: A policy allows no other name than alice, which a device has\.\n")
        window.see("If nobody uses it, an administrator can delete it: arn:aws:iam::123456789012:mfa/alice")
        assert window.ended() == 1


def test_a_name_that_somebody_uses_is_passed_by(newcomer: Product, account: Account) -> None:
    other = account.add_user("bob", policies={})
    device = other.add_device()
    device.serial = "arn:aws:iam::123456789012:mfa/alice"
    with direct(newcomer, "configure") as window:
        finish(window, begin(window))
        take_all(window)
        assert "Delete it?" not in window.text
    assert account.users["alice"].devices[0].serial.endswith(":mfa/alice-2")


@pytest.mark.parametrize("action", ["CreateVirtualMFADevice", "EnableMFADevice"])
def test_a_denial_names_the_action_and_the_policy_that_allows_it(
    newcomer: Product, account: Account, aws: ObservedAws, action: str
) -> None:
    aws.fail(action, DENIED, times=ALWAYS)
    with direct(newcomer, "configure") as window:
        if action.startswith("Create"):
            window.see(MAKE)
            window.enter("")
        else:
            give_pair(window, begin(window))
        window.see(rf"A policy denies iam:{action}\.")
        window.see(r"^ +mfaenv policy --self-service$")
        assert window.ended() == 1
    assert account.users["alice"].devices == []


def test_a_policy_that_denies_everything_offers_the_likely_device_as_before(
    newcomer: Product, account: Account
) -> None:
    account.users["alice"].policies = {"Admin": ALLOW_ALL, "All": EVERYTHING}
    with direct(newcomer, "configure") as window:
        window.see("The policy hides the MFA devices")


def test_no_leaves_and_says_what_is_missing(newcomer: Product, account: Account) -> None:
    with direct(newcomer, "configure") as window:
        window.see(MAKE)
        window.enter("n")
        window.see("has no MFA device")
        assert window.ended() == 1
    assert account.unassigned_devices == {}


def test_without_a_terminal_there_is_a_clear_error(newcomer: Product, aws: ObservedAws) -> None:
    done = newcomer.run("configure", "--yes")
    assert (done.status, done.out) == (3, "")
    assert "alice has no MFA device, and there is no terminal to ask on." in done.err
    assert done.err.splitlines()[-1].strip() == "mfaenv configure -p default"
    dry = newcomer.run("configure", "--dry-run")
    assert dry.status == 0, dry.err
    assert "without --dry-run" in dry.err
    assert aws.actions("CreateVirtualMFADevice") == []


def test_a_terminal_that_cannot_clear_its_screen_shows_no_key(newcomer: Product, aws: ObservedAws) -> None:
    with direct(newcomer, "configure", TERM="dumb") as window:
        window.see("cannot clear its screen")
        assert window.ended() == 1
    assert aws.actions("CreateVirtualMFADevice") == []


def test_a_terminal_that_reports_no_size_is_a_usual_one(newcomer: Product, account: Account) -> None:
    command = ("sh", "-c", 'stty rows 0 cols 0; exec "$@"', "sh", *CONFIGURE)
    with Window(command, newcomer.env, newcomer.home, USUAL_SIZE) as window:
        finish(window, begin(window))
        take_all(window)
    assert names_of(account) == ["alice"]


@pytest.mark.parametrize(("size", "locale"), [((24, 60), "C.UTF-8"), ((20, 80), "C.UTF-8"), ((24, 80), "C")])
def test_where_no_code_fits_the_key_stands_alone_and_it_is_said(
    newcomer: Product, account: Account, size: tuple[int, int], locale: str
) -> None:
    env = {**newcomer.env, "LC_ALL": locale}
    with Window(CONFIGURE, env, newcomer.home, size) as window:
        window.see(r"\[Y/n\] ")
        too_small = "first give this window 80 columns and 24 lines." in " ".join(window.text.split())
        assert too_small == (size != (24, 80))
        window.enter("")
        window.see(FIRST)
        text = "\n".join(rows(window))
        assert not set(text) & set("▀▄█")
        assert "A QR code takes 80 columns, 24 lines and UTF-8." in " ".join(text.split())
        finish(window, Authenticator(shown_key(window, 0)))
        take_all(window)
    assert len(account.users["alice"].devices) == 1


def test_ten_at_once_get_devices_of_their_own(scenario: Scenario, aws: ObservedAws) -> None:
    keys = Keys(scenario.key.id, scenario.key.secret, "", "")
    alice = Identity("123456789012", scenario.key.arn)
    made: list[str] = []

    def make() -> None:
        calls = VirtualDevices(ClientSettings(None, "us-east-1", endpoints={"iam": aws.url}), keys, alice)
        names = ("alice", *(f"alice-{number}" for number in range(2, first_device.MAX_TRIED_NAMES + 1)))
        made.append(next(device for name in names if (device := calls.create(name))).serial)

    threads = [threading.Thread(target=make) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 10


def test_two_windows_at_once_both_get_a_device(newcomer: Product, account: Account) -> None:
    with direct(newcomer, "configure") as one, direct(newcomer, "configure") as other:
        first = begin(one)
        second = begin(other)
        assert first.key != second.key
        finish(other, second)
        other.see(r"or is being set up in another window\.[^?]*Delete it\? \[Y/n\] ")
        other.enter("n")
        finish(one, first)
        other.see(CHANGE)
    assert sorted(names_of(account)) == ["alice", "alice-2"]


def test_the_key_shows_in_no_repr(alice: User) -> None:

    device = NewDevice("arn:aws:iam::123456789012:mfa/alice", "ABCD" * 16)
    assert "ABCD" not in repr(device)
    assert key_uri(Identity("123456789012", alice.arn), device)[1] == device.key


def test_the_demo_leads_from_a_bare_key_to_enforced_mfa(bare: Product) -> None:
    bare.env["MFAENV_SHELL"] = "bash"
    bare.env["SHELL"] = "/bin/bash"
    with open_window(bare, BASH) as window:
        window.enter("mfaenv demo --no-device")
        window.see("mfaenv configure")
        window.prompted()
        window.enter("eval $(mfaenv)")
        window.see("has no MFA device")
        window.prompted()
        window.enter("mfaenv configure")
        window.see(MAKE)
        window.enter("")
        window.see(r"The demo's device shows \d{6}")
        window.see(FIRST)
        finish(window, Authenticator(shown_key(window)))
        for _ in range(3):
            window.see(CHANGE)
            window.enter("")
        window.prompted()
        window.enter("mfaenv doctor --no-input")
        window.see(r"^MFA: enforced\.")
        window.prompted()
