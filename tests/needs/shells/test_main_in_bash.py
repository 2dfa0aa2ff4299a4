"""The main command in bash: what becomes of the environment of the programs that it starts then."""

import pytest
from exported import SET, UNSET, in_bash, sessions
from observed_aws import ObservedAws
from product import Product
from settings import configure
from trouble import OTHER_SECRET, TOKEN

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.totp import Device


def test_unset_takes_all_of_it_away(stored: Product) -> None:
    before = in_bash(stored, ":", **dict.fromkeys(UNSET, ""))
    assert before.keys() >= set(UNSET)
    loaded = in_bash(stored, "eval $(mfaenv)")
    assert loaded.keys() >= set(SET)
    after = in_bash(stored, "eval $(mfaenv); export AWS_PROFILE=x AWS_SECURITY_TOKEN=y; eval $(mfaenv unset)")
    assert after == {name: value for name, value in before.items() if name not in UNSET}


def test_a_session_in_the_shell_is_never_used_to_get_another(
    stored: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    code = scenario.device.code()
    after = in_bash(stored, f"eval $(mfaenv); eval $(mfaenv); eval $(mfaenv --refresh -c {code})")
    first, second = sessions(scenario)
    assert after["AWS_ACCESS_KEY_ID"] == second.id != first.id
    assert {record.access_key_id for record in aws.log} == {scenario.key.id}


def test_an_expired_session_in_the_shell_does_not_matter(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    expired = {
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": OTHER_SECRET,
        "AWS_SESSION_TOKEN": TOKEN,
        "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00+00:00",
        "MFAENV_PROFILE": "default",
        "MFAENV_EXPIRES": "1577836800",
    }
    after = in_bash(product, f"eval $(mfaenv -c {scenario.device.code()})", **expired)
    assert [after["AWS_ACCESS_KEY_ID"]] == [session.id for session in sessions(scenario)]
    assert {record.access_key_id for record in aws.log} == {scenario.key.id}


def test_the_profile_stays_in_the_shell(stored: Product) -> None:
    """AWS_PROFILE has to go, since some SDKs prefer it to keys: MFAENV_PROFILE takes its place."""
    after = in_bash(stored, "export AWS_PROFILE=staging; eval $(mfaenv); eval $(mfaenv)")
    assert "AWS_PROFILE" not in after
    assert after["MFAENV_PROFILE"] == "staging"
    assert after["AWS_REGION"] == "eu-west-1"


def test_long_term_keys_of_the_environment_are_used_and_not_forgotten(
    product: Product, aws: ObservedAws, bob: Device
) -> None:
    after = in_bash(product, f"eval $(mfaenv -c {bob.code()}); eval $(mfaenv)")
    assert after["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert [record.access_key_id for record in aws.log if record.action == "GetSessionToken"] == [
        "AKIAI44QH8DHBEXAMPLE"
    ]


def test_keys_that_made_way_are_asked_for_again(product: Product, bob: Device) -> None:
    script = f"eval $(mfaenv -c {bob.code()}); mfaenv --refresh -c {bob.code()} >printed 2>said || true"
    in_bash(product, script)
    said = (product.home / "said").read_text()
    assert "AKIAI44QH8DHBEXAMPLE" in said
    assert "Export them again" in said


def test_a_region_that_came_with_a_session_goes_with_it(stored: Product) -> None:
    configure(stored, "plain", source_profile="default", role_arn="arn:aws:iam::111122223333:role/Developer")
    one = in_bash(stored, "eval $(mfaenv)")
    assert (one["AWS_REGION"], one["AWS_DEFAULT_REGION"]) == ("us-east-1", "us-east-1")
    two = in_bash(stored, "eval $(mfaenv); eval $(mfaenv -p staging)")
    assert (two["AWS_REGION"], two["AWS_DEFAULT_REGION"]) == ("eu-west-1", "eu-west-1")
    three = in_bash(stored, "eval $(mfaenv); eval $(mfaenv -p staging); eval $(mfaenv -p plain)")
    assert three.keys().isdisjoint({"AWS_REGION", "AWS_DEFAULT_REGION"})


def test_a_region_of_the_user_stays(product: Product, scenario: Scenario) -> None:
    line = f"eval $(mfaenv -c {scenario.device.code()})"
    after = in_bash(product, f"export AWS_REGION=ap-northeast-1; {line}; eval $(mfaenv -p staging)")
    assert (after["AWS_REGION"], after["AWS_DEFAULT_REGION"]) == ("ap-northeast-1", "ap-northeast-1")


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_a_region_of_the_user_goes_before_the_former_sessions_until_it_is_unset(
    stored: Product, variable: str
) -> None:
    own = f"eval $(mfaenv); export {variable}=ap-northeast-1; eval $(mfaenv -p staging)"
    one = in_bash(stored, own)
    assert (one["AWS_REGION"], one["AWS_DEFAULT_REGION"]) == ("ap-northeast-1", "ap-northeast-1")
    two = in_bash(stored, f"{own}; export {variable}=ca-central-1; eval $(mfaenv)")
    assert (two["AWS_REGION"], two["AWS_DEFAULT_REGION"]) == ("ca-central-1", "ca-central-1")
    three = in_bash(stored, f"{own}; unset {variable}; eval $(mfaenv -p staging)")
    assert (three["AWS_REGION"], three["AWS_DEFAULT_REGION"]) == ("eu-west-1", "eu-west-1")


def test_a_refused_shell_runs_nothing_and_an_option_is_believed(stored: Product) -> None:
    line = "eval $(mfaenv -p default) || export FAILED=$?"
    after = in_bash(stored, f"{line}; export KEY=${{AWS_ACCESS_KEY_ID-none}}", MFAENV_SHELL="nu")
    assert (after["FAILED"], after["KEY"]) == ("2", "none")
    assert "AWS_ACCESS_KEY_ID" in in_bash(stored, "eval $(mfaenv -s bash)", MFAENV_SHELL="nu")
    stored.env["MFAENV_SHELL"] = "nu"
    assert stored.run("--shell", "fish").out.startswith("set -")


@pytest.mark.parametrize("words", ["--shell bahs", "-s klingon", "-sbahs", "unset -s klingon", "-qs klingon"])
def test_a_shell_that_there_is_not_fails_the_line_of_the_one_that_called(bare: Product, words: str) -> None:
    shown = in_bash(bare, f"eval $(mfaenv {words} 2>said) || export FAILED=$?; unset said")
    assert shown["FAILED"] == "2"
    assert "does not know" in (bare.home / "said").read_text()


def test_a_shell_in_the_variable_that_there_is_not_fails_the_line_too(bare: Product) -> None:
    assert in_bash(bare, "eval $(mfaenv 2>said) || export FAILED=$?", MFAENV_SHELL="klingon")["FAILED"] == "2"
