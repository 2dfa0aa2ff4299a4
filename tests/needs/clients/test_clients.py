"""What mfaenv exports, as other people's programs take it: boto3, the AWS CLI, the AWS SDK for JavaScript."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from observed_aws import ObservedAws
from product import Outcome, Product
from settings import configure, set_keys
from terminals import missing, need, with_mfaenv
from trouble import OTHER_SECRET, TOKEN

from mfaenv.config import edit
from mfaenv.config.rewrite import TextFile
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import Credential

DEVELOPER = "arn:aws:iam::111122223333:role/Developer"
STALE = {
    "AWS_PROFILE": "stale",
    "AWS_DEFAULT_PROFILE": "stale",
    "AWS_SECURITY_TOKEN": TOKEN,
    "AWS_ACCOUNT_ID": "444455556666",
    "AWS_SESSION_EXPIRATION": "2020-01-01T00:00:00Z",
    "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00+00:00",
}
"""What an earlier tool may have left in a shell."""

BOTO3 = (
    sys.executable,
    "-c",
    f"""
import boto3
print(*(bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]))
boto3.client("sts").assume_role(RoleArn="{DEVELOPER}", RoleSessionName="test")
print(boto3.Session().get_credentials()._expiry_time.isoformat())
""",
)
JAVASCRIPT = (
    "node",
    "-e",
    f"""
const {{ AssumeRoleCommand, STSClient }} = require("@aws-sdk/client-sts");
(async () => {{
    const sts = new STSClient({{}});
    await sts.send(new AssumeRoleCommand({{ RoleArn: "{DEVELOPER}", RoleSessionName: "test" }}));
    console.log((await sts.config.credentials()).expiration.toISOString());
}})();
""",
)


@pytest.fixture
def stale(product: Product) -> Product:
    """mfaenv in a shell in which variables stand that would win over exported keys, or spoil them."""
    set_keys(product, "stale", aws_access_key_id="AKIAI44QH8DHBEXAMPLE", aws_secret_access_key=OTHER_SECRET)
    configure(product, "stale", region="us-west-2")
    product.env = with_mfaenv(product) | STALE
    return product


def load_and_run(product: Product, code: str, *command: str, **variables: str) -> Outcome:
    """Load a session in bash by the documented line, and run a command there."""
    line = f'eval $(mfaenv -p default -c {code}) && unset PYTHONPATH && exec "$@"'
    done = subprocess.run(
        ["bash", "-c", line, "bash", *command],
        env=product.env | variables,
        cwd=product.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def session_of(scenario: Scenario) -> Credential:
    """The session that was handed out to alice for a code."""
    (found,) = (held for held in scenario.world.credentials.values() if held.mfa_at is not None)
    return found


def assert_signed_with_it(aws: ObservedAws, scenario: Scenario, *actions: str) -> None:
    records = [(record.action, record.access_key_id, record.status) for record in aws.log]
    assert records == [
        ("GetSessionToken", scenario.key.id, 200),
        *((name, session_of(scenario).id, 200) for name in actions),
    ]


def assert_same_moment(text: str, session: Credential) -> None:
    assert session.expires is not None
    assert datetime.fromisoformat(text) == datetime.fromtimestamp(int(session.expires), UTC)


def test_boto3_works_with_it_and_knows_when_it_ends(
    stale: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    done = load_and_run(stale, scenario.device.code(), *BOTO3)
    assert done.status == 0, done.err
    buckets, expires = done.out.splitlines()
    assert buckets == "alice-holiday-photos team-reports"
    assert_same_moment(expires, session_of(scenario))
    assert_signed_with_it(aws, scenario, "ListBuckets", "AssumeRole")


def test_the_aws_cli_works_with_it(stale: Product, scenario: Scenario, aws: ObservedAws) -> None:
    aws_cli = shutil.which("aws", path=os.defpath)  # where Debian installs it; others come first on many a PATH
    if aws_cli is None:
        missing("Debian's aws")
    done = load_and_run(stale, scenario.device.code(), aws_cli, "s3", "ls")
    assert done.status == 0, done.err
    assert [line.split()[-1] for line in done.out.splitlines()] == ["alice-holiday-photos", "team-reports"]
    assert_signed_with_it(aws, scenario, "ListBuckets")


def test_aws_configure_finds_a_profile_that_mfaenv_has_written(product: Product) -> None:
    """It puts no quotes around a name without a blank, and takes none away."""
    aws_cli = shutil.which("aws", path=os.defpath)
    if aws_cli is None:
        missing("Debian's aws")
    file = Path(product.env["AWS_CONFIG_FILE"])
    for name in ("R&D", "müller", "a#b~c", "my team"):
        file.write_text(edit.with_values(TextFile("", ""), {name: {"region": "eu-west-1"}}).text, "utf-8")
        line = [aws_cli, "configure", "set", "output", "json", "--profile", name]
        subprocess.run(line, env={**product.env, "LC_ALL": "C.UTF-8"}, check=True)
        assert file.read_text("utf-8").count("[") == 1


def with_javascript_sdk() -> dict[str, str]:
    """The variables with which node finds the SDK; the test is skipped where there is none."""
    need("node")
    if subprocess.run(
        ["node", "-e", "require('@aws-sdk/client-sts')"], capture_output=True, check=False
    ).returncode:
        missing("@aws-sdk/client-sts")
    return {name: os.environ[name] for name in ("NODE_PATH",) if name in os.environ}


def test_the_javascript_sdk_works_with_it(stale: Product, scenario: Scenario, aws: ObservedAws) -> None:
    done = load_and_run(stale, scenario.device.code(), *JAVASCRIPT, **with_javascript_sdk())
    assert done.status == 0, done.err
    assert_same_moment(done.out.strip(), session_of(scenario))
    assert_signed_with_it(aws, scenario, "AssumeRole")


@pytest.mark.parametrize("program", ["boto3", "AWS CLI", "JavaScript"])
def test_what_programs_make_of_keys_and_aws_profile_together(
    stale: Product, scenario: Scenario, aws: ObservedAws, program: str
) -> None:
    """The help page on prompts says so. Go's is in test_more_clients."""
    aws_cli, modules = shutil.which("aws", path=os.defpath), {}
    if program == "AWS CLI" and aws_cli is None:
        missing("Debian's aws")
    if program == "JavaScript":
        modules = with_javascript_sdk()
    command = {"boto3": BOTO3, "AWS CLI": (str(aws_cli), "s3", "ls"), "JavaScript": JAVASCRIPT}[program]
    load_and_run(stale, scenario.device.code(), "env", "AWS_PROFILE=stale", *command, **modules)
    keys = {record.access_key_id for record in aws.log[1:]}
    assert keys == {"AKIAI44QH8DHBEXAMPLE" if program == "JavaScript" else session_of(scenario).id}


def test_without_it_the_same_calls_are_denied(stale: Product, aws: ObservedAws) -> None:
    """The other tests would prove nothing in an account that does not demand MFA."""
    for name in STALE:
        del stale.env[name]
    done = subprocess.run(BOTO3, env=stale.env, capture_output=True, text=True, check=False)
    assert "AccessDenied" in done.stderr
    assert [record.error for record in aws.log] == ["AccessDenied"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, "AWS_"),
        ({"MSYS2_ENV_CONV_EXCL": "GOPATH;AWS_;HOME"}, "GOPATH;HOME;AWS_"),
    ],
)
def test_git_bash_is_kept_from_rewriting_a_secret(
    product: Product, scenario: Scenario, before: Mapping[str, str], after: str
) -> None:
    product.env = with_mfaenv(product)
    loaded = {"MSYSTEM": "MINGW64", **before}
    done = load_and_run(product, scenario.device.code(), "printenv", "MSYS2_ENV_CONV_EXCL", **loaded)
    assert done.out == f"{after}\n"


def test_elsewhere_git_bash_does_not_matter(product: Product, scenario: Scenario) -> None:
    assert "MSYS" not in product.run("--shell", "bash", "-c", scenario.device.code()).out
