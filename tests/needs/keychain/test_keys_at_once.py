"""Several changes of keys at once, keychains that keep nothing, files that others read, and what a kill leaves."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from depth import examples
from keychains import Keychain
from own_keys import config, credentials, section, succeeded
from product import PATIENCE, Product, finish
from terminals import need
from trouble import assert_explained

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import User


def slowed(product: Product, *line: str, calls: str, inject: str) -> subprocess.Popen[bytes]:
    """Start a run whose system calls of a kind meet with something."""
    need("strace")
    product.tracer = ("-o", os.devnull, "-e", f"trace={calls}", "-e", f"inject={calls}:{inject}")
    try:
        return product.start(*line)
    finally:
        product.tracer = ()


def temporary_files(product: Product) -> list[Path]:
    return list(credentials(product).parent.glob(".c*"))


def test_two_imports_of_one_profile_at_once_lose_nothing(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    """The second one starts at any moment of the first."""
    for number in range(examples(12, 5)):
        first = product.start("keys", "import")
        time.sleep(number % 6 * 0.03)
        second = product.start("keys", "import")
        done = finish(first), finish(second)
        assert json.loads(keychain.lookup("default"))["SecretAccessKey"] == scenario.key.secret
        assert scenario.key.secret not in credentials(product).read_text()
        assert [each.status for each in done] == [0, 0], done
        succeeded(product.run("keys", "export"))


def export_about_to_replace_the_file(product: Product) -> subprocess.Popen[bytes]:
    """Start an export, which has written the new file and holds the lock."""
    delayed = slowed(product, "keys", "export", calls="rename", inject="delay_enter=1500000")
    end = time.monotonic() + PATIENCE
    while not temporary_files(product):
        assert time.monotonic() < end
        time.sleep(0.01)
    return delayed


@pytest.mark.usefixtures("keychain")
def test_an_export_waits_for_another_that_is_about_to_replace_the_file(
    product: Product, scenario: Scenario
) -> None:
    credentials(product).write_text(section("default", scenario.key) + section("same", scenario.key))
    succeeded(product.run("keys", "import"))
    succeeded(product.run("keys", "import", "-p", "same"))
    delayed = export_about_to_replace_the_file(product)
    other = product.run("keys", "export", "-p", "same")
    done = finish(delayed)
    assert (done.status, other.status) == (0, 0), done.err + other.err
    assert credentials(product).read_text().count(scenario.key.secret) == 2


def test_a_rotation_goes_on_where_an_export_has_put_the_keys_meanwhile(
    product: Product, scenario: Scenario, alice: User, keychain: Keychain
) -> None:
    succeeded(product.run("keys", "import"))
    assert product.run("-f", "json", "-c", scenario.device.code()).status == 0
    delayed = export_about_to_replace_the_file(product)
    rotated = product.run("keys", "rotate", "--no-input")
    done = finish(delayed)
    assert (done.status, rotated.status) == (0, 0), done.err + rotated.err
    assert [key.active for key in alice.keys] == [False, True]
    assert alice.keys[1].secret in credentials(product).read_text()
    assert keychain.lookup("default") == ""


MEMORY = """\
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1
    held = {}

    def get_password(self, service, username):
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        self.held[service, username] = password

    def delete_password(self, service, username):
        del self.held[service, username]
"""


REMOVED_MEANWHILE = """\
import os
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

class Keyring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return os.environ["ENTRY"] if service == "mfaenv" and os.path.exists(os.environ["FILE"]) else None

    def delete_password(self, service, username):
        os.unlink(os.environ["FILE"])
        raise PasswordDeleteError("No such password!")

    set_password = None
"""


def test_an_entry_that_somebody_removes_at_the_same_moment_is_removed(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    (tmp_path / "raced.py").write_text(REMOVED_MEANWHILE)
    file = tmp_path / "entry"
    file.touch()
    entry = {"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret}
    product.env["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    product.env |= {"PYTHON_KEYRING_BACKEND": "raced.Keyring", "FILE": str(file), "ENTRY": json.dumps(entry)}
    credentials(product).chmod(0o600)
    succeeded(product.run("keys", "export"))
    assert not file.exists()
    assert scenario.key.secret in credentials(product).read_text()


TALKING = """\
import os
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        print("touch ran;", flush=True)
        return os.environ["ENTRY"]

    set_password = None
"""


def test_what_a_keychain_prints_is_not_printed_for_a_shell(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    (tmp_path / "talking.py").write_text(TALKING)
    entry = {"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret}
    product.env["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    product.env |= {"PYTHON_KEYRING_BACKEND": "talking.Keyring", "ENTRY": json.dumps(entry)}
    done = product.run("keys", "get", "-p", "default")
    assert (done.json()["AccessKeyId"], "touch ran;" in done.err) == (scenario.key.id, True)


KEEPING = """\
import os
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return os.environ["ENTRY"] if service == "mfaenv" else None

    def delete_password(self, service, username):
        pass

    set_password = None
"""


def test_an_entry_that_the_keychain_does_not_remove_is_told(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    """As where a window of the keychain's has to allow it, which an older secretstorage does not open."""
    (tmp_path / "keeping.py").write_text(KEEPING)
    entry = {"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret}
    product.env["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    product.env |= {"PYTHON_KEYRING_BACKEND": "keeping.Keyring", "ENTRY": json.dumps(entry)}
    credentials(product).chmod(0o600)
    done = product.run("keys", "export")
    assert done.status == 1
    assert_explained(done, "did not remove the entry 'default'", "Remove it")
    assert scenario.key.secret in credentials(product).read_text()


def test_a_keychain_that_keeps_things_in_memory_alone_is_refused(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    (tmp_path / "memory.py").write_text(MEMORY)
    product.env["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    product.env["PYTHON_KEYRING_BACKEND"] = "memory.Keyring"
    before = credentials(product).read_bytes(), config(product).read_bytes()
    done = product.run("keys", "import")
    assert done.status == 1
    assert_explained(
        done, "did not keep the keys: another process does not find them", "keep the keys in the file"
    )
    assert (credentials(product).read_bytes(), config(product).read_bytes()) == before
    assert scenario.key.secret.encode() in before[0]


CUTTING = """\
import json
import os
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return self.read().get(service)

    def set_password(self, service, username, password):
        cuts = service in os.environ.get("CUT", "").split(",")
        self.write({**self.read(), service: password[:20] if cuts else password})

    def delete_password(self, service, username):
        self.write({name: text for name, text in self.read().items() if name != service})

    def read(self):
        with open(os.environ["RING"]) as file:
            return json.load(file)

    def write(self, entries):
        with open(os.environ["RING"], "w") as file:
            json.dump(entries, file)
"""


@pytest.mark.parametrize("cut", ["mfaenv", "mfaenv (being replaced)", "mfaenv,mfaenv (being replaced)"])
def test_a_keychain_that_loses_the_new_key_keeps_the_old_one(
    product: Product, scenario: Scenario, alice: User, tmp_path: Path, cut: str
) -> None:
    (tmp_path / "cutting.py").write_text(CUTTING)
    (tmp_path / "ring").write_text("{}")
    product.env["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    product.env |= {"PYTHON_KEYRING_BACKEND": "cutting.Keyring", "RING": str(tmp_path / "ring")}
    succeeded(product.run("keys", "import"))
    assert product.run("-f", "json", "-c", scenario.device.code()).status == 0
    product.env["CUT"] = cut
    done = product.run("keys", "rotate", "--no-input")
    assert done.status == 1
    assert_explained(done, "did not keep the keys", "Nothing was removed")
    assert [key.id for key in alice.keys] == [scenario.key.id]
    assert product.run("keys", "get").json()["SecretAccessKey"] == scenario.key.secret
    del product.env["CUT"]
    succeeded(product.run("keys", "rotate", "--no-input", "--delete"))
    (new,) = alice.keys
    entries = json.loads((tmp_path / "ring").read_text())
    assert {name: json.loads(text)["SecretAccessKey"] for name, text in entries.items()} == {
        "mfaenv": new.secret
    }


LOGGED = """\
import os
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        with open(os.environ["LOG"], "a") as file:
            file.write("read\\n")
        return os.environ["ENTRY"] if service == "mfaenv" else None

    set_password = None  # nothing is stored here
"""


def test_a_rotation_gets_its_session_with_the_keys_that_it_has_read(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    """Read again, they might be in the file by then."""
    (tmp_path / "logged.py").write_text(LOGGED)
    log = tmp_path / "log"
    entry = {"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret}
    product.env["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    product.env |= {"PYTHON_KEYRING_BACKEND": "logged.Keyring", "LOG": str(log), "ENTRY": json.dumps(entry)}
    program = f"sh -c 'echo code >> {log}; echo {scenario.device.code()}'"
    lines = f"credential_process = mfaenv keys get -p default\nmfa_process = {program}\n"
    config(product).write_text(config(product).read_text().replace("[default]\n", f"[default]\n{lines}", 1))
    credentials(product).write_text("")
    assert product.run("keys", "rotate", "--no-input").status == 1
    assert log.read_text().partition("code")[0].split() == ["read"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_nothing_is_exported_into_a_file_that_others_can_read(
    product: Product, scenario: Scenario, keychain: Keychain, mode: int
) -> None:
    succeeded(product.run("keys", "import"))
    credentials(product).chmod(mode)
    before = credentials(product).read_bytes(), config(product).read_bytes()
    done = product.run("keys", "export")
    assert done.status == 1
    assert_explained(done, "Others can read", f"^ *chmod 600 {credentials(product)}$")
    assert (credentials(product).read_bytes(), config(product).read_bytes()) == before
    assert scenario.key.secret in keychain.lookup("default")
    credentials(product).chmod(0o600)
    succeeded(product.run("keys", "export"))


@pytest.mark.parametrize("line", [("keys", "import"), ("keys", "export"), ("configure", "--yes")], ids=" ".join)
def test_what_a_kill_left_beside_the_files_is_removed_by_the_next_run(
    product: Product, scenario: Scenario, keychain: Keychain, line: tuple[str, ...]
) -> None:
    """The killed run is an export, which has the secret in what it left; a file of somebody else stays."""
    succeeded(product.run("keys", "import"))
    # The first marks the store.
    finish(slowed(product, "keys", "export", calls="rename", inject="signal=KILL:when=2"))
    (left,) = temporary_files(product)
    assert scenario.key.secret in left.read_text()
    theirs = left.with_name(".credentials.swp")
    theirs.write_text("theirs")
    more = ("--serial-number", scenario.device.serial, "-c", scenario.device.code()) if "--yes" in line else ()
    done = product.run(*line, *more)
    assert done.status == 0, done.err
    assert temporary_files(product) == [theirs]
    assert scenario.key.secret in keychain.lookup("default") + credentials(product).read_text()


def test_a_copy_that_a_kill_left_in_the_keychain_is_removed_by_the_next_run(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    succeeded(product.run("keys", "import"))
    entry = keychain.lookup("default")
    keychain.tool("store", "--label=x", "service", "mfaenv (being replaced)", "username", "default", data=entry)
    succeeded(product.run("keys", "import"))
    left = keychain.tool("lookup", "service", "mfaenv (being replaced)", "username", "default")
    assert left.stdout == ""
    assert scenario.key.secret in keychain.lookup("default")


ARGUMENTS = """\
import subprocess
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return None

    def set_password(self, service, username, password):
        subprocess.run(["false", password], check=True)

    delete_password = None
"""


def test_the_words_of_a_keychains_program_are_not_shown(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    (tmp_path / "arguments.py").write_text(ARGUMENTS)
    product.env["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    product.env["PYTHON_KEYRING_BACKEND"] = "arguments.Keyring"
    done = product.run("keys", "import")
    assert_explained(done, "locked, or refused: CalledProcessError", "Unlock it")
    assert scenario.key.secret not in done.out + done.err
    assert scenario.key.secret in credentials(product).read_text()
