"""The mode of an output file, from its first moment."""

import os
import re
import sys
import time

import pytest
from product import COMMAND, PATIENCE, Product, finish
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


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no leases")
def test_a_program_that_opens_the_file_while_it_is_looked_at_does_not_end_mfaenv(
    product: Product, scenario: Scenario
) -> None:
    """As a backup does. The system sends a signal to who looks, of which a program dies by default."""
    need("strace")
    assert product.run("-f", "json", "-c", scenario.device.code()).status == 0
    product.tracer = ("-o", os.devnull, "-e", "trace=fcntl", "-e", "inject=fcntl:delay_exit=300000")
    file = product.home / "made"
    file.touch(0o644)
    file.chmod(0o644)
    with file.open("wb") as stream:
        run = product.start("-f", "dotenv", stdout=stream)
    end = time.monotonic() + PATIENCE
    while file.stat().st_mode & 0o777 != 0o600:
        assert time.monotonic() < end
        time.sleep(0.01)
    while run.poll() is None:
        with file.open("rb"):
            time.sleep(0.05)
    assert finish(run).status in {0, 1}  # with the file seen to be open, or not
