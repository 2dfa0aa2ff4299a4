"""`mfaenv exec --serve`: what the program gets, who else gets something, and what happens when sessions end."""

import http.client
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from observed_aws import ObservedAws
from product import Product
from served import Served
from settings import configure, set_keys
from terminals import with_mfaenv
from trouble import OTHER_SECRET, TOKEN

from mfaenv.config.sources import HIDDEN
from mfaenv.pretend_aws.scenario import Scenario

posix = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals there")

WINS = {
    "AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": OTHER_SECRET,
    "AWS_SESSION_TOKEN": TOKEN,
    "AWS_SECURITY_TOKEN": TOKEN,
    "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00+00:00",
    "AWS_PROFILE": "stale",
    "AWS_DEFAULT_PROFILE": "stale",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere",
    "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/Stale",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/stale",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere",
}
OK, FORBIDDEN, NOT_FOUND, MISDIRECTED = 200, 403, 404, 421


@pytest.fixture
def served(product: Product, scenario: Scenario) -> Iterator[Served]:
    """A command behind the role of staging."""
    with Served(product, "-p", "staging", "-c", scenario.device.code()) as running:
        yield running


def test_the_program_gets_an_address_and_nothing_that_wins_over_it(
    product: Product, scenario: Scenario
) -> None:
    product.env |= WINS
    done = product.run("exec", "--serve", "-p", "staging", "-c", scenario.device.code(), "--", "env")
    got = dict(line.split("=", 1) for line in done.out.splitlines())
    assert got.keys() & WINS.keys() == set()
    assert got["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith("http://127.0.0.1:")
    assert len(got["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) >= 32
    assert (got["AWS_REGION"], got["MFAENV_PROFILE"]) == ("eu-west-1", "staging")
    assert "MFAENV_EXPIRES" not in got
    assert "ASIA" not in done.out


def test_credentials_are_what_sdks_read(served: Served, scenario: Scenario) -> None:
    got = served.credentials()
    role = scenario.world.credentials[got["AccessKeyId"]]
    assert (role.secret, role.token) == (got["SecretAccessKey"], got["Token"])
    assert got["AccountId"] == "111122223333"
    assert got["Expiration"] == f"{datetime.fromtimestamp(int(role.expires or 0), UTC):%Y-%m-%dT%H:%M:%SZ}"


def test_who_gets_no_session_is_not_warned_of_what_it_would_lack(product: Product, scenario: Scenario) -> None:
    configure(product, "staging", s3="\n  addressing_style = path")
    line = ("exec", "--serve", "-p", "staging", "-c")
    refused = product.run(*line, "000000", "--", "true")
    assert refused.status == 1
    assert "Programs in this shell do not get all" not in refused.err
    assert (
        "Programs in this shell do not get all" in product.run(*line, scenario.device.code(), "--", "true").err
    )


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (FORBIDDEN, {"Authorization": None}),
        (FORBIDDEN, {"Authorization": "wrong"}),
        (FORBIDDEN, {"Authorization": "wröng"}),
        (MISDIRECTED, {"Host": "localhost"}),
        (MISDIRECTED, {"Host": "evil.example"}),
        (MISDIRECTED, {"Host": None}),
        (NOT_FOUND, {"path": "/"}),
        (NOT_FOUND, {"path": "/credentials?x"}),
        (501, {"method": "POST"}),
        (501, {"method": "OPTIONS"}),
        (501, {"method": "HEAD"}),
    ],
)
def test_nobody_else_gets_anything(served: Served, status: int, changes: dict[str, str | None]) -> None:
    assert served.ask(**changes) == (status, b"")  # type: ignore[arg-type] # method and path are never None
    assert served.ask()[0] == OK


def test_the_token_has_to_be_the_whole_header(served: Served) -> None:
    for given in (f"Bearer {served.token}", served.token[:-1], f"{served.token}x", served.token.swapcase()):
        assert served.ask(Authorization=given) == (FORBIDDEN, b"")


@pytest.mark.parametrize(
    "data",
    [b"GET /" + b"a" * 70_000, b"\x16\x03\x01\x00\xff" * 10_000, b"GET\r\n\r\n", b"\r\n\r\n", b""],
    ids=["too long", "TLS", "half a line", "empty", "nothing"],
)
def test_what_is_no_request_gets_nothing(served: Served, data: bytes) -> None:
    answer = b""
    with (
        socket.create_connection((served.address.hostname or "", served.address.port or 0)) as connection,
        suppress(OSError),  # the server hangs up
    ):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65536):
            answer += part
    assert b"AccessKeyId" not in answer
    assert served.ask()[0] == OK


@pytest.mark.skipif(sys.platform != "linux", reason="Linux shows whose connection it is")
def test_an_ipv6_socket_for_an_ipv4_address_is_the_users_own_too(served: Served) -> None:
    """Java's are such."""
    head = (
        f"GET {served.address.path} HTTP/1.1\r\nHost: {served.address.netloc}\r\nAuthorization: {served.token}"
    )
    with socket.socket(socket.AF_INET6) as connection:
        connection.connect(("::ffff:127.0.0.1", served.address.port or 0))
        connection.sendall(f"{head}\r\n\r\n".encode())
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_fresh_credentials_take_no_call(served: Served, aws: ObservedAws) -> None:
    aws.log.clear()
    assert len({served.credentials()["AccessKeyId"] for _ in range(5)}) == 1
    assert aws.actions() == []


def test_a_session_of_another_window_is_enough_to_start(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    product.run("--shell", "bash", "-c", scenario.device.code())
    with Served(product, "-p", "staging") as served:
        assert served.credentials()["AccountId"] == "111122223333"
    assert aws.actions("GetSessionToken") == ["GetSessionToken"]


def test_a_profile_that_needs_no_code_is_served_too(product: Product, scenario: Scenario) -> None:
    held = scenario.world.open_session(scenario.key.principal, 900, mfa_at=scenario.world.now())
    set_keys(
        product,
        "tmp",
        aws_access_key_id=held.id,
        aws_secret_access_key=held.secret,
        aws_session_token=held.token,
    )
    with Served(product, "-p", "tmp") as served:
        got = served.credentials()
    assert (got["AccessKeyId"], got["Token"]) == (held.id, held.token)
    assert datetime.fromisoformat(got["Expiration"]) > datetime.now(UTC)


def test_default_keys_are_taken_out_of_the_files_and_nothing_is_left(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    """And what else the files say stays, as botocore reads it."""
    product.env["TMPDIR"] = str(tmp_path)
    set_keys(
        product,
        "other",
        aws_access_key_id="AKIAI44QH8DHBEXAMPLE",
        aws_secret_access_key=OTHER_SECRET,
        region="x",
    )
    configure(product, sso_region="us-east-1")
    configure(
        product, credential_process="false", output="text", services="mine", s3="\nmax_concurrent_requests = 3"
    )
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write(
            '[services mine]\nec2 =\n  endpoint_url = http://127.0.0.1:1\n[profile "two words"]\nregion = sa-east-1\n'
        )
    code = """
import json, os, stat, botocore.session
session = botocore.session.Session()
print(json.dumps([session.full_config["profiles"], session._build_profile_map() and session.full_config["services"],
    [stat.S_IMODE(os.stat(os.environ[name]).st_mode) for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")],
    open(os.environ["AWS_CONFIG_FILE"]).read() + open(os.environ["AWS_CREDENTIAL_PROFILES_FILE"]).read()]))
"""
    done = product.run("exec", "--serve", "-c", scenario.device.code(), "--", sys.executable, "-c", code)
    assert done.status == 0, done.err
    profiles, services, modes, text = done.json()
    region = {"region": "us-east-1", "mfa_serial": scenario.device.serial, "output": "text"}
    assert profiles["default"] == {**region, "services": "mine", "s3": {"max_concurrent_requests": "3"}}
    assert profiles["two words"] == {"region": "sa-east-1"}
    assert profiles["other"] == {"region": "x", **HIDDEN}
    assert services == {"mine": {"ec2": {"endpoint_url": "http://127.0.0.1:1"}}}
    assert modes == [0o600, 0o600]
    assert scenario.key.secret not in text
    assert OTHER_SECRET not in text
    assert "The program gets no keys of ~/.aws/credentials, not even those of other profiles." in done.err
    assert list(tmp_path.glob("mfaenv-*")) == []


WHO = """
import botocore.exceptions, botocore.session, sys
for name in sys.argv[1:]:
    session = botocore.session.Session(profile=name)
    session.set_config_variable("region", "us-east-1")
    try:
        print(name, session.create_client("sts").get_caller_identity()["Arn"].rpartition(":")[2])
    except botocore.exceptions.BotoCoreError as error:
        print(name, error)
"""


def test_no_other_profile_gets_the_credentials_of_an_address_after_unset(
    product: Product, scenario: Scenario
) -> None:
    """Nor are keys moved into the copies of the AWS files."""
    mfaenv = f"{sys.executable} -m mfaenv"
    lines = f"""\
eval "$({mfaenv} unset --shell sh)"; echo "$? $MFAENV_PROFILE"
eval "$({mfaenv} --shell sh -q -p staging)"; eval "$({mfaenv} unset --shell sh)"; echo "$? [$AWS_ACCESS_KEY_ID]"
for profile in "" "-p default"; do eval "$({mfaenv} --shell sh $profile)"; echo "$? [$AWS_ACCESS_KEY_ID]"; done
{mfaenv} keys export; echo $?
eval "$({mfaenv} --shell sh -q -p staging)"; echo $? $MFAENV_PROFILE
"""
    options = ("-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", "--serve", *options, "--", "sh", "-c", lines)
    assert done.out.splitlines() == ["0 ", "0 []", "1 []", "1 []", "1", "0 staging"]
    note = "The credentials that mfaenv exec gave stay, of profile staging. To leave, type:"
    assert done.err.count(f"mfaenv: {note}\n        exit\n") == 2
    assert done.err.count("mfaenv: Profile 'default' has no keys here") == 2
    assert done.err.count("its AWS files may be copies") == 1


def test_no_other_profile_whose_keys_are_hidden_is_the_served_one(product: Product, scenario: Scenario) -> None:
    """And one that has its keys elsewhere has them still."""
    set_keys(product, "other", aws_access_key_id="AKIAI44QH8DHBEXAMPLE", aws_secret_access_key=OTHER_SECRET)
    keys = {"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret}
    configure(product, "elsewhere", credential_process=f"echo '{json.dumps(keys)}'")
    configure(product, "third", role_arn="arn:aws:iam::111122223333:role/Developer", source_profile="other")
    names = ("default", "staging", "other", "third", "production", "audit", "elsewhere")
    options = ("-q", "-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", "--serve", *options, "--", sys.executable, "-c", WHO, *names)
    assert done.status == 0, done.err
    hidden = f'The specified sso-session does not exist: "{HIDDEN["sso_session"]}"'
    who = dict.fromkeys(names, hidden) | dict.fromkeys(names[:2], "assumed-role/Developer/alice")
    assert done.out.splitlines() == [
        f"{name} {told}" for name, told in {**who, "elsewhere": "user/alice"}.items()
    ]


def test_profiles_that_lead_through_mfaenv_to_the_served_one_have_its_session(
    product: Product, scenario: Scenario
) -> None:
    configure(product, "default-mfa", credential_process="mfaenv process -p default")
    configure(product, "staging", source_profile="default-mfa")
    product.env = with_mfaenv(product)
    options = ("exec", "--serve", "-q", "-c", scenario.device.code(), "--")
    done = product.run(*options, sys.executable, "-c", WHO, "default-mfa", "staging")
    assert done.status == 0, done.err
    default, staging = done.out.splitlines()
    assert default == "default-mfa user/alice"
    assert staging.startswith("staging assumed-role/Developer/"), staging


def test_files_that_cannot_be_read_do_not_matter_to_keys_of_the_environment(
    product: Product, scenario: Scenario
) -> None:
    keys = {"AWS_ACCESS_KEY_ID": scenario.key.id, "AWS_SECRET_ACCESS_KEY": scenario.key.secret}
    device = ("--serial-number", scenario.device.serial, "--token-code", scenario.device.code())
    env = {
        **product.env,
        **keys,
        "AWS_CONFIG_FILE": str(product.home),
        "AWS_SHARED_CREDENTIALS_FILE": str(product.home),
    }
    done = product.run("exec", "--serve", *device, "--", "true", env=env)
    assert (done.status, done.err) == (0, "")


def test_files_without_such_keys_are_left_alone(product: Product, scenario: Scenario) -> None:
    values = {"aws_access_key_id": scenario.key.id, "aws_secret_access_key": scenario.key.secret}
    set_keys(product, aws_access_key_id=None, aws_secret_access_key=None)
    set_keys(product, "alice", **values)
    line = "echo $AWS_CONFIG_FILE $AWS_SHARED_CREDENTIALS_FILE"
    done = product.run("exec", "--serve", "-p", "alice", "-c", scenario.device.code(), "--", "sh", "-c", line)
    assert done.out.split() == [product.env["AWS_CONFIG_FILE"], product.env["AWS_SHARED_CREDENTIALS_FILE"]]


@posix
@pytest.mark.parametrize(
    ("line", "status"), [("exit 7", 7), ("kill -TERM $$", -signal.SIGTERM), ("kill -KILL $$", -signal.SIGKILL)]
)
def test_it_ends_as_the_command_ends(product: Product, scenario: Scenario, line: str, status: int) -> None:
    done = product.run("exec", "--serve", "-c", scenario.device.code(), "--", "sh", "-c", line)
    assert (done.status, done.err) == (status, "")


ELSEWHERE = """
import signal, threading
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
run = threading.Thread.run
def unblocked(thread):
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    run(thread)
threading.Thread.run = unblocked
from mfaenv.__main__ import main
main()
"""


@posix
def test_it_ends_though_another_thread_takes_the_signal(product: Product, scenario: Scenario) -> None:
    """As it is where the command ends in the moment before the main thread begins to wait for signals."""
    product.command = (sys.executable, "-c", ELSEWHERE)
    done = product.run("exec", "--serve", "-c", scenario.device.code(), "--", "sh", "-c", "exit 7")
    assert (done.status, done.err) == (7, "")


def test_a_command_that_is_not_there(product: Product, scenario: Scenario) -> None:
    done = product.run("exec", "--serve", "-c", scenario.device.code(), "--", "no-such-program")
    assert (done.status, done.err.splitlines()[0]) == (127, "mfaenv: There is no program no-such-program.")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux'")
def test_no_secret_is_in_an_argument_list_or_the_environment_of_mfaenv(
    served: Served, scenario: Scenario
) -> None:
    got = served.credentials()
    secrets = (got["SecretAccessKey"], got["Token"], scenario.key.secret)
    for pid, more in ((served.process.pid, ()), (served.find_server(), (served.token,))):
        told = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        assert [secret for secret in (*secrets, *more) if secret.encode() in told] == []
    limits = Path(f"/proc/{served.find_server()}/limits").read_text()
    limit = next(line for line in limits.splitlines() if line.startswith("Max core"))
    assert limit.split()[4] in {"0", "1"}


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux'")
def test_the_process_that_serves_holds_none_of_the_commands_descriptors(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    with open(tmp_path / "file", "w", encoding="utf-8") as file:
        served = Served(product, "-c", scenario.device.code(), pass_fds=[file.fileno()])
    with served:
        held = [os.readlink(path) for path in Path(f"/proc/{served.find_server()}/fd").iterdir()]
        assert str(tmp_path / "file") not in held
        assert held.count("/dev/null") >= 2


def test_the_answer_is_not_kept_by_anybody(served: Served) -> None:
    connection = http.client.HTTPConnection(served.address.netloc)
    connection.request("GET", served.address.path, headers={"Authorization": served.token})
    answer = connection.getresponse()
    assert answer.getheader("Cache-Control") == "no-store"
    assert answer.getheader("Access-Control-Allow-Origin") is None
    assert answer.getheader("Server") is None
    assert os.fsdecode(served.token) not in str(answer.getheaders())
