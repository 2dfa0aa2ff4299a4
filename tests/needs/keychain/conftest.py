"""What tests of `mfaenv keys` share: a keychain that mfaenv finds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from keychains import Keychain, opened
from product import Product


@pytest.fixture
def keychain(tmp_path: Path, product: Product) -> Iterator[Keychain]:
    """Open a keychain that mfaenv finds."""
    with opened(tmp_path / "keychain") as found:
        product.env |= found.env
        yield found
