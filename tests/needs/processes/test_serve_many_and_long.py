"""`mfaenv exec --serve` with many clients and other users, until sessions end, and with signals."""

import http.client
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime

import pytest
from clock import Clock
from observed_aws import ObservedAws
from product import NOBODY, PATIENCE, Product, finish
from served import Served, shorten
from settings import configure, set_keys
from shell_table import BASH
from terminals import CTRL_C, CTRL_Z, direct, open_window

from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.totp import STEP, code_at_step

posix = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals there")

root_on_linux = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0,
    reason="Linux shows whose connection it is, and root can be anybody",
)

OK, FORBIDDEN = 200, 403

LIFE = 100
"""Seconds that a role's session lasts. AWS itself gives no less than 900."""

SHORT = 4
"""Seconds that a user's session lasts: its end is looked for each second."""

MINUTES = 240
"""Seconds that a user's session lasts: enough for other commands, and fewer than a clock may be wrong by."""

ENDS_AT = "The session that serves profile default ends at"
ENDS = ENDS_AT.replace("ends", "ended")


@pytest.fixture
def roles_end(scenario: Scenario, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let roles' sessions last for LIFE, by this clock."""
    shorten(monkeypatch, scenario.world, roles=LIFE)
    return clock


@pytest.fixture
def users_end(scenario: Scenario, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let users' sessions last for SHORT, by this clock."""
    shorten(monkeypatch, scenario.world, users=SHORT)
    return clock


@pytest.fixture
def codes(scenario: Scenario, clock: Clock) -> Iterator[str]:
    """Codes that count at the same time."""
    now = clock.now()
    return (code_at_step(scenario.device.secret, int(now // STEP) + step) for step in (0, 1, -1))


@pytest.fixture
def served(product: Product, scenario: Scenario) -> Iterator[Served]:
    """A command behind the role of staging."""
    with Served(product, "-p", "staging", "-c", scenario.device.code()) as running:
        yield running


def ask_until_refused(served: Served) -> None:
    while True:
        served.ask()


def test_slow_clients_keep_nobody_waiting(served: Served) -> None:
    where = (served.address.hostname or "", served.address.port or 0)
    slow = [socket.create_connection(where) for _ in range(50)]
    for connection in slow:
        connection.sendall(b"GET ")
    assert served.ask()[0] == OK
    for connection in slow:
        connection.close()


@contextmanager
def another_user() -> Iterator[None]:
    """Let this process be another user inside, for what it opens."""
    "".encode("idna")  # Python's own files may be closed to that user: it would know no host ever after
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@root_on_linux
def test_connections_of_another_user_take_nothing(served: Served) -> None:
    where = (served.address.hostname or "", served.address.port or 0)
    with ExitStack() as opened:
        with another_user():
            for _ in range(230):
                opened.enter_context(socket.create_connection(where))
            with pytest.raises((ConnectionError, http.client.HTTPException)):
                served.ask()
        assert served.ask()[0] == OK


@root_on_linux
def test_a_connection_that_another_user_has_closed_is_nobodys(served: Served) -> None:
    where = (served.address.hostname or "", served.address.port or 0)
    with another_user():
        for _ in range(230):
            with socket.create_connection(where) as connection, suppress(ConnectionError):
                connection.sendall(b"GET ")  # which the server may have closed already
    assert served.ask()[0] == OK


def test_many_requests_at_once_make_one_call(
    product: Product, scenario: Scenario, aws: ObservedAws, roles_end: Clock
) -> None:
    with Served(product, "-p", "staging", "-c", scenario.device.code()) as served:
        first = served.credentials()["AccessKeyId"]
        roles_end.advance(LIFE + 1)
        aws.log.clear()
        got: list[str] = []
        threads = [
            threading.Thread(target=lambda: got.append(served.credentials()["AccessKeyId"])) for _ in range(30)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(got), len(set(got)), first in got) == (30, 1, False)
    assert aws.actions() == ["AssumeRole"]


def test_what_still_holds_is_given_while_aws_does_not_answer(
    product: Product, scenario: Scenario, aws: ObservedAws, roles_end: Clock
) -> None:
    with Served(product, "-p", "staging", "-c", scenario.device.code()) as served:
        first = served.credentials()
        held = aws.hold("AssumeRole")
        roles_end.advance(LIFE * 0.6)  # into its second half
        assert served.credentials() == first
        assert held.reached.wait(PATIENCE)
        held.released.set()


def test_a_role_that_cannot_be_assumed_any_more_is_an_error_that_says_so(
    product: Product, scenario: Scenario, roles_end: Clock
) -> None:
    with Served(product, "-p", "staging", "-c", scenario.device.code()) as served:
        assert served.ask()[0] == OK
        for account in scenario.world.accounts.values():
            account.roles.clear()
        roles_end.advance(LIFE + 1)
        status, body = served.ask()
    said = json.loads(body)
    assert (status, said["code"]) == (FORBIDDEN, "AccessDenied")
    assert "not authorized to perform: sts:AssumeRole" in said["message"]


def test_the_line_for_a_new_session_limits_the_role_as_before(
    product: Product, scenario: Scenario, clock: Clock, codes: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, scenario.world, users=SHORT, roles=SHORT)
    product.env["SHELL"] = "/bin/bash"
    with Served(product, "-p", "staging", "--read-only", "--min-remaining", "1s", "-c", next(codes)) as served:
        assert served.ask()[0] == OK
        clock.advance(SHORT + 1)
        status, body = served.ask()
    assert status == FORBIDDEN
    assert json.loads(body)["message"].endswith("eval $(mfaenv -p staging --read-only --refresh)")


def test_the_end_of_the_session_is_told_once_and_a_new_one_is_taken_up(
    product: Product, aws: ObservedAws, users_end: Clock, codes: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    product.env["SHELL"] = "/bin/bash"
    with Served(product, "--min-remaining", "1s", "-c", next(codes)) as served:
        assert served.ask()[0] == OK
        users_end.advance(SHORT + 1)
        status, body = served.ask()
        said = json.loads(body)
        assert (status, said["code"], said["Code"]) == (FORBIDDEN, "SessionEnded", "SessionEnded")
        assert "mfaenv -p default --refresh" in said["message"]
        assert served.process.stderr is not None
        while ENDS not in (line := served.process.stderr.readline().decode()):
            assert line
        hint = [served.process.stderr.readline().decode().strip() for _ in range(2)]
        assert hint == ["To go on, type in another window:", "eval $(mfaenv -p default --refresh)"]
        monkeypatch.undo()
        assert aws.actions("GetSessionToken") == ["GetSessionToken"]
        window = product.run("--shell", "bash", "--refresh", "-c", next(codes))
        assert window.status == 0, window.err
        assert served.credentials()["AccessKeyId"] in window.out
        done = served.end()
    assert (done.status, done.err) == (0, "")


def test_a_new_session_of_rotated_keys_is_taken_up(
    product: Product, scenario: Scenario, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, scenario.world, users=MINUTES)
    product.env["MFAENV_MIN_REMAINING"] = "1s"
    with Served(product, "-c", scenario.device.code()) as served:
        assert product.run("keys", "rotate").status == 0
        clock.advance(MINUTES + 1)
        status, body = served.ask()
        assert (status, json.loads(body)["code"]) == (FORBIDDEN, "SessionEnded")
        monkeypatch.undo()
        window = product.run("--shell", "bash", "-c", scenario.device.code())
        assert window.status == 0, window.err
        assert served.credentials()["AccessKeyId"] in window.out


def test_a_session_of_another_user_is_not_taken_up(
    product: Product, scenario: Scenario, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    carol = scenario.key.account.add_user("carol", policies={"All": ALLOW_ALL})
    key, device = carol.add_key(), carol.add_device()
    shorten(monkeypatch, scenario.world, users=MINUTES)
    product.env["MFAENV_MIN_REMAINING"] = "1s"
    with Served(product, "-c", scenario.device.code()) as served:
        clock.advance(MINUTES + 1)
        set_keys(product, aws_access_key_id=key.id, aws_secret_access_key=key.secret)
        configure(product, mfa_serial=device.serial)
        assert product.run("--shell", "bash", "-c", device.code()).status == 0
        status, body = served.ask()
        assert (status, json.loads(body)["code"]) == (FORBIDDEN, "SessionEnded")


@pytest.mark.parametrize("quiet", [(), ("-q",)], ids=["else", "-q"])
def test_quiet_tells_nothing(
    product: Product, scenario: Scenario, users_end: Clock, quiet: tuple[str, ...]
) -> None:
    """Of a session that is in its second half from the beginning."""
    assert product.run("--shell", "sh", "-c", scenario.device.code()).status == 0
    users_end.advance(SHORT / 2)
    with Served(product, "--min-remaining", "1s", *quiet) as served:
        assert served.ask()[0] == OK
        assert served.process.stderr is not None
        while not quiet and ENDS_AT not in (line := served.process.stderr.readline().decode()):
            assert line
        assert ENDS_AT not in served.end().err


def test_without_a_store_sessions_are_kept_in_memory(
    product: Product, scenario: Scenario, roles_end: Clock
) -> None:
    with Served(product, "-p", "staging", "-c", scenario.device.code()) as served:
        assert product.run("clear").status == 0
        first = served.credentials()
        roles_end.advance(LIFE + 1)
        assert served.credentials()["AccessKeyId"] != first["AccessKeyId"]


@posix
def test_a_process_that_renews_is_told_to_ask_nobody(product: Product, clock: Clock) -> None:
    keys = {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "s", "SessionToken": "t"}
    end = datetime.fromtimestamp(clock.now() + 3000, UTC).isoformat()
    (product.home / "answer").write_text(json.dumps({"Version": 1, **keys, "Expiration": end}))
    (product.home / "script").write_text('echo "<$MFAENV_NO_INPUT>" >> ~/asked; cat ~/answer\n')
    configure(product, "tool", credential_process=f"sh {product.home}/script", region="eu-west-1")
    with Served(product, "-p", "tool") as served:
        clock.advance(2500)
        assert served.ask()[0] == OK
    asked = (product.home / "asked").read_text().split()
    assert (asked[0], asked[-1]) == ("<>", "<yes>")


@posix
def test_what_mfaenv_is_sent_goes_to_the_command(product: Product, scenario: Scenario) -> None:
    line = 'trap "echo got it; exit 5" TERM; echo ready; while :; do sleep 0.1; done'
    running = product.start("exec", "--serve", "-c", scenario.device.code(), "--", "sh", "-c", line)
    assert running.stdout is not None
    assert running.stdout.readline() == b"ready\n"
    running.terminate()
    done = finish(running)
    assert (done.status, done.out) == (5, "got it\n")


@posix
def test_a_command_that_is_killed_takes_the_address_with_it(product: Product, scenario: Scenario) -> None:
    with Served(product, "-c", scenario.device.code()) as served:
        served.process.kill()
        finish(served.process)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            ask_until_refused(served)


@posix
def test_ctrl_z_and_ctrl_c_work_as_without_it(product: Product, scenario: Scenario) -> None:
    with open_window(product, BASH) as window:
        window.enter(f"mfaenv exec --serve -c {scenario.device.code()} -- sh -c 'echo re''ady; exec cat'")
        window.see("^ready")
        window.press(CTRL_Z)
        window.see("Stopped")
        window.prompted()
        window.enter("fg")
        window.see("mfaenv exec.*$")
        window.enter("go''es on")
        window.see("^go''es on\n(.*\n)*go''es on")
        window.press(CTRL_C)
        window.prompted()
        window.enter('echo "status=$?"')
        window.see("status=130")


def test_the_end_is_told_on_the_terminal_itself(product: Product, scenario: Scenario, users_end: Clock) -> None:
    """Whatever the streams are, and though another job, a shell's, has the terminal."""
    line = "stty tostop; exec bash --norc --noprofile -i 2>/dev/null"
    options = ("--min-remaining", "1s", "-c", scenario.device.code())
    with direct(product, "exec", "--serve", *options, "--", "sh", "-c", line, SHELL="/bin/bash") as window:
        window.enter("echo st''arted")
        window.see("^started")
        users_end.advance(SHORT + 1)
        window.see(ENDS)
        window.see(r"type in another window:\s+eval \$\(mfaenv -p default --refresh\)$")
        window.enter("echo a''live")
        window.see("^alive")
        window.enter("exit 3")
        assert window.ended() == 3
