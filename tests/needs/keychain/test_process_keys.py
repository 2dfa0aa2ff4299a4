"""Long-term keys that a program gives, ours from the keychain or another's: they get a session, as a file's do."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from keychains import NOBODYS_BUS, Keychain, opened
from observed_aws import ObservedAws
from product import Product
from programs import write_program
from signing import SigningKeys
from terminals import Window, direct
from trouble import assert_explained

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script of sh")

GOT = "GetSessionToken"


@pytest.fixture
def keychain(tmp_path: Path) -> Iterator[Keychain]:
    with opened(tmp_path / "keychain") as found:
        yield found


def printed(key: SigningKeys, **more: str) -> str:
    return json.dumps({"Version": 1, "AccessKeyId": key.id, "SecretAccessKey": key.secret, **more})


def use(product: Product, command: str) -> None:
    """Let the default profile have its keys from a command, and from nowhere else."""
    config = product.home / ".aws" / "config"
    config.write_text(
        config.read_text().replace("[default]\n", f"[default]\ncredential_process = {command}\n", 1)
    )
    (product.home / ".aws" / "credentials").write_text("")


def by_program(product: Product, output: str) -> Path:
    """Let another's program print it; the file that is returned has a line for each time that it did."""
    program, log = product.home / "vault", product.home / "vault.log"
    write_program(program, f"echo started >>'{log}'\ncat <<'END'\n{output}\nEND")
    use(product, str(program))
    log.write_text("")
    return log


def in_keychain(product: Product, keychain: Keychain, output: str) -> None:
    keychain.tool("store", "--label=x", "service", "mfaenv", "username", "default", data=output)
    use(product, "mfaenv keys get -p default")
    product.env |= keychain.env


def stored(product: Product) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = product.run("status", "--json").json()["stored"]
    return rows


def starts(log: Path) -> int:
    return len(log.read_text().splitlines())


def test_a_programs_keys_get_a_session_and_a_stored_one_does_not_start_it(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    log = by_program(product, printed(scenario.key))
    first = product.run("-f", "json", "--token-code", scenario.device.code())
    assert first.status == 0, first.err
    assert first.json()["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert "needs no code" not in first.err
    count = starts(log)
    assert count == 1
    for line in (("-f", "json"), ("-f", "json", "--cached"), ("process",), ("-f", "json", "-p", "default")):
        assert product.run(*line).status == 0
    assert starts(log) == count
    assert aws.actions(GOT) == [GOT]


def test_a_role_is_assumed_with_the_session_that_a_programs_keys_got(
    product: Product, scenario: Scenario
) -> None:
    by_program(product, printed(scenario.key))
    done = product.run("-p", "staging", "-f", "json", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    assert product.run("-p", "production", "-f", "json", "--no-input").status == 0


def test_a_programs_session_is_exported_as_it_is(product: Product, scenario: Scenario) -> None:
    session = scenario.world.open_session(scenario.key.principal, 3600, mfa_at=scenario.world.now())
    log = by_program(product, printed(session, SessionToken=session.token))
    done = product.run("-f", "json", "--no-input")
    assert (done.status, done.json()["AWS_SESSION_TOKEN"]) == (0, session.token)
    assert "needs no code" in done.err
    assert starts(log) == 1


def test_a_program_that_gives_other_keys_than_before_gets_their_session(
    product: Product, scenario: Scenario
) -> None:
    by_program(product, printed(scenario.key))
    assert product.run("-f", "json", "--token-code", scenario.device.code()).status == 0
    before = stored(product)
    second = scenario.world.accounts["123456789012"].users["alice"].add_key()
    program = product.home / "vault"
    program.write_text(program.read_text().replace(printed(scenario.key), printed(second)))
    scenario.world.clock = lambda: time.time() + 40
    assert product.run("-f", "json", "--refresh", "--token-code", scenario.device.code()).status == 0
    new = {row["access_key_id"] for row in stored(product)} - {row["access_key_id"] for row in before}
    assert {product.run("-f", "json", "--cached").json()["AWS_ACCESS_KEY_ID"]} == new


def test_a_secret_in_the_place_of_the_id_is_neither_shown_nor_stored(
    product: Product, scenario: Scenario
) -> None:
    key, secret = scenario.key.id, scenario.key.secret
    by_program(product, json.dumps({"Version": 1, "AccessKeyId": secret, "SecretAccessKey": key}))
    done = product.run("-f", "json", "--token-code", scenario.device.code())
    assert_explained(done, "The access key ID and the secret key of .* are swapped", "Swap them back")
    for line in (("keys",), ("keys", "--json"), ("doctor",)):
        done = product.run(*line)
        assert secret not in done.out + done.err
    assert [path for path in product.cache.rglob("*") if secret in path.read_text()] == []


def test_a_program_is_not_started_where_no_code_can_be_had(product: Product, scenario: Scenario) -> None:
    log = by_program(product, printed(scenario.key))
    product.run("-f", "json", "--token-code", scenario.device.code())
    product.run("clear")
    log.write_text("")
    assert product.run("-f", "json", "--cached").status == 3
    assert starts(log) == 0


def test_clear_of_a_profile_forgets_the_device_of_the_keys_that_its_program_gives(
    product: Product, scenario: Scenario
) -> None:
    by_program(product, printed(scenario.key))
    assert product.run("-f", "json", "--token-code", scenario.device.code()).status == 0
    remembered = list(product.cache.rglob("device-*"))
    assert len(remembered) == 1
    assert product.run("clear", "-p", "production").status == 0
    assert list(product.cache.rglob("device-*")) == remembered
    assert product.run("clear", "-p", "default").status == 0
    assert list(product.cache.rglob("device-*")) == []


def test_keys_in_the_keychain_get_a_session_and_a_stored_one_does_not_touch_it(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    in_keychain(product, keychain, printed(scenario.key))
    first = product.run("-f", "json", "--token-code", scenario.device.code())
    assert first.status == 0, first.err
    product.env |= NOBODYS_BUS
    for line in (("-f", "json"), ("-f", "json", "--cached"), ("process",), ("-p", "staging", "-f", "json")):
        done = product.run(*line)
        assert done.status == 0, done.err


def test_the_keychain_is_read_behind_the_question(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    in_keychain(product, keychain, printed(scenario.key))
    assert product.run("-f", "json", "--token-code", scenario.device.code()).status == 0
    scenario.world.clock = lambda: time.time() + 40
    with Window((*product.command, "--shell", "bash", "--refresh"), product.env, product.home) as window:
        window.see("MFA code: ")
        window.enter(scenario.device.code())
        window.see("ASIA")


def test_without_a_keychain_the_error_names_the_choices_and_no_code_is_sent(
    product: Product, scenario: Scenario, keychain: Keychain, aws: ObservedAws
) -> None:
    in_keychain(product, keychain, printed(scenario.key))
    product.env |= NOBODYS_BUS
    done = product.run("-f", "json", "--token-code", scenario.device.code())
    assert done.status == 1
    assert_explained(done, "no keychain here", "gnome-keyring.*keyring-pass.*file")
    assert aws.actions(GOT) == []


def test_a_locked_keychain_is_told(
    product: Product, scenario: Scenario, keychain: Keychain, aws: ObservedAws
) -> None:
    in_keychain(product, keychain, printed(scenario.key))
    keychain.restart_locked()
    done = product.run("-f", "json", "--token-code", scenario.device.code())
    assert done.status == 1
    assert_explained(done, "locked", "Unlock it")
    assert aws.actions(GOT) == []


def test_get_prints_what_an_sdk_asks_for_and_nothing_else(
    product: Product, scenario: Scenario, keychain: Keychain
) -> None:
    in_keychain(product, keychain, printed(scenario.key))
    done = product.run("keys", "get", "-p", "default")
    assert (done.status, done.out, done.err) == (0, printed(scenario.key) + "\n", "")
    missing = product.run("keys", "get", "-p", "other")
    assert (missing.status, missing.out) == (1, "")
    assert_explained(missing, "no keys for profile 'other'", "keys import -p other")


@pytest.mark.parametrize(
    ("backend", "wrong"),
    [
        ("keyring.backends.null.Keyring", "no keychain here"),
        ("no.such.Backend", "needs no, which is not installed"),
    ],
)
def test_what_is_no_keychain_is_refused(bare: Product, backend: str, wrong: str) -> None:
    bare.env["PYTHON_KEYRING_BACKEND"] = backend
    done = bare.run("keys", "get")
    assert done.status == 1
    assert_explained(done, wrong)


def test_without_keyring_the_pip_of_this_very_python_is_named(bare: Product) -> None:
    hidden = bare.home / "hidden"
    hidden.mkdir()
    (hidden / "keyring.py").write_text("raise ModuleNotFoundError('none', name='keyring')\n")
    bare.env["PYTHONPATH"] = f"{hidden}:{bare.env['PYTHONPATH']}"
    done = bare.run("keys", "get")
    assert done.status == 1
    said = " ".join(done.err.split())
    assert f"is not installed. Type: {sys.executable} -P -m pip install 'mfaenv[keychain]'" in said
    with direct(bare, "keys", "get") as window:
        assert window.ended() == 1
        rows = [row.strip() for row in window.text.splitlines()]
    assert f"{sys.executable} -P -m pip install 'mfaenv[keychain]'" in rows
