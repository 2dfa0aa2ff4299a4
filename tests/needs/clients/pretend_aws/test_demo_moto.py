"""A second opinion on the protocol: the same calls to moto's server, whose answers must have the same shape."""

from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError
from direct_aws import Client
from moto.server import ThreadedMotoServer
from observed_aws import ObservedAws
from signing import SigningKeys

from mfaenv.pretend_aws.policy import trust
from mfaenv.pretend_aws.world import User


@pytest.fixture(scope="module")
def moto(boto_session: Any) -> Iterator[str]:
    """The address of a server with the same user, device, key, role and bucket in it."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    # Its world is that of all servers in a process.
    with urlopen(Request(f"{url}/moto-api/reset", method="POST")):
        pass
    anybody = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "any"}
    iam = boto_session.client("iam", region_name="eu-west-1", endpoint_url=url, **anybody)
    s3 = boto_session.client("s3", region_name="eu-west-1", endpoint_url=url, **anybody)
    iam.create_user(UserName="alice")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "234567"}
    iam.enable_mfa_device(UserName="alice", SerialNumber=device, **codes)
    iam.create_access_key(UserName="alice")
    iam.create_role(RoleName="Deploy", AssumeRolePolicyDocument="{}")
    s3.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield url
    server.stop()


def shape(value: Any) -> Any:
    """The names and types in an answer, of a list those of the first item; not what moto sometimes leaves out."""
    if isinstance(value, dict):
        return {
            name: shape(item) for name, item in value.items() if name not in {"ResponseMetadata", "IsTruncated"}
        }
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return type(value).__name__


def fits(ours: Any, theirs: Any) -> bool:
    """Whether all that we answer is answered there too, in the same shape."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return all(name in theirs and fits(item, theirs[name]) for name, item in ours.items())
    if isinstance(ours, list) and isinstance(theirs, list):
        return not (ours and theirs) or fits(ours[0], theirs[0])
    return bool(ours == theirs)


@pytest.fixture
def key(aws: ObservedAws, alice: User) -> SigningKeys:
    """A key that may do anything here, as all may in moto's world."""
    alice.policies.pop("ForceMFA")
    aws.world.accounts["123456789012"].add_role("Deploy", trust(alice.arn, mfa=False))
    return alice.keys[0]


def test_answers_have_the_shape_of_motos(key: SigningKeys, moto: str, client: Client, alice: User) -> None:
    proof = {"SerialNumber": alice.devices[0].serial, "TokenCode": alice.devices[0].code()}
    role = {"RoleArn": "arn:aws:iam::123456789012:role/Deploy", "RoleSessionName": "tester"}
    calls: list[tuple[str, str, dict[str, str]]] = [
        ("sts", "get_caller_identity", {}),
        ("sts", "get_session_token", proof),
        ("sts", "assume_role", role),
        ("iam", "get_user", {"UserName": "alice"}),
        ("iam", "list_mfa_devices", {"UserName": "alice"}),
        ("iam", "list_access_keys", {"UserName": "alice"}),
        ("s3", "list_buckets", {}),
    ]
    for service, method, arguments in calls:
        ours = shape(getattr(client(service, key), method)(**arguments))
        theirs = shape(getattr(client(service, key, url=moto), method)(**arguments))
        assert fits(ours, theirs), f"{method}: {ours} is not {theirs}"


def test_errors_have_the_shape_of_motos(key: SigningKeys, moto: str, client: Client) -> None:
    errors = []
    for url in ("", moto):
        with pytest.raises(ClientError) as caught:
            client("iam", key, url=url).get_user(UserName="nobody")
        errors.append(caught.value)
    ours, theirs = errors
    assert type(ours) is not ClientError
    assert ours.response["Error"]["Code"] == theirs.response["Error"]["Code"]
    assert ours.response["Error"]["Message"] == theirs.response["Error"]["Message"]
    assert (
        ours.response["ResponseMetadata"]["HTTPStatusCode"]
        == theirs.response["ResponseMetadata"]["HTTPStatusCode"]
    )
