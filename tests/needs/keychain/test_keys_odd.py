"""`mfaenv keys` where things are odd: names that shells read, keys that several profiles have, files and entries that
others wrote, several runs at once, and an IAM that has not heard yet.
"""

import json
import os
import re
import shlex
import sys
from pathlib import Path

import pytest
from keychains import NOBODYS_BUS, Keychain
from observed_aws import ObservedAws
from own_keys import config, credentials, get_session, section, succeeded
from product import PATIENCE, Product, finish
from settings import configure
from terminals import Window
from trouble import assert_explained

from mfaenv.config import credential_process
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import Credential, User

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tests/needs/windows has the keychain there")

ROTATE = ("keys", "rotate", "--no-input")
ODD_NAMES = ["a b", "it's", "$(id)", "-x", "a;b", "ünï", "a/../b", "*"]


def keychain_says(keychain: Keychain, name: str, text: str) -> None:
    keychain.tool("store", "--label=x", "service", "mfaenv", "username", name, data=text)


@pytest.mark.usefixtures("keychain")
@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_lines_to_type_are_quoted(product: Product, scenario: Scenario, alice: User, name: str) -> None:
    credentials(product).write_text(section(name, scenario.key), "utf-8")
    get_session(product, scenario, f"--profile={name}", "--serial-number", scenario.device.serial)
    rotate = (*ROTATE, f"--profile={name}", "--serial-number", scenario.device.serial)
    said = [
        product.run("keys", "import", f"--profile={name}").err,
        product.run(*rotate).err,
        product.run(*rotate).err,
    ]
    alice.keys[0].active = True
    said += [product.run(*rotate).err, product.run("keys", "get", "-p", f"no {name}").err]
    lines = re.findall(r"mfaenv (?:keys|exec) .*", "\n".join(said))
    assert len(lines) == 5, said
    for line in lines:
        words = shlex.split(line)
        assert words[words.index("-p") + 1] in {name, f"no {name}"}
    assert product.run("keys", "get", f"--profile={name}").status == 0
    assert credential_process.entry(credential_process.line(name, product.env, "keys", "get")) == name


@pytest.mark.parametrize("where", ["file", "keychain"])
def test_every_profile_that_has_the_old_key_gets_the_new_one(
    product: Product, scenario: Scenario, alice: User, keychain: Keychain, where: str
) -> None:
    """In the file, in the keychain, in the config file; others' keys stay."""
    other = "[other]\naws_access_key_id = AKIAOTHEREXAMPLE0000\naws_secret_access_key = x\n"
    credentials(product).write_text(
        section("default", scenario.key)
        + section("same", scenario.key)
        + section("moved", scenario.key)
        + other
    )
    with config(product).open("a") as file:
        file.write(f"\n[profile 'in config']\n{section('', scenario.key)[3:]}")
    succeeded(product.run("keys", "import", "-p", "moved"))
    if where == "keychain":
        succeeded(product.run("keys", "import"))
    get_session(product, scenario)
    done = succeeded(product.run(*ROTATE, "--delete"))
    (new,) = alice.keys
    rows = {row["profile"]: row["access_key_id"] for row in product.run("keys", "--json").json()["keys"]}
    assert rows == {
        **dict.fromkeys(("default", "same", "moved", "in config"), new.id),
        "other": "AKIAOTHEREXAMPLE0000",
    }
    for name in ("same", "moved", "in config"):
        assert name in done.err
    assert json.loads(keychain.lookup("moved"))["SecretAccessKey"] == new.secret
    text = credentials(product).read_text() + config(product).read_text()
    assert scenario.key.secret not in text
    assert text.count(new.secret) == (2 if where == "keychain" else 3)


def test_the_old_key_stays_active_while_a_profile_cannot_get_the_new_one(
    product: Product, scenario: Scenario, alice: User, keychain: Keychain
) -> None:
    """No new one is made then."""
    credentials(product).write_text(section("default", scenario.key) + section("moved", scenario.key))
    succeeded(product.run("keys", "import", "-p", "moved"))
    get_session(product, scenario)
    keychain.restart_locked()
    done = product.run(*ROTATE)
    assert done.status == 1
    assert_explained(done, "moved.*old key.*active.*locked", "again")
    assert [key.active for key in alice.keys] == [True]
    assert scenario.key.secret in credentials(product).read_text()


@pytest.mark.usefixtures("keychain")
@pytest.mark.parametrize("forgotten", [False, True])
def test_a_key_that_another_profile_has_in_the_keychain_is_not_to_be_deleted(
    product: Product, scenario: Scenario, alice: User, *, forgotten: bool
) -> None:
    credentials(product).write_text(section("default", scenario.key) + section("moved", alice.add_key()))
    succeeded(product.run("keys", "import", "-p", "moved"))
    if forgotten:
        assert product.run("clear").status == 0
    get_session(product, scenario)
    done = product.run(*ROTATE)
    assert done.status == 1
    assert_explained(done, f"{alice.keys[1].id} .in profile moved.: ", "in a terminal to choose")
    assert "delete-access-key" not in done.err


KILLER = """
import json
import os
import signal
import sys
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        if "get" in sys.argv and os.path.exists(os.environ["KILL"]):
            os.remove(os.environ["KILL"])
            os.kill(os.getppid(), signal.SIGKILL)
        return self.read().get(service + username)

    def set_password(self, service, username, password):
        self.write({**self.read(), service + username: password})

    def delete_password(self, service, username):
        self.write({name: text for name, text in self.read().items() if name != service + username})

    def read(self):
        with open(os.environ["RING"]) as file:
            return json.load(file)

    def write(self, entries):
        with open(os.environ["RING"], "w") as file:
            json.dump(entries, file)
"""


def test_a_profile_whose_rotation_was_killed_keeps_a_key_that_works(
    product: Product, scenario: Scenario, alice: User, tmp_path: Path
) -> None:
    """The keychain has the new key already, and the store still remembers the old one."""
    (tmp_path / "killer.py").write_text(KILLER)
    ring, kill = tmp_path / "ring", tmp_path / "kill"
    ring.write_text("{}")
    product.env["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    product.env |= {"PYTHON_KEYRING_BACKEND": "killer.Keyring", "RING": str(ring), "KILL": str(kill)}
    credentials(product).write_text(section("default", scenario.key) + section("second", scenario.key))
    with config(product).open("a") as file:
        file.write(f"[profile second]\nmfa_serial = {scenario.device.serial}\n")
    for name in ("default", "second"):
        succeeded(product.run("keys", "import", "-p", name))
    get_session(product, scenario)
    kill.touch()
    assert product.run(*ROTATE).status not in {0, 1}
    assert not kill.exists()
    old, new = alice.keys
    rotate = (*product.command, "keys", "rotate", "--delete", "-p", "second")
    with Window(rotate, product.env, product.home) as window:
        window.see(rf"{new.id} \(in profile default\): never used")
        window.enter("2")
        window.see("Profile default had the old key too, and has the new one now")
        window.ended()
    assert [key.id for key in alice.keys] == [old.id]
    entries = json.loads(ring.read_text())
    assert [json.loads(text)["AccessKeyId"] for text in entries.values()] == [old.id, old.id]


def to_json(key: Credential) -> str:
    return json.dumps({"Version": 1, "AccessKeyId": key.id, "SecretAccessKey": key.secret})


def test_a_key_in_the_keychain_is_not_offered_to_be_deleted(
    product: Product, scenario: Scenario, alice: User, keychain: Keychain
) -> None:
    """Nor one that a program may give, or that an entry may have which cannot be read."""
    get_session(product, scenario)
    other = alice.add_key()
    for command, entry, expected in (
        ("mfaenv keys get -p second", to_json(other), f"{other.id} .in profile second.: never used"),
        (
            "mfaenv keys get -p second",
            "x",
            f"Profile second may still have the old key {other.id}, .* active..*second",
        ),
        ("op-aws get second", "", f"{other.id} .in profile second, if op-aws gives it.: never"),
    ):
        keychain_says(keychain, "second", entry)
        configure(product, "second", credential_process=command)
        done = product.run(*ROTATE)
        assert done.status == 1
        assert_explained(done, expected, ".")
        assert "delete-access-key" not in done.err
        assert [key.active for key in alice.keys] == [True, True]


@pytest.mark.parametrize("active", [True, False])
def test_no_key_is_deleted_that_another_profile_has_in_the_keychain(
    product: Product, scenario: Scenario, alice: User, keychain: Keychain, *, active: bool
) -> None:
    """The store remembers the old one: a rotation was killed when the keychain had the new one."""
    credentials(product).write_text(section("default", scenario.key) + section("same", scenario.key))
    get_session(product, scenario)
    for name in ("default", "same"):
        succeeded(product.run("keys", "import", "-p", name))
    other = alice.add_key()
    keychain.tool("clear", "service", "mfaenv", "username", "default")
    keychain_says(keychain, "default", to_json(other))
    other.active = active
    rotate = ("keys", "rotate", "--delete", "-p", "same")
    with Window((*product.command, *rotate), product.env, product.home) as window:
        window.see(rf"{other.id} \({'' if active else 'inactive, '}in profile default\): never used")
        window.enter("2")
        window.see("is deleted")
    assert [key.id for key in alice.keys] == [scenario.key.id]
    assert json.loads(keychain.lookup("default"))["AccessKeyId"] == scenario.key.id


def test_an_inactive_key_that_a_profile_has_is_not_deleted_unasked(
    product: Product, scenario: Scenario, alice: User
) -> None:
    """Somebody may have switched it off for a time."""
    get_session(product, scenario)
    other = alice.add_key()
    other.active = False
    with credentials(product).open("a") as file:
        file.write(section("ci", other))
    done = product.run(*ROTATE, "--delete")
    assert done.status == 1
    assert_explained(done, f"{other.id} .inactive, in profile ci.: never used", "in a terminal to choose")
    assert [key.active for key in alice.keys] == [True, False]


def test_no_key_is_deleted_while_an_entry_cannot_be_read(
    product: Product, scenario: Scenario, alice: User, keychain: Keychain
) -> None:
    get_session(product, scenario)
    succeeded(product.run(*ROTATE))
    configure(product, "second", credential_process="mfaenv keys get -p second")
    keychain_says(keychain, "second", "x")
    done = product.run(*ROTATE, "--delete")
    assert done.status == 1
    assert_explained(
        done,
        f"Profile second may still have the old key {scenario.key.id}, .* inactive..*second",
        "Try again.*remove it",
    )
    assert [key.active for key in alice.keys] == [False, True]


def test_two_rotations_at_once_make_one_key(
    product: Product, scenario: Scenario, aws: ObservedAws, alice: User
) -> None:
    get_session(product, scenario)
    held = aws.hold("CreateAccessKey")
    running = product.start(*ROTATE)
    assert held.reached.wait(PATIENCE)
    waiting = product.start(*ROTATE)
    assert waiting.stderr is not None
    said = waiting.stderr.readline().decode()
    held.released.set()
    first, second = finish(running), finish(waiting)
    assert (first.status, second.status) == (0, 0), first.err + second.err
    assert aws.actions("CreateAccessKey") == ["CreateAccessKey"]
    assert [key.active for key in alice.keys] == [False, True]
    assert alice.keys[1].secret in credentials(product).read_text()
    assert "Another mfaenv is changing keys or AWS files; waiting for it" in said
    assert "Another mfaenv has replaced" in second.err


def test_whoever_has_another_store_waits_too(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    get_session(product, scenario)
    held = aws.hold("CreateAccessKey")
    running = product.start(*ROTATE)
    assert held.reached.wait(PATIENCE)
    waiting = product.start(
        "keys", "export", env={**product.env, "MFAENV_CACHE_DIR": str(product.home / "other")}
    )
    assert waiting.stderr is not None
    said = waiting.stderr.readline().decode()
    held.released.set()
    finish(waiting)
    succeeded(finish(running))
    assert "Another mfaenv is changing keys or AWS files; waiting for it" in said
    assert not list(credentials(product).parent.glob(".*"))


SURROGATES = r'{"AccessKeyId": "\ud800", "SecretAccessKey": "\ud800"}'
"""Characters that UTF-8 does not have."""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        '"x"',
        "{}",
        '{"AccessKeyId": null, "SecretAccessKey": null}',
        '{"AccessKeyId": "a"}',
        SURROGATES,
    ],
)
def test_an_entry_of_others_under_our_name_is_told_and_left_alone(
    product: Product, scenario: Scenario, keychain: Keychain, text: str
) -> None:
    get_session(product, scenario)
    keychain_says(keychain, "default", text)
    before = credentials(product).read_bytes(), config(product).read_bytes()
    for line in (("keys", "import"), ("keys", "export")):
        done = product.run(*line)
        assert_explained(done, "holds no keys", "Try again.*remove it")
        assert done.status == 1
    assert (credentials(product).read_bytes(), config(product).read_bytes()) == before
    assert keychain.lookup("default") == text
    succeeded(product.run(*ROTATE))


@pytest.mark.usefixtures("keychain")
@pytest.mark.parametrize(
    "line", [("keys", "import"), ("keys", "get"), ROTATE, ("keys", "export"), ("-f", "json")]
)
@pytest.mark.parametrize(
    ("backend", "wrong"),
    [
        ("keyring.backends.null.Keyring", "no keychain here"),
        ("keyring.backends.fail.Keyring", "no keychain here"),
        ("nowhere.Keyring", "needs nowhere"),
        ("keyring.Nothing", "."),
        ("", "no keychain here"),
    ],
)
def test_a_backend_that_keeps_nothing_changes_nothing(
    product: Product, scenario: Scenario, line: tuple[str, ...], backend: str, wrong: str
) -> None:
    """With the keys in a keychain that is not the one that is asked now, or none."""
    if line != ("keys", "import"):
        succeeded(product.run("keys", "import"))
    before = credentials(product).read_bytes(), config(product).read_bytes()
    product.env |= {"PYTHON_KEYRING_BACKEND": backend} if backend else NOBODYS_BUS
    done = product.run(*line, *(("-c", scenario.device.code()) if "keys" not in line else ()))
    assert done.status == 1
    assert_explained(done, wrong, ".")
    assert (credentials(product).read_bytes(), config(product).read_bytes()) == before


def test_a_profile_gets_the_new_key_where_one_file_is_both(
    product: Product, scenario: Scenario, alice: User
) -> None:
    """The credentials file's titles count there, `[same]`, and a `[profile wide]` is of the config file."""
    text = "".join(section(name, scenario.key) for name in ("default", "same", "profile wide"))
    credentials(product).write_text(text + f"[profile other]\nmfa_serial = {scenario.device.serial}\n")
    product.env["AWS_CONFIG_FILE"] = str(credentials(product))
    get_session(product, scenario, "--serial-number", scenario.device.serial)
    succeeded(product.run(*ROTATE, "--delete", "--serial-number", scenario.device.serial))
    (new,) = alice.keys
    text = credentials(product).read_text()
    assert scenario.key.secret not in text
    assert text.count(new.secret) == 3
    succeeded(product.run("keys", "rotate", "-p", "same", "--serial-number", scenario.device.serial))


@pytest.mark.usefixtures("keychain")
@pytest.mark.parametrize("title", ["default", "same", "profile same"])
def test_keys_move_there_and_back_where_one_file_is_both(
    product: Product, scenario: Scenario, title: str
) -> None:
    before = section("other", scenario.key) + section(title, scenario.key)
    credentials(product).write_text(before)
    product.env["AWS_CONFIG_FILE"] = str(credentials(product))
    name = title.removeprefix("profile ")
    succeeded(product.run("keys", "import", "-p", name))
    assert credentials(product).read_text().count(scenario.key.secret) == 1
    assert product.run("keys", "get", "-p", name).status == 0
    succeeded(product.run("keys", "export", "-p", name))
    assert credentials(product).read_text().count(scenario.key.secret) == 2


def test_keys_stay_where_the_config_file_has_other_ones(
    product: Product, scenario: Scenario, alice: User, keychain: Keychain
) -> None:
    """Some SDKs would take those, in a file, before the program that gives the imported ones."""
    other = alice.add_key("AKIAI44QH8DHBEXAMPLE")
    text = config(product).read_text()
    config(product).write_text(text.replace("[default]\n", section("default", other), 1))
    done = product.run("keys", "import")
    assert_explained(done, f"{other.id}, for profile 'default'", "Remove them there")
    assert keychain.lookup("default") == ""
    assert scenario.key.secret in credentials(product).read_text()
