"""What mfaenv gives, as programs written in Go and others take it: exported, and through a credential_process."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar, NamedTuple

import pytest
from needs.clients import go_client
from observed_aws import ObservedAws
from product import PATIENCE, Product
from settings import configure, set_keys
from terminals import need, with_mfaenv

from mfaenv.pretend_aws.scenario import Scenario


class Program(NamedTuple):
    """A program that asks S3, or Go that asks who it is; `{url}` is its address, `{go}` the program in Go."""

    name: str
    command: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()
    lists: bool = True
    """Whether the pretend AWS can do what it asks, as listing buckets; else the S3 here that refuses."""


PROGRAMS = (
    Program("go", ("{go}",)),
    Program("rclone", ("rclone", "lsd", ":s3,provider=AWS,env_auth=true,endpoint='{url}':")),
    Program(
        "restic",
        ("restic", "-r", "s3:{url}/reports", "cat", "config"),
        (("RESTIC_PASSWORD", "x"),),
        lists=False,
    ),
    Program(
        "duplicity",
        (
            "duplicity",
            "collection-status",
            "--num-retries=1",
            "--s3-endpoint-url={url}",
            "boto3+s3://reports/x",
        ),
        (("PASSPHRASE", "x"),),
        lists=False,
    ),
)


class Refusing(BaseHTTPRequestHandler):
    """S3 that refuses everything, and notes who signed."""

    signers: ClassVar[set[str]] = set()

    def do_GET(self) -> None:
        found = re.search("Credential=([^/]+)/", self.headers.get("Authorization", ""))
        self.signers.add(found[1] if found else "")
        body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_PUT = do_POST = do_GET  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[str]:
    """The address of an S3 that refuses everything."""
    Refusing.signers.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("way", ["exported", "process"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda row: row.name)
def test_a_program_signs_with_the_session(
    product: Product, aws: ObservedAws, request: pytest.FixtureRequest, program: Program, way: str
) -> None:
    """restic takes a credential_process from the credentials file, all others from the config file."""
    go = go_client.build() if program.name == "go" else ""
    if not go:
        need(program.command[0])
    scenario: Scenario = request.getfixturevalue("scenario")
    product.env = {**with_mfaenv(product), **dict(program.variables)}
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
    (session,) = (held for held in scenario.world.credentials.values() if held.mfa_at is not None)
    aws.log.clear()
    url = aws.url if program.lists else request.getfixturevalue("refusing")
    words = [word.format(url=url, go=go) for word in program.command]
    env = dict(product.env)
    if way == "process":
        process = f"{shutil.which('mfaenv', path=env['PATH'])} process -p default"
        configure(product, "tool", credential_process=process, region="us-east-1")
        set_keys(product, "tool", credential_process=process)
        env["AWS_PROFILE"] = "tool"
    else:
        words = ["bash", "-c", 'eval $(mfaenv -p default) && unset PYTHONPATH && exec "$@"', "bash", *words]
    done = subprocess.run(
        words,
        env=env,
        cwd=product.home,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=PATIENCE,
    )
    if program.lists:
        assert done.returncode == 0, done.stderr
    signers = {record.access_key_id for record in aws.log} if program.lists else Refusing.signers
    assert signers == {session.id}, done.stderr


def test_go_takes_the_keys_beside_aws_profile(
    product: Product, aws: ObservedAws, request: pytest.FixtureRequest
) -> None:
    scenario: Scenario = request.getfixturevalue("scenario")
    product.env = with_mfaenv(product)
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
    aws.log.clear()
    line = f'eval $(mfaenv -p default) && export AWS_PROFILE=staging && exec "{go_client.build()}"'
    subprocess.run(
        ["bash", "-c", line],
        env=product.env,
        cwd=product.home,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    (session,) = (held for held in scenario.world.credentials.values() if held.mfa_at is not None)
    assert {record.access_key_id for record in aws.log} == {session.id}
