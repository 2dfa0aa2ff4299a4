"""What stands in the argument lists of all that mfaenv starts."""

import shlex
import sys
from pathlib import Path

import pytest
from product import COMMAND, Product
from programs import write_program
from settings import configure
from terminals import need

from mfaenv.pretend_aws.scenario import Scenario


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux'")
@pytest.mark.parametrize("line", ["--shell bash", "exec -- sh -c :", "process", "-p staging --shell bash"])
def test_no_argument_list_holds_a_key(product: Product, scenario: Scenario, tmp_path: Path, line: str) -> None:
    need("strace")
    code = write_program(tmp_path / "code", f"echo {scenario.device.code()}")
    log = tmp_path / "calls"
    product.command = ("strace", "-f", "-qq", "-s", "9999", "-e", "trace=execve", "-o", str(log), *COMMAND)
    configure(product, mfa_process=str(code))
    assert product.run(*shlex.split(line)).status == 0
    started = log.read_text(encoding="utf-8")
    secrets = [
        secret for key in scenario.world.credentials.values() for secret in (key.secret, key.token) if secret
    ]
    assert len(secrets) >= 3
    assert started.count("execve(") >= 2
    assert [secret for secret in secrets if secret in started] == []
