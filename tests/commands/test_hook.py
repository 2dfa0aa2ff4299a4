"""What a prompt hook puts into its shell, and what it takes away."""

import re
import time

import pytest
from product import Product
from settings import configure, set_keys

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import User

ENDED = {"AWS_ACCESS_KEY_ID": "ASIAOLD", "MFAENV_EXPIRES": "1700000000"}


def got(product: Product, profile: str, *options: str) -> dict[str, str]:
    """Return what a shell gets of a profile's session."""
    done = product.run("-f", "json", "-p", profile, *options)
    assert done.status == 0, done.err
    pairs: dict[str, str] = done.json()
    return pairs


def hook(product: Product, reason: str) -> str:
    """Return what the shell's hook evaluates."""
    done = product.run("hook", "bash", reason)
    assert done.status == 0, done.err
    return done.out


def follow(product: Product, aws_profile: str) -> str:
    """Set AWS_PROFILE, or unset an empty one; return what the hook then says, and change the environment as it says."""
    product.env["AWS_PROFILE"] = aws_profile
    if not aws_profile:
        del product.env["AWS_PROFILE"]
    done = product.run("hook", "nu", "changed")
    for name, value in done.json().items():
        product.env[name] = value
        if value is None:
            del product.env[name]
    return done.err


@pytest.mark.parametrize("left", [500, -5], ids=["before its end", "after its end"])
def test_no_other_session_of_the_same_profile_name_takes_its_place(
    product: Product, scenario: Scenario, left: int
) -> None:
    """The AWS files of a project have a default profile too."""
    own = got(product, "default", "-c", scenario.device.code())
    configure(product, "base", mfa_serial=scenario.device.serial)
    set_keys(product, "base", aws_access_key_id=scenario.key.id, aws_secret_access_key=scenario.key.secret)
    configure(product, role_arn=scenario.profiles["staging"]["role_arn"], source_profile="base")
    set_keys(product, aws_access_key_id=None, aws_secret_access_key=None)
    others = got(product, "default", "--no-input")
    assert others["AWS_ACCESS_KEY_ID"] != own["AWS_ACCESS_KEY_ID"]
    product.env |= own | {"MFAENV_EXPIRES": str(int(time.time()) + left)}
    assert others["AWS_ACCESS_KEY_ID"] not in hook(product, "due")


@pytest.mark.parametrize(("named", "goes"), [("staging", True), ("mine", False)])
def test_aws_profile_for_prompts_goes_at_the_end(product: Product, named: str, *, goes: bool) -> None:
    """The hook forgets it too, or its next look would find that a person has unset it."""
    product.env |= ENDED | {"MFAENV_PROFILE": "staging", "MFAENV_PROFILE_AS": "AWS_PROFILE"}
    product.env |= {"AWS_PROFILE": named, "MFAENV_AWS_PROFILE": named}
    removed = {"AWS_PROFILE", "MFAENV_AWS_PROFILE"} & set(re.findall(r"\w+", hook(product, "due")))
    assert removed == ({"AWS_PROFILE", "MFAENV_AWS_PROFILE"} if goes else set())


@pytest.mark.parametrize("options", [(), ("--region", "eu-west-3")])
def test_keys_that_were_exported_are_the_former_ones_when_aws_profile_goes(
    product: Product, scenario: Scenario, alice: User, options: tuple[str, ...]
) -> None:
    """[default] has another user's."""
    others = got(product, "default", "-c", scenario.device.code())
    key = alice.add_key()
    product.env |= {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
    own = product.run("-f", "json", "-c", scenario.device.code(), *options).json()
    product.env |= own
    follow(product, "staging")
    assert "AWS_ACCESS_KEY_ID" not in product.env
    assert follow(product, "").startswith("mfaenv: default until ")
    assert product.env["AWS_ACCESS_KEY_ID"] == own["AWS_ACCESS_KEY_ID"] != others["AWS_ACCESS_KEY_ID"]
    follow(product, "staging")
    product.run("clear")
    to_type = " ".join(("mfaenv", *options))
    what = f"no session of default is stored: export the access key {key.id} again, and type {to_type}\n"
    assert follow(product, "").endswith(what)
    assert "AWS_ACCESS_KEY_ID" not in product.env


def test_the_default_profile_that_aws_profile_names_is_not_that_of_exported_keys(
    product: Product, scenario: Scenario, alice: User
) -> None:
    others = got(product, "default", "-c", scenario.device.code())
    key = alice.add_key()
    product.env |= {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
    product.env |= product.run("-f", "json", "--region", "eu-west-3", "-c", scenario.device.code()).json()
    assert follow(product, "default").startswith("mfaenv: default until ")
    assert product.env["AWS_ACCESS_KEY_ID"] == others["AWS_ACCESS_KEY_ID"]
    assert "MFAENV_SOURCE_ACCESS_KEY_ID" not in product.env


def test_keys_that_are_exported_stay_those_of_a_shell_that_started_with_aws_profile(
    product: Product, scenario: Scenario, alice: User
) -> None:
    """Without a former session, the environment's keys are the default ones."""
    others = got(product, "default", "-c", scenario.device.code())
    key = alice.add_key()
    exported = {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
    product.env |= exported
    own = product.run("-f", "json", "-c", scenario.device.code()).json()
    role = scenario.profiles["staging"]["role_arn"]
    configure(
        product, "exported", role_arn=role, credential_source="Environment", mfa_serial=scenario.device.serial
    )
    product.env |= got(product, "exported")
    product.env |= {"MFAENV_AWS_PROFILE": "exported", "AWS_PROFILE": "exported"}
    follow(product, "")
    assert product.env["AWS_ACCESS_KEY_ID"] == own["AWS_ACCESS_KEY_ID"] != others["AWS_ACCESS_KEY_ID"]
    product.env |= exported
    product.env |= got(product, "exported")
    assert "MFAENV_FORMER_ACCESS_KEY_ID" not in product.env
    product.env["AWS_PROFILE"] = "staging"
    follow(product, "staging")
    assert product.env["MFAENV_FORMER_ACCESS_KEY_ID"] == key.id
    product.run("clear")
    what = (
        f"no session of exported is stored: export the access key {key.id} again, and type mfaenv -p exported\n"
    )
    assert follow(product, "").endswith(what)


@pytest.mark.parametrize(
    "options", [("--read-only",), ("--region", "eu-west-3"), ("-r", "arn:aws:iam::111122223333:role/Developer")]
)
def test_a_session_that_options_asked_for_comes_back_when_aws_profile_goes(
    product: Product, scenario: Scenario, options: tuple[str, ...]
) -> None:
    others = got(product, "default", "-c", scenario.device.code())
    product.env |= got(product, "staging", *options)
    own = dict(product.env)
    follow(product, "default")
    assert product.env["AWS_ACCESS_KEY_ID"] == others["AWS_ACCESS_KEY_ID"]
    assert follow(product, "").startswith("mfaenv: staging (role Developer")
    assert {**product.env, "MFAENV_NEXT": ""} == {**own, "MFAENV_NEXT": ""}
    follow(product, "default")
    product.run("clear")
    to_type = " ".join(("mfaenv -p staging", *options))
    assert follow(product, "").endswith(f"no session of staging is stored: type {to_type}\n")
    assert "AWS_ACCESS_KEY_ID" not in product.env


def test_a_limit_that_is_not_stored_any_more_is_not_lost_when_aws_profile_goes(
    product: Product, scenario: Scenario
) -> None:
    """The variable named the same profile meanwhile, without a limit."""
    got(product, "default", "-c", scenario.device.code())
    product.env |= got(product, "staging", "--read-only")
    follow(product, "default")
    product.run("clear", "-p", "staging")
    got(product, "staging")
    follow(product, "staging")
    assert "AWS_ACCESS_KEY_ID" in product.env
    assert follow(product, "").endswith("no session of staging is stored: type mfaenv -p staging --read-only\n")
    assert "AWS_ACCESS_KEY_ID" not in product.env


@pytest.mark.parametrize("reason", ["due", "changed"])
def test_a_region_that_is_set_later_goes_before_that_of_the_options(
    product: Product, scenario: Scenario, reason: str
) -> None:
    got(product, "default", "-c", scenario.device.code())
    product.env |= got(product, "staging", "-d", "20m", "--region", "eu-west-3") | {"AWS_REGION": "us-west-2"}
    if reason == "changed":
        follow(product, "default")
        follow(product, "")
    else:
        new = got(product, "staging", "--min-remaining", "30m", "-d", "1h", "--region", "eu-west-3")
        product.env["MFAENV_EXPIRES"] = str(int(time.time()) + 500)
        assert f"AWS_ACCESS_KEY_ID={new['AWS_ACCESS_KEY_ID']}" in (changes := hook(product, "due"))
        assert "REGION=eu-west-3" not in changes
        assert "MFAENV_PINNED=region=eu-west-3" in changes  # which counts again once the other has gone
    assert product.env["AWS_REGION"] == "us-west-2"


@pytest.mark.parametrize(
    "pinned", ["1", "--read-only", "session_policy=/dev/stdin", "profile=default", "read_only=+refresh="]
)
def test_options_that_cannot_be_given_again_find_no_session(
    product: Product, scenario: Scenario, pinned: str
) -> None:
    """Nor is standard input read, which is the terminal at a prompt."""
    stored = got(product, "staging", "-c", scenario.device.code())
    product.env |= stored | {"AWS_ACCESS_KEY_ID": "ASIAOLD", "MFAENV_KEY": "ASIAOLD", "MFAENV_PINNED": pinned}
    done = product.run("hook", "bash", "due", input="{}")
    assert (done.status, stored["AWS_ACCESS_KEY_ID"] in done.out) == (0, False)
    product.env["MFAENV_EXPIRES"] = "1700000000"
    assert "the session of profile staging has ended: type mfaenv " in product.run("hook", "bash", "due").err


def test_where_the_former_session_is_not_stored_its_options_count_for_the_next(
    product: Product, scenario: Scenario
) -> None:
    got(product, "default", "-c", scenario.device.code())
    product.env |= got(product, "staging", "--read-only")
    follow(product, "default")
    product.run("clear", "-p", "staging")
    assert follow(product, "").endswith("no session of staging is stored: type mfaenv -p staging --read-only\n")
    assert "AWS_ACCESS_KEY_ID" not in hook(product, "due")
    limited = got(product, "staging", "--read-only")
    assert f"AWS_ACCESS_KEY_ID={limited['AWS_ACCESS_KEY_ID']}" in hook(product, "due")


def test_a_newer_session_of_the_same_options_takes_its_place(product: Product, scenario: Scenario) -> None:
    options = ("--read-only", "--policy-arns", "arn:aws:iam::aws:policy/ReadOnlyAccess")
    got(product, "default", "-c", scenario.device.code())
    old = got(product, "staging", "-d", "20m", *options)
    new = got(product, "staging", "--min-remaining", "30m", "-d", "1h", *options)
    product.env |= old | {"MFAENV_EXPIRES": str(int(time.time()) + 500)}
    changes = hook(product, "due")
    assert f"AWS_ACCESS_KEY_ID={new['AWS_ACCESS_KEY_ID']}" in changes
    assert f"MFAENV_SESSION_POLICY={old['MFAENV_SESSION_POLICY']}" in changes


def test_no_session_takes_the_place_of_one_of_a_policy_whose_file_may_have_changed(
    product: Product, scenario: Scenario
) -> None:
    policy = product.home / "it's a limit.json"
    policy.write_text('{"Version": "2012-10-17", "Statement": []}')
    got(product, "default", "-c", scenario.device.code())
    product.env |= got(product, "staging", "-d", "20m", "--policy", policy.name)
    got(product, "staging", "--min-remaining", "30m", "-d", "1h", "--policy", policy.name)
    product.env["MFAENV_EXPIRES"] = str(int(time.time()) + 500)
    done = product.run("hook", "bash", "due")
    assert "AWS_ACCESS_KEY_ID" not in done.out
    path = str(policy).replace("'", "'\"'\"'")
    assert f"type mfaenv --policy '{path}' --min-remaining 15m\n" in done.err


def test_a_newer_session_of_the_same_role_takes_its_place(product: Product, scenario: Scenario) -> None:
    old = got(product, "staging", "-c", scenario.device.code(), "-d", "20m")
    new = got(product, "staging", "--min-remaining", "30m", "-d", "1h")
    assert new["AWS_ACCESS_KEY_ID"] != old["AWS_ACCESS_KEY_ID"]
    product.env |= old | {"MFAENV_EXPIRES": str(int(time.time()) + 500)}
    assert f"AWS_ACCESS_KEY_ID={new['AWS_ACCESS_KEY_ID']}" in hook(product, "due")


def test_a_shell_without_a_session_is_told_of_the_one_that_it_gets(
    product: Product, scenario: Scenario
) -> None:
    """It may have been removed on purpose, by `mfaenv unset`."""
    stored = got(product, "default", "-c", scenario.device.code())
    done = product.run("hook", "bash", "due")
    assert f"AWS_ACCESS_KEY_ID={stored['AWS_ACCESS_KEY_ID']}" in done.out
    assert done.err.startswith("mfaenv: default until ")


def test_a_shell_that_had_no_session_has_none_again(product: Product, scenario: Scenario) -> None:
    staging = got(product, "staging", "-c", scenario.device.code())
    got(product, "default")
    product.env["AWS_PROFILE"] = "staging"
    changes = hook(product, "changed")
    assert staging["AWS_ACCESS_KEY_ID"] in changes
    remembered = dict(re.findall(r"(MFAENV_FORMER\w+|MFAENV_AWS_PROFILE)=(\w+)", changes))
    del product.env["AWS_PROFILE"]
    product.env |= staging | remembered
    assert "export" not in hook(product, "changed")


@pytest.mark.parametrize("profile", ["my prof", "a;id"])
def test_what_it_says_to_type_names_a_profile_as_a_shell_reads_it(product: Product, profile: str) -> None:
    product.env |= {"MFAENV_AWS_PROFILE": "staging", "MFAENV_FORMER_PROFILE": profile}
    assert product.run("hook", "bash", "changed").err.endswith(f"type mfaenv -p '{profile}'\n")
    product.env |= ENDED | {"MFAENV_PROFILE": profile, "AWS_PROFILE": "staging"}
    assert product.run("hook", "bash", "due").err.endswith(f"type mfaenv -p '{profile}' for a new one\n")


@pytest.mark.parametrize("reason", ["changed", "due"])
def test_a_shell_with_one_profile_alone_is_left_as_it_is(product: Product, reason: str) -> None:
    soon = str(int(time.time()) + 100)
    product.env |= ENDED | {"MFAENV_EXPIRES": soon, "MFAENV_ONLY": "staging", "AWS_PROFILE": "default"}
    done = product.run("hook", "bash", reason)
    assert (done.status, done.err) == (0, "")
    assert "AWS_ACCESS_KEY_ID" not in done.out
    assert ("MFAENV_NEXT=9999999999" in done.out) is (reason == "due")


def test_a_newer_session_got_with_another_key_of_the_user_takes_its_place(
    product: Product, scenario: Scenario
) -> None:
    """As after `mfaenv keys rotate`."""
    old = got(product, "default", "-c", scenario.device.code())
    key = scenario.key.account.users["alice"].add_key()
    set_keys(product, aws_access_key_id=key.id, aws_secret_access_key=key.secret)
    new = got(product, "default", "-c", scenario.device.code())
    assert new["AWS_ACCESS_KEY_ID"] != old["AWS_ACCESS_KEY_ID"]
    product.env |= old | {"MFAENV_EXPIRES": str(int(time.time()) + 500)}
    assert f"AWS_ACCESS_KEY_ID={new['AWS_ACCESS_KEY_ID']}" in hook(product, "due")


TOKEN = {"aws_access_key_id": "ASIAI44QH8DHBEXAMPLE", "aws_secret_access_key": "x", "aws_session_token": "y"}


@pytest.mark.usefixtures("signed_in")
def test_a_session_without_a_known_end_is_known_as_one(product: Product) -> None:
    set_keys(product, "token", **TOKEN)
    product.env |= got(product, "token")
    assert "MFAENV_EXPIRES" not in product.env
    assert "The session is of token because mfaenv set it" in product.run("status").out
    assert "This shell still has its own session, of profile token." in product.run("clear", "-p", "token").err
    assert not re.search(r"AWS_|MFAENV_(?!NEXT)", hook(product, "due"))
    product.env["AWS_PROFILE"] = "default"
    done = product.run("--shell", "bash")
    assert done.status == 0
    assert "until now the keys were of profile token, though AWS_PROFILE was default\n" in done.err


@pytest.mark.usefixtures("signed_in")
def test_keys_that_are_exported_over_a_session_without_a_known_end_are_none(product: Product) -> None:
    set_keys(product, "token", **TOKEN)
    product.env |= got(product, "token") | {"AWS_ACCESS_KEY_ID": "ASIAOTHER", "AWS_PROFILE": "default"}
    assert "The session is of" not in product.run("status").out
    assert "still has" not in product.run("clear", "-p", "token").err + product.run("-p", "nobody").err
    assert not {"AWS_ACCESS_KEY_ID", "MFAENV_PROFILE"} & set(re.findall(r"\w+", hook(product, "changed")))
