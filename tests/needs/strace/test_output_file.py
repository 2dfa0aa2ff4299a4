"""The mode of an output file, from its first moment."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

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


NO_LEASES = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no leases")


def looking(product: Product, file: Path, stream: BinaryIO) -> "subprocess.Popen[bytes]":
    """Start a run that writes a file, and see it look, slowly, whether the file is open elsewhere."""
    need("strace")
    product.tracer = ("-o", os.devnull, "-e", "trace=fcntl", "-e", "inject=fcntl:delay_exit=300000")
    run = product.start("-f", "dotenv", stdout=stream)
    product.tracer = ()
    end = time.monotonic() + PATIENCE
    while file.stat().st_mode & 0o077:
        assert time.monotonic() < end
        time.sleep(0.01)
    return run


@pytest.fixture
def file(product: Product, scenario: Scenario) -> Path:
    """One that others can open, where a session is stored."""
    assert product.run("-f", "json", "-c", scenario.device.code()).status == 0
    made = product.home / "made"
    made.touch()
    made.chmod(0o644)
    return made


def test_a_file_system_without_modes_is_told(product: Product, file: Path) -> None:
    """Such as that of Windows in its subsystem for Linux: chmod changes nothing there, and says nothing."""
    need("strace")
    product.tracer = ("-o", os.devnull, "-e", "trace=fchmod", "-e", "inject=fchmod:retval=0")
    with file.open("wb") as stream:
        done = product.run("-f", "dotenv", stdout=stream)
    told = "mfaenv: The output file cannot be closed to others: check who can read it.\n"
    assert (done.status, done.err, "AWS_SESSION_TOKEN" in file.read_text()) == (0, told, True)


@NO_LEASES
def test_a_program_that_opens_the_file_while_it_is_looked_at_does_not_end_mfaenv(
    product: Product, file: Path
) -> None:
    """As a backup does. The system sends a signal to who looks, of which a program dies by default."""
    with file.open("wb") as stream:
        run = looking(product, file, stream)
    while run.poll() is None:
        with file.open("rb"):
            time.sleep(0.05)
    assert finish(run).status in {0, 1}  # with the file seen to be open, or not


@NO_LEASES
def test_a_program_that_closes_the_file_at_once_stops_nothing(product: Product, file: Path) -> None:
    """As an editor that looks at what has changed."""
    with file.open("rb"), file.open("wb") as stream:
        run = looking(product, file, stream)
    assert finish(run).status == 0
    assert "AWS_SESSION_TOKEN" in file.read_text()


@NO_LEASES
def test_a_second_run_writes_nothing_while_the_first_looks(product: Product, file: Path) -> None:
    """The first has closed the file, which is not enough: somebody has opened it before."""
    with file.open("rb") as opened, file.open("wb") as stream, file.open("wb") as second:
        run = looking(product, file, stream)
        assert product.run("-f", "dotenv", stdout=second).status == 1
        assert finish(run).status == 1
        assert opened.read() == b""
