"""Changes to the AWS config files of a test's home."""

import configparser
from pathlib import Path

from product import Product


def configure(product: Product, profile: str = "default", /, **values: str | None) -> None:
    """Set values of a profile in the config file; None takes one away."""
    name = profile if profile.isalnum() else f'"{profile}"'
    title = profile if profile == "default" else f"profile {name}"
    _change(Path(product.env["AWS_CONFIG_FILE"]), title, values)


def set_keys(product: Product, profile: str = "default", /, **values: str | None) -> None:
    """Set values of a profile in the credentials file; None takes one away."""
    _change(Path(product.env["AWS_SHARED_CREDENTIALS_FILE"]), profile, values)


def _change(path: Path, title: str, values: dict[str, str | None]) -> None:
    parser = configparser.RawConfigParser()
    parser.read(path, encoding="utf-8")
    if not parser.has_section(title):
        parser.add_section(title)
    for name, value in values.items():
        if value is None:
            parser.remove_option(title, name)
        else:
            parser.set(title, name, value)
    with path.open("w", encoding="utf-8") as file:
        parser.write(file)
