"""Keys without a token are long-term, wherever they come from: they get a session, and are never exported."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from machine_role import Machine
from observed_aws import ObservedAws
from product import Product
from rare_things import add_virtual_device
from trouble import assert_explained

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import User

DEVELOPER = "arn:aws:iam::111122223333:role/Developer"
ROLE = f"[profile top]\nrole_arn = {DEVELOPER}\nregion = us-east-1\n"


@pytest.fixture
def empty(product: Product) -> Product:
    """mfaenv without keys in the AWS files."""
    for name in ("config", "credentials"):
        (product.home / ".aws" / name).write_text("")
    return product


class Process:
    """A credential_process that writes down that it was started."""

    def __init__(self, home: Path) -> None:
        self._home = home
        script = home / "give.py"
        script.write_text(
            f"open({str(home / 'started')!r}, 'a').write('x')\nprint(open({str(home / 'keys')!r}).read())\n"
        )
        self.setting = f"credential_process = {sys.executable} {script}\n"

    def gives(self, access_key: str, secret_key: str, token: str = "") -> None:
        keys = {"Version": 1, "AccessKeyId": access_key, "SecretAccessKey": secret_key}
        (self._home / "keys").write_text(json.dumps(keys | ({"SessionToken": token} if token else {})))

    def starts(self) -> int:
        """How often it was started since the last look."""
        path = self._home / "started"
        number = len(path.read_text()) if path.exists() else 0
        path.write_text("")
        return number


@pytest.fixture
def process(empty: Product, scenario: Scenario) -> Process:
    made = Process(empty.home)
    made.gives(scenario.key.id, scenario.key.secret)
    return made


def configure(product: Product, text: str) -> None:
    Path(product.env["AWS_CONFIG_FILE"]).write_text(text, encoding="utf-8")


def test_the_keys_of_a_process_get_a_session(
    empty: Product, aws: ObservedAws, scenario: Scenario, process: Process
) -> None:
    configure(empty, f"[profile tool]\n{process.setting}mfa_serial = {scenario.device.serial}\n")
    refused = empty.run("-p", "tool", "-f", "json", "--no-input")
    assert (refused.status, refused.out) == (3, "")
    got = empty.run("-p", "tool", "-f", "json", "-c", scenario.device.code()).json()
    assert got["AWS_SESSION_TOKEN"]
    assert aws.actions() == ["GetSessionToken"]
    assert process.starts() == 2
    for options in ((), ("--cached",), ("-v",), ("--region", "us-west-2")):
        assert (
            empty.run("-p", "tool", "-f", "json", *options).json()["AWS_ACCESS_KEY_ID"]
            == got["AWS_ACCESS_KEY_ID"]
        )
    assert process.starts() == 0
    assert aws.actions() == ["GetSessionToken"]


def test_a_process_is_not_started_before_it_is_known_where_the_code_comes_from(
    empty: Product, scenario: Scenario, process: Process
) -> None:
    configure(empty, f"[profile tool]\n{process.setting}mfa_serial = {scenario.device.serial}\n")
    empty.run("-p", "tool", "-f", "json", "-c", scenario.device.code()).json()
    process.starts()
    assert empty.run("-p", "tool", "-f", "json", "--refresh", "--no-input").status == 3
    assert process.starts() == 0


def test_a_process_that_gives_other_keys_than_before_is_believed(
    empty: Product, aws: ObservedAws, scenario: Scenario, process: Process
) -> None:
    user = scenario.key.principal
    assert isinstance(user, User)
    devices = [scenario.device, add_virtual_device(user, "second"), add_virtual_device(user, "third")]
    configure(empty, f"[profile tool]\n{process.setting}")

    def got(number: int) -> Any:
        device = devices[number]
        options = (
            "-p",
            "tool",
            "-f",
            "json",
            "--refresh",
            "--serial-number",
            device.serial,
            "-c",
            device.code(),
        )
        return empty.run(*options).json()

    got(0)
    second = user.add_key("AKIAI44QH8DHBEXAMPLE")
    process.gives(second.id, second.secret)
    got(1)
    assert aws.log[-1].access_key_id == second.id
    process.gives("ASIAIOSFODNN7EXAMPLE", "secret", "token")
    assert empty.run("clear").status == 0
    assert (got(2)["AWS_SESSION_TOKEN"], len(aws.log)) == ("token", 2)


@pytest.mark.parametrize("is_link", [False, True])
@pytest.mark.parametrize("variable", ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
def test_the_session_of_a_process_is_not_that_of_the_same_line_in_other_files(
    empty: Product, scenario: Scenario, process: Process, variable: str, *, is_link: bool
) -> None:
    """The program of another project may have the same name in another folder, or read the AWS files itself."""
    configure(empty, f"[default]\n{process.setting}mfa_serial = {scenario.device.serial}\n")
    empty.run("-f", "json", "-c", scenario.device.code()).json()
    first, other = Path(empty.env[variable]), empty.home / "other"
    other.write_bytes(first.read_bytes())
    if is_link:
        first.rename(empty.home / "first")
        first.symlink_to(other)
    else:
        empty.env[variable] = str(other)
    process.gives("AKIAI44QH8DHBEXAMPLE", "secret")
    process.starts()
    done = empty.run("-f", "json", "--no-input")
    assert (done.status, done.out, process.starts()) == (3, "", 1)


@pytest.mark.parametrize("where", ["the role's", "the process's"])
def test_a_role_on_top_of_a_process_has_the_session(
    empty: Product, aws: ObservedAws, scenario: Scenario, process: Process, where: str
) -> None:
    serial = f"mfa_serial = {scenario.device.serial}\n"
    first, second = (serial, "") if where == "the role's" else ("", serial)
    configure(empty, f"{ROLE}source_profile = tool\n{first}[profile tool]\n{process.setting}{second}")
    empty.run("-p", "top", "-f", "json", "-c", scenario.device.code()).json()
    assert aws.actions() == ["GetSessionToken", "GetCallerIdentity", "AssumeRole"]


def test_the_environment_as_a_credential_source(empty: Product, aws: ObservedAws, scenario: Scenario) -> None:
    """botocore would ask for the code itself, by getpass."""
    configure(empty, f"{ROLE}credential_source = Environment\nmfa_serial = {scenario.device.serial}\n")
    theirs = {"AWS_ACCESS_KEY_ID": scenario.key.id, "AWS_SECRET_ACCESS_KEY": scenario.key.secret}
    empty.env |= theirs
    assert empty.run("-p", "top", "-f", "json", "--no-input").status == 3
    got = empty.run("-p", "top", "-f", "json", "-c", scenario.device.code()).json()
    assert aws.actions() == ["GetSessionToken", "GetCallerIdentity", "AssumeRole"]
    empty.env |= got
    assert empty.run("-f", "json").json()["AWS_ACCESS_KEY_ID"] == got["AWS_ACCESS_KEY_ID"]


def test_a_session_of_a_shell_is_no_credential_source(
    empty: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    theirs = {"AWS_ACCESS_KEY_ID": scenario.key.id, "AWS_SECRET_ACCESS_KEY": scenario.key.secret}
    role = f"{ROLE}credential_source = Environment\n"
    configure(
        empty,
        f"{role}[profile alice]\nmfa_serial = {scenario.device.serial}\n"
        + "".join(f"{name.lower()} = {value}\n" for name, value in theirs.items()),
    )
    got = empty.run("-p", "alice", "-f", "json", "-c", scenario.device.code()).json()
    others = {name: got[name] for name in (*theirs, "AWS_SESSION_TOKEN")}
    empty.env |= got
    before = len(aws.log)
    for command in ((), ("exec",), ("process",)):
        done = empty.run(*command, "-p", "top", "--no-input")
        assert (done.status, len(aws.log)) == (1, before)
        assert "and there is only the session of profile alice that mfaenv has set." in done.err
        assert "Export the keys, or write source_profile" in done.err
    for name in set(got) - set(others):
        del empty.env[name]
    empty.run("-p", "top", "-f", "json").json()  # another program's
    empty.env |= got | theirs  # the keys over the session
    empty.run("-p", "top", "-f", "json").json()


def test_a_machine_under_a_role_with_a_device_never_asks(
    empty: Product, aws: ObservedAws, scenario: Scenario, machine: Machine
) -> None:
    machine.role = next(role for role in scenario.world.accounts["111122223333"].roles.values())
    del empty.env["AWS_EC2_METADATA_DISABLED"]
    empty.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = aws.url
    configure(empty, f"{ROLE}credential_source = Ec2InstanceMetadata\nmfa_serial = {scenario.device.serial}\n")
    done = empty.run("-p", "top", "-f", "json", "-c", "123456")
    assert "Enter MFA code" not in done.err
    assert "AssumeRole" in aws.actions()
    assert not any("SerialNumber" in dict(record.parameters) for record in aws.log)


@pytest.mark.parametrize("place", ["~/.boto", "AWS_CREDENTIAL_FILE"])
def test_files_of_older_programs(empty: Product, aws: ObservedAws, scenario: Scenario, place: str) -> None:
    if place == "~/.boto":
        text = f"[Credentials]\naws_access_key_id = {scenario.key.id}\naws_secret_access_key = {scenario.key.secret}\n"
        (empty.home / ".boto").write_text(text)
    else:
        (empty.home / "old").write_text(
            f"AWSAccessKeyId={scenario.key.id}\nAWSSecretKey={scenario.key.secret}\n"
        )
        empty.env["AWS_CREDENTIAL_FILE"] = str(empty.home / "old")
    configure(empty, f"[default]\nmfa_serial = {scenario.device.serial}\n")
    assert empty.run("-f", "json", "--no-input").status == 3
    got = empty.run("-f", "json", "-c", scenario.device.code()).json()
    assert empty.run("-f", "json").json()["AWS_ACCESS_KEY_ID"] == got["AWS_ACCESS_KEY_ID"] != scenario.key.id
    assert aws.actions() == ["GetSessionToken"]


def test_another_region_takes_no_code(product: Product, aws: ObservedAws, scenario: Scenario) -> None:
    first = product.run("-f", "json", "-c", scenario.device.code()).json()
    again = product.run("-f", "json", "--region", "us-west-2").json()
    assert again["AWS_ACCESS_KEY_ID"] == first["AWS_ACCESS_KEY_ID"]
    assert again["AWS_REGION"] == "us-west-2"
    assert (
        product.run("-p", "staging", "-f", "json", "--region", "us-west-2").json()["AWS_REGION"] == "us-west-2"
    )
    assert [(record.action, record.region) for record in aws.log] == [
        ("GetSessionToken", "us-east-1"),
        ("GetCallerIdentity", "us-west-2"),
        ("AssumeRole", "us-west-2"),
    ]


KEYS = "aws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = {}\naws_session_token = {}\n"


@pytest.mark.parametrize("own", [True, False], ids=["its own source", "a source that is a role too"])
def test_a_role_beside_cached_keys_is_assumed_once(
    product: Product, aws: ObservedAws, scenario: Scenario, own: bool
) -> None:
    session = product.run("-f", "json", "-c", scenario.device.code()).json()
    keys = "".join(
        f"{name.lower()} = {session[name]}\n"
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    )
    base = f"[profile base]\nrole_arn = arn:aws:iam::111122223333:role/Other\nsource_profile = x\n{keys}"
    configure(product, f"{ROLE}source_profile = top\n{keys}" if own else f"{ROLE}source_profile = base\n{base}")
    product.run("-p", "top", "-f", "json").json()
    assert aws.actions() == ["GetSessionToken", "AssumeRole"]


def test_an_empty_key_is_an_error_and_unsets_nothing(product: Product) -> None:
    (product.home / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id =\naws_secret_access_key = x\n"
    )
    done = product.run("--shell", "bash")
    assert done.status == 1
    assert "unset" not in done.out
    assert_explained(done, "has no aws_access_key_id", "credentials")
