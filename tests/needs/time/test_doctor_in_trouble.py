"""What `mfaenv doctor` says where services fail, after all that botocore tries, and in other shells."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from diagnosis import BUCKETS, DEVICES, KEYS, USER, alike, diagnose, with_code
from observed_aws import ALWAYS, DROPPED, THROTTLED, ObservedAws
from product import Product

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import User

NOWHERE = "http://127.0.0.1:1"
"""A port on which nothing listens: nobody but root may."""


def test_a_shell_that_contradicts_the_one_that_called_is_wrong(product: Product, scenario: Scenario) -> None:
    product.run("--token-code", scenario.device.code(), "--shell", "sh")
    product.command = ("sh", "-c", '"$@"; exit "$?"', "sh", *product.command)
    for wanted, texts in (
        ("ksh", [""]),
        ("fish", ["MFAENV_SHELL is fish, but sh called."]),
        ("tclsh", ["MFAENV_SHELL does not know 'tclsh'."]),
    ):
        product.env["MFAENV_SHELL"] = wanted
        found = diagnose(product)
        assert [check["text"] for check in found.checks("shell")] == texts
        assert wanted != "ksh" or found.checks("shell")[0]["next_step"].endswith(": eval $(mfaenv)")
        assert found.status == (0 if wanted == "ksh" else 1)
        assert [check["topic"] for check in found.wrong] == ([] if wanted == "ksh" else ["shell"])


@pytest.mark.parametrize(
    ("variable", "failed", "verdict"),
    [
        ("AWS_ENDPOINT_URL_IAM", (DEVICES, USER, KEYS), "enforced"),
        ("AWS_ENDPOINT_URL_S3", (BUCKETS,), "enforced"),
    ],
)
def test_one_service_cannot_be_reached(
    product: Product, scenario: Scenario, variable: str, failed: tuple[str, ...], verdict: str
) -> None:
    product.env[variable] = NOWHERE
    found = with_code(product, scenario)
    assert (found.status, found.verdict) == (1, verdict)
    assert {action for action, outcome in found.ended("with_mfa").items() if outcome == "failed"} == set(failed)
    assert [check["topic"] for check in found.wrong] == ["calls"]
    assert "cannot be reached" in found.wrong[0]["text"]
    assert all(action in found.wrong[0]["name"] for action in failed)


@pytest.mark.parametrize(("kept", "verdict"), [(True, "cannot tell"), (False, "not enforced")])
def test_sts_cannot_be_reached_while_iam_answers(
    product: Product, alice: User, *, kept: bool, verdict: str
) -> None:
    if not kept:
        alice.policies.pop("BlockAccessWhenNoSignedInWithMFA")
    product.env["AWS_ENDPOINT_URL_STS"] = NOWHERE
    found = diagnose(product, "--token-code", "123456")
    assert (found.status, found.verdict) == (1, verdict)
    assert found.ended("without_mfa") == alike("explicit deny" if kept else "allowed")
    assert [check["name"] for check in found.wrong] == ["sts:GetCallerIdentity"]


@contextmanager
def meddling_proxy(status: int) -> Iterator[str]:
    """A proxy that answers every request itself, with a page for people."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = b"<html><body>Blocked by policy</body></html>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's own name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize(("service", "failed"), [("S3", (BUCKETS,)), ("IAM", (DEVICES, USER, KEYS))])
def test_a_proxy_cuts_one_service_off(
    product: Product, scenario: Scenario, service: str, failed: tuple[str, ...], status: int
) -> None:
    with meddling_proxy(status) as url:
        product.env |= {
            f"AWS_ENDPOINT_URL_{service}": f"http://{service.lower()}.example.com",
            "HTTP_PROXY": url,
        }
        found = with_code(product, scenario)
    assert (found.status, found.verdict) == (1, "enforced")
    assert {action for action, outcome in found.ended("without_mfa").items() if outcome == "failed"} == set(
        failed
    )
    assert [check["topic"] for check in found.wrong] == ["calls"]
    assert [check["name"] for check in found.checks("environment")] == ["HTTP_PROXY", "no_proxy"]


@pytest.mark.parametrize("status", [200, 403])
def test_a_proxy_speaks_in_the_place_of_all(product: Product, status: int) -> None:
    with meddling_proxy(status) as url:
        product.env["AWS_ENDPOINT_URL"] = url
        found = diagnose(product, "--token-code", "123456")
    assert (found.status, found.verdict) == (1, "cannot tell")
    assert found.ended("without_mfa") == alike("failed")


@pytest.mark.parametrize("failure", [THROTTLED, DROPPED], ids=lambda failure: failure.code or "dropped")
def test_calls_that_fail_again_and_again_prove_nothing(
    product: Product, scenario: Scenario, aws: ObservedAws, failure: Any
) -> None:
    aws.fail("s3", failure, times=ALWAYS)
    found = with_code(product, scenario)
    assert (found.status, found.verdict) == (1, "enforced")
    assert found.ended("without_mfa")[BUCKETS] == found.ended("with_mfa")[BUCKETS] == "failed"
    assert [(check["topic"], check["name"]) for check in found.wrong] == [("calls", BUCKETS)]


def test_a_service_that_does_not_answer_is_asked_one_thing(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    """Each call waits for its time to run out, several times over."""
    aws.fail("iam", DROPPED, times=ALWAYS)
    found = with_code(product, scenario)
    assert {found.ended("without_mfa")[action] for action in (DEVICES, USER, KEYS)} == {"failed"}
    assert not {"GetUser", "ListAccessKeys"} & set(aws.actions())


def test_all_is_throttled(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    aws.fail("*", THROTTLED, times=ALWAYS)
    found = with_code(product, scenario)
    assert (found.status, found.verdict) == (1, "cannot tell")
    assert "throttling" in found.wrong[0]["text"]
    assert aws.actions("GetSessionToken") == []
