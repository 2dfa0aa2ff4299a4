"""A second opinion on the protocol: moto's server, which nobody here wrote. It takes any code."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from product import Product
from settings import configure, set_keys
from terminals import direct

ALICE = "arn:aws:iam::123456789012:mfa/alice"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of moto's server, which is not there beside other versions of the dependencies."""
    server = pytest.importorskip("moto.server")
    server = server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def iam(moto: str) -> Any:
    """A client of moto's IAM, in which nothing exists yet."""
    with urlopen(Request(f"{moto}/moto-api/reset", method="POST")):
        pass
    return boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url=moto,
        aws_access_key_id="AKIAI44QH8DHBEXAMPLE",
        aws_secret_access_key="test",
    )


@pytest.fixture
def alice(product: Product, iam: Any, moto: str) -> Product:
    """mfaenv with the keys of moto's alice, who has no device and names none."""
    iam.create_user(UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    set_keys(product, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    configure(product, mfa_serial=None)
    product.env["AWS_ENDPOINT_URL"] = moto
    return product


def add_device(iam: Any, name: str) -> None:
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="alice", SerialNumber=serial, **codes)


def test_a_session_comes_for_a_code(alice: Product) -> None:
    begun = int(time.time())
    done = alice.run("--format", "json", "-c", "123456", "--serial-number", ALICE, "-d", "1h")
    assert done.status == 0, done.err
    values = done.json()
    assert all(values[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
    end = datetime.fromisoformat(values["AWS_CREDENTIAL_EXPIRATION"]).timestamp()
    assert begun <= end - 3600 <= time.time() + 1
    assert alice.run("--format", "json", "--serial-number", ALICE, "-d", "1h").out == done.out


def test_the_only_device_is_found(alice: Product, iam: Any) -> None:
    add_device(iam, "phone")
    done = alice.run("--format", "json", "-c", "123456")
    assert done.status == 0, done.err
    assert "mfa_serial = arn:aws:iam::123456789012:mfa/phone" in done.err


def test_one_of_several_devices_is_picked(alice: Product, iam: Any) -> None:
    for name in ("phone", "tablet"):
        add_device(iam, name)
    with direct(alice, "--shell", "bash") as window:
        window.see(r"1  arn:aws:iam::123456789012:mfa/phone\n  2  arn:aws:iam::123456789012:mfa/tablet")
        window.enter("2")
        window.see(r"in account 123456789012,\s+device arn:aws:iam::123456789012:mfa/tablet\s.*\sMFA code: ")
        window.enter("123456")
        window.see("export AWS_SESSION_TOKEN=")
        assert window.ended() == 0


def test_who_has_no_device_is_told(alice: Product) -> None:
    done = alice.run("--format", "json", "-c", "123456")
    assert (done.status, done.out) == (1, "")
    assert "arn:aws:iam::123456789012:user/alice has no MFA device" in done.err


def test_a_role_is_assumed_with_the_session(alice: Product) -> None:
    role = "arn:aws:iam::123456789012:role/Developer"
    done = alice.run("--format", "json", "-c", "123456", "--serial-number", ALICE, "--role-arn", role)
    assert done.status == 0, done.err
    assert done.json()["AWS_ACCESS_KEY_ID"].startswith("ASIA")
