from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from demo.town import Client, Town

from mfaenv.demo.policy import ALLOW_ALL, FORCE_MFA
from mfaenv.demo.server import PretendAws
from mfaenv.demo.sigv4 import Keys
from mfaenv.demo.world import User, World


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def aws() -> Iterator[PretendAws]:
    """A server on its port, by the real clock, with alice in its world."""
    world = World()
    account = world.add_account("123456789012")
    account.buckets += ["photos", "reports"]
    alice = account.add_user("alice", policies={"Admin": ALLOW_ALL, "ForceMFA": FORCE_MFA})
    alice.add_key()
    alice.add_device()
    with PretendAws(world) as server:
        yield server


@pytest.fixture
def alice(aws: PretendAws) -> User:
    return aws.world.accounts["123456789012"].users["alice"]


@pytest.fixture(scope="session")
def boto_session() -> Any:
    return boto3.session.Session()


@pytest.fixture
def client(boto_session: Any, request: pytest.FixtureRequest) -> Client:
    """boto3 clients, of the pretend AWS unless another address is given."""

    def make(service: str, keys: Keys, *, url: str = "", **settings: Any) -> Any:
        return boto_session.client(
            service,
            region_name="eu-west-1",
            endpoint_url=url or request.getfixturevalue("aws").url,
            aws_access_key_id=keys.id,
            aws_secret_access_key=keys.secret,
            aws_session_token=keys.token or None,
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=10, **settings),
        )

    return make
