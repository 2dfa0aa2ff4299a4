"""The mode of an output file, from its first moment."""

import re
import sys

import pytest
from product import COMMAND, Product
from terminals import need

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes of files and pseudo-terminals")


def test_an_output_file_is_closed_from_its_first_moment(product: Product, scenario: Scenario) -> None:
    need("strace")
    log = product.home / "log"
    product.command = (
        "strace",
        "-f",
        "-qq",
        "-e",
        "trace=openat,creat",
        "-o",
        str(log),
        *COMMAND,
    )
    words = ("-f", "dotenv", "-c", scenario.device.code(), "--output", "made")
    assert product.run(*words, umask=0) == (0, "", "")
    lines = log.read_text(encoding="utf-8").splitlines()
    (opened,) = (line for line in lines if '".mfaenv-' in line and "openat" in line)
    assert re.search(r"O_CREAT\|O_EXCL.*, 0600\)", opened)
    assert [line for line in lines if '"made"' in line and "openat" in line] == []
