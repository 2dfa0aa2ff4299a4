"""`mfaenv doctor` in the accounts that people have: the verdict, the reasons, and the next steps."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from diagnosis import BUCKETS, DEVICES, KEYS, USER, alike, diagnose, with_code
from observed_aws import ObservedAws
from product import Product
from rare_things import add_root, add_security_key
from settings import configure, set_keys
from terminals import direct
from trouble import CODE, TOKEN

from mfaenv.aws.mfa_policies import EVERYTHING, SELF_SERVICE
from mfaenv.pretend_aws import server
from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario, write_files
from mfaenv.pretend_aws.world import RoleSession, User

SERIAL = "arn:aws:iam::123456789012:mfa/alice"
NO_S3 = {"Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}


OPEN_TO_SET_UP = {**alike("allowed", DEVICES, USER), **alike("explicit deny", KEYS, BUCKETS)}


def allow(*actions: str, **elements: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*", **elements}]}


def test_a_policy_that_demands_mfa_is_proven(product: Product, scenario: Scenario) -> None:
    product.env["MFAENV_SHELL"] = "bash"  # else the one that started the tests is named, or none
    found = with_code(product, scenario)
    assert (found.status, found.verdict) == (0, "enforced")
    assert found.ended("without_mfa") == alike("explicit deny")
    assert found.ended("with_mfa") == alike("allowed")
    always = {call["action"]: call["says"] for call in found.data["calls"] if call["action"].startswith("sts:")}
    assert always == dict.fromkeys(
        ("sts:GetCallerIdentity", "sts:GetSessionToken"), "answers under any policy: no gap"
    )
    assert [check["topic"] for check in found.data["checks"] if check["state"] != "ok"] == ["roles", "keys"]


def test_the_order_is_that_in_which_things_break(product: Product, scenario: Scenario) -> None:
    topics = list(dict.fromkeys(check["topic"] for check in with_code(product, scenario).data["checks"]))
    assert topics == [
        "files",
        "values",
        "roles",
        "shell",
        "store",
        "keys",
        "identity",
        "clock",
        "devices",
        "session",
    ]


def test_a_stored_session_is_used_and_nobody_asked(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    product.run("--token-code", scenario.device.code(), "--shell", "sh")
    found = diagnose(product)
    assert (found.status, found.verdict) == (0, "enforced")
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]


def test_only_calls_that_change_nothing_are_made(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    with_code(product, scenario)
    made = {
        "GetCallerIdentity",
        "GetSessionToken",
        "ListMFADevices",
        "GetUser",
        "ListAccessKeys",
        "ListBuckets",
    }
    assert set(aws.actions()) == made


def test_no_secret_is_shown(product: Product, scenario: Scenario) -> None:
    product.env["HTTPS_PROXY"] = "http://alice:hunter2@proxy.example.com:8080"
    product.env |= {"MFAENV_TOKEN_CODE": CODE, "AWS_SECURITY_TOKEN": TOKEN}
    outcome = product.run("doctor", "--json", "--verbose", "--token-code", scenario.device.code())
    secrets = [scenario.key.secret, "hunter2", CODE, TOKEN]
    secrets += [known.secret for known in scenario.world.credentials.values()]
    secrets += [known.token for known in scenario.world.credentials.values() if known.token]
    assert [secret for secret in secrets if secret in outcome.out + outcome.err] == []
    assert "proxy.example.com:8080" in outcome.out


def test_a_device_alone_restricts_nothing(product: Product, scenario: Scenario, alice: User) -> None:
    del alice.policies["BlockAccessWhenNoSignedInWithMFA"]
    found = with_code(product, scenario)
    assert (found.status, found.verdict) == (1, "not enforced")
    assert found.ended("without_mfa") == found.ended("with_mfa") == alike("allowed")
    assert "mfaenv policy" in found.data["next_step"]


def test_self_service_counts_as_enforced(product: Product, scenario: Scenario, alice: User) -> None:
    alice.policies["BlockAccessWhenNoSignedInWithMFA"] = SELF_SERVICE
    found = with_code(product, scenario)
    assert (found.status, found.verdict) == (0, "enforced")
    assert found.ended("without_mfa") == OPEN_TO_SET_UP


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ({}, ("not enforced", {**alike("allowed"), BUCKETS: "explicit deny"})),
        ({"MFA": EVERYTHING}, ("enforced", alike("explicit deny"))),
        ({"MFA": SELF_SERVICE}, ("enforced", OPEN_TO_SET_UP)),
    ],
)
def test_a_policy_that_denies_s3_to_all_is_no_proof(
    product: Product,
    scenario: Scenario,
    alice: User,
    policies: dict[str, Any],
    expected: tuple[str, dict[str, str]],
) -> None:
    alice.policies = {"All": ALLOW_ALL, "NoS3": NO_S3, **policies}
    found = with_code(product, scenario)
    assert (found.verdict, found.ended("without_mfa")) == expected
    assert found.ended("with_mfa") == {**alike("allowed"), BUCKETS: "explicit deny"}
    says = {call["action"]: call["says"] for call in found.data["calls"]}
    assert says[BUCKETS] == "a deny, but not about MFA"


def test_where_such_a_deny_is_all_there_is_nothing_can_be_told(
    product: Product, scenario: Scenario, alice: User
) -> None:
    alice.policies = {"Work": allow("ec2:*"), "NoS3": NO_S3}
    found = with_code(product, scenario)
    assert (found.status, found.verdict) == (1, "cannot tell")
    assert found.data["reason"].startswith(f"{BUCKETS}: explicitly denied with MFA as well")


def test_a_missing_allow_says_nothing(product: Product, scenario: Scenario, alice: User) -> None:
    alice.policies = {"Work": allow("ec2:*")}
    found = with_code(product, scenario)
    assert found.verdict == "cannot tell"
    assert found.ended("without_mfa") == found.ended("with_mfa") == alike("no allow")
    assert found.data["next_step"].startswith("Allow the user iam:ListAccessKeys")


def test_one_missing_allow_does_not_spoil_the_proof(product: Product, scenario: Scenario, alice: User) -> None:
    alice.policies = {"Work": allow("s3:*", DEVICES, KEYS), "MFA": EVERYTHING}
    found = with_code(product, scenario)
    assert (found.status, found.verdict) == (0, "enforced")
    assert found.ended("with_mfa") == {**alike("allowed"), USER: "no allow"}


def test_rights_that_hang_on_mfa_are_not_a_deny(product: Product, scenario: Scenario, alice: User) -> None:
    alice.policies = {"Work": allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})}
    found = with_code(product, scenario)
    assert found.verdict == "cannot tell"
    assert "allowed with MFA only" in found.data["reason"]


def test_only_what_may_be_open_answers(product: Product, scenario: Scenario, alice: User) -> None:
    alice.policies = {"Self": allow(DEVICES, USER)}
    found = with_code(product, scenario)
    assert found.verdict == "cannot tell"
    assert found.data["reason"].startswith(f"Only {DEVICES}, {USER} answered")


@pytest.mark.parametrize(("kept", "verdict"), [(True, "cannot tell"), (False, "not enforced")])
def test_without_a_session_it_shows_what_can_be_known(
    product: Product, alice: User, *, kept: bool, verdict: str
) -> None:
    if not kept:
        alice.policies.pop("BlockAccessWhenNoSignedInWithMFA")
    for arguments in ([], ["--no-input"]):
        found = diagnose(product, *arguments)
        assert (found.status, found.verdict) == (1, verdict)
        assert found.ended("with_mfa") == alike("not tried")
        assert [check["topic"] for check in found.wrong] == ["session"]


def test_an_account_without_buckets(product: Product, scenario: Scenario, alice: User) -> None:
    alice.account.buckets.clear()
    assert with_code(product, scenario).verdict == "enforced"


def test_keys_that_aws_does_not_know_spend_no_code(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    scenario.key.active = False
    found = with_code(product, scenario)
    assert (found.status, found.verdict) == (1, "cannot tell")
    assert found.ended("without_mfa") == alike("failed")
    assert [check["topic"] for check in found.wrong] == ["calls"]
    assert scenario.key.id in found.wrong[0]["text"]
    assert aws.actions("GetSessionToken") == []


def test_a_profile_that_is_not_there_is_told(product: Product, aws: ObservedAws) -> None:
    found = diagnose(product, "-p", "stagign")
    assert (found.status, found.verdict) == (1, "cannot tell")
    assert (found.data["profile"], found.data["calls"], aws.log) == ("stagign", [], [])
    assert [(check["topic"], check["next_step"]) for check in found.wrong] == [
        ("values", "Did you mean staging?")
    ]
    assert {check["topic"] for check in found.data["checks"]} >= {"files", "shell", "store"}


def test_a_file_whose_path_leads_nowhere_is_not_there(bare: Product) -> None:
    bare.env |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": f"{os.devnull}/.aws/config"}
    assert diagnose(bare).checks("files")[0]["text"] == "is not there (AWS_CONFIG_FILE)"


def test_without_aws_files_doctor_says_what_to_do(bare: Product) -> None:
    bare.env["AWS_EC2_METADATA_DISABLED"] = "true"
    found = diagnose(bare)
    assert (found.status, found.verdict) == (1, "cannot tell")
    assert [check["text"] for check in found.checks("files")] == ["is not there", "is not there"]
    assert [check["text"] for check in found.wrong] == [
        (
            "There are no keys for profile default: "
            "[default] in the credentials file has none. Make some in IAM; this stores them:"
        )
    ]
    assert [check["next_step"] for check in found.wrong] == ["aws configure --profile default"]
    assert found.checks("keys") == found.wrong
    assert "(the AWS files have none)" in next(
        check["text"] for check in found.checks("values") if check["name"] == "keys"
    )


def test_a_damaged_file_is_a_finding(product: Product) -> None:
    config = Path(product.env["AWS_CONFIG_FILE"])
    config.write_text(config.read_text(encoding="utf-8") + "[default]\n", encoding="utf-8")
    found = diagnose(product)
    assert (found.status, found.verdict) == (1, "cannot tell")
    assert [check["topic"] for check in found.wrong] == ["values"]
    assert "the section [default] is there twice" in found.wrong[0]["text"]


def test_wrong_usage_is_told_and_not_examined(product: Product) -> None:
    outcome = product.run("doctor", "--duration", "soon")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("mfaenv: --duration: 'soon' is not a time.")


def test_a_role_profile_is_examined_by_its_users_keys(product: Product, scenario: Scenario) -> None:
    found = with_code(product, scenario, "-p", "audit")
    assert (found.status, found.verdict) == (0, "enforced")
    assert found.checks("identity")[0]["text"] == "arn:aws:iam::123456789012:user/alice"
    whose, assumed = found.checks("role")
    assert whose["text"].startswith("the calls are those of profile default: a role's own say nothing")
    assert (assumed["name"], assumed["text"]) == ("arn:aws:iam::444455556666:role/Auditor", "can be assumed")


def test_a_role_that_cannot_be_assumed_is_not_well(product: Product, scenario: Scenario) -> None:
    scenario.world.accounts["111122223333"].roles.clear()
    found = with_code(product, scenario, "-p", "staging")
    assert (found.status, found.verdict) == (1, "enforced")
    assert [check["topic"] for check in found.wrong] == ["role"]


def temporary(product: Product, aws: ObservedAws, scenario: Scenario, session: Any) -> None:
    """Leave the profile only the keys of a session."""
    place = Path(product.env["AWS_CONFIG_FILE"]).parent
    write_files(place, aws.url, keys={}, profiles={"default": {**scenario.profiles["default"]}})
    settings = {
        "access_key_id": session.id,
        "secret_access_key": session.secret,
        "session_token": session.token,
    }
    lines = ["[default]", *(f"aws_{name} = {value}" for name, value in settings.items())]
    (place / "credentials").write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize("words", [("doctor",), ("configure", "--yes"), ("keys", "rotate")], ids=" ".join)
def test_for_keys_that_have_ended_the_long_term_profile_is_named(
    bare: Product, aws: ObservedAws, words: tuple[str, ...]
) -> None:
    """As aws-mfa leaves them in the credentials file."""
    keys = "aws_access_key_id = A{}IAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"
    ended = f"[work]\n{keys.format('S')}aws_session_token = token\nexpiration = 2020-01-02 03:04:05\n"
    credentials = bare.home / "credentials"
    credentials.write_text(f"{ended}[work-long-term]\n{keys.format('K')}", encoding="utf-8")
    bare.env |= {"AWS_SHARED_CREDENTIALS_FILE": str(credentials), "AWS_ENDPOINT_URL": aws.url}
    done = bare.run(*words, "-p", "work")
    assert (done.status, aws.log) == (1, [])
    said = " ".join(f"{done.out} {done.err}".split())
    assert "The temporary keys of profile 'work' ended at 2020-01-02 03:04:05." in said
    assert "work-long-term" in said


def test_without_long_term_keys_there_is_nothing_to_compare(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    role = scenario.world.accounts["111122223333"].roles["Developer"]
    temporary(product, aws, scenario, scenario.world.open_session(role, 3600, details=RoleSession("alice")))
    found = diagnose(product)
    assert (found.status, found.verdict, found.data["calls"]) == (1, "cannot tell", [])
    assert "no long-term keys to compare with" in found.data["reason"]
    assert [check["text"] for check in found.checks("identity")] == [
        "arn:aws:sts::111122223333:assumed-role/Developer/alice"
    ]
    assert found.wrong == []


def test_the_owners_keys_are_bound_by_no_policy(product: Product, scenario: Scenario, alice: User) -> None:
    root = add_root(alice.account)
    scenario.key.principal = root
    root.devices, root.keys = alice.devices, alice.keys
    found = with_code(product, scenario)
    assert (found.status, found.verdict) == (1, "not enforced")
    assert [check["topic"] for check in found.wrong] == ["identity"]
    assert "delete these keys" in found.data["next_step"]


def test_security_keys_are_told_apart(product: Product, scenario: Scenario, alice: User) -> None:
    yubikey = add_security_key(alice)
    found = with_code(product, scenario)
    assert found.status == 0
    assert {check["name"]: check["text"] for check in found.checks("devices")} == {
        scenario.device.serial: "codes, which STS takes",
        yubikey.serial: "a security key or passkey, which STS cannot use",
    }


@pytest.mark.parametrize("has_security_key", [False, True])
def test_a_user_without_a_device_for_sts(product: Product, alice: User, *, has_security_key: bool) -> None:
    alice.devices.clear()
    alice.policies.pop("BlockAccessWhenNoSignedInWithMFA")
    if has_security_key:
        add_security_key(alice)
    found = diagnose(product)
    assert found.verdict == "not enforced"
    (check,) = [check for check in found.wrong if check["topic"] == "devices"]
    if not has_security_key:
        assert check["text"] == "the user has none"
        then = "his makes one: mfaenv configure -p default"
        assert check["next_step"] == f"Remove mfa_serial of profile default. Then t{then}"
        path = Path(product.env["AWS_CONFIG_FILE"])
        path.write_text(re.sub("mfa_serial.*\n", "", path.read_text(encoding="utf-8")), encoding="utf-8")
        steps = [check["next_step"] for check in diagnose(product).wrong if check["topic"] == "devices"]
        assert steps == [f"T{then}"]


def test_a_remembered_device_that_is_lost_is_forgotten(
    product: Product, scenario: Scenario, alice: User
) -> None:
    """Else `configure`, which the report names, would ask for its code."""
    path = Path(product.env["AWS_CONFIG_FILE"])
    path.write_text(re.sub("mfa_serial.*\n", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert product.run("--token-code", scenario.device.code(), "--shell", "sh").status == 0
    alice.devices.clear()
    alice.policies.pop("BlockAccessWhenNoSignedInWithMFA")
    (check,) = [check for check in diagnose(product).wrong if check["topic"] == "devices"]
    assert check["next_step"] == "This makes one: mfaenv configure -p default"
    refused = product.run("configure", "--yes", "-p", "default", "--token-code", "123456")
    assert "has no MFA device" in refused.err


def test_a_line_separator_in_a_profiles_name_breaks_no_command(product: Product, scenario: Scenario) -> None:
    for variable, title in (
        ("AWS_CONFIG_FILE", "[profile 'a\u2028b']"),
        ("AWS_SHARED_CREDENTIALS_FILE", "[a\u2028b]"),
    ):
        path = Path(product.env[variable])
        text = path.read_text(encoding="utf-8").replace("[default]", title)
        path.write_text(text.replace("source_profile = default", "source_profile = a\u2028b"), encoding="utf-8")
    shown = product.run("doctor", "-p", "a\u2028b", "-c", scenario.device.code()).out
    assert "      mfaenv configure -p 'a\\u2028b'\n" in shown


def test_a_configured_device_that_is_not_the_users(
    product: Product, scenario: Scenario, alice: User, aws: ObservedAws
) -> None:
    alice.policies.pop("BlockAccessWhenNoSignedInWithMFA")
    code = scenario.device.code()
    found = diagnose(product, "--serial-number", f"{scenario.device.serial}-old", "-c", code)
    assert aws.actions("GetSessionToken") == []
    assert [check["next_step"] for check in found.wrong if check["topic"] == "devices"] == [
        f"Write mfa_serial = {scenario.device.serial}."
    ]


def test_devices_are_asked_for_by_the_users_name(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    phone = scenario.device
    phone.serial = "arn:aws:iam::123456789012:mfa/phone-of-alice"
    found = with_code(product, scenario, "--serial-number", phone.serial)
    assert (found.status, found.checks("devices")[0]["name"]) == (0, phone.serial)
    asked = [
        record.parameters["UserName"]
        for record in aws.log
        if record.action == "ListMFADevices" and not record.error
    ]
    assert asked == ["alice"]


@pytest.mark.parametrize(
    ("seconds", "state", "text"),
    # An answer's Date has whole seconds.
    [
        (0, "ok", "the same as AWS's"),
        (-100, "note", r"1m4[01]s ahead of AWS's; from 5m on it refuses"),
        (600, "wrong", r"(10m|9m59s) behind AWS's"),
    ],
)
@pytest.mark.usefixtures("clock")
def test_the_clock_is_held_against_awss(
    product: Product, scenario: Scenario, seconds: int, state: str, text: str
) -> None:
    now = scenario.world.clock
    scenario.world.clock = lambda: now() + seconds
    found = with_code(product, scenario)
    (check,) = found.checks("clock")
    assert check["state"] == state
    assert re.fullmatch(text, check["text"])
    assert found.verdict == ("cannot tell" if state == "wrong" else "enforced")


def test_a_date_that_is_none_says_nothing_about_the_clock(
    product: Product, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "formatdate", lambda *_, **__: "today")
    found = with_code(product, scenario)
    assert (found.status, found.checks("clock")) == (0, [])


def test_where_the_keys_are_is_shown_and_what_to_do_about_it(product: Product, scenario: Scenario) -> None:
    (check,) = with_code(product, scenario).checks("keys")
    assert check["text"] == "long-term, in plain text in ~/.aws/credentials"
    assert (
        check["next_step"] == "This puts them into the keychain, if there is one: mfaenv keys import -p default"
    )


def test_commands_stand_on_lines_of_their_own_and_in_no_table(product: Product) -> None:
    product.env["MFAENV_SHELL"] = "bash"
    with direct(product, "doctor", "--no-input", "-p", "default", COLUMNS="80") as window:
        assert window.ended() == 1
    lines = window.text.splitlines()
    assert not [line for line in lines if "│" in line and "mfaenv " in line.replace("/mfaenv ", "")]
    assert "      mfaenv keys import -p default" in [line.rstrip() for line in lines]
    assert lines[-2:] == ["To get a session in bash, type:", "  eval $(mfaenv -p default)"]


def test_values_are_told_in_plain_words(product: Product, scenario: Scenario) -> None:
    texts = {check["name"]: check["text"] for check in with_code(product, scenario).checks("values")}
    assert texts["new session"] == "lasts 12h"
    assert texts["stored session"] == "is used while at least 5m of it are left"
    assert not texts.keys() & {"duration", "remaining"}


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"AWS_PROFILE": "staging", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, "hide profile staging"),
        (
            {"AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE", "AWS_SECURITY_TOKEN": "old"},
            "AWS_SECURITY_TOKEN holds",
        ),
        (
            {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"},
            "AWS_REGION and AWS_DEFAULT_REGION differ",
        ),
    ],
)
def test_what_contradicts_itself_in_the_environment(
    product: Product, scenario: Scenario, variables: dict[str, str], said: str
) -> None:
    product.env |= variables
    found = with_code(product, scenario, "-p", "default")
    texts = [check["text"] for check in found.checks("environment") if check["state"] != "ok"]
    assert [text for text in texts if said in text]
    assert set(variables) & {check["name"] for check in found.checks("environment")}


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"services": "nope"}, "[default] has services = nope, with which they stop: remove it"),
        ({"retry_mode": "nonsense"}, "retry_mode is that of [default] there: set AWS_RETRY_MODE"),
    ],
)
def test_a_default_profile_that_breaks_all_programs_is_named(
    product: Product, scenario: Scenario, setting: dict[str, str], told: str
) -> None:
    configure(product, **setting)
    configure(product, "alone", region="us-east-1", mfa_serial=SERIAL)
    set_keys(product, "alone", aws_access_key_id=scenario.key.id, aws_secret_access_key=scenario.key.secret)
    found = with_code(product, scenario, "-p", "alone")
    assert [check for check in found.data["checks"] if check["state"] == "note" and told in check["text"]]


def test_keys_that_made_way_for_a_session(product: Product, scenario: Scenario) -> None:
    product.env |= {"AWS_ACCESS_KEY_ID": scenario.key.id, "AWS_SECRET_ACCESS_KEY": scenario.key.secret}
    product.env["AWS_MFA_SERIAL"] = scenario.device.serial
    lines = product.run("--format", "dotenv", "--token-code", scenario.device.code()).out.splitlines()
    product.env |= {name: value.strip("'\"") for name, _, value in (line.partition("=") for line in lines)}
    found = diagnose(product)
    assert (found.status, found.verdict) == (1, "cannot tell")
    assert found.ended("without_mfa") == alike("not tried")
    assert found.ended("with_mfa") == alike("allowed")


def test_it_asks_for_a_code_and_shows_what_it_waits_for(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    held = aws.hold("s3")
    with direct(product, "doctor") as window:
        window.see("Asking AWS: 1 call to go")
        held.released.set()
        window.see("For profile default in account 123456789012")
        window.see("MFA code: ")
        held.released.clear()
        window.enter(scenario.device.code())
        window.see("Asking AWS: 1 call to go")
        held.released.set()
        window.see("MFA: enforced")
        assert window.ended() == 0


def test_words_before_a_command_stand_with_it_and_in_no_table(bare: Product) -> None:
    bare.env |= {"AWS_EC2_METADATA_DISABLED": "true", "COLUMNS": "200"}
    out = bare.run("doctor").out
    tables, to_do = out.split("What to do:")
    assert "There are no keys for profile default" in tables
    assert "this stores them:" not in tables
    assert "this stores them:\n      aws configure --profile default\n" in to_do


def test_people_get_tables_the_verdict_and_what_to_do(product: Product) -> None:
    outcome = product.run("doctor", "--no-input")
    assert outcome.status == 1
    assert outcome.out.startswith("MFA: cannot tell.")
    with direct(product, "doctor", "--no-input", COLUMNS="80") as window:
        assert window.ended() == 1
    drawn = window.text.partition("Profile default")
    assert max(map(len, "".join(drawn[1:]).splitlines())) <= 80
    for lines in (outcome.out.splitlines(), window.text.splitlines()):
        for text in ("Profile default", "The proof", "MFA: cannot tell.", "What to do:"):
            assert [line for line in lines if line.startswith(text)]
    assert "\x1b" not in outcome.out


def test_verbose_gives_awss_own_words(product: Product, scenario: Scenario) -> None:
    outcome = product.run("doctor", "--verbose", "--token-code", scenario.device.code())
    assert "is not authorized to perform: s3:ListAllMyBuckets with an explicit deny" in outcome.err


def test_a_program_that_gives_a_sessions_key_without_the_token_is_told(product: Product) -> None:
    Path(product.env["AWS_SHARED_CREDENTIALS_FILE"]).write_text("", encoding="utf-8")
    keys = '{"Version": 1, "AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "s"}'
    line = f"credential_process = echo '{keys}'"
    Path(product.env["AWS_CONFIG_FILE"]).write_text(f"[profile alice]\n{line}\n", encoding="utf-8")
    (check,) = diagnose(product, "-p", "alice").wrong
    assert check["topic"] == "keys"
    assert "gives the access key of a session, ASIAIOSFODNN7EXAMPLE, without its token" in check["text"]


@pytest.mark.parametrize(
    "line", ["credential_process = false", "credential_process = mfaenv keys get -p alice"]
)
def test_a_program_that_gives_no_keys_does_not_hide_the_rest(product: Product, line: str) -> None:
    Path(product.env["AWS_SHARED_CREDENTIALS_FILE"]).write_text("", encoding="utf-8")
    config = f"[profile alice]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n{line}\n"
    Path(product.env["AWS_CONFIG_FILE"]).write_text(config, encoding="utf-8")
    found = diagnose(product, "-p", "alice")
    assert (found.status, found.verdict) == (1, "cannot tell")
    assert [check["topic"] for check in found.wrong] == ["keys"]
    assert {"device", "region"} <= {check["name"] for check in found.checks("values")}


def test_what_is_wrong_comes_first_and_by_its_name(product: Product, alice: User) -> None:
    alice.devices.clear()
    alice.policies.pop("BlockAccessWhenNoSignedInWithMFA")
    product.env["MFAENV_SHELL"] = "bash"
    to_do = product.run("doctor").out.partition("What to do:\n")[2]
    first = "  devices: the user has none\n    Remove mfa_serial of profile default. Then this makes one:\n"
    assert to_do.startswith(first)
    assert to_do.index(first) < to_do.index("\n  Attach the policy.") < to_do.index("long-term, in plain text")
    assert "To get a session" not in to_do  # there is none without a device


def test_no_session_is_offered_to_who_has_no_keys(product: Product) -> None:
    product.env["MFAENV_SHELL"] = "bash"
    assert "To get a session in bash" in product.run("doctor", "--no-input").out
    for line in (("doctor", "-p", "nobody"), ("doctor", "--no-input")):
        Path(product.env["AWS_SHARED_CREDENTIALS_FILE"]).unlink(missing_ok=True)
        assert "To get a session in bash" not in product.run(*line).out
