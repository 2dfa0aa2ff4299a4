"""What tests of `mfaenv keys` share: a keychain that mfaenv finds, and the user whose keys they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from keychains import Keychain, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from product import Product

    from mfaenv.pretend_aws.scenario import Scenario
    from mfaenv.pretend_aws.world import User


@pytest.fixture
def keychain(tmp_path: Path, product: Product) -> Iterator[Keychain]:
    """Open a keychain that mfaenv finds."""
    with opened(tmp_path / "keychain") as found:
        product.env |= found.env
        yield found


@pytest.fixture
def alice(scenario: Scenario) -> User:
    """Return the user whose keys they are."""
    return scenario.world.accounts["123456789012"].users["alice"]
