"""What tests of `mfaenv keys` look at and do."""

from pathlib import Path
from typing import Any

from product import Outcome, Product

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import Credential, User


def config(product: Product) -> Path:
    return Path(product.env["AWS_CONFIG_FILE"])


def credentials(product: Product) -> Path:
    return Path(product.env["AWS_SHARED_CREDENTIALS_FILE"])


def listed(product: Product, *options: str) -> list[dict[str, Any]]:
    done = product.run("keys", "--json", *options)
    assert done.status == 0, done.err
    rows: list[dict[str, Any]] = done.json()["keys"]
    return rows


def get_session(product: Product, scenario: Scenario, *options: str) -> None:
    done = product.run("-f", "json", "--token-code", scenario.device.code(), *options)
    assert done.status == 0, done.err


def section(name: str, key: Credential) -> str:
    return f"[{name}]\naws_access_key_id = {key.id}\naws_secret_access_key = {key.secret}\n"


def states(user: User) -> dict[str, bool]:
    return {key.id: key.active for key in user.keys}


def succeeded(done: Outcome) -> Outcome:
    assert (done.status, done.out) == (0, ""), done.err
    return done
