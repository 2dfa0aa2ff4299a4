"""Where AWS is called, and what may stand between: certificates, proxies, regions, partitions."""

from pathlib import Path

import pytest
from observed_aws import ObservedAws
from product import Product
from rare_things import add_account_of
from settings import configure, set_keys
from trouble import BLOCKED, CODE, OTHER_SECRET, assert_explained, certificate, refusing_proxy

from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.totp import Device
from mfaenv.pretend_aws.world import Role

CHINA, GOVERNMENT = "arn:aws-cn:iam::123456789012:mfa/alice", "arn:aws-us-gov:iam::123456789012:mfa/alice"

NO_SECRET = (
    b"<GetSessionTokenResponse><GetSessionTokenResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>"
    b"<SecretAccessKey/><SessionToken>token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>"
    b"</Credentials></GetSessionTokenResult></GetSessionTokenResponse>"
)


@pytest.fixture
def outward(product: Product) -> Product:
    """mfaenv that would call AWS itself, through a proxy if there is one, and does not try again."""
    for name in ("AWS_ENDPOINT_URL", "NO_PROXY", "no_proxy"):
        del product.env[name]
    product.env["AWS_MAX_ATTEMPTS"] = "1"
    return product


def test_a_certificate_that_nobody_knows_fails_until_the_bundle_has_it(
    scenario: Scenario, product: Product, tmp_path: Path
) -> None:
    made = certificate(tmp_path)
    with ObservedAws(scenario.world, tls=made.context) as aws:
        product.env |= {"AWS_ENDPOINT_URL": aws.url, "AWS_MAX_ATTEMPTS": "1"}
        done = product.run("--shell", "bash", "-c", scenario.device.code())
        assert done.status == 1
        assert_explained(done, "TLS failed: .*certificate verify failed", "AWS_CA_BUNDLE")
        for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):  # before botocore 1.44 these let all in
            product.env[name] = ""
            done = product.run("--shell", "bash", "-c", scenario.device.code())
            assert done.status == 1
            assert_explained(done, "AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE or ca_bundle is empty", "Unset it")
            del product.env[name]
        assert aws.log == []
        product.env["AWS_CA_BUNDLE"] = str(made.path)
        assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
        del product.env["AWS_CA_BUNDLE"]
        configure(product, ca_bundle=str(made.path))
        assert product.run("--shell", "bash", "-c", scenario.device.code(), "--refresh").status == 0


@pytest.mark.parametrize("secret", ["#pa55", "/pa55", "?pa55", "12345#pa55", "\\pa55"])
@pytest.mark.parametrize("scheme", ["http://", "", "socks5://"])
def test_a_proxy_whose_password_cuts_its_url_short_is_refused(
    outward: Product, scheme: str, secret: str
) -> None:
    outward.env["HTTPS_PROXY"] = f"{scheme}alice:{secret}@127.0.0.1:9"
    done = outward.run("--shell", "bash", "-c", CODE)
    assert done.status == 2
    assert_explained(done, "HTTPS_PROXY is not the URL of a proxy", "%23")
    assert "alice" not in done.err
    assert "pa55" not in done.err


@pytest.mark.parametrize("credentials", ["", "user:pa55word@"])
def test_a_proxy_that_refuses_is_named(outward: Product, credentials: str) -> None:
    with refusing_proxy() as proxy:
        outward.env["HTTPS_PROXY"] = f"http://{credentials}{proxy.address}"
        done = outward.run("--shell", "bash", "-c", CODE)
    assert done.status == 1
    assert_explained(done, "The proxy refused the connection: .*127.0.0.1", "HTTPS_PROXY")
    assert proxy.asked == ["sts.us-east-1.amazonaws.com:443"]


@pytest.mark.parametrize(
    ("status", "page"),
    [
        (403, BLOCKED),
        (200, BLOCKED),
        (200, b""),
        (200, b"<GetSessionTokenResponse><GetSessionTokenResult/></GetSessionTokenResponse>"),
        (200, NO_SECRET),
    ],
)
def test_a_proxy_that_answers_for_aws_is_told(outward: Product, status: int, page: bytes) -> None:
    with refusing_proxy(status, page) as proxy:
        outward.env["HTTP_PROXY"] = f"http://{proxy.address}"
        outward.env |= {"AWS_ENDPOINT_URL": "http://sts.internal.example.com", "MFAENV_ALLOW_HTTP": "1"}
        done = outward.run("--shell", "bash", "-c", CODE)
    assert done.status == 1
    assert_explained(done, "The answer is not from AWS", "NO_PROXY|HTTP_PROXY")
    assert proxy.asked


@pytest.mark.parametrize(
    ("serial", "region", "host"),
    [
        ("arn:aws:iam::123456789012:mfa/alice", "", "sts.us-east-1.amazonaws.com"),
        ("arn:aws:iam::123456789012:mfa/alice", "eu-west-1", "sts.eu-west-1.amazonaws.com"),
        ("arn:aws:iam::123456789012:mfa/alice", "af-south-1", "sts.af-south-1.amazonaws.com"),
        ("arn:aws:iam::123456789012:mfa/alice", "cn-north-1", "sts.us-east-1.amazonaws.com"),
        (CHINA, "", "sts.cn-northwest-1.amazonaws.com.cn"),
        (CHINA, "cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
        (CHINA, "us-east-1", "sts.cn-northwest-1.amazonaws.com.cn"),
        (GOVERNMENT, "", "sts.us-gov-west-1.amazonaws.com"),
        (GOVERNMENT, "us-gov-east-1", "sts.us-gov-east-1.amazonaws.com"),
        ("arn:aws-iso:iam::123456789012:mfa/alice", "", "sts.us-iso-east-1.c2s.ic.gov"),
        ("GAHT12345678", "cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
        ("GAHT12345678", "us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
    ],
)
def test_the_endpoint_is_that_of_the_region_in_the_partition_of_the_device(
    outward: Product, serial: str, region: str, host: str
) -> None:
    configure(outward, mfa_serial=serial, region=region or None)
    with refusing_proxy() as proxy:
        outward.env["HTTPS_PROXY"] = f"http://{proxy.address}"
        assert outward.run("--shell", "bash", "-c", CODE).status == 1
    assert set(proxy.asked) == {f"{host}:443"}


def add_far_user(product: Product, scenario: Scenario, partition: str) -> tuple[Role, Device]:
    """Add a user of another partition, whose keys profile far has, and a role for that user."""
    account = add_account_of(scenario.world, partition)
    user = account.add_user("alice", policies={"Admin": ALLOW_ALL})
    key = user.add_key("AKIAI44QH8DHBEXAMPLE", OTHER_SECRET)
    set_keys(product, "far", aws_access_key_id=key.id, aws_secret_access_key=key.secret)
    return account.add_role("Developer", trust(user.arn), policies={"Admin": ALLOW_ALL}), user.add_device()


@pytest.mark.parametrize(
    ("partition", "region"), [("aws-cn", "cn-northwest-1"), ("aws-us-gov", "us-gov-west-1")]
)
def test_in_another_partition_a_session_is_got_without_a_region(
    product: Product, scenario: Scenario, aws: ObservedAws, partition: str, region: str
) -> None:
    _, device = add_far_user(product, scenario, partition)
    configure(product, "far", mfa_serial=device.serial)
    done = product.run("--shell", "bash", "-p", "far", "-c", device.code())
    assert done.status == 0, done.err
    assert [(record.action, record.region) for record in aws.log] == [("GetSessionToken", region)]
    assert "AWS_REGION=" not in done.out


@pytest.mark.parametrize("own", ["", "eu-west-1"])
@pytest.mark.parametrize("named", [True, False])
def test_in_another_partition_roles_and_rotations_work_without_a_region(
    product: Product, scenario: Scenario, aws: ObservedAws, own: str, *, named: bool
) -> None:
    """Whose keys they are is asked for there too: for the role's name, and before a rotation."""
    role, device = add_far_user(product, scenario, "aws-us-gov")
    configure(product, "far", mfa_serial=device.serial if named else None)
    configure(product, "there", role_arn=role.arn, source_profile="far")
    product.env |= {"AWS_REGION": own} if own else {}
    options = () if named else ("--serial-number", device.serial)
    done = product.run("--shell", "bash", "-p", "there", "-c", device.code(), *options)
    assert done.status == 0, done.err
    done = product.run("keys", "rotate", "-p", "far")
    assert done.status == 0, done.err
    assert {record.region for record in aws.log} == {"us-gov-west-1"}


def test_keys_that_need_no_code_are_asked_about_in_their_own_region(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    """AWS_MFA_SERIAL may stand in a startup file, for a user of another partition."""
    role, device = add_far_user(product, scenario, "aws-us-gov")
    configure(product, "far", region="us-gov-west-1", mfa_serial=device.serial)
    configure(product, "there", region="us-gov-west-1", role_arn=role.arn, source_profile="far")
    session = product.run("-f", "process", "-p", "there", "-c", device.code()).out
    configure(product, "ready", region="us-gov-west-1", credential_process=f"echo '{session}'")
    product.env["AWS_MFA_SERIAL"] = scenario.device.serial
    done = product.run("console", "-p", "ready", "--print")
    assert done.status == 0, done.err
    assert role.arn.partition(":role/")[2] in product.run("doctor", "-p", "ready").out
    assert {record.region for record in aws.log if record.action == "GetCallerIdentity"} == {"us-gov-west-1"}


def test_without_a_region_in_another_partition_the_error_says_what_to_set(
    product: Product, scenario: Scenario
) -> None:
    """Nothing tells the partition then: the key is unknown in the usual one."""
    account = add_account_of(scenario.world, "aws-cn")
    key = account.add_user("alice", policies={"Admin": ALLOW_ALL}).add_key("AKIAI44QH8DHBEXAMPLE")
    set_keys(product, "far", aws_access_key_id=key.id, aws_secret_access_key=key.secret)
    configure(product, "far", mfa_serial=None)
    done = product.run("--shell", "bash", "-c", CODE, "-p", "far", "-q")
    assert done.status == 1
    assert_explained(done, "another partition or region", "China or GovCloud")


def test_where_the_profile_with_the_keys_has_no_address_all_calls_go_to_the_wanted_ones(
    outward: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    configure(outward, region=None, endpoint_url=None)
    role = "arn:aws:iam::123456789012:role/Developer"
    configure(outward, "x", role_arn=role, source_profile="default", region="eu-west-1", endpoint_url=aws.url)
    with refusing_proxy() as proxy:
        outward.env["HTTPS_PROXY"] = f"http://{proxy.address}"
        done = outward.run("--shell", "bash", "-v", "-p", "x", "-c", scenario.device.code())
        assert f"endpoint   {aws.url} for sts  (endpoint_url)" in done.err
        found = outward.run("doctor", "--json", "-p", "x").json()
        rotated = outward.run("keys", "rotate", "-p", "x", "--no-input")
    assert [check["text"] for check in found["checks"] if check["name"] == "endpoint"] == [
        f"{aws.url} for {service} (endpoint_url)" for service in ("sts", "iam", "s3")
    ]
    assert found["verdict"] == "enforced"
    assert rotated.status == 0, rotated.err
    assert proxy.asked == []
    assert {"GetSessionToken", "ListBuckets", "CreateAccessKey"} <= set(aws.actions())
