"""`mfaenv keys` in a desktop session: a locked keyring, and gnome-keyring's own window that asks for its password."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from keychains import WORDS, Keychain, opened
from observed_aws import ObservedAws
from product import Outcome, Product, finish
from screens import Screen, until
from trouble import assert_explained

from mfaenv.errors import DONE
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.service import Operation
from mfaenv.pretend_aws.world import User
from mfaenv.serving.loopback import HttpRequest, HttpResponse

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="windows of X"),
    pytest.mark.xdist_group("display"),  # two Xvfb that start at once may take one number
]

ROTATE = ("keys", "rotate", "--no-input")


@pytest.fixture
def screen() -> Iterator[Screen]:
    with Screen("Unlock .*Keyring") as made:
        yield made


@pytest.fixture
def keychain(tmp_path: Path, product: Product, screen: Screen) -> Iterator[Keychain]:
    with opened(tmp_path / "keychain", screen.name) as found:
        product.env |= found.env
        yield found


def files(product: Product) -> list[bytes]:
    return [Path(product.env[name]).read_bytes() for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")]


def unlocking(product: Product, screen: Screen, *line: str) -> Outcome:
    """Run it, and type the password into the window that opens."""
    process = product.start(*line)
    screen.type(WORDS, lambda: process.poll() is not None)
    return finish(process)


def dismissing(product: Product, screen: Screen, *line: str) -> Outcome:
    """Run it, and close each window that opens."""
    process = product.start(*line)

    def closed() -> bool:
        if screen.windows():
            screen.close()
        return process.poll() is not None

    until(closed)
    return finish(process)


def session(product: Product, *options: str) -> Outcome:
    return product.run("-f", "json", "--no-input", *options)


def test_a_locked_keyring_is_unlocked_in_its_window_and_a_stored_session_opens_none(
    product: Product, scenario: Scenario, alice: User, keychain: Keychain, screen: Screen
) -> None:
    before = files(product)
    keychain.lock()
    assert unlocking(product, screen, "keys", "import").status == DONE
    keychain.lock()
    code = ("-f", "json", "--token-code", scenario.device.code())
    assert unlocking(product, screen, *code).status == DONE
    keychain.lock()
    assert session(product).status == DONE
    assert screen.windows() == []
    assert unlocking(product, screen, *ROTATE, "--delete").status == DONE
    (key,) = alice.keys
    assert key.secret in keychain.lookup("default")
    keychain.lock()
    assert unlocking(product, screen, "keys", "export").status == DONE
    old = scenario.key
    changed = [text.replace(old.id.encode(), key.id.encode()) for text in before]
    assert files(product) == [text.replace(old.secret.encode(), key.secret.encode()) for text in changed]


@pytest.mark.parametrize(
    "line", [("keys", "import"), ("keys", "export"), ("keys", "get"), ROTATE, ("-f", "json")]
)
def test_a_window_that_is_dismissed_changes_nothing(
    product: Product, scenario: Scenario, keychain: Keychain, screen: Screen, line: tuple[str, ...]
) -> None:
    if line != ("keys", "import"):
        assert product.run("keys", "import").status == DONE
    if line == ROTATE:
        assert product.run("-f", "json", "-c", scenario.device.code()).status == DONE
    before = files(product)
    keychain.lock()
    more = ("-c", scenario.device.code()) if line == ("-f", "json") else ()
    done = dismissing(product, screen, *line, *more)
    assert done.status == 1
    assert_explained(done, "locked", "Unlock it")
    assert files(product) == before
    assert [key.active for key in scenario.world.accounts["123456789012"].users["alice"].keys] == [True]


@pytest.fixture
def locking_aws(aws: ObservedAws, keychain: Keychain, monkeypatch: pytest.MonkeyPatch) -> ObservedAws:
    """Lock the keyring while AWS makes a new key."""
    perform = aws.perform

    def locking(operation: Operation, request: HttpRequest) -> HttpResponse:
        if operation.action == "CreateAccessKey":
            keychain.lock()
        return perform(operation, request)

    monkeypatch.setattr(aws, "perform", locking)
    return aws


@pytest.mark.usefixtures("locking_aws")
def test_a_keyring_that_is_locked_while_rotate_runs_keeps_the_old_key_working(
    product: Product, scenario: Scenario, alice: User, keychain: Keychain, screen: Screen
) -> None:
    """Nobody unlocks it then: the new key stays in IAM, and the next run says so."""
    assert product.run("keys", "import").status == DONE
    assert product.run("-f", "json", "-c", scenario.device.code()).status == DONE
    done = dismissing(product, screen, *ROTATE)
    assert done.status == 1
    assert "locked" in done.err
    old, unseen = alice.keys
    assert f"The new key {unseen.id} stays in IAM: " in done.err
    assert unlocking(product, screen, "keys", "get").status == DONE
    assert old.secret in keychain.lookup("default")
    done = product.run(*ROTATE)
    assert f"delete-access-key --access-key-id {unseen.id}\n" in done.err
    assert [(key.id, key.active) for key in alice.keys] == [(old.id, True), (unseen.id, True)]
    alice.keys.remove(unseen)
    assert unlocking(product, screen, *ROTATE).status == DONE
    assert [(key.id == old.id, key.active) for key in alice.keys] == [(True, False), (False, True)]
    assert alice.keys[1].secret in keychain.lookup("default")
