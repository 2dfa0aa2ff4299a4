"""`mfaenv keys`: what is listed, what moves between the file and the keychain, and what is rotated where it lies."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from keychains import Keychain
from own_keys import config, credentials, get_session, listed, states, succeeded
from product import Product, as_nobody
from programs import write_program
from settings import configure, set_keys
from terminals import Window
from trouble import assert_explained

from mfaenv.aws.mfa_policies import EVERYTHING, SELF_SERVICE
from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import User

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tests/needs/windows has the keychain there")

PROCESS = "credential_process = mfaenv keys get -p default\n"


def test_import_moves_the_keys_changes_nothing_else_and_costs_no_code(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    get_session(product, scenario)
    keys = (
        f"aws_access_key_id={scenario.key.id}\r\n; secret\r\naws_secret_access_key = {scenario.key.secret}\r\n"
    )
    text = f"# mine\r\n[default]\r\n{keys}some = thing\r\n[other]\r\na = b"
    credentials(product).write_bytes(text.encode())
    before = config(product).read_text()
    succeeded(product.run("keys", "import"))
    assert (
        credentials(product).read_bytes()
        == b"# mine\r\n[default]\r\n; secret\r\nsome = thing\r\n[other]\r\na = b"
    )
    assert sorted(config(product).read_text().splitlines()) == sorted((before + PROCESS).splitlines())
    assert json.loads(keychain.lookup("default"))["SecretAccessKey"] == scenario.key.secret
    assert product.run("-f", "json", "--no-input").status == 0
    assert "already" in succeeded(product.run("keys", "import")).err


def test_import_leaves_no_keys_in_either_file(product: Product, scenario: Scenario, keychain: Keychain) -> None:
    pair = {"aws_access_key_id": scenario.key.id, "aws_secret_access_key": scenario.key.secret}
    configure(product, **pair)
    succeeded(product.run("keys", "import"))
    assert json.loads(keychain.lookup("default"))["SecretAccessKey"] == scenario.key.secret
    assert scenario.key.secret not in config(product).read_text() + credentials(product).read_text()


def test_import_names_the_entry_again_where_an_older_config_file_is_back(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    """As after a checkout of one's dotfiles: the keychain has the only copy."""
    before = config(product).read_text()
    succeeded(product.run("keys", "import"))
    config(product).write_text(before)
    assert "already, and ~/.aws/config names it again." in succeeded(product.run("keys", "import")).err
    assert PROCESS in config(product).read_text()
    assert json.loads(keychain.lookup("default"))["SecretAccessKey"] == scenario.key.secret
    assert product.run("keys", "get").status == 0
    for setting in ("credential_process = op-aws", "sso_account_id = 123456789012"):
        other = before.replace("[default]\n", f"[default]\n{setting}\n", 1)
        config(product).write_text(other)
        assert product.run("keys", "import").status == 1
        assert config(product).read_text() == other


@pytest.mark.parametrize("scheme", ["default", "KeePassXC"])
def test_export_is_the_way_back(product: Product, scenario: Scenario, keychain: Keychain, scheme: str) -> None:
    product.env["KEYRING_PROPERTY_SCHEME"] = scheme  # how keyring names an entry's attributes
    before = config(product).read_text(), credentials(product).read_text()
    succeeded(product.run("keys", "import"))
    succeeded(product.run("keys", "export"))
    assert (config(product).read_text(), credentials(product).read_text()) == before
    assert keychain.lookup("default") == ""
    succeeded(product.run("keys", "export"))
    assert scenario.key.secret in credentials(product).read_text()


def test_in_a_shell_of_serve_no_key_moves_into_a_copy_that_goes_with_it(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    """There the credentials file is a copy without keys, for the sake of [default]."""
    keys = {"aws_access_key_id": scenario.key.id, "aws_secret_access_key": scenario.key.secret}
    set_keys(product, "other", **keys)
    succeeded(product.run("keys", "import", "-p", "other"))
    get_session(product, scenario)
    for words in (("keys", "export", "-p", "other"), ("configure", "--yes")):
        done = product.run("exec", "--serve", "--", *product.command, *words)
        assert scenario.key.secret in keychain.lookup("other")
        assert done.status == 1
        assert_explained(done, "exec --serve", "another window")


def test_an_entry_that_another_profile_uses_stays_in_the_keychain(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    succeeded(product.run("keys", "import"))
    configure(product, "shared", credential_process="mfaenv keys get -p default")
    set_keys(product, "shared", aws_access_key_id="AKIAOTHEREXAMPLE0000", aws_secret_access_key="other")
    done = product.run("keys", "import", "-p", "shared")
    assert_explained(
        done, f"other keys, {scenario.key.id}, for profile 'default'", "keyring del mfaenv default$"
    )
    set_keys(product, "shared", aws_access_key_id=None, aws_secret_access_key=None)
    assert "They stay in the keychain too, for profile shared." in succeeded(product.run("keys", "export")).err
    assert scenario.key.id in keychain.lookup("default")
    assert scenario.key.secret in credentials(product).read_text()


@pytest.mark.usefixtures("keychain")
def test_a_secret_in_the_place_of_the_id_is_not_shown(product: Product, scenario: Scenario) -> None:
    """Whether the keychain has keys for the profile or not."""
    key, secret = scenario.key.id, scenario.key.secret
    for action in ("export", "import", "export"):
        set_keys(product, aws_access_key_id=secret, aws_secret_access_key=key)
        done = product.run("keys", action)
        assert_explained(done, "The access key ID and the secret key of default are swapped", "Swap them back")
        assert secret not in done.out + done.err
        set_keys(product, aws_access_key_id=key, aws_secret_access_key=secret)
        succeeded(product.run("keys", "import"))


@pytest.mark.parametrize("name", ["a b", "it's", "#x", "ünï", 'a"b', "$HOME"])
def test_any_name_of_a_profile_moves_there_and_back(
    product: Product, scenario: Scenario, keychain: Keychain, name: str
) -> None:
    credentials(product).write_text(
        f"[{name}]\naws_access_key_id = {scenario.key.id}\naws_secret_access_key = {scenario.key.secret}\n",
        "utf-8",
    )
    before = credentials(product).read_text("utf-8")
    succeeded(product.run("keys", "import", f"--profile={name}"))
    assert scenario.key.id in keychain.lookup(name)
    (row,) = (row for row in listed(product) if row["profile"] == name)
    assert (row["place"], row["access_key_id"]) == ("keychain", scenario.key.id)
    done = product.run(
        "-f",
        "json",
        f"--profile={name}",
        "--serial-number",
        scenario.device.serial,
        "-c",
        scenario.device.code(),
    )
    assert done.status == 0, done.err
    succeeded(product.run("keys", "export", f"--profile={name}"))
    assert credentials(product).read_text("utf-8") == before


def test_keys_that_aws_does_not_know_stay_in_the_file(
    product: Product, scenario: Scenario, alice: User, keychain: Keychain
) -> None:
    before = config(product).read_text(), credentials(product).read_text()
    alice.keys[0].active = False
    done = product.run("keys", "import")
    assert done.status == 1
    assert_explained(done, "does not know the access key")
    assert (config(product).read_text(), credentials(product).read_text()) == before
    assert keychain.lookup("default") == ""
    assert scenario.key.secret in before[1]
    # An entry of the same keys is not this run's to remove.
    entry = json.dumps({"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret})
    keychain.tool("store", "--label=x", "service", "mfaenv", "username", "default", data=entry)
    assert product.run("keys", "import").status == 1
    assert keychain.lookup("default") == entry


def test_a_locked_keychain_changes_nothing(product: Product, keychain: Keychain) -> None:
    before = credentials(product).read_text()
    keychain.restart_locked()
    done = product.run("keys", "import")
    assert done.status == 1
    assert_explained(done, "locked", "Unlock it")
    assert credentials(product).read_text() == before
    assert product.run("keys").status == 0


def test_other_keys_in_the_keychain_are_not_overwritten(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    other = json.dumps({"Version": 1, "AccessKeyId": "AKIAOTHEREXAMPLE0000", "SecretAccessKey": "other"})
    keychain.tool("store", "--label=x", "service", "mfaenv", "username", "default", data=other)
    done = product.run("keys", "import")
    assert done.status == 1
    assert_explained(done, "other keys, AKIAOTHEREXAMPLE0000", "keyring del mfaenv default$")
    exported = product.run("keys", "export")
    assert_explained(
        exported, f"has other keys, {scenario.key.id}, for", "They may be newer. If IAM has them no more,"
    )
    assert scenario.key.secret in credentials(product).read_text()
    assert keychain.lookup("default") == other
    subprocess.run(shlex.split(done.err.splitlines()[-1]), env=product.env, check=True)
    succeeded(product.run("keys", "import"))
    assert scenario.key.id in keychain.lookup("default")
    assert scenario.key.secret not in credentials(product).read_text()


def test_in_a_demo_the_persons_keychain_entries_are_left_alone(product: Product, keychain: Keychain) -> None:
    """Its profiles have the names of real ones, and all that it made goes with it."""
    succeeded(product.run("keys", "import"))
    before = keychain.lookup("default")
    assert before
    import_in_demo = "mfaenv -q keys import >&2 && mfaenv keys --json"
    done = product.run("demo", "--", "sh", "-c", f"{import_in_demo} && echo $MFAENV_DEMO")
    assert done.status == 0, done.err
    listed, _, url = done.out.strip().rpartition("\n")
    assert json.loads(listed)["keys"][0]["place"] == "keychain"
    assert keychain.lookup("default", service=f"mfaenv {url}") == ""
    assert keychain.lookup("default") == before
    inner = f"mfaenv -q demo -- sh -c '{import_in_demo} >&2'"
    again = product.run("demo", "--", "sh", "-c", f"{import_in_demo} && {inner} && mfaenv -q keys export >&2")
    assert again.status == 0, again.err


def test_entries_that_other_programs_stored_are_replaced_and_removed_too(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    other = json.dumps({"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret})
    for number in range(5):
        attributes = ("service", "mfaenv", "username", "default", "number", str(number))
        keychain.tool("store", "--label=x", *attributes, data=other)
    succeeded(product.run("keys", "import"))
    get_session(product, scenario)
    succeeded(product.run("keys", "rotate", "--no-input", "--delete"))
    succeeded(product.run("keys", "export"))
    assert keychain.lookup("default") == ""
    assert scenario.key.secret not in credentials(product).read_text()


@pytest.mark.parametrize(
    ("line", "wrong", "advice"),
    [
        (("import", "-p", "staging"), "'staging' has no keys", "keys import -p default"),
        (("import", "-p", "defaul"), "no profile 'defaul'", "default"),
        (("export", "-p", "nobody"), "no profile 'nobody'", "."),
        (("export", "-p", "staging"), "'staging' has no keys", "keys export -p default"),
        (("rotate", "-p", "wrong"), "no profile 'wrong'", "."),
        (("imprt",), "has no action 'imprt'", "import"),
    ],
)
def test_what_cannot_be_done_is_told(
    product: Product, keychain: Keychain, line: tuple[str, ...], wrong: str, advice: str
) -> None:
    done = product.run("keys", *line)
    assert done.status in {1, 2}
    assert_explained(done, wrong, advice)
    assert keychain.lookup("default") == ""


@pytest.mark.parametrize(
    ("action", "role"), [("import", "staging"), ("export", "staging"), ("import", "audit")]
)
def test_what_is_told_to_type_works_where_roles_have_a_source_for_programs(
    product: Product, keychain: Keychain, action: str, role: str
) -> None:
    """As after `configure`; a shell with the role's session has its name in a variable."""
    configure(product, "default-mfa", credential_process="mfaenv process -p default")
    configure(product, "staging", source_profile="default-mfa")
    if action == "export":
        succeeded(product.run("keys", "import"))
    product.env["MFAENV_PROFILE"] = role
    done = product.run("keys", action)
    assert done.status == 1
    assert_explained(done, f"'{role}' has no keys of its own", f"^ *mfaenv keys {action} -p default$")
    succeeded(product.run("keys", action, "-p", "default-mfa"))
    assert bool(keychain.lookup("default")) == (action == "import")
    assert ("aws_secret" in credentials(product).read_text()) == (action == "export")


def test_where_the_config_file_cannot_be_written_no_copy_stays_in_the_keychain(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    """As where another tool, or the system, owns that file."""
    config(product).unlink()
    config(product).symlink_to("nothing")
    done = product.run("keys", "import")
    assert done.status == 1
    assert_explained(done, "link to a file that is not there", "Remove it")
    assert keychain.lookup("default") == ""
    assert scenario.key.secret in credentials(product).read_text()


@pytest.mark.usefixtures("keychain")
def test_files_that_cannot_be_written_are_told_before_anything_moves(
    product: Product, scenario: Scenario
) -> None:
    as_nobody(product)
    folder = config(product).parent
    folder.chmod(0o555)
    done = product.run("keys", "import")
    folder.chmod(0o755)
    assert done.status == 1
    assert scenario.key.secret in credentials(product).read_text()


@pytest.mark.usefixtures("keychain")
def test_the_list_shows_files_keychain_programs_and_the_environment(
    product: Product, scenario: Scenario
) -> None:
    succeeded(product.run("keys", "import"))
    with credentials(product).open("a") as file:
        file.write("\n[plain]\naws_access_key_id = AKIAPLAINEXAMPLE0000\naws_secret_access_key = x\n")
    with config(product).open("a") as file:
        file.write(
            "\n[profile vault]\ncredential_process = op-aws get x\n[profile m]\ncredential_process = mfaenv process\n"
        )
    product.env |= {"AWS_ACCESS_KEY_ID": "AKIAENVIRONEXAMPLE00", "AWS_SECRET_ACCESS_KEY": "y"}
    rows = {row["profile"]: (row["place"], row["access_key_id"]) for row in listed(product)}
    assert rows == {
        "default": ("keychain", scenario.key.id),
        "plain": ("file", "AKIAPLAINEXAMPLE0000"),
        "vault": ("process", None),
        None: ("environment", "AKIAENVIRONEXAMPLE00"),
    }
    assert [row["profile"] for row in listed(product, "-p", "plain")] == ["plain"]
    shown = product.run("keys").out
    assert "AKIAPLAINEXAMPLE0000" in shown
    assert scenario.key.secret not in shown


def test_the_list_shows_both_where_the_file_and_the_keychain_have_keys(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    other = json.dumps({"Version": 1, "AccessKeyId": "AKIAOTHEREXAMPLE0000", "SecretAccessKey": "other"})
    keychain.tool("store", "--label=x", "service", "mfaenv", "username", "default", data=other)
    configure(product, credential_process="mfaenv keys get -p default")
    get_session(product, scenario)
    rows = [(row["profile"], row["place"], row["access_key_id"], row["age_days"]) for row in listed(product)]
    assert rows == [
        ("default", "file", scenario.key.id, 0),
        ("default", "keychain", "AKIAOTHEREXAMPLE0000", None),
    ]
    assert "Ages and last use" not in product.run("keys").err


@pytest.fixture(params=["file", "keychain"])
def stored(
    request: pytest.FixtureRequest, product: Product, scenario: Scenario, keychain: Keychain
) -> Callable[[], str]:
    """With a session in the store: the text that alice's keys are stored in, in a file or in the keychain."""
    if request.param == "keychain":
        succeeded(product.run("keys", "import"))
    get_session(product, scenario)
    return credentials(product).read_text if request.param == "file" else lambda: keychain.lookup("default")


def test_rotate_stores_a_new_key_switches_the_old_one_off_and_the_session_goes_on(
    product: Product, scenario: Scenario, alice: User, stored: Callable[[], str]
) -> None:
    done = succeeded(product.run("keys", "rotate", "--no-input"))
    old, new = alice.keys
    assert (old.id, old.active, new.active) == (scenario.key.id, False, True)
    text = stored()
    assert new.id in text
    assert new.secret in text
    assert old.secret not in text
    assert "is deactivated" in done.err
    assert new.secret not in done.err
    assert product.run("-f", "json", "--no-input").status == 0
    assert product.run("-f", "json", "--no-input", "-p", "staging").status == 0
    assert [row["access_key_id"] for row in listed(product)] == [new.id]
    scenario.world.clock = lambda: time.time() + 40
    assert product.run("-f", "json", "--refresh", "--token-code", scenario.device.code()).status == 0


@pytest.mark.usefixtures("stored")
def test_delete_deletes_the_old_key_at_once_or_in_a_later_run(
    product: Product, scenario: Scenario, alice: User
) -> None:
    succeeded(product.run("keys", "rotate", "--no-input"))
    succeeded(product.run("keys", "rotate", "--no-input", "--delete"))
    (second,) = states(alice)
    assert second != scenario.key.id
    succeeded(product.run("keys", "rotate", "--no-input", "--delete"))
    assert list(states(alice).values()) == [True]
    assert second not in states(alice)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("profile", ["default", "staging"])
def test_two_keys_are_told_with_their_last_use_and_nothing_changes_without_a_terminal(
    product: Product, alice: User, profile: str
) -> None:
    other = alice.add_key()
    before = states(alice)
    done = product.run("keys", "rotate", "--no-input", "-p", profile)
    assert done.status == 1
    # A role's session may not delete the user's keys.
    line = f"mfaenv exec -p default -- aws iam delete-access-key --access-key-id {other.id}"
    assert_explained(done, f"{other.id} .in no profile here.: never", line)
    assert states(alice) == before


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(("answer", "left"), [("1", [True, True]), ("2", [True, False])])
def test_with_two_keys_the_person_chooses(
    product: Product, scenario: Scenario, alice: User, answer: str, left: list[bool]
) -> None:
    other = alice.add_key()
    with Window((*product.command, "keys", "rotate"), product.env, product.home) as window:
        window.see(rf"{other.id} \(in no profile here\): never used")
        window.enter(answer)
        window.see(
            "Nothing was changed"
            if answer == "1"
            else f"{scenario.key.id} is in .* and works; {other.id} is deac"
        )
    assert states(alice) == dict(zip((scenario.key.id, other.id), left, strict=True))


@pytest.mark.usefixtures("stored")
def test_the_person_is_asked_again_where_the_other_key_has_changed_meanwhile(
    product: Product, scenario: Scenario, alice: User
) -> None:
    """As by the same answer in another window: who lets a key be deactivated has not let it be deleted."""
    other = alice.add_key()
    with Window((*product.command, "keys", "rotate"), product.env, product.home) as window:
        window.see(rf"Deactivate {other.id}, and make no new key")
        other.active = False
        window.enter("2")
        window.see(rf"Delete {other.id}, and make no new key")
        alice.keys.remove(other)
        window.enter("2")
        window.see(f"{other.id} is deleted already; {scenario.key.id} stays")
    assert states(alice) == {scenario.key.id: True}


def test_where_a_policy_hides_the_last_use_the_person_still_chooses(
    product: Product, scenario: Scenario, alice: User
) -> None:
    """The list shows the age then."""
    get_session(product, scenario)
    other = alice.add_key()
    denied = {"Effect": "Deny", "Action": "iam:GetAccessKeyLastUsed", "Resource": "*"}
    alice.policies["Deny"] = {"Statement": [denied]}
    (row,) = listed(product)
    assert (row["age_days"], row["active"], row["last_used"]) == (0, True, None)
    assert "denies iam:GetAccessKeyLastUsed" in row["problem"]
    assert "never" not in product.run("keys").out
    with Window((*product.command, "keys", "rotate"), product.env, product.home) as window:
        window.see(rf"{other.id} \(in no profile here\): a policy denies iam:GetAccessKeyLastUsed")
        window.see("Number")
        window.enter("2")
        window.see("is deactivated")
    assert states(alice) == {scenario.key.id: True, other.id: False}


@pytest.mark.usefixtures("stored")
def test_with_an_inactive_key_the_person_chooses_to_delete_it(
    product: Product, scenario: Scenario, alice: User
) -> None:
    other = alice.add_key()
    other.active = False
    with Window((*product.command, "keys", "rotate"), product.env, product.home) as window:
        window.see(rf"Delete {other.id}, and make no new key")
        window.enter("2")
        window.see("which was inactive, is deleted")
    assert states(alice) == {scenario.key.id: True}


@pytest.mark.parametrize(
    ("action", "made"),
    [
        ("iam:ListAccessKeys", 0),
        ("iam:CreateAccessKey", 0),
        ("iam:UpdateAccessKey", 1),
        ("iam:DeleteAccessKey", 1),
    ],
)
def test_a_denied_action_is_named_and_a_working_key_stays_stored(
    product: Product, alice: User, stored: Callable[[], str], action: str, made: int
) -> None:
    alice.policies["Deny"] = {"Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]}
    done = product.run("keys", "rotate", "--no-input", "--delete")
    assert done.status == 1
    assert_explained(done, f"denies {action}")
    assert len(alice.keys) == 1 + made
    assert [key.active for key in alice.keys if key.id in stored()] == [True]
    del alice.policies["Deny"]
    if action == "iam:UpdateAccessKey":  # both are active, and only a person knows what uses the other
        left = product.run("keys", "rotate", "--no-input", "--delete")
        assert_explained(left, f"{alice.keys[0].id} .in no profile here.: last used", "delete-access-key")
        with Window((*product.command, "keys", "rotate", "--delete"), product.env, product.home) as window:
            window.see("Number")
            window.enter("2")
            window.see("is deleted")
    else:
        succeeded(product.run("keys", "rotate", "--no-input", "--delete"))
    assert [key.id in stored() for key in alice.keys] == [True]


@pytest.mark.usefixtures("stored")
def test_the_self_service_policy_is_enough(product: Product, alice: User) -> None:
    alice.policies = {"SelfService": SELF_SERVICE}
    succeeded(product.run("keys", "rotate", "--no-input", "--delete"))
    alice.policies = {"All": ALLOW_ALL, "MFA": EVERYTHING}
    succeeded(product.run("keys", "rotate", "--no-input", "--delete"))


@pytest.mark.usefixtures("keychain")
def test_a_program_that_is_not_on_the_path_is_named_with_its_folder(
    product: Product, scenario: Scenario
) -> None:
    """It stays known for our own, and what is written stays the same in a later run, wherever the PATH leads then."""
    folders = product.env["PATH"].split(os.pathsep)
    product.env["PATH"] = os.pathsep.join(entry for entry in folders if not Path(entry, "mfaenv").exists())
    program = write_program(
        product.home / "my tools" / "mfaenv", f"#!{sys.executable}\nfrom mfaenv.__main__ import main\nmain()\n"
    )
    product.command = (str(program),)
    before = credentials(product).read_text()
    succeeded(product.run("keys", "import"))
    line = f"credential_process = '{program}' keys get -p default\n"
    assert line in config(product).read_text()
    assert listed(product)[0]["place"] == "keychain"
    with_process = shlex.split(line.partition("= ")[2])
    product.command = tuple(with_process[:1])
    assert product.run(*with_process[1:]).json()["AccessKeyId"] == scenario.key.id
    get_session(product, scenario)
    credentials(product).write_text(before)
    product.env["PATH"] += f"{os.pathsep}{program.parent}"
    succeeded(product.run("keys", "import"))
    assert line in config(product).read_text()
    assert scenario.key.secret not in credentials(product).read_text()
    succeeded(product.run("keys", "export"))
    assert "keys get" not in config(product).read_text()
