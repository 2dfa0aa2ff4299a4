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
from settings import configure, set_keys
from terminals import missing, need, with_mfaenv
from trouble import OTHER_SECRET

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


def aws_cli() -> str:
    """Return where Debian installs it; others come first on many a PATH."""
    return shutil.which("aws", path=os.defpath) or missing("Debian's aws")


def node(product: Product) -> None:
    """Let node find AWS's SDK."""
    need("node")
    product.env |= {name: os.environ[name] for name in ("NODE_PATH",) if name in os.environ}
    if subprocess.run(
        ["node", "-e", "require('@aws-sdk/client-sts')"], capture_output=True, check=False
    ).returncode:
        missing("@aws-sdk/client-sts")


def test_commands_of_the_aws_cli_outlive_a_role(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    line = AWS_CLI.format(seconds=LIFE + 1)
    assert_it_outlives_a_role(product, scenario, aws, "sh", "-c", f"unset PYTHONPATH; {line}", aws_cli())


@ONLY
def test_the_javascript_sdk_outlives_a_role(
    product: Product, scenario: Scenario, aws: ObservedAws, *, only: bool
) -> None:
    node(product)
    assert_it_outlives_a_role(product, scenario, aws, "node", "-e", JAVASCRIPT, only=only)


@ONLY
def test_the_go_sdk_outlives_a_role(
    product: Product, scenario: Scenario, aws: ObservedAws, *, only: bool
) -> None:
    assert_it_outlives_a_role(product, scenario, aws, str(go_client.build()), "outlive", only=only)


JAVASCRIPT_ONCE = """
const { GetCallerIdentityCommand, STSClient } = require("@aws-sdk/client-sts");
new STSClient({}).send(new GetCallerIdentityCommand({})).then((who) => console.log(who.Arn));
"""


@pytest.mark.parametrize("client", ["aws", "javascript", "go"])
def test_only_the_served_profile_and_the_default_get_the_address(
    product: Product, scenario: Scenario, client: str
) -> None:
    """Others whose keys are hidden are errors: they would silently be the served one."""
    product.env = with_mfaenv(product)
    set_keys(product, "other", aws_access_key_id="AKIAI44QH8DHBEXAMPLE", aws_secret_access_key=OTHER_SECRET)
    configure(product, "default-mfa", credential_process="mfaenv process -p default")
    role = {"role_arn": "arn:aws:iam::111122223333:role/Developer", "source_profile": "default-mfa"}
    configure(product, "third", **role)
    if client == "javascript":
        node(product)
        command = ["node", "-e", JAVASCRIPT_ONCE]
    elif client == "go":
        command = ["sh", "-c", 'exec "$0" "$AWS_PROFILE"', str(go_client.build())]
    else:
        command = ["env", "-u", "PYTHONPATH", aws_cli(), "sts", "get-caller-identity"]
    served, others = ("default", "staging"), ("other", "production", "default-mfa", "third")
    line = f"for name in {' '.join((*served, *others))}; do\n"
    line += 'echo "$name $(AWS_PROFILE=$name "$@" | grep -o "assumed-role.*/alice")"; done'
    options = ("-q", "-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", "--serve", *options, "--", "sh", "-c", line, "sh", *command)
    assert done.out.splitlines() == [
        *(f"{name} assumed-role/Developer/alice" for name in served),
        *(f"{name} " for name in others),
    ], done.err
