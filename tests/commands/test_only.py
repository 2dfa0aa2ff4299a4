"""`mfaenv exec --only`: the program sees one profile, under its name and as the default, and no store."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from product import Product
from settings import configure, set_keys
from trouble import OTHER_SECRET

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
    default, named, other, mode, folder, profiles = json.loads(done.out)
    assert default == named == ["Developer", "eu-west-1"]
    assert other == "The config profile (production) could not be found"
    assert (mode, profiles) == (0o700, ["default", "staging"])
    while os.path.exists(folder):  # it goes with the command
        pass


@WAYS
def test_no_other_keys_and_no_other_settings_are_in_the_files(
    product: Product, scenario: Scenario, way: list[str]
) -> None:
    set_keys(product, "other", aws_access_key_id="AKIAI44QH8DHBEXAMPLE", aws_secret_access_key=OTHER_SECRET)
    configure(product, "staging", services="mine", output="text", external_id="shown-to-nobody")
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write("[services mine]\nec2 =\n  endpoint_url = http://127.0.0.1:1\n[services others]\n")
    line = 'cat "$AWS_CONFIG_FILE" "$AWS_SHARED_CREDENTIALS_FILE"; ls "$MFAENV_CACHE_DIR" 2>/dev/null; true'
    options = ("--only", *way, "-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", *options, "--", "sh", "-c", line)
    assert done.status == 0, done.err
    for absent in (OTHER_SECRET, scenario.key.secret, "production", "audit", "others", "shown-to-nobody", "role_arn"):
        assert absent not in done.out
    assert done.out.count("output = text") == 2
    assert "endpoint_url = http://127.0.0.1:1" in done.out
    assert done.out.count("aws_session_token") == (0 if way else 2)


def test_names_of_all_kinds_are_found(product: Product, scenario: Scenario) -> None:
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write('[profile "two words"]\nregion = sa-east-1\nsource_profile = default\n')
        file.write("role_arn = arn:aws:iam::111122223333:role/Developer\n")
    read = "import boto3; print(boto3.Session(profile_name='two words').client('sts').get_caller_identity()['Arn'])"
    options = ("--only", "-p", "two words", "-c", scenario.device.code())
    done = product.run("exec", *options, "--", sys.executable, "-c", read)
    assert "assumed-role/Developer" in done.out, done.err


@WAYS
def test_mfaenv_inside_says_why_it_has_nothing(product: Product, scenario: Scenario, way: list[str]) -> None:
    inner = (sys.executable, "-m", "mfaenv", "--shell", "sh", "-p", "production")
    options = ("--only", *way, "-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", *options, "--", *inner)
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert done.err.splitlines()[:2] == [
        "mfaenv: This was started by mfaenv exec --only: it has profile staging alone, and no store.",
        "        Type this in another window.",
    ]


def test_keys_that_serve_hides_are_no_other_profiles(product: Product, scenario: Scenario) -> None:
    """What is served is one profile's: another one does not get its keys under its own name."""
    set_keys(product, "other", aws_access_key_id="AKIAI44QH8DHBEXAMPLE", aws_secret_access_key=OTHER_SECRET)
    inner = (sys.executable, "-m", "mfaenv", "--shell", "sh", "-p", "other")
    done = product.run("exec", "--serve", "-q", "-c", scenario.device.code(), "--", *inner)
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert done.err.splitlines()[:2] == [
        "mfaenv: Profile 'other' has no keys here: mfaenv exec --serve hides those of the AWS files from what it runs.",
        "        Type this in another window.",
    ]


def test_a_folder_that_cannot_be_made_is_an_error(product: Product, scenario: Scenario, tmp_path: Path) -> None:
    """No program starts that would see more."""
    line = "import sys, tempfile; tempfile.tempdir = sys.argv.pop(1); from mfaenv.__main__ import main; main()"
    product.command = (sys.executable, "-c", line, str(tmp_path / "missing"))
    done = product.run("exec", "--only", "-p", "staging", "-c", scenario.device.code(), "--", "echo", "started")
    assert (done.status, done.out) == (1, "")
    assert "AWS files of profile staging alone cannot be written: No such file or directory." in done.err


@WAYS
def test_the_aws_cli_finds_it_too(product: Product, scenario: Scenario, way: list[str]) -> None:
    aws = shutil.which("aws", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if not aws:
        pytest.skip("no aws here")
    line = f"{aws} --profile staging sts get-caller-identity; {aws} --profile production sts get-caller-identity"
    options = ("--only", *way, "-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", *options, "--", "sh", "-c", line)
    assert "assumed-role/Developer" in done.out
    assert "The config profile (production) could not be found" in done.err
