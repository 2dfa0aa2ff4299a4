"""What is too long for an environment: refused, whoever sent it, before anything is printed or started."""

import sys

import pytest
from product import Product
from settings import configure, set_keys
from values import MEGABYTE

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.shells import MAX_VARIABLE, NAMES, failure

ROLES = {"role_arn", "duration_seconds", "source_profile"}
EXEC = ("exec", "--", sys.executable, "-c", "import os; print(len(os.environ['AWS_SESSION_TOKEN']))")


@pytest.mark.parametrize("shell", [name for name in NAMES if name != "cmd"])
def test_every_shell_gets_the_failure_alone(product: Product, shell: str) -> None:
    set_keys(product, aws_session_token=MEGABYTE)
    done = product.run("--shell", shell)
    assert (done.status, done.out.encode()) == (1, failure(shell, 1))
    assert "AWS_SESSION_TOKEN is too long: with its 1,000,019 bytes no program could be started." in done.err
    assert len(done.err) < 400


def test_a_token_from_sts_is_refused_and_said(product: Product, scenario: Scenario, token: list[str]) -> None:
    assert token == [MEGABYTE]
    done = product.run("--shell", "bash", "-c", scenario.device.code())
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert "a code that was given is used up" in done.err


def test_exec_starts_nothing(product: Product, scenario: Scenario, token: list[str]) -> None:
    assert token == [MEGABYTE]
    done = product.run("exec", "-c", scenario.device.code(), *EXEC[1:])
    assert (done.status, done.out) == (1, "")
    assert "AWS_SESSION_TOKEN is too long" in done.err


@pytest.mark.parametrize(
    "setting",
    ["mfa_serial", "region", "endpoint_url", "role_arn", "duration_seconds", "source_profile", "mfa_process"],
)
@pytest.mark.parametrize(
    "value", [MEGABYTE, ":" * 1_000_000, "9" * 1_000_000], ids=["letters", "colons", "digits"]
)
def test_a_megabyte_in_a_file_is_an_error_of_a_few_lines(product: Product, setting: str, value: str) -> None:
    role = (
        {"role_arn": "arn:aws:iam::123456789012:role/R", "source_profile": "default"}
        if setting in ROLES
        else {}
    )
    configure(product, **{**role, setting: value})
    done = product.run("--shell", "bash", "-c", "123456")
    assert done.status in {1, 2}
    assert done.out == failure("bash", done.status).decode()
    assert len(done.err) < 5_000
    assert "a bug in mfaenv" not in done.err


def test_data_has_a_token_of_any_length(product: Product) -> None:
    set_keys(product, aws_session_token=MEGABYTE)
    assert product.run("-f", "json").json()["AWS_SESSION_TOKEN"] == MEGABYTE
    assert product.run("process").json()["SessionToken"] == MEGABYTE


def test_the_longest_token_is_stored_and_started_with(
    product: Product, scenario: Scenario, token: list[str]
) -> None:
    token[0] = "A%" * ((MAX_VARIABLE - len("AWS_SESSION_TOKEN=\0")) // 2)
    first = product.run("--shell", "bash", "-c", scenario.device.code())
    assert first.status == 0, first.err
    assert product.run("--shell", "bash", "--cached").out == first.out
    assert int(product.run(*EXEC).out) == len(token[0])
