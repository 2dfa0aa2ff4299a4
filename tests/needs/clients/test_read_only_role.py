"""What boto3 may do with a role of less power."""

import subprocess
import sys

import pytest
from product import Product

from mfaenv.pretend_aws.scenario import Scenario


@pytest.mark.parametrize("command", [("process",), ("exec", "-q")])
def test_a_read_only_role_reads_and_writes_nothing(
    product: Product, scenario: Scenario, command: tuple[str, ...]
) -> None:
    product.run("-f", "json", "-c", scenario.device.code()).json()
    ask = (*command, "-p", "staging", "--read-only", "--no-input")
    if command[0] == "process":
        found = product.run(*ask).json()
        env = {"AWS_ACCESS_KEY_ID": found["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"]}
        product.env |= {**env, "AWS_SESSION_TOKEN": found["SessionToken"]}
        ask = ("exec-nothing",)
    script = (
        "import boto3; s3 = boto3.client('s3'); print([b['Name'] for b in s3.list_buckets()['Buckets']])\n"
        "import botocore.exceptions as e\n"
        "try: boto3.client('iam').create_access_key(UserName='alice'); print('written')\n"
        "except e.ClientError as error: print(error.response['Error']['Code'])"
    )
    if ask == ("exec-nothing",):
        done = subprocess.run(
            [sys.executable, "-c", script], env=product.env, capture_output=True, text=True, check=False
        )
        out = done.stdout
    else:
        out = product.run(*ask, "--", sys.executable, "-c", script).out
    assert "AccessDenied" in out
    assert "written" not in out
