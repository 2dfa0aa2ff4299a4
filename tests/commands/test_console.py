"""`mfaenv console`: a link for a role's session, in the browser or on standard output, and nowhere else."""

import json
import re
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from observed_aws import DROPPED, UNAVAILABLE, ObservedAws
from product import PATIENCE, Outcome, Product
from programs import write_program
from rare_things import add_account_of
from settings import configure, set_keys
from trouble import assert_explained, certificate, refusing_proxy

from mfaenv.aws import regions
from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.wire import Refusal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes of files and a BROWSER that is a script")

BROWSER = '#!/bin/sh\n[ "$#" = 1 ] && printf "%s\\n" "$1" >> "$HOME/opened"\n'
SIGN_IN = ("getSigninToken", "login")


@pytest.fixture
def staging(product: Product, scenario: Scenario) -> Product:
    """With a stored session for the profile staging, and a browser that writes down what it opens."""
    browser = write_program(product.home / "browser", BROWSER)
    product.env["BROWSER"] = str(browser)
    assert product.run("-p", "staging", "-f", "json", "-c", scenario.device.code()).status == 0
    return product


def opened(product: Product) -> list[str]:
    """What the browser opened."""
    file = product.home / "opened"
    return file.read_text().splitlines() if file.exists() else []


def printed(product: Product, *options: str) -> str:
    """The link that --print prints: one line."""
    done = product.run("console", "-p", "staging", "--print", *options)
    assert (done.status, done.err) == (0, "")
    assert done.out.count("\n") == 1
    return done.out.removesuffix("\n")


def destination(link: str) -> str:
    return parse_qs(urlsplit(link).query)["Destination"][0]


def shown(link: str) -> str:
    with urlopen(link, timeout=PATIENCE) as page:
        return str(page.read().decode())


def test_the_browser_opens_the_console_as_the_role(staging: Product, aws: ObservedAws) -> None:
    done = staging.run("console", "-p", "staging")
    assert (done.status, done.out) == (0, "")
    assert done.err == "mfaenv: The browser opens the console as role Developer of account 111122223333.\n"
    [link] = opened(staging)
    assert link.startswith(f"{aws.url}/federation?Action=login&Issuer=mfaenv&Destination=")
    assert destination(link) == "https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1"
    assert "<b>Developer/alice</b> in account <b>111122223333</b>" in shown(link)


def test_print_prints_the_link_and_opens_nothing(staging: Product) -> None:
    link = printed(staging, "--destination", "iam")
    assert opened(staging) == []
    page = shown(link)
    assert "<b>Developer/alice</b>" in page
    assert "https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1" in page


def test_each_link_is_another_and_no_session_is_got_for_it(staging: Product, aws: ObservedAws) -> None:
    before = aws.actions("GetSessionToken", "AssumeRole")
    assert printed(staging) != printed(staging)
    assert aws.actions("GetSessionToken", "AssumeRole") == before


def test_a_code_gets_the_session_first(product: Product, scenario: Scenario) -> None:
    link = printed(product, "-c", scenario.device.code())
    assert "<b>Developer/alice</b>" in shown(link)


def test_quiet_says_nothing(staging: Product) -> None:
    assert staging.run("console", "-q", "-p", "staging") == (0, "", "")


def test_the_role_of_an_option_and_its_region(product: Product, scenario: Scenario) -> None:
    role, code = scenario.profiles["staging"]["role_arn"], scenario.device.code()
    done = product.run("console", "-r", role, "--region", "eu-central-1", "--print", "-c", code)
    assert done.status == 0
    assert (
        destination(done.out) == "https://eu-central-1.console.aws.amazon.com/console/home?region=eu-central-1"
    )


def test_aws_is_asked_for_no_duration(staging: Product) -> None:
    asked: list[str] = []
    with service(asked) as url:
        staging.env["AWS_ENDPOINT_URL_SIGNIN"] = url
        link = printed(staging)
    assert link.startswith(f"{url}/federation?Action=login")
    [query] = [parse_qs(urlsplit(path).query) for path in asked]
    assert query.keys() == {"Action", "Session"}
    assert json.loads(query["Session"][0]).keys() == {"sessionId", "sessionKey", "sessionToken"}
    assert [urlsplit(path).path for path in asked] == ["/federation"]


@contextmanager
def service(asked: list[str], status: int = 200, body: bytes = b'{"SigninToken": "a+b/c="}') -> Iterator[str]:
    """A sign-in service that gives this answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Address(NamedTuple):
    """Where the address of the sign-in service may stand."""

    name: str
    variables: dict[str, str]
    settings: dict[str, str]
    services: str = ""


@pytest.mark.parametrize(
    "at",
    [
        Address("its own variable", {"AWS_ENDPOINT_URL_SIGNIN": "URL"}, {}),
        Address("the profile", {}, {"endpoint_url": "URL"}),
        Address("the profile's services", {}, {"services": "local"}, "signin =\n  endpoint_url = URL\n"),
        Address(
            "not the profile's where a variable has it",
            {"AWS_ENDPOINT_URL_SIGNIN": "URL"},
            {"endpoint_url": "http://127.0.0.1:9"},
        ),
    ],
    ids=lambda at: at.name,
)
def test_the_address_is_found_as_for_every_service(staging: Product, aws: ObservedAws, at: Address) -> None:
    asked: list[str] = []
    del staging.env["AWS_ENDPOINT_URL"]
    staging.env["AWS_ENDPOINT_URL_STS"] = aws.url
    with service(asked) as url:
        staging.env |= dict.fromkeys(at.variables, url)
        configure(
            staging, "staging", **{name: value.replace("URL", url) for name, value in at.settings.items()}
        )
        if at.services:
            with open(staging.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
                file.write(f"[services local]\n{at.services.replace('URL', url)}")
        link = staging.run("console", "-p", "staging", "--print", "-c", "000000")
    assert link.out.startswith(f"{url}/federation?"), link.err
    assert len(asked) == 1


USERS_OWN = "AWS opens the console for a role's session only; profile default has a user's session"


def test_a_users_own_session_is_refused_before_a_code_is_asked_for(product: Product, aws: ObservedAws) -> None:
    done = product.run("console")
    assert done.status == 1
    assert_explained(done, USERS_OWN)
    assert "audit, production, staging" in done.err
    assert "https://123456789012.signin.aws.amazon.com/console" in done.err
    assert aws.log == []


def test_the_account_is_asked_for_where_no_device_names_it(product: Product, aws: ObservedAws) -> None:
    configure(product, mfa_serial=None)
    assert "https://123456789012.signin.aws.amazon.com/console" in product.run("console").err
    assert aws.actions() == ["GetCallerIdentity"]
    configure(product, mfa_serial="GAHT12345678")
    assert "https://123456789012.signin.aws.amazon.com/console" in product.run("console").err


def test_where_aws_does_not_answer_everybodys_page_is_named(product: Product, aws: ObservedAws) -> None:
    configure(product, mfa_serial=None)
    aws.fail(
        "*", Refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    )
    assert_explained(product.run("console"), USERS_OWN, "https://console.aws.amazon.com/")


@pytest.mark.parametrize(
    ("partition", "region", "page"),
    [
        ("aws-cn", "cn-north-1", "https://123456789012.signin.amazonaws.cn/console"),
        ("aws-us-gov", "us-gov-west-1", "https://123456789012.signin.amazonaws-us-gov.com/console"),
    ],
)
def test_in_another_partition_the_page_is_its_own(
    product: Product, partition: str, region: str, page: str
) -> None:
    configure(product, region=region, mfa_serial=f"arn:{partition}:iam::123456789012:mfa/alice")
    assert page in product.run("console").err


def test_without_roles_it_says_so(product: Product) -> None:
    for name in ("staging", "production", "audit"):
        configure(product, name, role_arn=None, source_profile=None)
    assert_explained(product.run("console"), USERS_OWN, "No profile has a role_arn")


def test_a_user_whom_botocore_resolves_is_refused_too(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    session = product.run("-f", "process", "-c", scenario.device.code()).json()
    set_keys(
        product,
        "mine",
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    done = product.run("console", "-p", "mine", "--print", "-q")
    assert_explained(done, USERS_OWN.replace("default", "mine"), "123456789012.signin")
    assert aws.actions(*SIGN_IN) == []


def test_a_role_whom_botocore_resolves_needs_no_code(staging: Product) -> None:
    session = staging.run("-p", "staging", "-f", "process").json()
    configure(staging, "ready", credential_process=f"echo '{json.dumps(session)}'", region="eu-west-1")
    done = staging.run("console", "-p", "ready", "--print", "-q")
    assert (done.status, done.err) == (0, "")
    assert "<b>Developer/alice</b>" in shown(done.out)


def test_a_program_that_gives_long_term_keys_gives_a_users_own(product: Product, scenario: Scenario) -> None:
    keys = {"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret}
    configure(product, "mine", credential_process=f"echo '{json.dumps(keys)}'", region="eu-west-1")
    done = product.run("console", "-p", "mine", "--print")
    assert_explained(
        done, USERS_OWN.replace("default", "mine"), "https://123456789012.signin.aws.amazon.com/console"
    )


def test_what_an_earlier_session_brought_says_nothing_of_the_next(staging: Product) -> None:
    asked: list[str] = []
    with service(asked) as url:
        staging.env |= {"AWS_ENDPOINT_URL_SIGNIN": url, "MFAENV_SETTINGS": f"AWS_ENDPOINT_URL_SIGNIN={url}"}
        printed(staging)
    assert asked == []


PARTITIONS = [
    ("aws-cn", "cn-north-1", "signin.amazonaws.cn", "cn-north-1.console.amazonaws.cn"),
    (
        "aws-us-gov",
        "us-gov-west-1",
        "signin.amazonaws-us-gov.com",
        "us-gov-west-1.console.amazonaws-us-gov.com",
    ),
    (
        "aws-eusc",
        "eusc-de-east-1",
        "eusc-de-east-1.signin.amazonaws-eusc.eu",
        "eusc-de-east-1.console.amazonaws-eusc.eu",
    ),
    (
        "aws-iso-b",
        "us-isob-east-1",
        "us-isob-east-1.signin.sc2shome.sgov.gov",
        "us-isob-east-1.console.sc2shome",
    ),
]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            row,
            id=row[0],
            marks=pytest.mark.skipif(
                row[1] not in regions.partitions(), reason="this botocore does not know it yet"
            ),
        )
        for row in PARTITIONS
    ],
)
def test_a_role_signs_in_in_its_own_partition(product: Product, aws: ObservedAws, row: tuple[str, ...]) -> None:
    partition, region, sign_in, page = row
    account = add_account_of(aws.world, partition)
    bob = account.add_user("bob", policies={"All": ALLOW_ALL})
    key, device = bob.add_key(), bob.add_device()
    role = account.add_role("Developer", trust(bob.arn), policies={"All": ALLOW_ALL})
    set_keys(product, "bob", aws_access_key_id=key.id, aws_secret_access_key=key.secret)
    configure(product, "bob", region=region, mfa_serial=device.serial)
    configure(product, "abroad", region=region, role_arn=role.arn, source_profile="bob")
    done = product.run("console", "-p", "abroad", "--print", "-c", device.code())
    assert destination(done.out).startswith(f"https://{page}"), done.err
    assert "<b>Developer/bob</b> in account <b>555566667777</b>" in shown(done.out)

    product.env |= {"AWS_ENDPOINT_URL_STS": aws.url}
    del product.env["AWS_ENDPOINT_URL"]
    with refusing_proxy() as proxy:
        product.env |= {"HTTPS_PROXY": f"http://{proxy.address}"}
        done = product.run("console", "-p", "abroad", "--print", "-c", "000000")
    assert_explained(done, "The proxy refused the connection")
    assert proxy.asked == [f"{sign_in}:443"]


def secrets(product: Product) -> list[str]:
    """The keys of the stored sessions."""
    files = [file.read_text() for file in product.cache.glob("session-*")]
    return [value for text in files for value in re.findall("^(?:secret_key|token)=(.+)$", text, re.MULTILINE)]


def assert_no_secret(product: Product, done: Outcome) -> None:
    assert done.out == ""
    assert "SigninToken" not in done.err
    assert "Session=" not in done.err
    assert [secret for secret in secrets(product) if secret[:20] in done.err] == []


@pytest.mark.parametrize(
    ("status", "body", "wrong"),
    [
        (400, b"<html>Bad Request</html>", "AWS refused to sign in"),
        (403, b"", "AWS refused to sign in"),
        (503, b"", "sign-in service failed .status 503"),
        (200, b"", "The answer is not from AWS"),
        (200, b"<html>This page is blocked.</html>", "The answer is not from AWS"),
        (200, b"[]", "The answer is not from AWS"),
        (200, b'{"SigninToken": ""}', "The answer is not from AWS"),
        (200, b'{"SigninToken": 1}', "The answer is not from AWS"),
        (200, b'{"SigninToken": "\\ud800"}', "The answer is not from AWS"),
        (302, b"", "The answer is not from AWS"),
        (204, b"", "The answer is not from AWS"),
    ],
)
def test_an_answer_without_a_token_is_told(staging: Product, status: int, body: bytes, wrong: str) -> None:
    asked: list[str] = []
    with service(asked, status, body) as url:
        staging.env["AWS_ENDPOINT_URL_SIGNIN"] = url
        done = staging.run("console", "-p", "staging", "-v")
    assert done.status == 1
    assert len(asked) == 1
    assert_explained(done._replace(err="".join(done.err.splitlines(keepends=True)[-2:])), wrong)
    assert_no_secret(staging, done)
    assert opened(staging) == []


def test_no_error_on_the_way_there_holds_the_keys(staging: Product, aws: ObservedAws, tmp_path: Path) -> None:
    with service([]) as url:
        gone = url
    for address, wrong in (
        (gone, "AWS cannot be reached"),
        (gone.replace("http:", "https:"), "AWS cannot be reached"),
    ):
        staging.env["AWS_ENDPOINT_URL_SIGNIN"] = address
        done = staging.run("console", "-p", "staging", "-v")
        assert wrong in done.err
        assert_no_secret(staging, done)
    made = certificate(tmp_path)
    with ObservedAws(aws.world, tls=made.context) as other:
        staging.env["AWS_ENDPOINT_URL_SIGNIN"] = other.url
        done = staging.run("console", "-p", "staging", "-v")
        assert "TLS failed" in done.err
        assert_no_secret(staging, done)
        staging.env["AWS_CA_BUNDLE"] = str(made.path)
        assert printed(staging).startswith(other.url)
        del staging.env["AWS_CA_BUNDLE"]
        configure(staging, "staging", ca_bundle=str(made.path))
        assert printed(staging, "-c", "000000").startswith(other.url)


def test_a_dropped_connection_and_a_failing_service_are_told(staging: Product, aws: ObservedAws) -> None:
    for failure, wrong in ((DROPPED, "[Cc]onnection"), (UNAVAILABLE, "sign-in service failed")):
        aws.fail("getSigninToken", failure)
        done = staging.run("console", "-p", "staging")
        assert_explained(done, wrong)
        assert_no_secret(staging, done)


def test_verbose_says_where_it_goes_and_not_how(staging: Product, aws: ObservedAws) -> None:
    done = staging.run("console", "-p", "staging", "-v")
    assert f"sign-in    {aws.url}\n" in done.err
    assert "page       https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1\n" in done.err
    assert_no_secret(staging, done)


def test_a_file_that_the_link_goes_to_is_closed_to_others(staging: Product) -> None:
    file = staging.home / "link"
    file.touch()
    file.chmod(0o644)
    with file.open("wb") as stream:
        assert staging.run("console", "-p", "staging", "--print", stdout=stream).status == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "SigninToken=" in file.read_text()


@pytest.mark.parametrize(
    "text",
    ["https://evil.example.com/", "https://console.aws.amazon.com.evil.example.com/", "s3?x", "\x1b[2Js3", "é"],
)
def test_a_destination_elsewhere_is_wrong_usage_before_anything_is_asked(
    product: Product, aws: ObservedAws, text: str
) -> None:
    done = product.run("console", "-p", "staging", "--destination", text, "--print")
    assert done.status == 2
    assert_explained(done, "not a page of the console|neither a service nor a URL")
    assert "\x1b" not in done.err
    assert aws.log == []


def test_a_destination_elsewhere_starts_no_program(staging: Product) -> None:
    started = staging.home / "started"
    configure(staging, "ready", credential_process=f"touch '{started}'", region="eu-west-1")
    done = staging.run("console", "-p", "ready", "--destination", "s3?x")
    assert done.status == 2
    assert_explained(done, "neither a service nor a URL")
    assert not started.exists()


@pytest.mark.parametrize(
    ("browser", "wrong"), [("", "no display"), ("no-such-browser", "BROWSER names no program")]
)
def test_without_a_browser_no_code_is_asked_for(
    product: Product, scenario: Scenario, aws: ObservedAws, browser: str, wrong: str
) -> None:
    product.env["BROWSER"] = browser
    done = product.run("console", "-p", "staging", "-c", scenario.device.code())
    assert done.status == 1
    assert_explained(done, wrong, "--print")
    assert aws.log == []


@pytest.mark.parametrize("name", ["a b", "$(touch pwned)", "%s", "é", "-x", "'\"", "[/red]"])
def test_a_profile_of_an_odd_name(staging: Product, scenario: Scenario, name: str) -> None:
    set_keys(staging, name, role_arn=scenario.profiles["staging"]["role_arn"], source_profile="default")
    done = staging.run("console", f"--profile={name}")
    assert done.status == 0, done.err
    assert len(opened(staging)) == 1
    assert not (staging.home / "pwned").exists()


def test_a_name_with_controls_is_shown_as_text(product: Product) -> None:
    set_keys(product, "a\x1b[2Jb", role_arn="arn:aws:iam::111122223333:role/R", source_profile="default")
    done = product.run("console")
    assert "\x1b" not in done.err
    assert r"a\x1b[2Jb" in done.err


def test_a_code_is_needed_where_no_session_is_stored(product: Product) -> None:
    done = product.run("console", "-p", "staging", "--print")
    assert done.status == 3
    assert_explained(done, "A code is needed for profile staging")
