"""Fixtures of tests that call the pretend AWS without mfaenv: a world by the real clock, and who calls it."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from direct_aws import Client, DirectAws
from identity_center import IdentityCenter
from machine_role import Machine
from observed_aws import ObservedAws
from product import PATIENCE
from signing import SigningKeys
from web_identity import WebIdentities

from mfaenv.aws.mfa_policies import EVERYTHING
from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.world import User, World


@pytest.fixture
def direct() -> DirectAws:
    return DirectAws()


@pytest.fixture
def world() -> World:
    """Alice with a policy that demands MFA, by the real clock."""
    world = World()
    account = world.add_account("123456789012")
    account.buckets += ["photos", "reports"]
    alice = account.add_user("alice", policies={"Admin": ALLOW_ALL, "ForceMFA": EVERYTHING})
    alice.add_key()
    alice.add_device()
    return world


@pytest.fixture
def identity_center(world: World) -> IdentityCenter:
    return IdentityCenter(world)


@pytest.fixture
def aws(
    world: World, identity_center: IdentityCenter, machine: Machine, web_identities: WebIdentities
) -> Iterator[ObservedAws]:
    """A server on its port, with the services that only tests need."""
    with ObservedAws(world, routes=[identity_center.route, machine.route, web_identities.route]) as server:
        yield server


@pytest.fixture
def alice(aws: ObservedAws) -> User:
    return aws.world.accounts["123456789012"].users["alice"]


@pytest.fixture(scope="session")
def boto_session() -> Any:
    return boto3.session.Session()


@pytest.fixture
def client(boto_session: Any, request: pytest.FixtureRequest) -> Client:
    """boto3 clients, of the pretend AWS unless another address is given."""

    def make(service: str, keys: SigningKeys, *, url: str = "", **settings: Any) -> Any:
        return boto_session.client(
            service,
            region_name="eu-west-1",
            endpoint_url=url or request.getfixturevalue("aws").url,
            aws_access_key_id=keys.id,
            aws_secret_access_key=keys.secret,
            aws_session_token=keys.token or None,
            config=Config(
                retries={"total_max_attempts": 1}, connect_timeout=PATIENCE, read_timeout=PATIENCE, **settings
            ),
        )

    return make
