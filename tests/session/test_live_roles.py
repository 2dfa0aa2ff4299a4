"""Roles with the stored session: one code serves them all, and what AWS refuses is explained."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from observed_aws import ObservedAws
from product import PATIENCE, Product
from rare_things import add_virtual_device, demanding
from settings import configure

from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import Role, User

ROLE = "arn:aws:iam::111122223333:role/Developer"


def signed_in(product: Product, scenario: Scenario) -> Any:
    return product.run("-f", "json", "-c", scenario.device.code()).json()


def add_profile(product: Product, name: str, **settings: object) -> None:
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write(
            f"[profile {name}]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()) + "\n"
        )


def role(scenario: Scenario, name: str, demands: Mapping[str, Any], *, max_session: int = 3600) -> Role:
    account = scenario.world.add_account("222233334444")
    user = scenario.key.principal.arn
    policies = {"All": ALLOW_ALL}
    made = account.add_role(name, demanding(trust(user), **demands), policies=policies)
    made.max_session = max_session
    return made


def assumed(aws: ObservedAws) -> list[dict[str, str]]:
    return [dict(record.parameters) for record in aws.log if record.action == "AssumeRole"]


def test_one_code_serves_the_user_two_roles_in_two_accounts_and_a_role_behind_a_role(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    signed_in(product, scenario)
    for name in ("staging", "production", "audit"):
        product.run("-p", name, "-f", "json", "--no-input").json()
        product.run("-p", name, "-f", "json", "--no-input").json()
    assert aws.actions().count("GetSessionToken") == 1
    assert aws.actions().count("AssumeRole") == 3


def test_a_session_is_that_of_each_profile_with_its_role_and_keys(product: Product, scenario: Scenario) -> None:
    """`mfaenv -p twin` would get it, so status shows it, and clear removes it."""
    add_profile(
        product,
        "twin",
        role_arn=ROLE,
        source_profile="default",
        region="eu-west-3",
    )
    keys = {"aws_access_key_id": scenario.key.id, "aws_secret_access_key": scenario.key.secret}
    add_profile(product, "same-keys", **keys)
    add_profile(product, "other-name", role_arn=ROLE, source_profile="default", role_session_name="other")
    add_profile(product, "of-itself", role_arn=ROLE, source_profile="of-itself", **keys)
    signed_in(product, scenario)
    product.run("-p", "staging", "-f", "json", "--no-input").json()
    both = ["default", "staging"]
    for name, shown in (("twin", ["staging"]), ("same-keys", both), ("of-itself", both), ("other-name", [])):
        rows = product.run("status", "--json", "-p", name).json()["stored"]
        assert [row["profile"] for row in rows] == shown
    cleared = product.run("clear", "-p", "twin")
    assert "Removed the session of profile staging, role " in cleared.err
    rows = product.run("status", "--json").json()["stored"]
    assert [row["profile"] for row in rows] == ["default"]
    assert product.run("clear", "-p", "same-keys").status == 0
    assert product.run("status", "--json").json()["stored"] == []


def test_the_session_of_a_profile_whose_source_has_gone_is_found(product: Product, scenario: Scenario) -> None:
    add_profile(product, "lost-mfa", credential_process="mfaenv process -p lost")
    config = Path(product.env["AWS_CONFIG_FILE"])
    before = config.read_text(encoding="utf-8")
    add_profile(product, "lost", role_arn=ROLE, source_profile="default")
    signed_in(product, scenario)
    product.run("-p", "lost", "-f", "json", "--no-input").json()
    config.write_text(f"{before}[profile lost]\nrole_arn = {ROLE}\nsource_profile = gone\n", encoding="utf-8")
    cleared = product.run("clear", "-p", "lost-mfa")
    assert "Removed the session of profile lost, role " in cleared.err


def test_three_windows_at_once_share_one_code(product: Product, aws: ObservedAws, scenario: Scenario) -> None:
    code = scenario.device.code()
    runs = [product.start("-p", name, "-f", "json", "-c", code) for name in ("staging", "production", "audit")]
    assert [run.wait(PATIENCE) for run in runs] == [0, 0, 0]
    for run in runs:
        run.communicate()
    assert aws.actions().count("GetSessionToken") == 1


def test_each_hop_has_its_own_region_and_settings(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    partner = role(scenario, "Partner", {"StringEquals": {"sts:ExternalId": "their-id"}}, max_session=7200)
    add_profile(
        product,
        "partner",
        role_arn=partner.arn,
        source_profile="default",
        region="ap-south-1",
        external_id="their-id",
        role_session_name="alice@work",
        duration_seconds=5400,
    )
    got = product.run("-p", "partner", "-f", "json", "-c", scenario.device.code()).json()
    (record,) = [record for record in aws.log if record.action == "AssumeRole"]
    assert record.region == got["AWS_REGION"] == "ap-south-1"
    assert record.parameters["ExternalId"] == "their-id"
    assert record.parameters["RoleSessionName"] == "alice@work"
    assert record.parameters["DurationSeconds"] == "5400"


def test_role_arn_is_assumed_with_the_profile_that_has_keys(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    signed_in(product, scenario)
    arn = scenario.profiles["staging"]["role_arn"]
    got = product.run("-r", arn, "-f", "json", "--no-input", "-d", "30m").json()
    assert assumed(aws)[-1] == {"RoleArn": arn, "RoleSessionName": "alice", "DurationSeconds": "1800"}
    assert got["MFAENV_PROFILE"] == "default"


def test_a_device_named_by_the_roles_own_profile_counts(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    alice = scenario.key.principal
    assert isinstance(alice, User)
    device = add_virtual_device(alice, "second")
    arn = scenario.profiles["staging"]["role_arn"]
    add_profile(product, "mine", role_arn=arn, source_profile="default", mfa_serial=device.serial)
    product.run("-p", "mine", "-f", "json", "-c", device.code()).json()
    (record,) = [record for record in aws.log if record.action == "GetSessionToken"]
    assert record.parameters["SerialNumber"] == device.serial


def test_a_trust_that_wants_a_recent_mfa_is_told_of_a_new_session(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    strict = role(scenario, "Careful", {"NumericLessThan": {"aws:MultiFactorAuthAge": "20"}})
    add_profile(product, "careful", role_arn=strict.arn, source_profile="default")
    signed_in(product, scenario)
    later(scenario, 30)
    denied = product.run("-p", "careful", "-f", "json", "--no-input")
    assert denied.status == 1
    assert "recent MFA" in denied.err
    assert "--refresh" in denied.err
    product.run("-p", "careful", "-f", "json", "--refresh", "-c", scenario.device.code()).json()
    assert aws.actions().count("GetSessionToken") == 2


def later(scenario: Scenario, seconds: float) -> None:
    """Let time pass in the pretend AWS: little enough for signatures, enough for a device's next code."""
    then = scenario.world.clock
    scenario.world.clock = lambda: then() + seconds


@pytest.mark.parametrize("named", [{"duration_seconds": "7200"}, {}])
def test_a_chained_role_lasts_an_hour_and_more_is_explained(
    product: Product, aws: ObservedAws, scenario: Scenario, named: dict[str, str]
) -> None:
    arn = scenario.profiles["audit"]["role_arn"]
    add_profile(product, "audit-long", role_arn=arn, source_profile="production", **named)
    option = () if named else ("-d", "2h")
    refused = product.run("-p", "audit-long", "-f", "json", "-c", scenario.device.code(), *option)
    assert refused.status == (1 if named else 2)
    assert ("duration_seconds of profile audit-long" if named else "--duration") in refused.err
    assert "1h" in refused.err
    assert aws.actions() == []


def test_a_role_that_may_not_last_so_long_is_explained(product: Product, scenario: Scenario) -> None:
    arn = scenario.profiles["staging"]["role_arn"]
    refused = product.run("-r", arn, "-f", "json", "-c", scenario.device.code(), "-d", "12h")
    assert refused.status == 1
    assert "MaxSessionDuration" in refused.err
    assert "--duration" in refused.err


def test_a_role_that_is_denied_is_explained(product: Product, scenario: Scenario) -> None:
    stranger = role(scenario, "Theirs", {"StringEquals": {"sts:ExternalId": "not-ours"}})
    refused = product.run("-r", stranger.arn, "-f", "json", "-c", scenario.device.code())
    assert refused.status == 1
    assert "AWS denied it" in refused.err
    assert len(refused.err.splitlines()) <= 2


def test_a_role_behind_many_with_long_names_is_stored_and_read_back(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    account = scenario.world.add_account("222233334444")
    source, before = "default", scenario.key.principal.arn
    for number in range(40):
        made = account.add_role(f"R{number}", trust(before, mfa=not number), policies={"All": ALLOW_ALL})
        name = f"{number}-{'x' * 2000}"
        add_profile(product, name, role_arn=made.arn, source_profile=source)
        source, before = name, made.arn
    got = product.run("-p", source, "-f", "json", "-c", scenario.device.code()).json()
    assert aws.actions().count("AssumeRole") == 40
    assert product.run("-p", source, "-f", "json", "--cached").json() == got
    status = product.run("status", "--json", "-p", source).json()
    assert [row["role"] for row in status["stored"]] == [before]
    assert product.run("clear", "-p", source).status == 0
    assert product.run("-p", source, "--cached", "--shell", "sh").status == 3


def test_a_circle_is_shown_as_the_chain_that_it_is(product: Product) -> None:
    arn = "arn:aws:iam::111122223333:role/Any"
    add_profile(product, "one", role_arn=arn, source_profile="two")
    add_profile(product, "two", role_arn=arn, source_profile="three")
    add_profile(product, "three", role_arn=arn, source_profile="one")
    refused = product.run("-p", "one", "-f", "json")
    assert (refused.status, refused.out) == (1, "")
    assert "one → two → three → one" in refused.err


def test_a_missing_link_is_named(product: Product) -> None:
    add_profile(product, "one", role_arn="arn:aws:iam::111122223333:role/Any", source_profile="gone")
    refused = product.run("-p", "one", "-f", "json")
    assert refused.status == 1
    assert "one → gone" in refused.err


def test_a_role_is_asked_for_anew_where_its_profile_names_another_endpoint(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    signed_in(product, scenario)
    del product.env["AWS_ENDPOINT_URL"]
    configure(product, endpoint_url=aws.url)
    product.run("-f", "json", "-c", scenario.device.shown().code).json()
    configure(product, "staging", endpoint_url=aws.url)
    product.run("-p", "staging", "-f", "json").json()
    with ObservedAws(scenario.world) as other:
        configure(product, "staging", endpoint_url=other.url)
        product.run("-p", "staging", "-f", "json").json()
        assert other.actions() == ["AssumeRole"]
