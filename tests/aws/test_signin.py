"""Where each partition signs in to the console, and which pages a signed-in browser is led to."""

from urllib.parse import urlsplit

import pytest
from botocore.loaders import Loader
from hypothesis import given
from hypothesis import strategies as st

from mfaenv.aws import regions, signin
from mfaenv.aws.signin import Console, page
from mfaenv.errors import USAGE, MfaenvError

LOCAL = "http://127.0.0.1:4566"


def console(region: str = "eu-west-1", partition: str = "aws", endpoint: str = "") -> Console:
    return signin.console(region, f"arn:{partition}:iam::111122223333:role/Developer", endpoint)


@pytest.mark.parametrize(
    ("partition", "region", "sign_in", "home"),
    [
        ("aws", "eu-west-1", "signin.aws.amazon.com", "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "signin.amazonaws.cn", "cn-north-1.console.amazonaws.cn"),
        (
            "aws-us-gov",
            "us-gov-east-1",
            "signin.amazonaws-us-gov.com",
            "us-gov-east-1.console.amazonaws-us-gov.com",
        ),
        (
            "aws-eusc",
            "eusc-de-east-1",
            "eusc-de-east-1.signin.amazonaws-eusc.eu",
            "eusc-de-east-1.console.amazonaws-eusc.eu",
        ),
        (
            "aws-iso",
            "us-iso-east-1",
            "us-iso-east-1.signin.c2shome.ic.gov",
            "us-iso-east-1.console.c2shome.ic.gov",
        ),
        (
            "aws-iso-b",
            "us-isob-east-1",
            "us-isob-east-1.signin.sc2shome.sgov.gov",
            "us-isob-east-1.console.sc2shome.sgov.gov",
        ),
    ],
)
def test_a_partition_has_its_own_hosts(partition: str, region: str, sign_in: str, home: str) -> None:
    at = console(region, partition)
    assert at.sign_in == f"https://{sign_in}"
    assert page("", at) == f"https://{home}/console/home?region={region}"
    assert page("s3", at) == f"https://{home}/s3/home?region={region}"


@pytest.mark.skipif(
    "signin" not in Loader().list_available_services("endpoint-rule-set-1"),
    reason="this botocore has no such service",
)
def test_the_hosts_of_all_partitions_are_known_and_are_those_of_botocore() -> None:
    loader = Loader()
    known = {partition["id"] for partition in loader.load_data("partitions")["partitions"]}
    assert set(signin.DOMAINS) == known
    rules = str(loader.load_service_model("signin", "endpoint-rule-set-1"))
    assert [domain for domain in signin.DOMAINS.values() if f"signin.{domain}'" not in rules] == []


@pytest.mark.parametrize(("region", "partition"), [("", "aws"), ("eu-west-1", "aws-cn"), ("cn-north-1", "aws")])
def test_a_region_that_is_none_or_anothers_gives_way_to_the_partitions_own(region: str, partition: str) -> None:
    at = console(region, partition)
    assert regions.find_partition(at.region, "") == partition


def test_a_region_tells_the_partition_where_no_role_does() -> None:
    assert signin.console("cn-north-1", "", "").sign_in == "https://signin.amazonaws.cn"
    assert signin.console("", "", "").sign_in == "https://signin.aws.amazon.com"


def test_an_unknown_partition_needs_a_configured_address() -> None:
    with pytest.raises(MfaenvError, match="aws-iso-z") as error:
        console("xx-isoz-east-1", "aws-iso-z")
    assert "AWS_ENDPOINT_URL_SIGNIN" in error.value.hint
    at = console("xx-isoz-east-1", "aws-iso-z", f"{LOCAL}/")
    assert page("s3", at) == f"{LOCAL}/s3/home?region=xx-isoz-east-1"


@pytest.mark.parametrize("endpoint", [f"{LOCAL}/\r\nSet-Cookie: a=b", f"{LOCAL}/ x", "http://127.0.0.1/é"])
def test_an_address_that_is_no_header_is_refused(endpoint: str) -> None:
    with pytest.raises(MfaenvError) as error:
        console(endpoint=endpoint)
    assert error.value.status == USAGE


@pytest.mark.parametrize(
    ("partition", "account", "url"),
    [
        ("aws", "123456789012", "https://123456789012.signin.aws.amazon.com/console"),
        ("aws-cn", "123456789012", "https://123456789012.signin.amazonaws.cn/console"),
        ("aws-us-gov", "123456789012", "https://123456789012.signin.amazonaws-us-gov.com/console"),
        ("aws", "", "https://console.aws.amazon.com/"),
    ],
)
def test_an_account_has_its_sign_in_page(partition: str, account: str, url: str) -> None:
    assert signin.account_page(partition, account) == url


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ec2", "eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1"),
        ("EC2", "eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1"),
        ("iam", "eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1"),
    ],
)
def test_a_service_has_its_page(name: str, path: str) -> None:
    assert page(name, console()) == f"https://{path}"


@pytest.mark.parametrize(
    "url",
    [
        "https://console.aws.amazon.com/",
        "https://eu-west-1.console.aws.amazon.com/s3/buckets/a%20b?region=eu-west-1#x",
        "https://111122223333-abcdefgh.us-east-1.console.aws.amazon.com/ec2/home",
        "HTTPS://Console.AWS.amazon.com/",
    ],
)
def test_a_page_of_the_console_is_taken_as_it_is(url: str) -> None:
    assert page(url, console()) == url


HOSTILE = [
    "http://console.aws.amazon.com/",
    "https://evil.example.com/",
    "https://evil.example.com/?https://console.aws.amazon.com/",
    "https://evil.example.com/console.aws.amazon.com/",
    "https://evil.example.com#.console.aws.amazon.com/",
    "https://console.aws.amazon.com.evil.example.com/",
    "https://evilconsole.aws.amazon.com/",
    "https://console.aws.amazon.com@evil.example.com/",
    "https://evil.example.com\\@console.aws.amazon.com/",
    "https://evil.example.com\\.console.aws.amazon.com/",
    "https:\\\\evil.example.com/",
    "https:evil.example.com/",
    "https:///evil.example.com/",
    "https:/evil.example.com/.console.aws.amazon.com/",
    "https://evil.example.com%2f.console.aws.amazon.com/",
    "https://evil.example.com%00.console.aws.amazon.com/",
    "https://evil.example.com\t.console.aws.amazon.com/",
    "https://evil.example.com\n.console.aws.amazon.com/",
    " https://console.aws.amazon.com/",
    "https://console.aws.amazon.com:8443/",
    "https://user:pw@console.aws.amazon.com/",
    "https://cønsole.aws.amazon.com/",
    "https://[::1].console.aws.amazon.com/",
    "https://[evil/",
    "https://console.amazonaws.cn/",
    "https://signin.aws.amazon.com/",
    "//evil.example.com/",
    "/etc/passwd",
    "../evil",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "s3@evil.example.com",
    "s3.evil.example.com",
    "s3?x=y",
    "s3#x",
    "s3 ec2",
    "s3\n",
    "-s3",
    "\u017f3",
    "%73",
    "s" * 65,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MfaenvError) as error:
        page(text, console())
    assert error.value.status == USAGE
    assert "pw" not in error.value.message


@given(st.text(st.sampled_from("htps:/\\.@?#%[]-\t\n consleawmzv0159é"), max_size=60))
def test_every_page_is_in_the_console(text: str) -> None:
    try:
        url = page(text, console())
    except MfaenvError:
        return
    parts = urlsplit(url)
    assert parts.scheme == "https"
    assert parts.netloc.lower() == "console.aws.amazon.com" or parts.netloc.lower().endswith(
        ".console.aws.amazon.com"
    )


def test_the_configured_address_may_have_pages_of_its_own() -> None:
    at = console(endpoint=f"{LOCAL}/base")
    assert page(f"{LOCAL}/anything", at) == f"{LOCAL}/anything"
    for url in ("http://127.0.0.1:4567/", "https://127.0.0.1:4566/", "http://user@127.0.0.1:4566/"):
        with pytest.raises(MfaenvError):
            page(url, at)
