"""Profiles that need no code are exported as botocore resolves them, and it is said."""

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import pytest
from botocore import credentials
from identity_center import START_URL, IdentityCenter, cache_token
from machine_role import CONTAINER_PATH, Machine
from observed_aws import ObservedAws
from product import COMMAND, PATIENCE, Product
from trouble import OTHER_SECRET, TOKEN, assert_explained
from web_identity import ISSUER, WebIdentities, WebIdentity, trust_issuer

from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.world import Role


@pytest.fixture
def reader(aws: ObservedAws) -> Role:
    trusted = {"Statement": [trust_issuer("222233334444")]}
    return aws.world.add_account("222233334444").add_role("Reader", trusted, policies={"All": ALLOW_ALL})


def configure(product: Product, text: str) -> None:
    Path(product.env["AWS_CONFIG_FILE"]).write_text(text, encoding="utf-8")


LEGACY = f"""
[profile center]
sso_start_url = {START_URL}
sso_region = us-east-1
sso_account_id = 222233334444
sso_role_name = Reader
region = eu-west-1
"""
WITH_SESSION = f"""
[profile center]
sso_session = work
sso_account_id = 222233334444
sso_role_name = Reader
region = eu-west-1

[sso-session work]
sso_region = us-east-1
sso_start_url = {START_URL}
sso_registration_scopes = sso:account:access
"""


@pytest.mark.usefixtures("real_starts")  # botocore may fix the folder of sign-ins as it is loaded
@pytest.mark.parametrize(
    "case", [(LEGACY, START_URL), (WITH_SESSION, "work")], ids=["legacy", "with a session"]
)
def test_identity_center_needs_no_code(
    product: Product, aws: ObservedAws, reader: Role, identity_center: IdentityCenter, case: tuple[str, str]
) -> None:
    config, token = case
    configure(product, config)
    cache_token(product.home, identity_center.sign_in("alice", reader), token)
    done = product.run("-p", "center", "-f", "json")
    values = done.json()
    assert values["AWS_REGION"] == "eu-west-1"
    assert "AWS_CREDENTIAL_EXPIRATION" in values
    assert "needs no code: IAM Identity Center" in done.err
    assert aws.actions() == ["GetRoleCredentials"]


@pytest.mark.parametrize("config", [LEGACY, WITH_SESSION])
def test_a_sign_in_that_comes_first_is_named_with_its_command(product: Product, config: str) -> None:
    configure(product, config)
    file = Path(product.env["AWS_CONFIG_FILE"])
    file.write_text(file.read_text().replace("[profile center]", "[profile 'my center']"))
    refused = product.run("-p", "my center", "-f", "json")
    assert (refused.status, refused.out) == (1, "")
    assert refused.err.endswith(" Sign in first:\n        aws sso login --profile 'my center'\n")
    assert len(refused.err.splitlines()) == 2


LOGIN = "[profile person]\nlogin_session = arn:aws:iam::123456789012:user/alice\nregion = us-east-1\n"


@pytest.mark.skipif(not hasattr(credentials, "LoginProvider"), reason="this boto3 is too old for `aws login`")
def test_aws_login_that_comes_first_is_named_too(product: Product) -> None:
    configure(product, LOGIN)
    refused = product.run("-p", "person", "-f", "json")
    assert refused.status == 1
    first = "aws login --profile person" if find_spec("awscrt") else "'mfaenv[login]'"
    assert refused.err.splitlines()[-1].endswith(first)


OLDER_BOTOCORE = """
from botocore import credentials
make = credentials.create_credential_resolver
def older(*arguments, **named):
    resolver = make(*arguments, **named)
    resolver.providers = [each for each in resolver.providers if each.METHOD != "login"]
    return resolver
credentials.create_credential_resolver = older
from mfaenv.__main__ import main
main()
"""


def test_aws_login_with_a_boto3_that_does_not_know_it_is_refused(product: Product) -> None:
    configure(product, LOGIN)
    product.command = (sys.executable, "-c", OLDER_BOTOCORE)
    refused = product.run("-p", "person", "-f", "json")
    assert (refused.status, refused.out) == (1, "")
    assert re.match(
        r"mfaenv: Profiles of `aws login` need boto3 1\.41 .* botocore \d\S* is here\.\n +Upgrade", refused.err
    )


@pytest.mark.usefixtures("real_starts")  # botocore may fix the folder of sign-ins as it is loaded
def test_a_role_on_top_of_identity_center(
    product: Product, aws: ObservedAws, reader: Role, identity_center: IdentityCenter
) -> None:
    second = reader.account.add_role("Second", trust(reader.arn, mfa=False), policies={"All": ALLOW_ALL})
    configure(product, f"{LEGACY}\n[profile top]\nrole_arn = {second.arn}\nsource_profile = center\n")
    cache_token(product.home, identity_center.sign_in("alice", reader))
    product.run("-p", "top", "-f", "json").json()
    assert aws.actions() == ["GetRoleCredentials", "AssumeRole"]


def test_a_web_identity_needs_no_code(product: Product, reader: Role, web_identities: WebIdentities) -> None:
    token = product.home / "token"
    token.write_text("hers")
    web_identities["hers"] = WebIdentity(ISSUER, "repo:alice/tool")
    configure(
        product,
        f"[profile build]\nrole_arn = {reader.arn}\nweb_identity_token_file = {token}\nregion = us-east-1\n",
    )
    done = product.run("-p", "build", "-f", "json")
    done.json()
    assert "web identity" in done.err


@pytest.mark.usefixtures("real_starts")  # botocore may fix the folder of sign-ins as it is loaded
def test_the_console_opens_for_a_role_of_identity_center_or_a_web_identity(
    product: Product, reader: Role, identity_center: IdentityCenter, web_identities: WebIdentities
) -> None:
    token = product.home / "token"
    token.write_text("hers")
    web_identities["hers"] = WebIdentity(ISSUER, "repo:alice/tool")
    build = f"[profile build]\nrole_arn = {reader.arn}\nweb_identity_token_file = {token}\nregion = us-east-1\n"
    configure(product, LEGACY + build)
    cache_token(product.home, identity_center.sign_in("alice", reader))
    for profile in ("center", "build"):
        done = product.run("console", "-p", profile, "--print", "-q")
        assert (done.status, done.err) == (0, "")
        with urlopen(done.out, timeout=PATIENCE) as page:
            assert b"You are <b>Reader/" in page.read()


def test_a_process_that_gives_a_session_needs_no_code(product: Product) -> None:
    answer = {
        "Version": 1,
        "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "secret",
        "SessionToken": "token",
    }
    script = product.home / "answer.py"
    script.write_text(f"print({json.dumps(answer)!r})")
    configure(product, f"[profile tool]\ncredential_process = {sys.executable} {script}\n")
    values = product.run("-p", "tool", "-f", "json").json()
    assert values["AWS_ACCESS_KEY_ID"] == "ASIAIOSFODNN7EXAMPLE"
    assert "AWS_CREDENTIAL_EXPIRATION" not in values


@pytest.mark.usefixtures("real_starts")  # botocore may fix the folder of sign-ins as it is loaded
def test_process_tells_the_account_where_it_is_known(
    product: Product, reader: Role, identity_center: IdentityCenter, web_identities: WebIdentities
) -> None:
    token, answer = product.home / "token", product.home / "answer"
    token.write_text("hers")
    web_identities["hers"] = WebIdentity(ISSUER, "repo:alice/tool")
    answer.write_text(json.dumps({**ENDED, "Expiration": "2099-01-01T00:00:00Z", "AccountId": 222233334444}))
    build = f"[profile build]\nrole_arn = {reader.arn}\nweb_identity_token_file = {token}\nregion = us-east-1\n"
    tool = f"[profile tool]\ncredential_process = cat {answer}\n"
    configure(product, LEGACY + build + tool)
    cache_token(product.home, identity_center.sign_in("alice", reader))
    for profile in ("center", "build", "tool"):
        assert product.run("process", "-p", profile).json()["AccountId"] == "222233334444"
        assert "AWS_ACCOUNT_ID" not in product.run("-p", profile, "-f", "json").json()


ENDED = {
    "Version": 1,
    "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "SecretAccessKey": OTHER_SECRET,
    "SessionToken": TOKEN,
    "Expiration": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ("", "its answer is malformed"),
        (f"secret words {TOKEN}", "its answer is malformed"),
        ("[]", "its answer is malformed"),
        (json.dumps({**ENDED, "Expiration": "secret words"}), "its answer is malformed"),
        (json.dumps(ENDED), "has ended"),
        ('{"Version": 2}', "Unsupported version"),
        ('{"Version": 1, "AccessKeyId": 5, "SecretAccessKey": "secret words"}', "its answer is malformed"),
        (
            '{"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": []}',
            "its answer is malformed",
        ),
        ('{"Version": 1, "AccessKeyId": "", "SecretAccessKey": ""}', "its answer is malformed"),
    ],
)
def test_a_process_that_answers_otherwise_is_told(product: Product, answer: str, wrong: str) -> None:
    (product.home / "answer").write_text(answer)
    configure(product, f"[profile tool]\ncredential_process = cat {product.home / 'answer'}\n")
    done = product.run("-p", "tool", "-f", "json")
    assert (done.status, done.out) == (1, "")
    assert_explained(done, wrong, "Check what")


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        ("echo words of >&2; echo Sign in first >&2", "custom-process: Sign in first\\.$"),
        ("set -x; SECRET='words of'", "custom-process\\.$"),
        ("set -x; SECRET='words of'; set +x 2>/dev/null; echo Sign in >&2", "custom-process: Sign in\\.$"),
        ("", "custom-process\\.$"),
    ],
)
def test_of_what_a_failing_process_says_the_last_line_is_shown(
    product: Product, script: str, wrong: str
) -> None:
    """The lines above it, and what a shell traces, may hold a secret."""
    (product.home / "script").write_text(f"{script}\nexit 1\n")
    configure(product, f"[profile tool]\ncredential_process = sh {product.home / 'script'}\n")
    done = product.run("-p", "tool", "-f", "json")
    assert done.status == 1
    assert_explained(done, wrong, "Check what credential_process")
    assert "words" not in done.err


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [
        ("credential_process = no-such-program --now", "No such file or directory: no-such-program"),
        ("credential_process = {home}", "Permission denied: "),
        ("credential_process = PIN=secret{home} cat", "an assignment, which no shell reads here: PIN=…"),
        (
            'credential_process = "no-such --key secret"',
            "no such program, or quotes are around all of it: no-such …",
        ),
        ('credential_process = "/opt/no-such secret"', "quotes are around all of it: /opt/no-such …"),
        ("credential_process = 'unclosed", "its setting or its answer is malformed"),
        ("credential_process =", "its setting or its answer is malformed"),
        (
            "web_identity_token_file = {home}/none\nrole_arn = arn:aws:iam::222233334444:role/Reader",
            "No such file or directory: .*/none",
        ),
    ],
)
def test_what_is_not_there_to_run_or_read_is_told(product: Product, setting: str, wrong: str) -> None:
    configure(product, f"[profile tool]\n{setting.format(home=product.home)}\n")
    done = product.run("-p", "tool", "-f", "json")
    assert (done.status, done.out) == (1, "")
    assert_explained(done, f"Profile tool .*{wrong}")
    assert "secret" not in done.err


def test_keys_with_a_token_need_no_code(product: Product, aws: ObservedAws) -> None:
    keys = (
        "aws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\naws_session_token = token\n"
    )
    configure(product, f"[profile static]\n{keys}")
    done = product.run("-p", "static", "--shell", "bash")
    assert done.status == 0
    assert "AWS_SESSION_TOKEN=token&&" in done.out
    assert re.search(r"^unset .*\bAWS_CREDENTIAL_EXPIRATION\b", done.out, re.MULTILINE)
    assert "export AWS_CREDENTIAL_EXPIRATION" not in done.out
    assert aws.actions() == []


def test_a_containers_role_needs_no_code(
    product: Product, aws: ObservedAws, reader: Role, machine: Machine
) -> None:
    machine.role, machine.container_token = reader, "let me in"
    product.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = aws.url + CONTAINER_PATH
    product.env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "let me in"
    configure(product, "[profile box]\nregion = us-east-1\n")
    assert "AWS_SESSION_TOKEN" in product.run("-p", "box", "-f", "json").json()


REGION_CALLED = {"": "us-east-1", "eu-west-1": "eu-west-1", "cn-north-1": "us-east-1"}
"""By the region that is asked for: one of another partition is not called."""


@pytest.mark.parametrize("asked", REGION_CALLED)
def test_an_instances_role_under_a_role(
    product: Product, aws: ObservedAws, reader: Role, machine: Machine, asked: str
) -> None:
    machine.role = reader
    second = reader.account.add_role("Second", trust(reader.arn, mfa=False), policies={"All": ALLOW_ALL})
    product.env.pop("AWS_EC2_METADATA_DISABLED")
    product.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = aws.url
    configure(
        product,
        f"[profile job]\nrole_arn = {second.arn}\ncredential_source = Ec2InstanceMetadata\n",
    )
    done = product.run("-p", "job", "-f", "json", *(["--region", asked] if asked else []))
    done.json()
    assert "credential_source" in done.err
    assert (aws.log[-1].action, aws.log[-1].region) == ("AssumeRole", REGION_CALLED[asked])


def test_a_credential_source_that_gives_nothing_is_named_in_the_hint(product: Product, reader: Role) -> None:
    configure(product, f"[profile job]\nrole_arn = {reader.arn}\ncredential_source = Environment\n")
    done = product.run("-p", "job", "-f", "json")
    assert done.status == 1
    assert_explained(done, "No credentials found in credential_source", "credential_source names")


def test_what_exec_runs_there_can_ask_for_the_same_profile_again(product: Product) -> None:
    (product.home / "answer").write_text(json.dumps({**ENDED, "Expiration": "2099-01-01T00:00:00Z"}))
    configure(product, f"[profile tool]\ncredential_process = cat {product.home / 'answer'}\n")
    shown = product.run("exec", "-p", "tool", "--", "env").out
    assert "MFAENV_PROCESS_PROFILES" not in shown
    product.run("exec", "-p", "tool", "--", *COMMAND, "-p", "tool", "-f", "json").json()


def test_nothing_of_it_is_stored(product: Product) -> None:
    configure(
        product,
        "[profile static]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key=s\naws_session_token=t\n",
    )
    assert product.run("-p", "static", "-f", "json").status == 0
    for way in ((), ("--verbose",)):  # the short one and the long one
        assert product.run("-p", "static", "-f", "json", "--cached", *way).status == 3
    assert not product.cache.exists()


def test_a_machines_role_is_there_for_doctor_though_sts_cannot_be_reached(
    product: Product, aws: ObservedAws, reader: Role, machine: Machine
) -> None:
    machine.role = reader
    Path(product.env["AWS_SHARED_CREDENTIALS_FILE"]).write_text("")
    configure(product, "[default]\nregion = eu-west-1\n")
    product.env |= {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": aws.url + CONTAINER_PATH,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
    found = product.run("doctor", "--json", "--no-input").json()
    assert found["reason"].startswith("Profile default has no long-term keys to compare with")
    assert [check["topic"] for check in found["checks"] if check["state"] == "wrong"] == ["session"]


def test_role_arn_is_assumed_on_top_of_a_machines_role(
    product: Product, aws: ObservedAws, reader: Role, machine: Machine
) -> None:
    machine.role = reader
    own = reader.account.add_role("Own", trust(reader.arn, mfa=False), policies={"All": ALLOW_ALL})
    top = reader.account.add_role("Top", trust(own.arn, mfa=False), policies={"All": ALLOW_ALL})
    product.env.pop("AWS_EC2_METADATA_DISABLED")
    product.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = aws.url
    configure(
        product,
        f"[profile job]\nrole_arn = {own.arn}\ncredential_source = Ec2InstanceMetadata\nregion = us-east-1\n",
    )
    product.run("-p", "job", "-r", top.arn, "-f", "json").json()
    assumed = [dict(record.parameters)["RoleArn"] for record in aws.log if record.action == "AssumeRole"]
    assert assumed == [own.arn, top.arn]


@pytest.mark.usefixtures("real_starts")  # botocore may fix the folder of sign-ins as it is loaded
def test_roles_on_top_of_two_profiles_without_a_code_are_kept_apart(
    product: Product, reader: Role, identity_center: IdentityCenter
) -> None:
    """The role is the same, and so are its settings: only the keys that assume it are others. Nothing is stored."""
    top = reader.account.add_role("Top", trust(reader.arn, mfa=False), policies={"All": ALLOW_ALL})
    second = "[profile second]\nsso_session = work\nsso_account_id = 222233334444\nsso_role_name = Reader\n"
    roles = "".join(
        f"[profile on-{name}]\nrole_arn = {top.arn}\nsource_profile = {name}\n" for name in ("center", "second")
    )
    configure(product, f"{WITH_SESSION}{second}{roles}")
    cache_token(product.home, identity_center.sign_in("alice", reader), "work")
    done = product.run("-p", "on-center", "-f", "json")
    first = done.json()
    assert done.err.splitlines() == ["mfaenv: Profile on-center needs no code: IAM Identity Center."]
    assert (
        product.run("-p", "on-second", "-f", "json").json()["AWS_ACCESS_KEY_ID"] != first["AWS_ACCESS_KEY_ID"]
    )
    assert product.run("status", "--json").json()["stored"] == []
    product.env |= {name: value for name, value in first.items() if value}
    shown = product.run("status", "--json").json()
    row = {name: shown["shell"][name] for name in ("profile", "kind", "role", "account")}
    assert row == {"profile": "on-center", "kind": "role", "role": top.arn, "account": "222233334444"}
    assert shown["problems"] == []
    assert not product.cache.exists()


LATER = "import time; now = time.time; time.time = lambda: now() + 10; from mfaenv.__main__ import main; main()"


@pytest.mark.usefixtures("real_starts")  # botocore may fix the folder of sign-ins as it is loaded
def test_a_role_on_top_is_asked_for_anew_each_time(
    product: Product, aws: ObservedAws, reader: Role, identity_center: IdentityCenter
) -> None:
    """The keys that assume it are asked for each time too; files that have just been written would do that as well."""
    product.command = (sys.executable, "-c", LATER)
    top = reader.account.add_role("Top", trust(reader.arn, mfa=False), policies={"All": ALLOW_ALL})
    configure(product, f"{LEGACY}\n[profile top]\nrole_arn = {top.arn}\nsource_profile = center\n")
    cache_token(product.home, identity_center.sign_in("alice", reader))
    product.run("-p", "top", "-f", "json").json()
    assert list(product.cache.glob("answer-*")) == []
    product.run("-p", "top", "-f", "json").json()
    assert aws.actions() == ["GetRoleCredentials", "AssumeRole"] * 2
