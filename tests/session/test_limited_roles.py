"""Whose sessions a role's are, and how much they may: against the pretend AWS, whose policies take effect."""

import json
import re
import time

import pytest
from clock import Clock
from observed_aws import ObservedAws
from product import Product
from settings import configure

from mfaenv.fast.environment import DIRENV_DIFF
from mfaenv.fast.parse import MAIN_OPTIONS
from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.wire import Refusal


def assumed(aws: ObservedAws) -> list[dict[str, str]]:
    return [dict(record.parameters) for record in aws.log if record.action == "AssumeRole"]


def test_a_roles_session_is_named_after_the_user_who_is_asked_for_once(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    product.run("-f", "json", "-c", scenario.device.code()).json()
    for name in ("staging", "production", "audit"):
        product.run("-p", name, "-f", "json", "--no-input").json()
    assert {each["RoleSessionName"] for each in assumed(aws)} == {"alice"}
    assert aws.actions().count("GetCallerIdentity") == 1


def test_a_user_who_was_renamed_has_the_new_name_from_the_next_code_on(
    product: Product, aws: ObservedAws, scenario: Scenario, clock: Clock
) -> None:
    product.run("-p", "staging", "-f", "json", "-c", scenario.device.code()).json()
    users = scenario.key.account.users
    users["alice.smith"] = users.pop("alice")
    users["alice.smith"].name = "alice.smith"
    role = next(each for each in scenario.world.accounts.values() if "Developer" in each.roles).roles[
        "Developer"
    ]
    role.trust = trust(users["alice.smith"].arn)
    clock.advance(31)
    product.run(
        "-p", "staging", "-f", "json", "--refresh", "--token-command", f"echo {scenario.device.code()}"
    ).json()
    assert [each["RoleSessionName"] for each in assumed(aws)] == ["alice", "alice.smith"]


def test_a_trust_policy_that_demands_the_users_name_lets_it_in(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    account = scenario.world.add_account("222233334444")
    trusting = trust(scenario.key.principal.arn)
    (statement,) = trusting["Statement"]
    statement.setdefault("Condition", {})["StringLike"] = {"sts:RoleSessionName": "${aws:username}"}
    role = account.add_role("Named", trusting, policies={"All": ALLOW_ALL})
    product.run("-f", "json", "-c", scenario.device.code()).json()
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write(f"[profile named]\nsource_profile = default\nrole_arn = {role.arn}\n")
    product.run("-p", "named", "-f", "json", "--no-input").json()
    assert assumed(aws)[-1]["RoleSessionName"] == "alice"


def test_identity_and_tags_reach_aws(product: Product, aws: ObservedAws, scenario: Scenario) -> None:
    configure(
        product, "staging", source_identity="alice", session_tags="team=blue", transitive_session_tags="team"
    )
    product.run("-p", "staging", "-f", "json", "-c", scenario.device.code()).json()
    (call,) = assumed(aws)
    assert call["SourceIdentity"] == "alice"
    assert (call["Tags.member.1.Key"], call["Tags.member.1.Value"]) == ("team", "blue")
    assert call["TransitiveTagKeys.member.1"] == "team"


def test_a_limited_session_is_stored_as_that_and_told(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    whole = product.run("-p", "staging", "-f", "json", "-c", scenario.device.code()).json()
    limited = product.run("-p", "staging", "-f", "json", "--read-only", "--no-input").json()
    assert limited["AWS_ACCESS_KEY_ID"] != whole["AWS_ACCESS_KEY_ID"]
    assert limited["MFAENV_SESSION_POLICY"] == "read-only"
    assert "MFAENV_SESSION_POLICY" not in whole
    assert product.run("-p", "staging", "-f", "json", "--read-only", "--cached").json() == limited
    assert product.run("-p", "staging", "-f", "json", "--cached").json() == whole
    assert len(assumed(aws)) == 2
    stored = product.run("status", "--json").json()["stored"]
    assert {row["session_policy"] for row in stored if row["role"]} == {None, "read-only"}
    assert "read-only" in product.run("status").out


# direnv's form of a diff in which a folder has replaced AWS_ACCESS_KEY_ID.
KNOWS_KEYS = "eJyrVipQsqpWcgwPjnd0dnYNDo73do2M93RRslLKz0lRqtVRygPK19YCAPJtDCA="


@pytest.mark.parametrize("way", ["--cached", "--verbose"])  # the second takes the long way
def test_only_a_shell_gets_what_direnv_is_to_keep(product: Product, scenario: Scenario, way: str) -> None:
    product.run("-p", "staging", "-f", "json", "--read-only", "-c", scenario.device.code()).json()
    product.env[DIRENV_DIFF] = KNOWS_KEYS
    line = product.run("-p", "staging", "-s", "bash", "--read-only", way)
    assert line.status == 0, line.err
    assert f"export {DIRENV_DIFF}=" in line.out
    assert DIRENV_DIFF not in product.run("-p", "staging", "-f", "json", "--read-only", way).json()
    assert DIRENV_DIFF not in product.run("-p", "staging", "-f", "dotenv", "--read-only", way).out


def test_each_session_is_a_row(product: Product, scenario: Scenario) -> None:
    product.run("-p", "staging", "-f", "json", "-c", scenario.device.code()).json()
    configure(product, "staging", session_tags="team=blue")
    product.run("-p", "staging", "-f", "json", "--no-input").json()
    product.run("-p", "staging", "-f", "json", "--read-only").json()
    rows = [line for line in product.run("status").out.splitlines() if line.startswith("staging")]
    identities = sorted(re.split("  +", row)[1] for row in rows)
    assert identities == ["role Developer", "role Developer", "role Developer, read-only"]


@pytest.fixture
def limited(product: Product, scenario: Scenario) -> Product:
    """A shell with a session that may only read."""
    product.run("-p", "staging", "-f", "json", "-c", scenario.device.code()).json()
    product.env |= product.run("-p", "staging", "-f", "json", "--read-only").json()
    return product


@pytest.mark.parametrize(
    ("options", "is_told"),
    [([], True), (["--only"], True), (["--read-only"], False), (["-p", "staging"], False)],
)
def test_a_command_that_may_do_more_than_its_shell_is_told(
    limited: Product, options: list[str], *, is_told: bool
) -> None:
    done = limited.run("exec", *options, "--", "true")
    assert done.status == 0
    assert ("This shell's session is read-only, and that of the command is not." in done.err) is is_told


@pytest.mark.parametrize(("options", "is_told"), [([], True), (["--read-only"], False)])
def test_a_console_that_may_do_more_than_its_shell_is_told(
    limited: Product, options: list[str], *, is_told: bool
) -> None:
    done = limited.run("console", "--print", *options)
    assert done.status == 0
    assert ("This shell's session is read-only, and that of the console is not." in done.err) is is_told


@pytest.mark.parametrize(
    ("options", "is_told"),
    [
        ([], True),
        (["--read-only"], False),
        (["-p", "staging"], False),
        (["--cached", "-p", "staging"], True),  # of a startup file, which a limited shell reads too
        (["--cached", "--read-only"], False),
        (["--cached", "--quiet"], False),
    ],
)
def test_a_shell_that_may_do_more_than_before_is_told(
    limited: Product, options: list[str], *, is_told: bool
) -> None:
    limited.env |= {"AWS_ACCESS_KEY_ID": "ASIAOTHEROTHEROTHER1"}
    done = limited.run("--shell", "bash", *options)
    assert done.status == 0
    assert ("mfaenv: until now the session of this shell was read-only\n" in done.err) is is_told


def test_at_the_end_of_a_limited_session_no_line_is_named_that_lifts_the_limit(limited: Product) -> None:
    limited.run("clear")
    for left, said in ((500, "--min-remaining 15m"), (-1, "for a new one")):
        limited.env["MFAENV_EXPIRES"] = str(int(time.time() + left))
        assert limited.run("hook", "bash", "due").err.endswith(f"type mfaenv --read-only {said}\n")


def test_what_a_hook_says_to_type_renews_the_session_of_this_shell(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    """A role without a code, and with -p where AWS_PROFILE names another profile."""
    product.run("-f", "json", "-c", scenario.device.code()).json()
    before = product.run("-p", "staging", "-f", "json", "-d", "900").json()
    product.env |= before | {"AWS_PROFILE": "default", "MFAENV_AWS_PROFILE": "default"}
    product.env["MFAENV_EXPIRES"] = str(int(time.time()) + 500)
    said = product.run("hook", "bash", "due").err
    assert re.fullmatch(r"mfaenv: staging ends at \d\d:\d\d, in [78]m: type mfaenv (.*)\n", said), said
    line = said.rpartition("type mfaenv ")[2].split()
    for entry in product.cache.glob("session-*"):  # as if it had 500 s left
        entry.write_text(entry.read_text().replace(before["MFAENV_EXPIRES"], product.env["MFAENV_EXPIRES"]))
    after = product.run("-f", "json", "--no-input", *line).json()
    assert after["MFAENV_PROFILE"] == "staging"
    assert after["AWS_ACCESS_KEY_ID"] != before["AWS_ACCESS_KEY_ID"]
    assert len(aws.actions("GetSessionToken")) == 1


def test_read_only_and_a_policy_beside_it_are_not_called_read_only(
    product: Product, scenario: Scenario
) -> None:
    """AWS lets the session do what either of them allows."""
    policy = product.home / "policy.json"
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    line = ("-p", "staging", "-f", "json", "--read-only", "--policy", str(policy))
    assert product.run(*line, "-c", scenario.device.code()).json()["MFAENV_SESSION_POLICY"] == "limited"


def test_a_policy_may_begin_with_a_byte_order_mark(product: Product, scenario: Scenario) -> None:
    """Editors and PowerShell on Windows write one."""
    policy = product.home / "policy.json"
    policy.write_text('{"Version": "2012-10-17", "Statement": []}', encoding="utf-8-sig")
    line = ("-p", "staging", "-f", "json", "--policy", str(policy))
    assert product.run(*line, "-c", scenario.device.code()).json()["MFAENV_SESSION_POLICY"] == "limited"


def test_a_policy_reaches_aws_in_ascii(product: Product, aws: ObservedAws, scenario: Scenario) -> None:
    """AWS takes no character beyond U+00FF: API_AssumeRole.html, Policy."""
    policy = product.home / "policy.json"
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/夏/*"}
    policy.write_text(
        json.dumps({"Version": "2012-10-17", "Statement": statement}, ensure_ascii=False), "utf-8"
    )
    line = ("-p", "staging", "-f", "json", "--policy", str(policy))
    assert product.run(*line, "-c", scenario.device.code()).status == 0
    (call,) = assumed(aws)
    assert call["Policy"].isascii()
    assert json.loads(call["Policy"])["Statement"] == statement


def test_a_changed_policy_file_is_another_session(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    policy = product.home / "policy.json"
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    line = ("-p", "staging", "-f", "json", "--policy", str(policy))
    first = product.run(*line, "-c", scenario.device.code()).json()
    assert product.run(*line, "--cached").json() == first
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Action": "iam:*"}]}))
    assert product.run(*line, "--cached").status == 3
    assert product.run(*line, "--no-input").json() != first
    assert len(assumed(aws)) == 2


@pytest.mark.parametrize("name", ["session_policy", "policy_arns", "role_arn", "profile", "region"])
@pytest.mark.parametrize(("before", "after"), [((), ()), (("exec",), ("true",)), (("process",), ())])
def test_an_empty_value_leads_to_no_session_but_the_one_that_was_asked_for(
    product: Product, scenario: Scenario, name: str, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    product.run("-p", "staging", "-f", "json", "-c", scenario.device.code()).json()
    row = MAIN_OPTIONS[name]
    flag = row.flags[-1]
    for given in ((flag, ""), (f"{flag}=",)):
        done = product.run(*before, "-p", "staging", *given, *after)
        assert (done.status, done.err) == (2, f"mfaenv: {flag} is empty.\n        Type: {flag} {row.metavar}\n")
        assert "AWS_" not in done.out


def test_a_policy_that_is_too_large_when_packed_is_explained(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    message = "Packed policy consumes 112% of allotted space, please use smaller policy."
    aws.fail("AssumeRole", Refusal("PackedPolicyTooLarge", message, 400))
    policy = product.home / "policy.json"
    policy.write_text(json.dumps(ALLOW_ALL))
    done = product.run("-p", "staging", "-f", "json", "--policy", str(policy), "-c", scenario.device.code())
    assert done.status == 1
    assert message in done.err
    assert assumed(aws)


def test_no_role_of_identity_center_is_called_a_users_session_or_named_for_a_limit(product: Product) -> None:
    configure(product, "sso", sso_account_id="111122223333", sso_role_name="Developer", sso_session="x")
    done = product.run("exec", "-p", "sso", "--read-only", "--", "true")
    assert done.status == 2
    assert done.err.splitlines() == [
        "mfaenv: --read-only limits a role that mfaenv assumes, and profile sso has none.",
        "        AWS has no way to limit other sessions. Name a profile with a role: audit, production, staging.",
    ]


def test_a_roles_session_serves_every_region(product: Product, scenario: Scenario) -> None:
    first = product.run("-p", "staging", "-f", "json", "-c", scenario.device.code()).json()
    other = product.run("-p", "staging", "-f", "json", "--cached", "--region", "sa-east-1").json()
    assert (other["AWS_ACCESS_KEY_ID"], other["AWS_REGION"]) == (first["AWS_ACCESS_KEY_ID"], "sa-east-1")
