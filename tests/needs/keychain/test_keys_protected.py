"""What a keychain protects the long-term keys from, what it does not, and that a stored session leaves it alone."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from keychains import Keychain
from product import COMMAND, NOBODY, Product, as_nobody
from terminals import need
from trouble import assert_explained

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service, strace")


def holding(folder: Path, secret: str) -> list[Path]:
    """Return the files below a folder that hold a secret in clear."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if secret.encode() in path.read_bytes()]


def imported(product: Product) -> None:
    done = product.run("keys", "import")
    assert done.status == 0, done.err


def test_no_file_holds_keys_of_the_keychain_in_clear(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    assert holding(product.home, scenario.key.secret)
    imported(product)
    assert scenario.key.secret in keychain.lookup("default")
    assert holding(product.home, scenario.key.secret) == []
    assert holding(keychain.folder, scenario.key.secret) == []
    assert [path.name for path in keychain.folder.rglob("*.keyring")] == ["login.keyring"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.usefixtures("keychain")
def test_another_user_does_not_get_them(product: Product, scenario: Scenario) -> None:
    imported(product)
    done = as_nobody(product).run("keys", "get")
    assert (done.status, done.out) == (1, "")
    assert_explained(done, "keychain", ".")
    assert scenario.key.secret not in done.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be another user")
def test_no_keys_go_to_the_bus_of_another_user(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    """Where the bus of a login was that has ended, anybody may have one, with a keychain of their own."""
    before = (product.home / ".aws/credentials").read_text()
    bus = keychain.env["DBUS_SESSION_BUS_ADDRESS"]
    os.chown(bus.removeprefix("unix:path="), NOBODY, NOBODY)
    guid, path = "guid=0123456789abcdef0123456789abcdef", bus.removeprefix("unix:path=")
    in_rare_ways = (f"unix:{guid},path={path}", f"tcp:host=x;{bus}", bus.replace("/bus", "%2f%62us"))
    for address in (bus, f"{bus},{guid}", *in_rare_ways):
        product.env["DBUS_SESSION_BUS_ADDRESS"] = address
        done = product.run("keys", "import")
        assert done.status == 1
        assert_explained(done, f"another user \\(uid {NOBODY}\\)", "Unset DBUS_SESSION_BUS_ADDRESS")
    assert keychain.lookup("default") == ""
    assert (product.home / ".aws/credentials").read_text() == before
    assert scenario.key.secret in before


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no modes")
@pytest.mark.parametrize("end", ["bus", "gone/bus", "bus,guid=0123456789abcdef0123456789abcdef"])
def test_no_bus_is_looked_for_where_others_can_make_one(product: Product, tmp_path: Path, end: str) -> None:
    """Theirs would be there between the look and the connection."""
    product.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={tmp_path}/{end}"
    assert "others may" not in product.run("keys", "import").err
    tmp_path.chmod(0o1777)
    wrong = f"others may make one at {tmp_path}/{end.partition(',')[0]}\\."
    assert_explained(product.run("keys", "import"), wrong, "Unset DBUS_SESSION_BUS_ADDRESS")
    if os.geteuid() == 0:
        tmp_path.chmod(0o755)
        os.chown(tmp_path, NOBODY, NOBODY)
        assert_explained(product.run("keys", "import"), wrong, "Unset DBUS_SESSION_BUS_ADDRESS")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no modes")
def test_a_bus_is_looked_for_where_the_connection_goes(product: Product, tmp_path: Path) -> None:
    """The keychain's library reads each byte of an escape as a character of Latin-1."""
    (tmp_path / "josé").mkdir(0o700)
    tmp_path.chmod(0o1777)
    product.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={tmp_path}/jos%c3%a9/bus"
    wrong = f"others may make one at {tmp_path}/jos\N{LATIN CAPITAL LETTER A WITH TILDE}©/bus"
    assert_explained(product.run("keys", "import"), wrong, "Unset DBUS_SESSION_BUS_ADDRESS")


def test_any_program_of_the_user_gets_them_and_the_stored_sessions(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    imported(product)
    session = product.run("-f", "json", "-c", scenario.device.code()).json()
    assert json.loads(keychain.lookup("default"))["SecretAccessKey"] == scenario.key.secret
    assert product.run("keys", "get").json()["SecretAccessKey"] == scenario.key.secret
    assert holding(product.cache, session["AWS_SECRET_ACCESS_KEY"])


LINES = [
    ("--shell", "bash"),
    ("process",),
    ("exec", "--", "true"),
    ("-f", "json", "--cached"),
    ("status", "--json"),
]


def calls(product: Product, *line: str) -> list[str]:
    """Return the system calls of a run: the name, and what is opened, started or connected to."""
    log = product.home / "calls"
    command = ("strace", "-f", "-qq", "-o", str(log), *COMMAND, *line)
    subprocess.run(command, env=product.env, cwd=product.home, capture_output=True, check=True)
    lines = (
        re.match(r"\d+ +(\w+)\((?:AT_FDCWD, )?(\"[^\"]*\"|\{[^}]*\}|)", text)
        for text in log.read_text().splitlines()
    )
    return [" ".join(found.groups()) for found in lines if found]


@pytest.mark.usefixtures("keychain")
@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_a_stored_session_costs_what_it_does_with_keys_in_a_file(
    product: Product, scenario: Scenario, line: tuple[str, ...]
) -> None:
    """The same modules are loaded and the same programs started, by as many system calls, with no connection."""
    need("strace")
    assert product.run("-f", "json", "-c", scenario.device.code()).status == 0
    product.run(*line)
    in_file = calls(product, *line)
    imported(product)
    first, in_keychain = calls(product, *line), calls(product, *line)
    for made in (in_file, first, in_keychain):
        assert len(made) > 100
        assert [call for call in made if call.startswith(("connect", "socket")) or "/keyring/" in call] == []
        assert len([call for call in made if call.startswith("execve")]) == len(
            [call for call in in_file if call.startswith("execve")]
        )
    modules = [
        [call for call in made if call.startswith("openat") and ".py" in call]
        for made in (in_file, in_keychain)
    ]
    assert modules[0] == modules[1]
    assert len(in_keychain) <= len(in_file) * 1.02
