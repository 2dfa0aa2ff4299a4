"""A role whose source has mfaenv itself for its process: other programs need that, and to mfaenv it is the same."""

import shlex
import sys

import pytest
from observed_aws import ObservedAws
from product import COMMAND, Product
from settings import configure
from terminals import direct

from mfaenv import CODE_NEEDED
from mfaenv.config import awsfiles, credential_process, resolve
from mfaenv.model import Request
from mfaenv.pretend_aws.scenario import Scenario

ARN = "arn:aws:iam::111122223333:role/Developer"


@pytest.fixture
def through(product: Product) -> Product:
    """Alice's home after `mfaenv configure`; nothing on the PATH is called mfaenv."""
    configure(product, "default-mfa", credential_process="mfaenv process -p default", region="us-west-2")
    for role in ("staging", "production"):
        configure(product, role, source_profile="default-mfa")
    return product


def resolved(product: Product, **options: str) -> Request:
    return resolve.resolve({**options}, product.env, awsfiles.load(product.env))


@pytest.mark.parametrize("profile", ["staging", "production", "audit"])
def test_a_role_is_resolved_as_without_the_process(through: Product, profile: str) -> None:
    ours = resolved(through, profile=profile)
    for role in ("staging", "production"):
        configure(through, role, source_profile="default")
    assert ours == resolved(through, profile=profile)
    assert ours.device.text.endswith(":mfa/alice")


def test_one_code_serves_all_and_no_process_is_started(
    through: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    code = scenario.device.code()
    assert through.run("--shell", "bash", "-p", "staging", "-c", code).status == 0
    for arguments in (
        ("-p", "audit"),
        ("-p", "default"),
        ("-p", "default-mfa"),
        ("-p", "default-mfa", "-r", ARN),
    ):
        done = through.run("--shell", "bash", "--no-input", *arguments)
        assert done.status == 0, done.err
    assert through.run("--shell", "bash", "--no-input", "-p", "staging", "-r", ARN).status == 0
    assert len(aws.actions("GetSessionToken")) == 1


def test_status_and_clear_know_the_session_by_the_name_of_the_process_too(
    through: Product, scenario: Scenario
) -> None:
    assert through.run("--shell", "bash", "-c", scenario.device.code()).status == 0
    stored = through.run("status", "--json", "-p", "default-mfa").json()["stored"]
    assert [row["profile"] for row in stored] == ["default"]
    assert "Removed the session of profile default" in through.run("clear", "-p", "default-mfa").err
    assert through.run("status", "-p", "default-mfa").out.endswith("for profile default-mfa.\n")


def test_the_profiles_own_region_counts_where_it_is_named(through: Product) -> None:
    assert resolved(through, profile="default-mfa").region.text == "us-west-2"
    assert resolved(through, profile="staging").region.text == "eu-west-1"


@pytest.mark.parametrize(
    ("command", "profile"),
    [
        ("mfaenv process -p default", "default"),
        ("/opt/bin/mfaenv process --profile=default --ask auto", "default"),
        ("mfaenv process -p default --read-only", ""),
        ("mfaenv process -p default -r arn:aws:iam::111122223333:role/Developer", ""),
        ("mfaenv process -p default --region us-west-2", ""),
        ("mfaenv process", ""),
        ("mfaenv -p default", ""),
        ("mfaenv keys get -p default", ""),
        ("aws-vault export -p default", ""),
    ],
)
def test_only_a_plain_session_counts_as_its_profile(command: str, profile: str) -> None:
    assert credential_process.session_profile(command) == profile


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("default-mfa", "The profiles lead in a circle: default-mfa → default-mfa."),
        ("nobody", "Profile 'nobody' is missing: staging → default-mfa → nobody."),
    ],
)
def test_a_process_that_leads_nowhere_or_back_is_told(through: Product, target: str, message: str) -> None:
    configure(through, "default-mfa", credential_process=f"mfaenv process -p {target}")
    done = through.run("--shell", "bash", "-p", "staging", "--no-input")
    assert done.status == 1
    assert done.err.splitlines()[0] == f"mfaenv: {message}"
    assert "credential_process" in done.err.splitlines()[1]


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")
def test_no_input_holds_for_a_process_of_our_own_too(product: Product) -> None:
    command = shlex.join((*COMMAND, "process", "-p", "staging", "--read-only"))
    configure(product, "agent", credential_process=command, region="eu-west-1")
    with direct(product, "process", "-p", "agent", "--no-input") as window:
        window.see("--no-input forbids asking")
        assert window.ended() == CODE_NEEDED


def test_keys_before_the_process_count(through: Product) -> None:
    with open(through.env["AWS_SHARED_CREDENTIALS_FILE"], "a", encoding="utf-8") as file:
        file.write("\n[default-mfa]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = x\n")
    assert resolved(through, profile="staging").profiles == ("staging", "default-mfa")


def test_a_circle_through_a_process_is_shown(through: Product) -> None:
    configure(through, "default-mfa", credential_process="mfaenv process -p audit")
    done = through.run("--shell", "bash", "-p", "audit")
    assert done.status == 1
    assert "lead in a circle: audit → production → default-mfa → audit" in done.err


def test_doctor_names_the_roles_that_other_programs_assume_without_mfa(through: Product) -> None:
    def said() -> list[tuple[str, str, str]]:
        checks = through.run("doctor", "--no-input", "--json").json()["checks"]
        return [(each["name"], each["text"], each["next_step"]) for each in checks if each["topic"] == "roles"]

    assert said() == []
    configure(through, "production", source_profile="default", mfa_serial="GAHT12345678")
    assert said() == []
    configure(through, "staging", source_profile="default")
    ((name, text, step),) = said()
    assert name == "source_profile default"
    assert text == "staging: programs assume these roles with the keys of default, without MFA"
    assert step.endswith("mfaenv configure -p default")


def test_configure_offers_all_roles_in_one_diff(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    product.env["MFAENV_SHELL"] = "sh"
    configure(product, "staging", mfa_serial=scenario.device.serial)
    done = product.run("configure", "--yes")
    assert done.status == 0, done.err
    assert done.out.count("+source_profile = default-mfa") == 2
    found = awsfiles.load(product.env).profiles
    sources = {
        name: section["source_profile"] for name, section in found.items() if "source_profile" in section
    }
    assert sources == {"staging": "default-mfa", "production": "default-mfa", "audit": "production"}
    assert "mfa_serial" not in found["staging"]  # or programs ask for a code themselves
    assert product.run("configure", "--yes").out == ""
    assert aws.actions("GetSessionToken") == []
