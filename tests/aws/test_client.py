"""Which hops of a chain share a client, whose keys it signs with, and whose data about AWS it goes by."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from botocore.exceptions import InvalidConfigError
from observed_aws import ObservedAws
from product import Product

from mfaenv.aws import explain, sts
from mfaenv.aws.client import ROLE_SETTINGS, ClientSettings, RoleClients
from mfaenv.errors import MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario

KEYS = Session(access_key="ASIAIOSFODNN7EXAMPLE", secret_key="secret", token="token")
OTHERS = {
    "endpoint_url": "http://127.0.0.1:1",
    "ca_bundle": "/no/such/bundle",
    "use_fips_endpoint": "true",
    "use_dualstack_endpoint": "true",
    "max_attempts": "7",
    "services": "local",
    "s3": "\n  addressing_style = path",
}


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return config


def write(config: Path, profiles: Mapping[str, Mapping[str, str]]) -> None:
    sections = (
        "".join([f"[profile {name}]\n", *(f"{key} = {value}\n" for key, value in settings.items())])
        for name, settings in profiles.items()
    )
    config.write_text("".join(["[services local]\nsts =\n  endpoint_url = http://127.0.0.1:2\n", *sections]))


def test_profiles_that_differ_in_their_role_alone_share_a_client(profiles: Path) -> None:
    write(profiles, {"a": {}, **{name: {name: "eu-west-1"} for name in ROLE_SETTINGS}})
    roles = RoleClients()
    assert (
        len({id(roles.client(ClientSettings(name, "eu-west-1"), KEYS)) for name in ("a", *ROLE_SETTINGS)}) == 1
    )


def test_every_other_setting_makes_a_client_of_its_own(profiles: Path) -> None:
    write(profiles, {"a": {}, **{name: {name: value} for name, value in OTHERS.items() if name != "ca_bundle"}})
    roles = RoleClients()
    made = [
        roles.client(ClientSettings(name, "us-east-1"), KEYS) for name in ("a", *OTHERS) if name != "ca_bundle"
    ]
    assert len({id(client) for client in made}) == len(made)
    addresses = {client.meta.endpoint_url for client in made}
    assert {"http://127.0.0.1:1", "http://127.0.0.1:2", "https://sts-fips.us-east-1.amazonaws.com"} <= addresses
    assert [
        roles.client(ClientSettings(name, "us-east-1"), KEYS) for name in ("a", *OTHERS) if name != "ca_bundle"
    ] == made


def test_each_region_has_a_client_of_its_own(profiles: Path) -> None:
    write(profiles, {"a": {}})
    roles = RoleClients()
    made = [
        roles.client(ClientSettings("a", region), KEYS) for region in ("us-east-1", "eu-west-1", "us-east-1")
    ]
    assert made[0] is made[2]
    assert [client.meta.region_name for client in made] == ["us-east-1", "eu-west-1", "us-east-1"]


def test_each_address_has_a_client_of_its_own(profiles: Path) -> None:
    write(profiles, {"a": {"endpoint_url": "http://127.0.0.1:1"}})
    roles = RoleClients()
    made = [
        roles.client(ClientSettings("a", "eu-west-1", "", endpoints), KEYS)
        for endpoints in ({"sts": ""}, {"sts": "http://127.0.0.1:2"}, {"iam": ""})
    ]
    addresses = ["https://sts.eu-west-1.amazonaws.com", "http://127.0.0.1:2", "http://127.0.0.1:1"]
    assert [client.meta.endpoint_url for client in made] == addresses


def test_a_shared_client_signs_with_the_keys_of_the_hop(
    profiles: Path, monkeypatch: pytest.MonkeyPatch, aws: ObservedAws, scenario: Scenario
) -> None:
    write(profiles, {"a": {}, "b": {"role_arn": "any"}})
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    bob = scenario.world.add_account("999988887777").add_user("bob", policies={"All": ALLOW_ALL})
    roles = RoleClients()
    asked = []
    for profile, key in (("a", scenario.key), ("b", bob.add_key()), ("a", scenario.key)):
        keys = Session(access_key=key.id, secret_key=key.secret)
        client = roles.client(ClientSettings(profile, "eu-west-1"), keys)
        asked.append(sts.identity(client, keys).user)
    assert asked == ["alice", "bob", "alice"]


def test_without_a_profile_none_is_taken_from_the_environment(
    profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(profiles, {"a": {"endpoint_url": "http://127.0.0.1:1"}})
    for name in ("missing", "a"):
        monkeypatch.setenv("AWS_PROFILE", name)
        made = RoleClients().client(ClientSettings(None, "us-east-1"), KEYS)
        assert made.meta.endpoint_url == "https://sts.us-east-1.amazonaws.com"


@pytest.mark.usefixtures("real_starts")  # a fork has read botocore's own already
def test_data_that_is_not_botocores_own_is_not_read(product: Product, scenario: Scenario) -> None:
    for folder in (product.home / "data", product.home / ".aws" / "models"):
        folder.mkdir()
        (folder / "endpoints.json").write_text("no JSON")
        (folder / "partitions.json").write_text("no JSON")
    product.env["AWS_DATA_PATH"] = str(product.home / "data")
    done = product.run("-p", "staging", "-f", "json", "-c", scenario.device.code())
    assert (done.status, done.err) == (0, "")


def test_a_wrong_setting_may_be_that_of_a_variable() -> None:
    with pytest.raises(MfaenvError) as error, explain.setting_errors():  # as of an empty AWS_CA_BUNDLE
        raise InvalidConfigError(error_msg="Invalid CA bundle")
    assert error.value.hint == "Correct it in the AWS config file, or unset the variable."


def test_an_error_of_slashes_alone_is_shortened() -> None:
    """Looking for queries of addresses from each of them would take hours."""
    with pytest.raises(MfaenvError) as error, explain.setting_errors():
        raise ValueError("/" * 400_000)
    assert error.value.message.startswith("/")
    assert len(error.value.message) < 3000


def test_a_bug_is_not_taken_for_a_wrong_setting() -> None:
    with pytest.raises(AttributeError), explain.setting_errors():
        raise AttributeError(obj=explain)
