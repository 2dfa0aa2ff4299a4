"""A newcomer to mfaenv: her keys, a config file and a startup file of her own."""

from pathlib import Path

from product import Product

DEVICE = "mfa_serial = arn:aws:iam::123456789012:mfa/alice"
PROCESS = "credential_process = mfaenv process -p default"
NOTHING = "mfaenv: All is set up: nothing to do.\n"
CONFIG = """\
# mine
[default]
region = eu-central-1

; roles
[profile staging]
role_arn = arn:aws:iam::111122223333:role/Developer
source_profile = default
""".replace("\n", "\r\n")


def settle_newcomer(product: Product) -> Product:
    """Give alice her keys, a config file of her own, and the library of direnv.

    Programs that give codes are not on the PATH.
    """
    product.env["MFAENV_SHELL"] = "bash"
    direnv_library(product).parent.mkdir(parents=True)
    direnv_library(product).write_text(product.run("init", "direnv").out)
    config(product).write_bytes(CONFIG.encode())
    (product.home / ".bashrc").write_bytes(b"alias ll='ls -l'\n# the end")
    return product


def direnv_library(product: Product) -> Path:
    return product.home / ".config" / "direnv" / "lib" / "mfaenv.sh"


def config(product: Product) -> Path:
    return product.home / ".aws" / "config"


def state(product: Product) -> dict[str, bytes]:
    files = (path for path in product.home.rglob("*") if path.is_file() and "bin" not in path.parts)
    return {str(path.relative_to(product.home)): path.read_bytes() for path in files}
