"""The services that tests add to the pretend AWS: botocore gets keys from them as from the real ones."""

from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError, MetadataRetrievalError, UnauthorizedSSOTokenError
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher
from identity_center import START_URL, IdentityCenter, cache_token
from machine_role import CONTAINER_PATH, Machine
from observed_aws import ObservedAws
from web_identity import ISSUER, WebIdentities, WebIdentity, trust_issuer

from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.world import Role


@pytest.fixture
def role(aws: ObservedAws) -> Role:
    trusted = {"Statement": [trust_issuer("111122223333", StringLike={f"{ISSUER}:sub": "repo:alice/*"})]}
    account = aws.world.add_account("111122223333")
    account.buckets.append("uploads")
    return account.add_role("Reader", trusted, policies={"All": ALLOW_ALL})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: ObservedAws) -> Path:
    """A home directory in which botocore finds nothing but what a test puts there."""
    (tmp_path / ".aws" / "sso" / "cache").mkdir(parents=True)
    settings = {
        "HOME": str(tmp_path),
        "USERPROFILE": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / ".aws" / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / ".aws" / "credentials"),
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": aws.url,
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def caller(home: Path, *, config: str = "") -> Any:
    """Who a fresh botocore is."""
    (home / ".aws" / "config").write_text(config)
    session = botocore.session.Session()
    # botocore made its directory's name from the HOME of the time when it was imported.
    cache = botocore.utils.JSONFileCache(str(home / ".aws" / "sso" / "cache"))
    for provider in session.get_component("credential_provider").providers:
        if hasattr(provider, "_token_cache"):
            provider._token_cache = cache
    sts: Any = session.create_client("sts")
    return sts.get_caller_identity()


SSO_PROFILE = f"""
[default]
sso_start_url = {START_URL}
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = Reader
"""


def test_a_role_of_identity_center(
    aws: ObservedAws, home: Path, role: Role, identity_center: IdentityCenter
) -> None:
    cache_token(home, identity_center.sign_in("alice", role))
    identity = caller(home, config=SSO_PROFILE)
    assert identity["Arn"] == "arn:aws:sts::111122223333:assumed-role/Reader/alice"
    assert aws.actions() == ["GetRoleCredentials", "GetCallerIdentity"]


@pytest.mark.parametrize(("field", "value"), [("expires", 0), ("access_token", "another")])
def test_identity_center_wants_a_token_that_still_holds(
    identity_center: IdentityCenter, home: Path, role: Role, field: str, value: object
) -> None:
    sign_in = identity_center.sign_in("alice", role)
    cache_token(home, sign_in)
    setattr(sign_in, field, value)
    with pytest.raises(UnauthorizedSSOTokenError):
        caller(home, config=SSO_PROFILE)


def test_identity_center_gives_only_the_roles_of_the_sign_in(
    identity_center: IdentityCenter, home: Path, role: Role
) -> None:
    assert role.name == "Reader"
    cache_token(home, identity_center.sign_in("alice"))
    with pytest.raises(ClientError, match="No access"):
        caller(home, config=SSO_PROFILE)


def test_a_token_of_identity_center_is_renewed_once(
    identity_center: IdentityCenter, home: Path, role: Role
) -> None:
    assert home.exists()
    sign_in = identity_center.sign_in("alice", role)
    oidc: Any = botocore.session.Session().create_client("sso-oidc", region_name="us-east-1")
    form = {
        "clientId": sign_in.client_id,
        "clientSecret": sign_in.client_secret,
        "grantType": "refresh_token",
        "refreshToken": sign_in.refresh_token,
    }
    renewed = oidc.create_token(**form)
    assert renewed["accessToken"] == sign_in.access_token
    assert renewed["expiresIn"] == 3600
    with pytest.raises(oidc.exceptions.InvalidGrantException):
        oidc.create_token(**form)
    with pytest.raises(oidc.exceptions.InvalidClientException):
        oidc.create_token(**{**form, "clientSecret": "wrong"})
    with pytest.raises(oidc.exceptions.UnsupportedGrantTypeException):
        oidc.create_token(**{**form, "grantType": "authorization_code"})


def test_botocore_gets_a_web_identitys_role(
    aws: ObservedAws, home: Path, role: Role, web_identities: WebIdentities, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / "token"
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(file))
    monkeypatch.setenv("AWS_ROLE_ARN", role.arn)
    monkeypatch.setenv("AWS_ROLE_SESSION_NAME", "build")
    web_identities |= {
        "hers": WebIdentity(ISSUER, "repo:alice/tool"),
        "bobs": WebIdentity(ISSUER, "repo:bob/tool"),
        "theirs": WebIdentity("elsewhere.example.com", "repo:alice/tool"),
    }
    file.write_text("hers")
    assert caller(home)["Arn"] == "arn:aws:sts::111122223333:assumed-role/Reader/build"
    for token, error in (
        ("bobs", "AccessDenied"),
        ("theirs", "AccessDenied"),
        ("nobody's", "InvalidIdentityToken"),
    ):
        file.write_text(token)
        with pytest.raises(ClientError, match=error):
            caller(home)
    assert "hers" not in repr(aws.log)


def test_botocore_gets_a_containers_role(
    aws: ObservedAws, home: Path, role: Role, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", aws.url + CONTAINER_PATH)
    machine.role, machine.container_token = role, "let me in"
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me in")
    assert caller(home)["Arn"].startswith("arn:aws:sts::111122223333:assumed-role/Reader/i-")
    fetcher = ContainerMetadataFetcher(sleep=lambda _: None)
    with pytest.raises(MetadataRetrievalError, match="403"):
        fetcher.retrieve_full_uri(aws.url + CONTAINER_PATH, {"Authorization": "wrong"})


def test_botocore_gets_an_instances_role(machine: Machine, home: Path, role: Role) -> None:
    machine.role = role
    assert caller(home)["Arn"].startswith("arn:aws:sts::111122223333:assumed-role/Reader/i-")


def test_an_instance_without_a_role_has_no_keys(aws: ObservedAws, home: Path, machine: Machine) -> None:
    assert home.exists()
    assert machine.role is None
    fetcher = InstanceMetadataFetcher(base_url=aws.url, num_attempts=1)
    assert fetcher.retrieve_iam_role_credentials() == {}


def test_metadata_needs_its_token_first(aws: ObservedAws, role: Role, machine: Machine) -> None:
    machine.role = role
    fetcher: Any = InstanceMetadataFetcher(base_url=aws.url, num_attempts=1)
    with pytest.raises(fetcher._RETRIES_EXCEEDED_ERROR_CLS):
        fetcher._get_request("latest/meta-data/iam/security-credentials/", lambda _: True, token="made up")
