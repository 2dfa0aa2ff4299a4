"""What goes wrong: in a line or two, first what, then what to do; with a status, and without a secret."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from observed_aws import (
    ALWAYS,
    DROPPED,
    INTERNAL,
    THROTTLED,
    UNAVAILABLE,
    ObservedAws,
)
from product import PATIENCE, Outcome, Product
from settings import configure, set_keys
from trouble import CODE, OTHER_SECRET, TOKEN, assert_explained

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.shells import NAMES, failure


class Scene(NamedTuple):
    """All that a case may change before mfaenv runs."""

    product: Product
    scenario: Scenario
    aws: ObservedAws


@pytest.fixture
def scene(product: Product, scenario: Scenario, aws: ObservedAws) -> Scene:
    """An account in which all would go well, and no patience with what can be tried again."""
    product.env["AWS_MAX_ATTEMPTS"] = "1"
    return Scene(product, scenario, aws)


def environment(**variables: str) -> Callable[[Scene], None]:
    return lambda scene: scene.product.env.update(variables)


def settings(profile: str = "default", **values: str | None) -> Callable[[Scene], None]:
    return lambda scene: configure(scene.product, profile, **values)


def keys(**values: str | None) -> Callable[[Scene], None]:
    return lambda scene: set_keys(scene.product, **values)


def failing(failure: Refusal, what: str = "sts") -> Callable[[Scene], None]:
    return lambda scene: scene.aws.fail(what, failure, times=ALWAYS)


def clock(seconds: float) -> Callable[[Scene], None]:
    def set_clock(scene: Scene) -> None:
        scene.scenario.world.clock = lambda: time.time() + seconds

    return set_clock


def deactivated(scene: Scene) -> None:
    scene.scenario.key.active = False


def damaged(name: str, text: str) -> Callable[[Scene], None]:
    def damage(scene: Scene) -> None:
        Path(scene.product.env["AWS_CONFIG_FILE"]).with_name(name).write_text(text)

    return damage


def forgotten(scene: Scene) -> None:
    assert scene.product.run("-p", "default", "-f", "json", "-c", scene.scenario.device.code()).status == 0
    known = scene.scenario.world.credentials
    for key in [key for key in known if key.startswith("ASIA")]:
        del known[key]


def nothing(_: Scene) -> None:
    pass


def without_files(scene: Scene) -> None:
    for name in ("config", "credentials"):
        Path(scene.product.env["AWS_CONFIG_FILE"]).with_name(name).unlink()


def no_server(scene: Scene) -> None:
    with ObservedAws(scene.scenario.world) as gone:
        scene.product.env["AWS_ENDPOINT_URL"] = gone.url


def no_keys(scene: Scene) -> None:
    set_keys(scene.product, aws_access_key_id=None, aws_secret_access_key=None)


def both(*steps: Callable[[Scene], None]) -> Callable[[Scene], None]:
    def take(scene: Scene) -> None:
        for step in steps:
            step(scene)

    return take


SESSION_KEYS = {
    "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": OTHER_SECRET,
    "AWS_SESSION_TOKEN": TOKEN,
}


class Case(NamedTuple):
    """What is the matter, the options, the status, and patterns of what is wrong and of what to do."""

    title: str
    before: Callable[[Scene], None]
    wrong: str
    advice: str
    arguments: tuple[str, ...] = ()
    status: int = 1


CASES = (
    Case("a mistyped profile", nothing, r"no profile 'stagin'", "Did you mean staging", ("-p", "stagin")),
    Case(
        "a mistyped profile in a variable",
        environment(AWS_PROFILE="Production"),
        r"no profile 'Production' \(AWS_PROFILE\) in .*config or .*credentials",
        "production",
    ),
    Case(
        "a profile that is named like a command",
        nothing,
        r"no profile 'demo'",
        "Did you mean|default",
        ("-p", "demo"),
    ),
    Case("no AWS files", without_files, r"no keys|no profile|There are no", "aws configure", ("-p", "default")),
    Case("a profile without keys", no_keys, "no keys|There are no keys", "aws configure"),
    Case("half of the keys", keys(aws_secret_access_key=None), "no aws_secret_access_key", "credentials"),
    Case(
        "half of the keys in the environment",
        both(without_files, environment(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE")),
        "Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        "Set both",
    ),
    Case(
        "temporary keys beside a profile without any",
        both(no_keys, environment(**SESSION_KEYS)),
        "belong to a session already",
        "long-term keys",
    ),
    Case(
        "temporary keys only",
        both(without_files, environment(**SESSION_KEYS)),
        "belong to a session already",
        "long-term keys",
    ),
    Case(
        "keys that AWS does not know",
        keys(aws_access_key_id="AKIAI44QH8DHBEXAMPLE"),
        "AWS does not know the access key AKIAI44QH8DHBEXAMPLE",
        "IAM console",
    ),
    Case(
        "a deactivated key", deactivated, "AKIAIOSFODNN7EXAMPLE: it was deleted or deactivated", "IAM console"
    ),
    Case("a session that AWS has forgotten", forgotten, "does not know", r"--refresh\b", ("-p", "staging")),
    Case(
        "a wrong secret",
        keys(aws_secret_access_key=OTHER_SECRET),
        "secret key does not belong to the access key AKIAIOSFODNN7EXAMPLE",
        "^ *aws configure --profile default$",
    ),
    Case(
        "a wrong secret at the root of a role",
        keys(aws_secret_access_key=OTHER_SECRET),
        "secret key does not belong to the access key AKIAIOSFODNN7EXAMPLE",
        "^ *aws configure --profile default$",
        ("-p", "staging"),
    ),
    Case(
        "a wrong secret in the environment",
        both(
            without_files,
            environment(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY=OTHER_SECRET),
        ),
        "secret key does not belong to the access key AKIAIOSFODNN7EXAMPLE",
        "Check both in the environment",
    ),
    Case(
        "an endpoint in another region",
        failing(Refusal("SignatureDoesNotMatch", "Credential should be scoped to a valid region. ", 403)),
        "AWS wants another region or service in the signature: Credential should be scoped to a valid region",
        "endpoint_url or AWS_ENDPOINT_URL",
    ),
    Case(
        "a clock that is behind",
        clock(3600),
        r"clock is off by (1h|59m5\ds): it is behind.*this sets it:$",
        "timedatectl",
    ),
    Case(
        "a clock that is ahead",
        clock(-900),
        r"clock is off by 15m(\ds)?: it is ahead.*this sets it:$",
        "timedatectl",
    ),
    Case(
        "a request that AWS finds too old",
        failing(Refusal("RequestExpired", "Request has expired.", 400)),
        "This machine's clock is off.*this sets it:$",
        "timedatectl",
    ),
    Case("a wrong code", nothing, "AWS refused the code for arn:aws:iam::123456789012:mfa/alice", "next code"),
    Case(
        "a device of somebody else",
        settings(mfa_serial="arn:aws:iam::123456789012:mfa/bob"),
        "The device arn:aws:iam::123456789012:mfa/bob is not this user's",
        "--serial-number, AWS_MFA_SERIAL or mfa_serial",
    ),
    Case(
        "a user in place of a device",
        settings(mfa_serial="arn:aws:iam::123456789012:user/alice"),
        "is a user, not an MFA device",
        "arn:aws:iam::123456789012:mfa/alice",
        status=2,
    ),
    Case(
        "a security key",
        settings(mfa_serial="arn:aws:iam::123456789012:u2f/user/alice/key"),
        "security key or passkey",
        "aws login",
        status=2,
    ),
    Case(
        "a config file that is none",
        damaged("config", "[default]\nregion = us-east-1\nsecret words\n"),
        r"config, line 3: neither",
        "Fix or remove that line",
    ),
    Case(
        "a value before any section",
        damaged("credentials", "# mine\naws_secret_access_key = secret words\n"),
        r"credentials, line 2: a value is before",
        "Fix or remove that line",
    ),
    Case(
        "a section that is there twice",
        damaged("config", "[default]\n[profile a]\n[default]\n"),
        r"config, line 3: the section \[default\] is there twice",
        "Fix or remove that line",
    ),
    Case(
        "a value that is there twice",
        damaged("config", "[default]\nregion = us-east-1\nregion = us-east-2\n"),
        r"config, line 3: region is there twice",
        "Fix or remove that line",
    ),
    Case(
        "a region that is none",
        nothing,
        r"'no region' \(--region\) is not the name of a region",
        "--region, AWS_REGION",
        ("--region", "no region"),
        status=2,
    ),
    Case(
        "what `export $(mfaenv)` leaves",
        environment(AWS_REGION="us-east-1&&"),
        r"'us-east-1&&' \(AWS_REGION\) is not the name of a region",
        "set AWS_REGION to one, or unset it",
        status=2,
    ),
    Case(
        "a region of a role that is none",
        settings("staging", region="eu_west_1"),
        r"'eu_west_1' \(profile staging\) is not",
        "us-east-1",
        ("-p", "staging"),
        status=2,
    ),
    Case("no network", no_server, "AWS cannot be reached", "network"),
    Case("an answer cut off", failing(DROPPED), "AWS cannot be reached", "network"),
    Case("throttling", failing(THROTTLED), "AWS is throttling", "Wait a little"),
    Case(
        "a service that is down",
        failing(UNAVAILABLE),
        "AWS cannot answer now.*ServiceUnavailable",
        "Wait a little",
    ),
    Case(
        "a service that is broken", failing(INTERNAL), "AWS cannot answer now.*InternalFailure", "Wait a little"
    ),
    Case(
        "a number that is none",
        environment(AWS_MAX_ATTEMPTS="many"),
        "has to be a number, and is 'many'",
        "AWS_MAX_ATTEMPTS",
    ),
    Case(
        "too small a number", environment(AWS_MAX_ATTEMPTS="0"), 'max_attempts": 0 must be', "AWS_MAX_ATTEMPTS"
    ),
    Case("settings of S3 that are none", settings(s3=""), "s3 or api_versions stands alone", "below it"),
    Case("versions that are none", settings(api_versions="new"), "s3 or api_versions stands", "below it"),
    Case(
        "a mode that is none", environment(AWS_RETRY_MODE="often"), '"often" must be one of', "AWS_RETRY_MODE"
    ),
    Case(
        "an endpoint that is none",
        environment(AWS_ENDPOINT_URL="localhost"),
        "'localhost' is not the URL",
        "endpoint_url",
        status=2,
    ),
    Case("an unknown option", nothing, "no option '--profil'", "--profile", ("--profil", "a"), 2),
    Case("an unknown short option", nothing, "no option '-x'", "--help", ("-x",), 2),
    Case(
        "an option without its value", nothing, "'--region'.*requires an argument", "--help", ("--region",), 2
    ),
    Case(
        "an unknown command", nothing, "No such command 'proces'|no command 'proces'", "process", ("proces",), 2
    ),
    Case(
        "a shell and a format",
        nothing,
        "--shell and --format cannot be used together",
        "Leave one",
        ("--format", "json"),
        2,
    ),
)


def run(scene: Scene, *arguments: str, shell: str = "bash") -> Outcome:
    return scene.product.run("--shell", shell, "-c", CODE, *arguments)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_it_says_what_is_wrong_and_what_to_do(scene: Scene, case: Case) -> None:
    case.before(scene)
    done = run(scene, *case.arguments)
    assert_explained(done, case.wrong, case.advice)
    assert done.status == case.status
    has_format = "--format" in case.arguments
    assert done.out == ("" if has_format else f"(exit {case.status});\n")


def test_no_error_shows_the_password_or_the_query_of_an_address(scene: Scene) -> None:
    no_server(scene)
    url = scene.product.env["AWS_ENDPOINT_URL"]
    for address in (url.replace("://", "://alice:hunter2@"), f"{url}/?key=hunter2", f"{url}?hunter2"):
        scene.product.env["AWS_ENDPOINT_URL"] = address
        done = run(scene)
        assert_explained(done, "AWS cannot be reached", "network")
        assert url.rpartition(":")[2] in done.err
        assert "hunter2" not in done.err


@pytest.mark.parametrize(
    "words",
    ["-v", "doctor", "doctor --json", "status --json", "keys", "keys --json", "keys rotate", "configure --yes"],
)
@pytest.mark.parametrize("exported", [False, True], ids=["file", "environment"])
@pytest.mark.parametrize("pasted", ["swapped", "twice", "both", "row", "name"])
def test_a_secret_in_the_place_of_the_id_is_not_shown(
    scene: Scene, words: str, pasted: str, *, exported: bool
) -> None:
    product, (key, secret) = scene.product, (scene.scenario.key.id, scene.scenario.key.secret)
    as_id = {"both": f"{key},{secret}", "row": f"{key},{secret}", "name": f"alice,{key},{secret}"}.get(
        pasted, secret
    )
    other = {"swapped": key, "row": "x" * 40}.get(pasted, secret)
    set_keys(
        product,
        aws_access_key_id=None if exported else as_id,
        aws_secret_access_key=None if exported else other,
    )
    if exported:
        product.env |= {"AWS_ACCESS_KEY_ID": as_id, "AWS_SECRET_ACCESS_KEY": other}
    done = product.run(*words.split())
    assert secret not in done.out + done.err
    wrong, advice = "The access key ID of .* is or has a secret key", "Write the ID"
    if pasted == "swapped":
        wrong, advice = "The access key ID and the secret key of .* are swapped", "Swap them back in"
    if words == "keys" and exported:
        assert done.status == 0
        assert re.search(wrong, done.out)
    elif words in {"keys", "configure --yes"} and pasted != "swapped" and not exported:
        assert re.search(wrong, done.out + done.err)
    elif words in {"-v", "keys rotate"}:
        assert_explained(done, wrong, advice)


@pytest.mark.parametrize("shell", NAMES)
def test_each_shell_gets_its_failing_statement_and_nothing_else(scene: Scene, shell: str) -> None:
    for status, arguments in ((1, ("-p", "nobody")), (2, ("--duration", "1"))):
        done = run(scene, *arguments, shell=shell)
        assert (done.status, done.out) == (status, failure(shell, status).decode())


@pytest.mark.parametrize("name", ["json", "dotenv", "github", "process"])
def test_data_is_empty_where_there_is_none(scene: Scene, name: str) -> None:
    done = scene.product.run("--format", name, "-c", CODE)
    assert (done.status, done.out) == (1, "")
    assert_explained(done, "AWS refused the code")


@pytest.mark.parametrize(
    ("words", "option"),
    [("-o FILE process", "--output"), ("--read-only init sh", "--read-only"), ("-f json status", "--format")],
)
def test_an_option_that_counts_is_refused_before_a_command_that_lacks_it(
    scene: Scene, words: str, option: str
) -> None:
    done = scene.product.run(*words.split())
    assert (done.status, done.out) == (2, "")
    assert_explained(done, f"{option} has no meaning before", "--help")


@pytest.mark.parametrize(("command", "printed"), [("unset", "(exit 2);\n"), ("process", ""), ("status", "")])
def test_only_what_a_shell_evaluates_has_a_failing_statement(scene: Scene, command: str, printed: str) -> None:
    scene.product.env["MFAENV_SHELL"] = "bash"
    done = scene.product.run(command, "--no-such-option")
    assert (done.status, done.out) == (2, printed)
    assert_explained(done, "no option '--no-such-option'", f"mfaenv {command} --help")


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [("--shell", "bsh", "bash"), ("--shell", "powershel", "powershell"), ("--format", "jsn", "json")],
)
def test_a_name_that_is_mistyped_gets_the_nearest(scene: Scene, name: str, text: str, hint: str) -> None:
    done = scene.product.run(name, text)
    assert done.status == 2
    assert_explained(done, f"{name}.*'{text}'", f"Did you mean {hint}")


def test_the_shell_in_the_variable_is_looked_at_too(scene: Scene) -> None:
    scene.product.env["MFAENV_SHELL"] = "bsh"
    done = scene.product.run()
    assert done.status == 2
    assert_explained(done, "MFAENV_SHELL.*'bsh'", "bash")


@pytest.mark.parametrize("place", ["--duration", "-d", "MFAENV_DURATION"])
@pytest.mark.parametrize("text", ["899", "36h1s", "1.5h", "-1"])
def test_a_duration_that_aws_would_not_take_is_refused_before_anything_is_sent(
    scene: Scene, place: str, text: str
) -> None:
    arguments: tuple[str, ...] = (f"{place}={text}",) if place == "--duration" else (place, text)
    if place == "MFAENV_DURATION":
        scene.product.env[place], arguments = text, ()
    done = run(scene, *arguments)
    assert done.status == 2
    assert_explained(done, "duration|DURATION|-d|-1")
    assert scene.aws.log == []


@pytest.mark.parametrize("text", ["900", "15m", "1h30m", "36h", "1d12h", "129600", "15m0s"])
def test_a_duration_that_aws_takes_is_sent_in_seconds(scene: Scene, text: str) -> None:
    seconds = {"900": 900, "15m": 900, "1h30m": 5400, "15m0s": 900}.get(text, 129_600)
    done = scene.product.run("--shell", "bash", "-c", scene.scenario.device.code(), "-d", text)
    assert done.status == 0, done.err
    sent = [
        record.parameters["DurationSeconds"] for record in scene.aws.log if record.action == "GetSessionToken"
    ]
    assert sent == [str(seconds)]


def test_a_used_code_is_told_from_a_wrong_one(scene: Scene) -> None:
    """The store knows it: AWS says the same of both."""
    code = scene.scenario.device.shown().code
    assert scene.product.run("--shell", "bash", "-c", code).status == 0
    done = scene.product.run("--shell", "bash", "-c", code, "--refresh")
    assert done.status == 1
    assert_explained(done, "That code was already used", r"next one in \d+ s")


def test_no_error_is_coloured_where_it_is_no_terminal(scene: Scene) -> None:
    scene.product.env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    assert "\x1b" not in run(scene, "-p", "nobody").err


def test_a_name_cannot_move_the_cursor(scene: Scene) -> None:
    done = run(scene, "-p", "a\x1b[2J\nb\rc")
    assert_explained(done, r"no profile 'a\\x1b\[2J\\nb\\rc'")
    assert "\x1b" not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
def test_a_place_that_cannot_be_written_to_is_said(scene: Scene) -> None:
    with Path("/dev/full").open("wb") as full:
        process = scene.product.start("--shell", "bash", "-c", scene.scenario.device.code(), stdout=full)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert b"cannot be written: No space left on device" in err
