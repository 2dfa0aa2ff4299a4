"""What a profile says of where AWS is, as a shell gets it: programs there are as with the profile's own name."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import botocore.configprovider
import botocore.session
import depth
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from observed_aws import ObservedAws
from product import Product

from mfaenv.config import awsfiles, shell_settings
from mfaenv.fast import environment
from mfaenv.pretend_aws.scenario import Scenario

A, B, C = "http://127.0.0.1:1", "http://127.0.0.1:2", "https://c.example.com/path"
URLS = st.sampled_from([A, B, C])
BLOCKS = st.dictionaries(st.sampled_from(["s3", "sts", "elastic_beanstalk"]), URLS, min_size=1)
SERVICES = ("s3", "sts", "iam")
SECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "endpoint_url": URLS,
        "services": BLOCKS,
        "use_fips_endpoint": st.sampled_from(["true", "TRUE", "false", "1"]),
        "use_dualstack_endpoint": st.sampled_from(["true", "false"]),
        "ignore_configured_endpoint_urls": st.sampled_from(["true", "false"]),
    },
)
THEIRS = st.dictionaries(
    st.sampled_from(["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]), URLS, max_size=2
) | st.dictionaries(
    st.sampled_from(
        [
            "AWS_USE_FIPS_ENDPOINT",
            "AWS_USE_DUALSTACK_ENDPOINT",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "AWS_ENDPOINT_URL",
        ]
    ),
    st.sampled_from(["true", "false"]).map(str),
)


def written(title: str, section: dict[str, object]) -> str:
    """A section, with the services' own section beneath it."""
    lines, below = [f"[{title}]", "region = us-east-1"], ""
    for name, value in section.items():
        if isinstance(value, dict):
            lines.append(f"services = of-{title.rsplit(maxsplit=1)[-1]}")
            blocks = "".join(f"{each} =\n  endpoint_url = {url}\n" for each, url in value.items())
            below = f"[services of-{title.rsplit(maxsplit=1)[-1]}]\n{blocks}"
        else:
            lines.append(f"{name} = {value}")
    return "\n".join([*lines, below])


def addresses(env: dict[str, str], profile: str | None) -> dict[str, object]:
    """What botocore would call, or why it would not."""
    found: dict[str, object] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        session = botocore.session.Session(profile=profile)
        for service in SERVICES:
            try:
                client = session.create_client(service, aws_access_key_id="x", aws_secret_access_key="x")
            except ValueError as error:
                found[service] = type(error).__name__
            else:
                found[service] = client.meta.endpoint_url
    return found


@hypothesis_settings(max_examples=depth.examples(60))
@given(SECTIONS, SECTIONS, THEIRS)
def test_programs_find_aws_as_with_the_profiles_name(
    tmp_path_factory: pytest.TempPathFactory,
    own: dict[str, object],
    default: dict[str, object],
    env: dict[str, str],
) -> None:
    env = {name: value if "URL" not in name or "IGNORE" in name else C for name, value in env.items()}
    config = tmp_path_factory.getbasetemp() / "settings"
    config.write_text(f"{written('default', default)}\n{written('profile alice', own)}\n")
    env |= {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_MAX_ATTEMPTS": "1"}
    variables, warning = shell_settings.of_profile("alice", env, awsfiles.load(env))
    assert not (variables.keys() & env.keys())
    if not warning:
        assert addresses({**env, **variables}, None) == addresses(env, "alice")


@pytest.mark.parametrize(
    ("default", "own", "env", "variables"),
    [
        ("", "", {}, {}),
        (f"endpoint_url = {A}", "", {}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}),
        (f"endpoint_url = {A}", "", {"AWS_ENDPOINT_URL": B}, {}),
        (f"endpoint_url = {A}", f"endpoint_url = {B}", {}, {"AWS_ENDPOINT_URL": B}),
        (f"endpoint_url = {A}", f"endpoint_url = {B}", {"AWS_ENDPOINT_URL": C}, {}),
        ("use_fips_endpoint = true", "", {}, {"AWS_USE_FIPS_ENDPOINT": "false"}),
        ("use_fips_endpoint = true", "", {"AWS_USE_FIPS_ENDPOINT": "true"}, {}),
        ("", "use_dualstack_endpoint = TRUE", {}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}),
        ("", "ignore_configured_endpoint_urls = true", {"AWS_ENDPOINT_URL": A}, {
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}),
        ("ignore_configured_endpoint_urls = true", f"endpoint_url = {A}", {}, {
            "AWS_ENDPOINT_URL": A, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}),
        ("", "retry_mode = adaptive\nmax_attempts = 7", {"AWS_MAX_ATTEMPTS": "3"}, {"AWS_RETRY_MODE": "adaptive"}),
        ("request_checksum_calculation = when_required", "", {}, {
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported"}),
        ("", "s3 =\n  us_east_1_regional_endpoint = regional\n  use_arn_region = TRUE", {}, {
            "AWS_S3_USE_ARN_REGION": "true", "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional"}),
        ("", "account_id_endpoint_mode = disabled\ndefaults_mode = standard", {}, {
            "AWS_DEFAULTS_MODE": "standard", "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled"}),
    ],
)  # fmt: skip
def test_settings_become_variables(
    tmp_path: Path, default: str, own: str, env: dict[str, str], variables: dict[str, str]
) -> None:
    assert of_alice(tmp_path, default, own, env)[0] == variables


ELSEWHERE = {
    *("region", "data_path", "ca_bundle", "ignore_configured_endpoint_urls", "imds_use_ipv6", "tcp_keepalive"),
    "sts_regional_endpoints",  # the AWS CLI 2 does not read it, and botocore's default is the good one now
}
"""Read elsewhere, or of no use to a program that has keys, beside `ec2_`, `metadata_` and `csm_`."""


def test_each_setting_that_botocore_has_a_variable_for_is_in_the_table() -> None:
    rows = [row[:2] for row in botocore.configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES.values()]
    theirs = {setting: variable for setting, variable in rows if setting and variable}
    elsewhere = {name for name in theirs if name.startswith(("ec2_", "metadata_", "csm_"))} | ELSEWHERE
    assert {name: text for name, text in theirs.items() if name not in elsewhere}.items() <= (
        shell_settings.VARIABLE_OF_SETTING.items()
    )


def test_what_is_set_has_the_order_of_the_file(tmp_path: Path) -> None:
    services = ["sqs", "s3", "dynamodb", "iam", "ec2", "athena"]
    (tmp_path / "config").write_text(
        f"[profile alice]\nservices = all\nendpoint_url = {A}\n[services all]\n"
        + "".join(f"{name} =\n  endpoint_url = {B}/{name}\n" for name in services)
    )
    files = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    variables, _ = shell_settings.of_profile("alice", {}, awsfiles.load(files))
    assert list(variables) == ["AWS_ENDPOINT_URL", *(f"AWS_ENDPOINT_URL_{name.upper()}" for name in services)]


def of_alice(place: Path, default: str, own: str, env: dict[str, str]) -> tuple[dict[str, str], str]:
    config = place / "config"
    config.write_text(
        f"[default]\n{default}\n[profile alice]\n{own}\n[services s]\ns3 =\n  endpoint_url = {A}\n"
    )
    files = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return shell_settings.of_profile("alice", env, awsfiles.load(files))


@pytest.mark.parametrize(
    ("default", "own", "env", "words"),
    [
        (
            "ca_bundle = /a",
            "",
            {},
            "ca_bundle is that of [default] there: set AWS_CA_BUNDLE to the system's certificates",
        ),
        ("", "ca_bundle = /a", {}, "set AWS_CA_BUNDLE=/a"),
        ("ca_bundle = /a", "", {"AWS_CA_BUNDLE": "/b"}, ""),
        ("ca_bundle = /a", "ca_bundle = /a", {}, ""),
        (
            "region = us-gov-west-1",
            "",
            {},
            "it has no region, and without AWS_PROFILE they use us-gov-west-1 of [default]",
        ),
        ("s3 =\n  addressing_style = path", "s3 =\n  addressing_style = auto", {}, "s3 is that of [default]"),
        ("", "s3 =\n  addressing_style = auto", {}, "s3 is that of [default]"),
        ("", "s3 =\n  use_dualstack_endpoint = true", {}, "s3 is that of [default]"),
        ("", "s3 =\n  use_arn_region = true", {}, ""),
        ("s3_use_arn_region = false", "", {}, "s3_use_arn_region is that of [default] there"),
        ("s3_use_arn_region = true", "", {}, "set AWS_S3_USE_ARN_REGION"),
        ("", "s3 =\n  max_concurrent_requests = 20", {}, ""),
        ("", "account_id_endpoint_mode = Required", {}, "stops DynamoDB there: set AWS_ACCOUNT_ID"),
        ("", "account_id_endpoint_mode = required", {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "preferred"}, ""),
        ("account_id_endpoint_mode = required", "", {}, ""),
        ("retry_mode = adaptive", "", {}, "retry_mode is that of [default] there: set AWS_RETRY_MODE"),
        ("retry_mode = adaptive", "", {"AWS_RETRY_MODE": "standard"}, ""),
        ("retry_mode = nonsense", "", {}, "retry_mode is that of [default] there: set AWS_RETRY_MODE"),
        ("retry_mode = nonsense", "retry_mode = standard", {}, ""),
        ("services = nope", "", {}, "[default] has services = nope, with which they stop"),
        ("services = nope", "", {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, ""),
        ("", "defaults_mode = a b", {}, "defaults_mode is that of [default] there"),
        (f"endpoint_url = {B}", "services = s", {}, f"go to that of [default], {B}"),
        (f"endpoint_url = {B}", "", {"AWS_ENDPOINT_URL_S3": A}, f"go to that of [default], {B}"),
        (f"endpoint_url = {B}", f"services = s\nendpoint_url = {A}", {}, ""),
    ],
)
def test_what_no_variable_says_is_told_in_one_warning(
    tmp_path: Path, default: str, own: str, env: dict[str, str], words: str
) -> None:
    _, warning = of_alice(tmp_path, default, own, env)
    assert words in warning
    assert bool(warning) == bool(words)


def test_several_things_that_no_variable_says_are_one_warning(tmp_path: Path) -> None:
    _, warning = of_alice(tmp_path, "region = eu-west-1", "ca_bundle = /a\ns3 =\n  addressing_style = path", {})
    assert all(word in warning for word in ("AWS_CA_BUNDLE=/a", "eu-west-1", "s3"))


@pytest.fixture
def alice(product: Product, aws: ObservedAws, scenario: Scenario) -> Product:
    """alice has an address, [default] has another one, and the environment none."""
    del product.env["AWS_ENDPOINT_URL"]
    (product.home / ".aws" / "config").write_text(
        f"[default]\nendpoint_url = {A}\nuse_fips_endpoint = true\ns3 =\n  addressing_style = path\n"
        f"[profile alice]\nregion = us-west-2\nendpoint_url = {aws.url}\nmfa_serial = {scenario.device.serial}\n"
        f"[profile bob]\nregion = us-west-2\nmfa_serial = {scenario.device.serial}\n"
    )
    keys = f"aws_access_key_id = {scenario.key.id}\naws_secret_access_key = {scenario.key.secret}\n"
    (product.home / ".aws" / "credentials").write_text(f"[alice]\n{keys}[bob]\n{keys}")
    return product


def in_bash(product: Product, *lines: str, **more: str) -> dict[str, str]:
    """The environment that is there after these lines."""
    show = f"{shlex.quote(sys.executable)} -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    script = "\n".join(['mfaenv() { python -m mfaenv "$@"; }', *lines, show])
    done = subprocess.run(
        ["bash", "-ec", script], env=product.env | more, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_a_line_that_fails_is_not_warned_of_what_it_would_lack(alice: Product, scenario: Scenario) -> None:
    line = ("-s", "bash", "-p", "alice")
    failed = alice.run(*line, "--no-input")
    assert (failed.status, failed.err.count("\n")) == (3, 2)
    assert failed.err.startswith("mfaenv: A code is needed for profile alice")
    assert "Programs in this shell do not get all" in alice.run(*line, "-c", scenario.device.code()).err


def ours(env: dict[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in env.items() if environment.is_setting(name) or name == "MFAENV_SETTINGS"
    }


def test_the_shell_gets_it_and_loses_it_with_the_next_profile_and_with_unset(
    alice: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    done = alice.run("-p", "alice", "--shell", "bash", "-c", scenario.device.code())
    assert (
        "s3 is that of [default] there: no variable says it, move it to the profiles that need it" in done.err
    )
    load = "eval $(mfaenv -p alice --shell bash)"
    first = ours(in_bash(alice, load))
    assert first == {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_USE_FIPS_ENDPOINT": "false",
        "MFAENV_SETTINGS": f"AWS_USE_FIPS_ENDPOINT=false AWS_ENDPOINT_URL={aws.url}",
    }
    assert ours(in_bash(alice, load, load, load)) == first
    assert ours(in_bash(alice, load, "eval $(mfaenv unset --shell bash)")) == {}
    theirs = {"AWS_ENDPOINT_URL": aws.url, "AWS_USE_FIPS_ENDPOINT": "true"}
    assert ours(in_bash(alice, load, "eval $(mfaenv unset --shell bash)", **theirs)) == theirs
    changed = "export AWS_ENDPOINT_URL=http://127.0.0.1:3"
    left = ours(in_bash(alice, load, changed, "eval $(mfaenv unset --shell bash)"))
    assert left == {"AWS_ENDPOINT_URL": "http://127.0.0.1:3"}


def test_a_full_run_takes_away_what_the_last_profile_set(
    alice: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    config = alice.home / ".aws" / "config"
    text = config.read_text().replace("[profile alice]\n", "[profile alice]\nmax_attempts = 9\n")
    config.write_text(text.replace("[profile bob]\n", f"[profile bob]\nendpoint_url = {aws.url}\n"))
    assert alice.run("-p", "alice", "--shell", "bash", "-c", scenario.device.code()).status == 0
    alice.env = in_bash(alice, "eval $(mfaenv -p alice --shell bash)")
    assert alice.env["AWS_MAX_ATTEMPTS"] == "9"
    done = alice.run("-p", "bob", "--shell", "bash", "--cached", "--verbose")
    assert done.status == 0
    assert re.search(r"^unset .*\bAWS_MAX_ATTEMPTS\b", done.out, re.MULTILINE)
    assert "export AWS_MAX_ATTEMPTS" not in done.out


def test_the_next_profile_does_not_call_where_the_last_one_did(
    alice: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    assert alice.run("-p", "alice", "--shell", "bash", "-c", scenario.device.code()).status == 0
    env = in_bash(alice, "eval $(mfaenv -p alice --shell bash)")
    calls = len(aws.log)
    alice.env = {**env, "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = alice.run("-p", "bob", "--shell", "bash", "-c", "123456", "-v")
    assert done.status == 1
    assert len(aws.log) == calls
    assert "sts.us-west-2.amazonaws.com for sts" in done.err


def test_a_word_that_is_no_setting_becomes_no_code(bare: Product) -> None:
    text = "AWS_ENDPOINT_URL;touch=x AWS_ENDPOINT_URL$(id)=y PATH=/bin AWS_ENDPOINT_URL_S3=z"
    more = {"MFAENV_SETTINGS": text, "PATH": bare.env["PATH"], "AWS_ENDPOINT_URL_S3": "z"}
    bare.env |= more
    printed = bare.run("unset", "--shell", "bash").out
    assert "touch" not in printed
    assert "PATH" not in printed
    assert re.search(r"^unset .*\bAWS_ENDPOINT_URL_S3\b", printed, re.MULTILINE)
