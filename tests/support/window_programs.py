"""Which of the programs that open windows mfaenv finds."""

import os
import shutil

from product import Product
from terminals import need

from mfaenv.fast.catalog import WINDOWS


def with_programs(product: Product, **programs: str) -> Product:
    """Let it find only these of the programs that open windows, under these names."""
    folder = product.home / "windows"
    folder.mkdir()
    for name, program in programs.items():
        need(program)
        (folder / name).symlink_to(shutil.which(program) or "")
    theirs = [path for path in product.env["PATH"].split(os.pathsep) if not _has_a_window(path)]
    product.env["PATH"] = os.pathsep.join([str(folder), *theirs])
    return product


def _has_a_window(path: str) -> bool:
    return any(os.path.exists(os.path.join(path, name)) for name in WINDOWS)
