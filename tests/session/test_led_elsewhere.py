"""A code that somebody would lead elsewhere: by an address, by a proxy, or by models of AWS's services of their own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import botocore
import pytest
from observed_aws import ObservedAws
from product import Outcome, Product
from settings import configure
from terminals import direct
from trouble import CODE, Refusal, assert_explained, refusing_proxy

from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario

ALICE = "arn:aws:iam::123456789012:mfa/alice"
RELAY = "http://relay.example.com"
SECRET_URL = "ftp://alice:pa55word@127.0.0.1"
IDENTITY = (
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/alice</Arn>"
    b"<UserId>AIDAIOSFODNN7EXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
    b"</GetCallerIdentityResponse>"
)
SESSION = (
    b"<GetSessionTokenResponse><GetSessionTokenResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>"
    b"<SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>"
    b"<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></GetSessionTokenResult></GetSessionTokenResponse>"
)


@pytest.fixture
def relay(product: Product) -> Iterator[Refusal]:
    """Something that hears all that goes out without encryption, or asks for a way out: a proxy on a loopback port."""
    with refusing_proxy(200, IDENTITY) as heard:
        product.env |= {"HTTP_PROXY": f"http://{heard.address}", "HTTPS_PROXY": f"http://{heard.address}"}
        product.env |= {"AWS_MAX_ATTEMPTS": "1"}
        yield heard


def unset_endpoint(product: Product) -> Product:
    del product.env["AWS_ENDPOINT_URL"]
    return product


def configured(product: Product, source: str, url: str) -> None:
    """Lead the calls of the session to an address."""
    unset_endpoint(product)
    if source.startswith("AWS_"):
        product.env[source] = url
    elif source == "endpoint_url":
        configure(product, endpoint_url=url)
    else:
        configure(product, services="mine")
        with Path(product.env["AWS_CONFIG_FILE"]).open("a", encoding="utf-8") as file:
            file.write(f"\n[services mine]\nsts =\n  endpoint_url = {url}\n")


def assert_refused(done: Outcome, relay: Refusal) -> None:
    assert done.status == 2
    assert_explained(done, "http://.* has no encryption", "MFAENV_ALLOW_HTTP=1")
    assert all(len(line) <= 80 for line in done.err.splitlines())
    assert relay.asked == []


@pytest.mark.parametrize("source", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "endpoint_url", "services"])
def test_nothing_goes_to_another_machine_without_encryption(
    product: Product, relay: Refusal, source: str
) -> None:
    configured(product, source, RELAY)
    assert_refused(product.run("--shell", "bash", "-c", CODE), relay)
    assert_refused(product.run("--shell", "bash", "--token-command", f"echo {CODE}"), relay)
    with direct(product, "--shell", "bash") as window:
        assert window.ended() == 2
        assert "MFA code" not in window.text
    assert relay.asked == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1.example.com", "alice@relay.example.com", "0.0.0.0", "[::ffff:127.0.0.1]"]
)
def test_an_address_that_looks_like_this_machine_is_another(
    product: Product, relay: Refusal, host: str
) -> None:
    configured(product, "AWS_ENDPOINT_URL", f"HTTP://{host}:4566")
    assert_refused(product.run("--shell", "bash", "-c", CODE), relay)


def test_the_user_may_allow_it(product: Product, relay: Refusal) -> None:
    configured(product, "AWS_ENDPOINT_URL", RELAY)
    product.env["MFAENV_ALLOW_HTTP"] = "1"
    assert product.run("--shell", "bash", "-c", CODE).status == 1
    assert relay.asked == [f"{RELAY}/"]


def test_a_proxy_on_another_machine_hears_nothing(product: Product, relay: Refusal) -> None:
    product.env |= {
        "HTTP_PROXY": "http://alice:pa55word@proxy.example.com:3128",
        "NO_PROXY": "",
        "no_proxy": "",
    }
    done = product.run("--shell", "bash", "-c", CODE)
    assert done.status == 2
    assert_explained(
        done, "The proxy http://proxy.example.com:3128 can read what goes to 127.0.0.1", "NO_PROXY"
    )
    product.env["HTTP_PROXY"] = f"http://{relay.address}"
    assert product.run("--shell", "bash", "-c", CODE).status == 1
    assert relay.asked == [f"{product.env['AWS_ENDPOINT_URL']}/"]


def test_each_role_has_its_own_address(
    product: Product, scenario: Scenario, aws: ObservedAws, relay: Refusal
) -> None:
    configured(product, "endpoint_url", aws.url)
    configure(product, "staging", endpoint_url=RELAY)
    assert_refused(product.run("--shell", "bash", "-p", "staging", "-c", scenario.device.code()), relay)
    assert aws.actions() == []
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
    assert_refused(product.run("--shell", "bash", "-p", "staging"), relay)


def test_who_is_asked_for_the_device_is_looked_at_too(
    product: Product, aws: ObservedAws, relay: Refusal
) -> None:
    configure(product, mfa_serial=None)
    product.env["AWS_ENDPOINT_URL_IAM"] = RELAY
    done = product.run("--shell", "bash", "-c", CODE)
    assert done.status == 1
    assert_explained(done, "http://relay.example.com has no encryption", "Name the device")
    assert relay.asked == []
    assert aws.actions("GetSessionToken") == []


def test_what_botocore_calls_by_itself_is_looked_at_too(product: Product, relay: Refusal) -> None:
    token = product.home / "token"
    token.write_text("token")
    configured(product, "AWS_ENDPOINT_URL", RELAY)
    role = "arn:aws:iam::111122223333:role/Developer"
    configure(product, "web", region="us-east-1", role_arn=role, web_identity_token_file=str(token))
    assert_refused(product.run("--shell", "bash", "-p", "web"), relay)


def test_a_stored_session_calls_nobody(product: Product) -> None:
    """And so a session that was allowed once is still there."""
    configured(product, "AWS_ENDPOINT_URL", RELAY)
    with refusing_proxy(200, SESSION) as answering:
        product.env |= {"HTTP_PROXY": f"http://{answering.address}", "MFAENV_ALLOW_HTTP": "1"}
        done = product.run("--shell", "bash", "-c", CODE)
    assert done.status == 0, done.err
    del product.env["MFAENV_ALLOW_HTTP"]
    assert product.run("--shell", "bash", "--cached").out == done.out
    assert product.run("--shell", "bash").out == done.out
    assert product.run("--shell", "bash", "--refresh", "-c", CODE).status == 2


def test_doctor_calls_no_such_address(product: Product, scenario: Scenario, relay: Refusal) -> None:
    product.env["AWS_ENDPOINT_URL_S3"] = f"{RELAY}/s3"
    done = product.run("doctor", "--json", "-c", scenario.device.code())
    told = [check for check in done.json()["checks"] if check["state"] == "wrong"]
    assert [check["name"] for check in told] == ["s3:ListAllMyBuckets"]
    assert "relay.example.com/s3 has no encryption" in told[0]["text"]
    configured(product, "AWS_ENDPOINT_URL", RELAY)
    done = product.run("doctor", "--json", "-c", CODE)
    assert done.status == 1
    assert relay.asked == []


def models(folder: Path, url: str) -> Path:
    """Write models of STS and IAM, newer than botocore's, and lists of regions, that lead to an address."""
    data = Path(botocore.__file__).parent / "data"
    rules = {
        "version": "1.0",
        "parameters": {},
        "rules": [{"conditions": [], "endpoint": {"url": url}, "type": "endpoint"}],
    }
    partitions = json.loads((data / "partitions.json").read_text(encoding="utf-8"))
    for partition in partitions["partitions"]:
        partition["outputs"] |= {"dnsSuffix": "relay.example.com", "dualStackDnsSuffix": "relay.example.com"}
    folder.mkdir(parents=True)
    (folder / "partitions.json").write_text(json.dumps(partitions))
    endpoints = (data / "endpoints.json").read_text(encoding="utf-8")
    (folder / "endpoints.json").write_text(endpoints.replace("amazonaws.com", "relay.example.com"))
    for service, version in (("sts", "2011-06-15"), ("iam", "2010-05-08")):
        extras = {"version": 1.0, "merge": {"metadata": {"endpointPrefix": "relay", "globalEndpoint": "relay"}}}
        for place in (folder / service / version, folder / service / "2099-01-01"):
            place.mkdir(parents=True)
            (place / "endpoint-rule-set-1.json").write_text(json.dumps(rules))
            (place / "service-2.json").write_text(
                json.dumps({"version": "2.0", "metadata": {}, "operations": {}})
            )
            (place / "service-2.sdk-extras.json").write_text(json.dumps(extras))
    return folder


@pytest.fixture
def hostile(product: Product, relay: Refusal, tmp_path: Path) -> Product:
    """mfaenv that calls AWS itself, with models everywhere that lead elsewhere."""
    url = f"http://{relay.address}/led"
    product.env["AWS_DATA_PATH"] = str(models(tmp_path / "data", url))
    models(product.home / ".aws" / "models", url)
    configure(product, data_path=str(models(tmp_path / "more", url)))
    return unset_endpoint(product)


@pytest.mark.usefixtures("real_starts")  # a fork has read botocore's own already
def test_models_of_others_lead_no_code_elsewhere(hostile: Product, relay: Refusal) -> None:
    assert hostile.run("--shell", "bash", "-c", CODE).status == 1
    assert set(relay.asked) == {"sts.us-east-1.amazonaws.com:443"}
    configure(hostile, mfa_serial=None)
    del relay.asked[:]
    configure(hostile, sts_regional_endpoints="legacy", region="eu-west-1")
    assert hostile.run("--shell", "bash", "-c", CODE).status == 1
    assert set(relay.asked) == {"sts.eu-west-1.amazonaws.com:443"}


def test_models_of_others_change_nothing_that_botocore_calls_or_doctor(
    hostile: Product, relay: Refusal
) -> None:
    token = hostile.home / "token"
    token.write_text("token")
    role = "arn:aws:iam::111122223333:role/Developer"
    configure(hostile, "web", role_arn=role, web_identity_token_file=str(token), region="eu-west-1")
    assert hostile.run("--shell", "bash", "-p", "web").status == 1
    assert set(relay.asked) == {"sts.eu-west-1.amazonaws.com:443"}
    del relay.asked[:]
    assert hostile.run("doctor", "-c", CODE).status == 1
    called = {"sts.us-east-1.amazonaws.com:443", "iam.amazonaws.com:443", "s3.amazonaws.com:443"}
    assert set(relay.asked) == called


def test_lists_of_regions_of_others_change_no_error(product: Product, relay: Refusal) -> None:
    unset_endpoint(product)
    folder = product.home / ".aws" / "models"
    folder.mkdir(parents=True)
    (folder / "partitions.json").write_text('{"partitions": []}')
    assert_explained(
        product.run("--shell", "bash", "-c", CODE, "--region", "eu-west1"), "no region", "eu-west-1"
    )
    assert relay.asked == []


def test_models_of_others_change_nothing_in_the_pretend_aws(
    product: Product, scenario: Scenario, aws: ObservedAws, tmp_path: Path
) -> None:
    product.env["AWS_DATA_PATH"] = str(models(tmp_path / "data", aws.url))
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0


def test_the_question_says_where_the_code_goes(product: Product, aws: ObservedAws) -> None:
    product.env["AWS_ENDPOINT_URL"] = aws.url.replace("://", "://alice:pa55word@")
    with direct(product, "--shell", "bash") as window:
        window.see(r"MFA code: ")
        assert window.text.splitlines() == [
            "For profile default in account 123456789012,",
            f"device {ALICE}",
            f"The code goes to {aws.url}, not to AWS.",
            "MFA code: ",
        ]
        window.enter("none")
        window.see(r"^A code is six digits\.\s^MFA code: ")
        assert window.text.count(ALICE) == 1


def test_the_question_names_no_address_where_it_is_awss_own(product: Product, relay: Refusal) -> None:
    unset_endpoint(product)
    configure(product, mfa_serial="GAHT12345678")
    configure(product, region="eu-west-1")
    with direct(product, "--shell", "bash", AWS_MFA_SERIAL=ALICE) as window:
        window.see("MFA code: ")
        assert "goes to" not in window.text
    assert {host.partition(".")[0] for host in relay.asked} <= {"sts"}


def test_a_device_is_remembered_for_its_address_alone(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    configure(product, mfa_serial=None)
    scenario.world.accounts["123456789012"].users["alice"].policies = {"Admin": ALLOW_ALL}
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
    assert aws.actions().count("ListMFADevices") == 1
    with ObservedAws(scenario.world) as other:
        product.env["AWS_ENDPOINT_URL"] = other.url
        assert product.run("--shell", "bash", "--cached").status == 3
        assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
        assert other.actions().count("ListMFADevices") == 1


@pytest.mark.parametrize(
    "arguments", [("--shell", "bash", "-v"), ("doctor",), ("doctor", "--json"), ("exec", "true"), ("process",)]
)
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_S3"])
@pytest.mark.parametrize("url", [SECRET_URL, "alice:pa55word@127.0.0.1", "http://alice:pa55 word@127.0.0.1:1"])
def test_the_password_of_an_address_is_never_shown(
    product: Product, arguments: tuple[str, ...], name: str, url: str
) -> None:
    product.env |= {name: url, "AWS_MAX_ATTEMPTS": "1"}
    done = product.run(*arguments, input="")
    assert not re.search("alice:|pa55|word@", done.out + done.err)
    assert "Traceback" not in done.err


def test_the_password_of_an_address_that_is_used_is_not_shown(product: Product, scenario: Scenario) -> None:
    product.env["AWS_ENDPOINT_URL"] = product.env["AWS_ENDPOINT_URL"].replace("://", "://alice:pa55word@")
    done = product.run("--shell", "bash", "-v", "-c", scenario.device.code())
    assert done.status == 0, done.err
    assert "pa55word" not in done.out + done.err
    done = product.run("doctor", "-v", "-c", CODE)
    assert "pa55word" not in done.out + done.err


@pytest.mark.parametrize(
    ("variables", "settings", "address"),
    [
        ({}, {}, "https://sts.us-east-1.amazonaws.com"),
        ({}, {"region": "eu-west-1"}, "https://sts.eu-west-1.amazonaws.com"),
        ({}, {"region": "us-east-2", "use_fips_endpoint": "true"}, "https://sts-fips.us-east-2.amazonaws.com"),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, {"region": "us-east-2"}, "https://sts.us-east-2.api.aws"),
        (
            {},
            {"sts_regional_endpoints": "legacy", "region": "us-east-2"},
            "https://sts.us-east-2.amazonaws.com",
        ),
        (
            {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL": RELAY},
            {},
            "https://sts.us-east-1.amazonaws.com",
        ),
        (
            {},
            {"mfa_serial": "arn:aws-cn:iam::123456789012:mfa/alice"},
            "https://sts.cn-northwest-1.amazonaws.com.cn",
        ),
    ],
)
def test_verbose_and_doctor_name_the_address_that_is_called(
    product: Product, relay: Refusal, variables: dict[str, str], settings: dict[str, str], address: str
) -> None:
    unset_endpoint(product).env.update(variables)
    configure(product, **settings)
    done = product.run("--shell", "bash", "-v", "-c", CODE)
    assert f"endpoint   {address} for sts  (AWS's own)" in done.err
    assert set(relay.asked) == {f"{address.removeprefix('https://')}:443"}
    checks = product.run("doctor", "--json", "-c", CODE).json()["checks"]
    assert f"{address} for sts (AWS's own)" in [
        check["text"] for check in checks if check["name"] == "endpoint"
    ]
