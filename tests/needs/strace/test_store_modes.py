"""The modes of what the store makes, from its first moment."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from product import COMMAND, Outcome, Product
from terminals import need

from mfaenv.pretend_aws.scenario import Scenario

LINUX = sys.platform == "linux"


def get(product: Product, scenario: Scenario, **options: Any) -> Outcome:
    return product.run("--shell", "bash", "--token-code", scenario.device.code(), **options)


MAKING = "/^(open|openat|creat|f?chmod(at)?|(mkdir|mknod|link|symlink)(at)?)$"

PRIVATELY = re.compile(
    r"""mkdir(at)?\(.*,\ 0700\)
    |   chmod(at)?\(.*,\ 0700\)
    |   fchmod\(.*,\ 0600\)
    |   open(at)?\(.*/\.mfaenv-[0-9a-f]{16}",\ O_WRONLY\|O_CREAT\|O_EXCL.*,\ 0600\)
    |   open(at)?\(.*/lock-[^/"]+",\ O_RDWR\|O_CREAT\|O_NOFOLLOW.*,\ 0600\)
    |   open(at)?\(.*,\ O_RDONLY\|""",
    re.VERBOSE,
)


@pytest.mark.skipif(not LINUX, reason="strace is Linux'")
@pytest.mark.parametrize("umask", [0, 0o777])
def test_nothing_is_open_to_others_for_a_moment(
    product: Product, scenario: Scenario, tmp_path: Path, umask: int
) -> None:
    """The system calls themselves are looked at, since a look at the files could come too late."""
    need("strace")
    log = tmp_path / "calls"
    log.touch()  # whatever strace's umask is then
    product.command = ("strace", "-f", "-qq", "-y", "-e", f"trace={MAKING}", "-o", str(log), *COMMAND)
    assert get(product, scenario, umask=umask).status == 0
    ours = [line for line in log.read_text(encoding="utf-8").splitlines() if str(product.cache) in line]
    assert len([line for line in ours if "O_CREAT" in line]) > 4
    assert [line for line in ours if not PRIVATELY.search(line)] == []
