"""Other people's programs behind `mfaenv exec --serve`, each through the end of a role's session."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import depth
import pytest
from needs.clients import go_client
from observed_aws import ObservedAws
from product import Product
from terminals import missing, need, with_mfaenv

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.wire import timestamp
from mfaenv.pretend_aws.world import Role
from mfaenv.serving.loopback import HttpResponse

BOTO3 = """
import time
import boto3
sts = boto3.client("sts")
sts.get_caller_identity()
end = boto3.DEFAULT_SESSION.get_credentials()._expiry_time
while time.time() <= end.timestamp():
    time.sleep(0.1)
print(sts.get_caller_identity()["Arn"])
"""

JAVASCRIPT = """
const { GetCallerIdentityCommand, STSClient } = require("@aws-sdk/client-sts");
(async () => {
    const sts = new STSClient({});
    await sts.send(new GetCallerIdentityCommand({}));
    const end = (await sts.config.credentials()).expiration;
    while (new Date() <= end) await new Promise((go) => setTimeout(go, 100));
    console.log((await sts.send(new GetCallerIdentityCommand({}))).Arn);
})();
"""

LIFE = 12
"""Seconds after which a role's session ends, as the answer says. AWS takes it for longer: programs may be slow."""

AWS_CLI = (
    "$0 sts get-caller-identity && sleep {seconds} && $0 sts get-caller-identity --query Arn --output text"
)

pytestmark = pytest.mark.usefixtures("_short_roles")
ONLY = pytest.mark.parametrize("only", depth.sample([False, True], 1), ids=lambda only: f"only {only}")


@pytest.fixture
def _short_roles(aws: ObservedAws) -> None:
    def shorten(answer: HttpResponse) -> HttpResponse:
        end = timestamp(aws.world.now() + LIFE).encode()
        return replace(answer, body=re.sub(rb"(?<=<Expiration>)[^<]+", end, answer.body))

    aws.change("AssumeRole", shorten)


def assert_it_outlives_a_role(
    product: Product, scenario: Scenario, aws: ObservedAws, *command: str, only: bool = False, **variables: str
) -> None:
    """Run a program that calls AWS before and after the end of the role's session, and prints who it is then.

    With `only` it sees that profile alone, and is told to use it by its name.
    """
    product.env = with_mfaenv(product) | variables
    way = ("--serve", "--only") if only else ("--serve",)
    named = ("env", "AWS_PROFILE=staging") if only else ()
    done = product.run("exec", *way, "-p", "staging", "-c", scenario.device.code(), "--", *named, *command)
    assert done.status == 0, done.err
    assert done.out.splitlines()[-1] == "arn:aws:sts::111122223333:assumed-role/Developer/alice"
    who = [
        record.access_key_id
        for record in aws.log
        if record.action == "GetCallerIdentity" and record.status == 200
    ]
    roles = [key for key in who if isinstance(scenario.world.credentials[key].principal, Role)]
    assert len(set(roles)) == 2
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]


def test_boto3_outlives_a_role(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    assert_it_outlives_a_role(product, scenario, aws, sys.executable, "-c", BOTO3)


def test_commands_of_the_aws_cli_outlive_a_role(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    aws_cli = shutil.which("aws", path=os.defpath)  # where Debian installs it; others come first on many a PATH
    if aws_cli is None:
        missing("Debian's aws")
    line = AWS_CLI.format(seconds=LIFE + 1)
    assert_it_outlives_a_role(product, scenario, aws, "sh", "-c", f"unset PYTHONPATH; {line}", aws_cli)


@ONLY
def test_the_javascript_sdk_outlives_a_role(
    product: Product, scenario: Scenario, aws: ObservedAws, *, only: bool
) -> None:
    need("node")
    modules = {name: os.environ[name] for name in ("NODE_PATH",) if name in os.environ}
    if subprocess.run(
        ["node", "-e", "require('@aws-sdk/client-sts')"], capture_output=True, check=False
    ).returncode:
        missing("@aws-sdk/client-sts")
    assert_it_outlives_a_role(product, scenario, aws, "node", "-e", JAVASCRIPT, only=only, **modules)


@ONLY
def test_the_go_sdk_outlives_a_role(
    product: Product, scenario: Scenario, aws: ObservedAws, *, only: bool
) -> None:
    assert_it_outlives_a_role(product, scenario, aws, str(go_client.build()), "outlive", only=only)
