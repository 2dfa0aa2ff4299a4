"""boto3 and the AWS CLI with `mfaenv process` in a profile."""

import subprocess
import sys

import pytest
from observed_aws import ObservedAws
from product import Product
from terminals import need

BUCKETS = """
import boto3
print([bucket["Name"] for bucket in boto3.Session(profile_name="tool").client("s3").list_buckets()["Buckets"]])
"""


def with_process(product: Product, base: str = "default", name: str = "tool") -> None:
    command = f"{sys.executable} -m mfaenv process -p {base}"
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write(f"[profile {name}]\nregion = us-east-1\ncredential_process = {command}\n")


@pytest.mark.usefixtures("signed_in")
def test_boto3_and_the_aws_cli_use_it_as_a_credential_process(product: Product, aws: ObservedAws) -> None:
    with_process(product)
    done = subprocess.run(
        [sys.executable, "-c", BUCKETS], env=product.env, capture_output=True, text=True, check=True
    )
    assert "alice-holiday-photos" in done.stdout
    command = ["/usr/bin/aws", "s3", "ls", "--profile", "tool"]
    need(command[0])
    listed = subprocess.run(command, env=product.env, capture_output=True, text=True, check=True)
    assert "team-reports" in listed.stdout
    assert aws.actions().count("GetSessionToken") == 1


def test_without_a_terminal_the_sdk_shows_a_usable_message(product: Product) -> None:
    with_process(product)
    done = subprocess.run(
        [sys.executable, "-c", BUCKETS],
        env=product.env,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert done.returncode != 0
    assert "A code is needed for profile default" in done.stderr
