"""The clients that people use, against the pretend AWS: what they send is taken, what they get they understand."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError
from codes import add_spare_device
from direct_aws import Client
from observed_aws import ObservedAws
from product import PATIENCE
from terminals import missing, need

from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.scenario import without_aws, write_files
from mfaenv.pretend_aws.world import Role, User

DEBIANS_AWS = "/usr/bin/aws"


class SomeKeys(NamedTuple):
    """What a client was given."""

    id: str
    secret: str
    token: str = ""


def taken(credentials: Mapping[str, Any]) -> SomeKeys:
    return SomeKeys(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])


@pytest.fixture
def role(aws: ObservedAws, alice: User) -> Role:
    return aws.world.add_account("111122223333").add_role(
        "Deploy", trust(alice.arn), policies={"All": ALLOW_ALL}
    )


@pytest.fixture
def environ(aws: ObservedAws, alice: User, tmp_path: Path) -> dict[str, str]:
    files = write_files(
        tmp_path, aws.url, keys={"default": alice.keys[0]}, profiles={"default": {"region": "eu-west-1"}}
    )
    return {**without_aws(os.environ), **files, "HOME": str(tmp_path)}


def test_boto3_takes_it_for_aws(client: Client, alice: User, role: Role) -> None:
    device, key = add_spare_device(alice), alice.keys[0]
    with pytest.raises(ClientError) as caught:
        client("iam", key).list_mfa_devices(UserName="alice")
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    with pytest.raises(ClientError, match=r"ListBuckets operation.*: User: .* with an explicit deny"):
        client("s3", key).list_buckets()

    begun = int(time.time())
    given = client("sts", key).get_session_token(SerialNumber=device.serial, TokenCode=device.code())
    assert begun <= given["Credentials"]["Expiration"].timestamp() - 43_200 <= time.time() + 1
    session = taken(given["Credentials"])
    devices = client("iam", session).list_mfa_devices()
    assert [shown["SerialNumber"] for shown in devices["MFADevices"]] == [device.serial]
    assert devices["IsTruncated"] is False
    assert client("iam", session).get_user()["User"]["CreateDate"].timestamp() == pytest.approx(
        time.time(), abs=PATIENCE
    )
    assert [bucket["Name"] for bucket in client("s3", session).list_buckets()["Buckets"]] == [
        "photos",
        "reports",
    ]
    assumed = client("sts", session).assume_role(RoleArn=role.arn, RoleSessionName="alice")
    identity = client("sts", taken(assumed["Credentials"])).get_caller_identity()
    assert identity["Arn"] == assumed["AssumedRoleUser"]["Arn"]
    with pytest.raises(ClientError) as caught:
        client("iam", session).get_user(UserName="bob")
    assert type(caught.value).__name__ == "NoSuchEntityException"


def run_aws(environ: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DEBIANS_AWS, *words], env=dict(environ), check=False, capture_output=True, text=True, timeout=PATIENCE
    )


def test_the_aws_cli_takes_it_for_aws(environ: dict[str, str], alice: User) -> None:
    need(DEBIANS_AWS)
    refused = run_aws(environ, "s3", "ls")
    assert refused.returncode != 0
    assert (
        "An error occurred (AccessDenied) when calling the ListBuckets operation: User: arn:aws:iam::"
        in refused.stderr
    )
    assert refused.stderr.rstrip().endswith("with an explicit deny in an identity-based policy")
    device = add_spare_device(alice)
    proof = ["--serial-number", device.serial, "--token-code", device.code()]
    given = json.loads(run_aws(environ, "sts", "get-session-token", *proof).stdout)["Credentials"]
    session = {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }
    buckets = run_aws({**environ, **session}, "s3", "ls")
    assert [line.split()[-1] for line in buckets.stdout.splitlines()] == ["photos", "reports"]


IN_JAVASCRIPT = """
const { STSClient, GetSessionTokenCommand, GetCallerIdentityCommand, AssumeRoleCommand } =
    require("@aws-sdk/client-sts");
const [serial, code, roleArn] = process.argv.slice(1);
const told = (keys) => new STSClient({ credentials: {
    accessKeyId: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey, sessionToken: keys.SessionToken } });
(async () => {
    const proof = { SerialNumber: serial, TokenCode: code };
    const session = await new STSClient().send(new GetSessionTokenCommand(proof));
    const asked = { RoleArn: roleArn, RoleSessionName: "alice" };
    const role = await told(session.Credentials).send(new AssumeRoleCommand(asked));
    const identity = await told(role.Credentials).send(new GetCallerIdentityCommand({}));
    const refused = await new STSClient().send(new GetSessionTokenCommand(proof)).catch((error) => error);
    console.log(JSON.stringify({ arn: identity.Arn, expiration: session.Credentials.Expiration,
        refused: refused.name, message: refused.message, status: refused.$metadata.httpStatusCode }));
})();
"""


def test_the_sdk_for_javascript_takes_it_for_aws(environ: dict[str, str], alice: User, role: Role) -> None:
    node = shutil.which("node")
    found = node and subprocess.run(
        [node, "-e", 'require("@aws-sdk/client-sts")'], check=False, capture_output=True
    )
    if not (found and found.returncode == 0):
        missing("node with @aws-sdk/client-sts")
    device = add_spare_device(alice)
    done = subprocess.run(
        [str(node), "-e", IN_JAVASCRIPT, device.serial, device.code(), role.arn],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    told = json.loads(done.stdout)
    assert told["arn"] == "arn:aws:sts::111122223333:assumed-role/Deploy/alice"
    assert told["expiration"].endswith("Z")
    assert (told["refused"], told["status"]) == ("AccessDenied", 403)
    assert told["message"].startswith("MultiFactorAuthentication failed")
