"""The recipes of the pages with the real programs: those that give the code, and those that use the session."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import PAGES, blocks, spans
from product import Product
from settings import configure
from terminals import CTRL_C, direct, missing, need, with_mfaenv

from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Debian's programs")

KEEPASS = """<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile><Meta/><Root><Group><UUID>AAAAAAAAAAAAAAAAAAAAAQ==</UUID><Name>Root</Name><Entry>
<UUID>AAAAAAAAAAAAAAAAAAAAAg==</UUID><String><Key>Title</Key><Value>AWS alice</Value></String>
<String><Key>otp</Key><Value>{uri}</Value></String></Entry></Group></Root></KeePassFile>
"""


def run(product: Product, *words: str, text: str = "") -> str:
    done = subprocess.run(
        words,
        env=with_mfaenv(product),
        cwd=product.home,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def secret(scenario: Scenario) -> str:
    return base64.b32encode(scenario.device.secret).decode()


def uri(scenario: Scenario) -> str:
    return f"otpauth://totp/AWS:alice?secret={secret(scenario).rstrip('=')}&issuer=AWS"


def code_of(topic: str) -> list[str]:
    return [*spans(PAGES[topic]), *(line for block in blocks(PAGES[topic]) for line in block)]


def documented(line: str, path: str = "", ours: Path | str = "") -> str:
    """Return a command of the page on codes, with a file of this test's home."""
    assert line in {text.removeprefix("mfa_process = ") for text in code_of("codes")}
    return line.replace(path, str(ours)) if path else line


@pytest.fixture
def store(product: Product, scenario: Scenario) -> Iterator[Product]:
    """A password store with alice's device in it."""
    need("pass", "gpg")
    keys = product.home / "g"
    keys.mkdir(mode=0o700)
    product.env["GNUPGHOME"] = str(keys)
    run(
        product,
        "gpg",
        "--batch",
        "--passphrase",
        "",
        "--quick-gen-key",
        "alice@example.com",
        "default",
        "default",
    )
    run(product, "pass", "init", "alice@example.com")
    run(product, "pass", "otp", "insert", "aws/alice", text=f"{uri(scenario)}\n")
    yield product
    run(product, "gpgconf", "--kill", "all")


@pytest.fixture
def database(product: Product, scenario: Scenario) -> Path:
    """A KeePassXC database with alice's device in it, which KeePassXC had open last."""
    need("keepassxc-cli")
    product.env["QT_QPA_PLATFORM"] = "offscreen"
    xml, made = product.home / "entries.xml", product.home / "Passwords.kdbx"
    xml.write_text(KEEPASS.format(uri=uri(scenario).replace("&", "&amp;")))
    run(product, "keepassxc-cli", "import", "-p", str(xml), str(made), text="word\nword\n")
    xml.unlink()
    own = product.home / ".cache" / "keepassxc"
    own.mkdir(parents=True)
    (own / "keepassxc.ini").write_text(f"[General]\nLastActiveDatabase={made}\n")
    return made


def test_pass_gives_the_code(store: Product) -> None:
    configure(store, "default", mfa_process=documented("pass otp aws/alice"))
    done = store.run("--shell", "bash")
    assert done.status == 0, done.err


def test_pass_is_found_by_the_set_up(store: Product, scenario: Scenario) -> None:
    store.env["MFAENV_SHELL"] = "csh"
    done = store.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    assert "+mfa_process = pass otp aws/alice" in done.out.splitlines()


def test_oathtool_gives_the_code(product: Product, scenario: Scenario) -> None:
    need("oathtool")
    seed = product.home / ".aws-totp"
    seed.write_text(secret(scenario))
    command = documented("oathtool --totp --base32 @/home/alice/.aws-totp", "/home/alice/.aws-totp", seed)
    configure(product, "default", mfa_process=command)
    done = product.run("--shell", "bash")
    assert done.status == 0, done.err


def test_keepassxc_gives_the_code_for_its_password(product: Product, database: Path) -> None:
    command = documented(
        "keepassxc-cli show --totp /home/alice/Passwords.kdbx 'AWS alice'",
        "/home/alice/Passwords.kdbx",
        database,
    )
    configure(product, "default", mfa_process=command)
    with direct(product, "--shell", "bash") as window:
        window.see("Enter password")
        window.enter("word")
        window.see("export AWS_ACCESS_KEY_ID=")
        assert window.ended() == 0


def test_keepassxc_is_looked_into_by_the_set_up(product: Product, database: Path) -> None:
    product.env["MFAENV_SHELL"] = "csh"
    with direct(product, "configure") as window:
        window.see(r"Look for codes in \S+Passwords\.kdbx\?")
        window.enter("")
        window.see("Enter password")
        window.enter("word")
        window.see(r"^\+mfa_process = keepassxc-cli show --totp \S+ 'AWS alice'")
        window.see(r"\[Y/n\] ")
        window.enter("")
        window.see("Enter password")
        window.enter("word")
        window.see("default-mfa")
        window.see(r"\[Y/n\] ")
        window.press(CTRL_C)
        assert window.ended() == 130
    assert f"keepassxc-cli show --totp {database} 'AWS alice'" in (product.home / ".aws" / "config").read_text()


@pytest.fixture
def outside(product: Product, scenario: Scenario) -> Product:
    """A stored session, and the documented profile for programs outside the shell."""
    assert product.run("--shell", "sh", "--token-code", scenario.device.code()).status == 0
    lines = ["[profile default-mfa]", "credential_process = mfaenv process -p default"]
    assert lines in blocks(PAGES["programs"])
    with (product.home / ".aws" / "config").open("a") as file:
        file.write("\n".join(["", *lines, "region = us-east-1", ""]))
    return product


def test_the_aws_cli_and_boto3_name_the_profile(outside: Product) -> None:
    need("aws")
    assert "reports" in run(outside, "aws", "--profile", "default-mfa", "s3", "ls")
    script = 'import boto3; print(boto3.Session(profile_name="default-mfa").client("sts").get_caller_identity()["Arn"])'
    assert run(outside, sys.executable, "-c", script).strip().endswith(":user/alice")
    outside.env["AWS_PROFILE"] = "default-mfa"
    assert "reports" in run(outside, "aws", "s3", "ls")


def test_kubectls_program_gives_a_token(outside: Product) -> None:
    need("aws")
    shown = run(outside, "aws", "eks", "get-token", "--cluster-name", "c", "--profile", "default-mfa")
    assert json.loads(shown)["status"]["token"].startswith("k8s-aws-v1.")


def test_agents_get_the_json_of_export_credentials(outside: Product) -> None:
    program = shutil.which("aws", path="/usr/bin")  # Debian's is version 2, which alone has that command
    if program is None:
        missing("version 2 of the AWS CLI")
    theirs = json.loads(run(outside, program, "configure", "export-credentials", "--profile", "default-mfa"))
    ours = json.loads(run(outside, "mfaenv", "process", "-p", "default"))
    assert {name: ours[name] for name in theirs} == theirs


def test_a_containers_file_has_no_quotes(outside: Product) -> None:
    """`docker run --env-file` takes quotes as part of the value."""
    lines = outside.run("-f", "dotenv").out.splitlines()
    values = dict(line.split("=", 1) for line in lines)
    assert values == outside.run("-f", "json").json()
    inside = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOME": "/nonexistent",
        **values,
    }
    inside["AWS_ENDPOINT_URL"] = outside.env["AWS_ENDPOINT_URL"]
    script = 'import boto3; print(boto3.client("sts").get_caller_identity()["Account"])'
    done = subprocess.run(
        [sys.executable, "-c", script], env=inside, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "123456789012", done.stderr
