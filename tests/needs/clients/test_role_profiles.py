"""Role profiles in other people's programs, after `mfaenv configure`: each names its profile, and none knows mfaenv."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import pytest
from needs.clients import go_client
from observed_aws import ObservedAws
from product import Product, finish
from screens import Screen
from terminals import missing, need, with_mfaenv

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="windows of X"),
    pytest.mark.xdist_group("display"),
]

ROLES = {"staging": "Developer", "production": "Operator"}

BOTO3 = """
import sys
import boto3
print(boto3.Session(profile_name=sys.argv[1]).client("sts").get_caller_identity()["Arn"])
"""
JAVASCRIPT = """
const { GetCallerIdentityCommand, STSClient } = require("@aws-sdk/client-sts");
const { fromIni } = require("@aws-sdk/credential-provider-ini");
(async () => {
    const sts = new STSClient({ credentials: fromIni({ profile: process.argv[1] }), region: "eu-west-1" });
    console.log((await sts.send(new GetCallerIdentityCommand({}))).Arn);
})();
"""
Command = list[str]
Client: TypeAlias = "Callable[[], Callable[[str], Command]]"


@pytest.fixture
def configured(product: Product) -> Product:
    """Alice's home after `mfaenv configure`, with mfaenv on the PATH."""
    product.env = with_mfaenv(product) | {"MFAENV_SHELL": "sh", "AWS_EC2_METADATA_DISABLED": "true"}
    # Go assumes roles at the address of this variable alone, and what it would send elsewhere ends at this
    # machine.
    product.env |= {
        "AWS_ENDPOINT_URL_STS": product.env["AWS_ENDPOINT_URL"],
        "HTTPS_PROXY": "http://127.0.0.1:1",
    }
    if "NODE_PATH" in os.environ:
        product.env["NODE_PATH"] = os.environ["NODE_PATH"]
    # Two AWS CLIs that make it at once are in its way.
    (product.home / ".aws" / "cli" / "cache").mkdir(parents=True)
    done = product.run("configure", "--yes")
    assert done.status == 0, done.err
    return product


def boto3() -> Callable[[str], Command]:
    return lambda role: [sys.executable, "-c", BOTO3, role]


def aws_cli() -> Callable[[str], Command]:
    program = shutil.which("aws", path=os.defpath)  # where Debian installs it; others come first on many a PATH
    if program is None:
        missing("Debian's aws")
    words = [program, "sts", "get-caller-identity", "--query", "Arn", "--output", "text", "--profile"]
    return lambda role: [*words, role]


def javascript() -> Callable[[str], Command]:
    need("node")
    wanted = "require('@aws-sdk/client-sts'); require('@aws-sdk/credential-provider-ini')"
    if subprocess.run(["node", "-e", wanted], capture_output=True, check=False).returncode:
        missing("@aws-sdk/client-sts")
    return lambda role: ["node", "-e", JAVASCRIPT, role]


def go() -> Callable[[str], Command]:
    program = str(go_client.build())
    return lambda role: [program, role]


CLIENTS = (boto3, aws_cli, javascript, go)


@contextmanager
def started(product: Product, commands: list[Command]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start all of them, without a terminal; none is left running in the end."""
    processes = [
        subprocess.Popen(
            words,
            env=product.env,
            cwd=product.home,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for words in commands
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def assert_all_have_roles(processes: list[subprocess.Popen[bytes]], roles: list[str]) -> None:
    outcomes = [finish(process) for process in processes]
    for done, role in zip(outcomes, roles, strict=True):
        assert done.status == 0, done.err
        assert f":assumed-role/{ROLES[role]}/" in done.out


def with_windows(product: Product, screen: Screen) -> None:
    """Let a window ask, by zenity; GTK 4 draws on such a screen, and tells no desktop of it."""
    desktop = {"DISPLAY": screen.name, "GSK_RENDERER": "cairo", "GTK_A11Y": "none"}
    product.env |= {"MFAENV_ASK": "zenity", **desktop}


@pytest.mark.parametrize("client", CLIENTS)
def test_one_stored_session_serves_all_role_profiles(
    configured: Product, scenario: Scenario, aws: ObservedAws, client: Client
) -> None:
    command = client()
    assert configured.run("--shell", "sh", "-c", scenario.device.code()).status == 0
    roles = [*ROLES, *ROLES]
    with started(configured, [command(role) for role in roles]) as processes:
        assert_all_have_roles(processes, roles)
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]


@pytest.mark.parametrize("client", CLIENTS)
def test_with_nothing_stored_one_window_asks_and_the_others_wait(
    configured: Product, scenario: Scenario, aws: ObservedAws, client: Client
) -> None:
    need("zenity")
    command = client()
    roles = [*ROLES, *ROLES]
    with Screen() as screen:
        with_windows(configured, screen)
        with started(configured, [command(role) for role in roles]) as processes:
            screen.type(scenario.device.code(), lambda: aws.actions("GetSessionToken"))
            assert_all_have_roles(processes, roles)
        assert screen.windows() == []
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]


def test_all_of_them_at_once_have_one_code_between_them(
    configured: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    need("zenity")
    commands = [client() for client in CLIENTS]
    roles = [role for _ in commands for role in ROLES]
    with Screen() as screen:
        with_windows(configured, screen)
        with started(configured, [command(role) for command in commands for role in ROLES]) as processes:
            screen.type(scenario.device.code(), lambda: aws.actions("GetSessionToken"))
            assert_all_have_roles(processes, roles)
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]


def test_without_the_offer_the_same_profile_is_denied(product: Product, aws: ObservedAws) -> None:
    """The other tests would prove nothing in an account that does not demand MFA."""
    done = subprocess.run(boto3()("staging"), env=product.env, capture_output=True, text=True, check=False)
    assert "AccessDenied" in done.stderr
    assert aws.actions("AssumeRole") == ["AssumeRole"]


def test_go_assumes_roles_in_the_demo_too(product: Product) -> None:
    """The key alone is refused, by the demo and not on the way to AWS."""
    product.env["HTTPS_PROXY"] = "http://127.0.0.1:1"
    done = product.run("demo", "--", *go()("staging"))
    assert "StatusCode: 403" in done.err
    assert "with an explicit deny in an identity-based policy" in done.err
