"""A keychain that takes its time, as a locked one whose window nobody sees: the terminal says what is waited for."""

import json
import os
import sys
import time
from pathlib import Path

import pytest
from product import Product
from terminals import direct

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")

WAITING = "Waiting for the keychain, which may ask you in a window of its own"

SLOW = """\
import os, threading, time
from keyring.backend import KeyringBackend

def refuse(*_):
    raise RuntimeError("can't start new thread")

if "THREADLESS" in os.environ:
    threading.Thread.start = refuse

class Keyring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join()
        while os.path.exists(os.environ["LOCKED"]):
            time.sleep(0.05)
        return os.environ["HELD"] if service == "mfaenv" else None

    set_password = None  # nothing is stored here
"""
"""Answers once what is to be said after a while is said, and no file says that it is locked."""


@pytest.fixture
def locked(product: Product, scenario: Scenario, tmp_path: Path) -> Path:
    """Let the default profile have its keys from a slow keychain, which is locked while the file is there."""
    (tmp_path / "slow.py").write_text(SLOW)
    held = {"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret}
    path = f"{product.env['PYTHONPATH']}{os.pathsep}{tmp_path}"
    product.env |= {"PYTHONPATH": path, "PYTHON_KEYRING_BACKEND": "slow.Keyring", "HELD": json.dumps(held)}
    product.env["LOCKED"] = str(tmp_path / "locked")
    config, credentials = product.home / ".aws" / "config", product.home / ".aws" / "credentials"
    command = "credential_process = mfaenv keys get -p default"
    config.write_text(config.read_text().replace("[default]\n", f"[default]\n{command}\n", 1))
    credentials.write_text("")
    return tmp_path / "locked"


@pytest.mark.parametrize("line", [("keys", "get"), ("keys",), ("doctor", "--no-input")])
def test_a_terminal_shows_that_the_keychain_is_waited_for(
    product: Product, locked: Path, line: tuple[str, ...]
) -> None:
    locked.touch()
    with direct(product, *line) as window:
        window.see(WAITING)
        locked.unlink()
        window.see("AKIA")
        window.ended()
        assert window.text.count(WAITING) == 1


@pytest.mark.usefixtures("locked")
def test_what_nobody_reads_or_wants_is_not_said(product: Product) -> None:
    assert product.run("keys", "get").err == ""
    with direct(product, "keys", "get", "--quiet") as window:
        assert window.ended() == 0
        assert "AKIA" in window.text
        assert WAITING not in window.text


@pytest.mark.usefixtures("locked")
def test_a_keychain_is_read_where_no_thread_can_be_started(product: Product) -> None:
    product.env["THREADLESS"] = "yes"
    done = product.run("keys", "get")
    assert (done.status, done.out, done.err) == (0, product.env["HELD"] + "\n", "")


def test_it_is_said_before_the_question_or_after_it_and_not_within(
    product: Product, scenario: Scenario, locked: Path
) -> None:
    """The first run reads the keychain before it can ask, the next one while the question stands."""
    locked.touch()
    with direct(product, "--shell", "sh") as window:
        window.see(WAITING)
        locked.unlink()
        window.see("MFA code: ")
        window.enter(scenario.device.code())
        assert window.ended() == 0
        assert window.text.count(WAITING) == 1
    locked.touch()
    scenario.world.clock = lambda: time.time() + 40
    with direct(product, "--shell", "sh", "--refresh") as window:
        window.see("MFA code: ")
        window.enter(scenario.device.code())
        window.see(WAITING)
        locked.unlink()
        window.see("AWS_SESSION_TOKEN")
        assert window.ended() == 0
        assert window.text.count(WAITING) == 1
