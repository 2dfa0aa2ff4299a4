"""What boto3 and the AWS CLI find in `mfaenv exec --only`."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from product import Product

from mfaenv.pretend_aws.scenario import Scenario

WAYS = pytest.mark.parametrize("way", [[], ["--serve"]], ids=["keys", "serve"])

BOTO3 = """
import boto3, json, os, stat, botocore.exceptions
def who(**options):
    session = boto3.Session(**options)
    return session.client("sts").get_caller_identity()["Arn"].split("/")[1], session.region_name
try:
    who(profile_name="production")
except botocore.exceptions.ProfileNotFound as error:
    other = str(error)
folder = os.path.dirname(os.environ["AWS_CONFIG_FILE"])
print(json.dumps([who(), who(profile_name="staging"), other, stat.S_IMODE(os.stat(folder).st_mode), folder,
    boto3.Session().available_profiles]))
"""


@WAYS
def test_boto3_finds_the_profile_by_its_name_and_by_default_and_no_other(
    product: Product, scenario: Scenario, tmp_path: Path, way: list[str]
) -> None:
    product.env["TMPDIR"] = str(tmp_path)
    code = ("-c", scenario.device.code())
    done = product.run("exec", "--only", *way, "-p", "staging", *code, "--", sys.executable, "-c", BOTO3)
    assert (done.status, done.err) == (0, "")
    default, named, other, mode, folder, profiles = done.json()
    assert default == named == ["Developer", "eu-west-1"]
    assert other == "The config profile (production) could not be found"
    assert (mode, profiles) == (0o700, ["default", "staging"])
    while os.path.exists(folder):  # it goes with the command
        pass


def test_names_of_all_kinds_are_found(product: Product, scenario: Scenario) -> None:
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write('[profile "two words"]\nregion = sa-east-1\nsource_profile = default\n')
        file.write("role_arn = arn:aws:iam::111122223333:role/Developer\n")
    read = "import boto3; print(boto3.Session(profile_name='two words').client('sts').get_caller_identity()['Arn'])"
    options = ("--only", "-p", "two words", "-c", scenario.device.code())
    done = product.run("exec", *options, "--", sys.executable, "-c", read)
    assert "assumed-role/Developer" in done.out, done.err


@WAYS
def test_the_aws_cli_finds_it_too(product: Product, scenario: Scenario, way: list[str]) -> None:
    aws = shutil.which("aws", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if not aws:
        pytest.skip("no aws here")
    line = (
        f"{aws} --profile staging sts get-caller-identity; {aws} --profile production sts get-caller-identity"
    )
    options = ("--only", *way, "-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", *options, "--", "sh", "-c", line)
    assert "assumed-role/Developer" in done.out
    assert "The config profile (production) could not be found" in done.err
