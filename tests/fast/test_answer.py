import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import depth
import pytest
from clock import Clock
from fast_and_full import Runs
from hypothesis import example, given, settings
from hypothesis import strategies as st
from product import COMMAND, Outcome, Product
from settings import configure
from slow_packages import HEAVY, SLOW

from mfaenv import fast
from mfaenv.errors import CODE_NEEDED, DONE
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.session import service

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork there")

SERIAL = "arn:aws:iam::123456789012:mfa/alice"
ROLE = "arn:aws:iam::111122223333:role/R"
CONFIGS = {
    "plain": f"""
[default]
region = us-east-1
mfa_serial = {SERIAL}
[profile prod]
region = eu-west-1
mfa_serial = {SERIAL}
[profile role]
role_arn = {ROLE}
source_profile = prod
[profile static]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
aws_session_token = token
""",
    "moved": f"[default]\nregion = eu-north-1\nmfa_serial = {SERIAL}\n[profile prod]\nmfa_serial = GAHT12345678\n",
    "no device": "[default]\nregion = us-east-1\n",
    "damaged": "[default]\nregion\n",
    "empty": "",
}
CREDENTIALS = {
    "two": """
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
[prod]
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = secret
""",
    "other": "[default]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = secret\n",
    "none": "",
}
VARIABLES: Mapping[str, list[str]] = {
    "AWS_PROFILE": ["prod", "role", "gone", ""],
    "AWS_DEFAULT_PROFILE": ["prod"],
    "MFAENV_PROFILE": ["prod", "default"],
    "AWS_REGION": ["eu-west-1", "eu-north-1", "a\nb"],
    "AWS_DEFAULT_REGION": ["eu-west-1", "eu-north-1"],
    "MFAENV_REGION": ["eu-west-1", "eu-north-1"],
    "MFAENV_SOURCE_ACCESS_KEY_ID": ["AKIAIOSFODNN7EXAMPLE"],
    "AWS_ACCESS_KEY_ID": ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "ASIAIOSFODNN7EXAMPLE", ""],
    "AWS_SECRET_ACCESS_KEY": ["secret", ""],
    "AWS_SESSION_TOKEN": ["token", ""],
    "AWS_SECURITY_TOKEN": ["token"],
    "AWS_MFA_SERIAL": [SERIAL, "GAHT12345678", "no device"],
    "MFAENV_DURATION": ["1h", "12h", "soon"],
    "MFAENV_MIN_REMAINING": ["1m", "4h", "later"],
    "MFAENV_TOKEN_CODE": ["12345"],
    "MFAENV_ASK": ["auto", "nowhere"],
    "MFAENV_SHELL": ["zsh", "tcsh", "cmd"],
    "AWS_ENDPOINT_URL": ["http://127.0.0.1:9", ""],
    "AWS_ENDPOINT_URL_STS": ["http://127.0.0.1:10"],
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": ["true", "false"],
    "AWS_CONFIG_FILE": ["config", "~/config", "$PLACE/config", "$OTHER/config", ""],
    "AWS_SHARED_CREDENTIALS_FILE": ["config"],
    "HOME": ["moved", "."],
    "PLACE": ["moved", "."],
    "OTHER": ["moved", "."],
    "MSYSTEM": ["MINGW64"],
    "GITHUB_ACTIONS": ["true"],
    "NO_COLOR": ["1"],
}
ARGUMENTS: list[list[str]] = [
    *([flag] for flag in ("--cached", "-q", "--no-input", "--refresh", "--verbose", "-h", "-qv", "status")),
    *(["--shell", name] for name in ("bash", "bash", "bash", "fish", "tcsh", "powershell", "cmd", "nu")),
    *(["--format", name] for name in ("json", "process", "github", "xml")),
    *(["-p", name] for name in ("default", "prod", "role", "static", "gone")),
    *(["--region", name] for name in ("eu-west-1", "eu-north-1", "a\nAWS_PROFILE=prod")),
    *(["--duration", text] for text in ("12h", "1h", "1s")),
    *(["--min-remaining", text] for text in ("0", "1h", "x")),
    ["--serial-number", SERIAL],
    ["--serial-number", "GAHT12345678"],
    ["--role-arn", ROLE],
    *(["--ask", where] for where in ("auto", "nowhere")),
    ["--token-code", "12345"],
    ["--profile="],
]


class Step(NamedTuple):
    """One request, and what happens to the files before it."""

    config: str
    credentials: str
    stored: int | None
    arguments: list[str]
    env: dict[str, str]
    full_first: bool


ENVIRONMENTS = st.lists(
    st.sampled_from(list(VARIABLES)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(VARIABLES[name]))
    ),
    max_size=4,
).map(dict)
WORDS = st.lists(st.sampled_from(ARGUMENTS), max_size=3).map(
    lambda groups: [word for group in groups for word in group]
)


def steps(arguments: list[str], env: dict[str, str]) -> st.SearchStrategy[list[Step]]:
    """Steps that ask much the same thing again and again: else no answer would ever be there for the next."""
    return st.lists(
        st.builds(
            Step,
            config=st.sampled_from(["plain"] * 5 + list(CONFIGS)),
            credentials=st.sampled_from(["two"] * 5 + list(CREDENTIALS)),
            stored=st.sampled_from([None, 10_000, 10_000, 1000, 200, -100]),
            arguments=st.one_of(
                st.just(arguments), st.just(arguments), WORDS.map(lambda more: [*arguments, *more])
            ),
            env=st.one_of(st.just(env), st.just(env), ENVIRONMENTS.map(lambda more: {**env, **more})),
            full_first=st.booleans(),
        ),
        min_size=2,
        max_size=4,
    )


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    with Runs() as started:
        yield started


def a_step(arguments: list[str], env: dict[str, str], stored: int | None = 10_000) -> Step:
    """The fast path comes first: the full run stores its answer, right as it is."""
    return Step("plain", "two", stored, ["--shell", "bash", *arguments], env, full_first=False)


ASKED_OF_PROD = a_step(["-p", "prod"], {})
THEIR_KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_MFA_SERIAL": SERIAL,
}
WITHOUT_SECRET = {**THEIR_KEYS, "AWS_SECRET_ACCESS_KEY": ""}
OUR_REGION = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION", "MFAENV_REGION"), "eu-north-1")
INDIRECT = {"AWS_CONFIG_FILE": "$PLACE/config"}
AT_HOME = {"AWS_CONFIG_FILE": "~/config"}


def unwarned(done: Outcome) -> Outcome:
    """Leave out the warning of settings that no variable can bring: it is shown when they are read, and not again."""
    lines = [
        line
        for line in done.err.splitlines(keepends=True)
        if "Programs in this shell do not get all" not in line
    ]
    return done._replace(err="".join(lines))


ONE_PROCESS = pytest.mark.xdist_group("runs")  # which takes a second to load all


@ONE_PROCESS
@settings(max_examples=depth.examples(80))
@given(request=st.tuples(WORDS, ENVIRONMENTS).flatmap(lambda base: steps(*base)))
@example(request=[a_step([], THEIR_KEYS), a_step([], WITHOUT_SECRET)])
@example(request=[a_step([], OUR_REGION), a_step([], {**OUR_REGION, "MFAENV_REGION": ""})])
@example(request=[a_step([], {**INDIRECT, "PLACE": "."}), a_step([], {**INDIRECT, "PLACE": "moved"})])
@example(request=[a_step([], AT_HOME), a_step([], {**AT_HOME, "HOME": "moved"})])
@example(request=[a_step([], {}), a_step([], {"AWS_SHARED_CREDENTIALS_FILE": "config"})])
@example(request=[a_step([], {}), a_step([], {"AWS_PROFILE": "prod"})])
@example(request=[a_step([], {}), a_step([], {"AWS_DEFAULT_PROFILE": "prod"})])
@example(request=[a_step([], {}), a_step([], {"AWS_REGION": "eu-north-1"})])
@example(request=[a_step([], {}), a_step([], {"AWS_DEFAULT_REGION": "eu-north-1"})])
@example(request=[a_step([], {}), a_step([], {"AWS_MFA_SERIAL": "GAHT12345678"})])
@example(
    request=[
        a_step(["--region", "a\nAWS_PROFILE=prod"], {}),
        a_step(["--region", "a"], {"AWS_PROFILE": "prod"}),
    ]
)
@example(
    request=[a_step(["--cached", "--shell", "nu"], {}, None), a_step(["--cached", "-d", "soon"], {}, None)]
)
@example(request=[a_step(["--ask", "auto"], {}), a_step(["--ask", "nowhere"], {})])
@example(request=[a_step([], {"MFAENV_ASK": "auto"}), a_step([], {"MFAENV_ASK": "nowhere"})])
@example(
    request=[a_step(["--cached", "--format", "xml"], {}, None), a_step(["--cached", "--format", "json"], {})]
)
@example(request=[ASKED_OF_PROD, ASKED_OF_PROD._replace(config="moved", full_first=True)])
def test_a_fast_answer_is_that_of_a_full_run(runs: Runs, request: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "moved").mkdir()
        (Path(folder) / "moved" / "config").write_text(CONFIGS["moved"], encoding="utf-8")
        for step in request:
            env = around(folder, step.env)
            replace(Path(folder) / "config", CONFIGS[step.config])
            replace(Path(folder) / "credentials", CREDENTIALS[step.credentials])
            if step.stored is not None:
                runs.store(step.arguments, env, step.stored)
            if step.full_first:
                expected = runs.full(step.arguments, env)
                assert unwarned(runs.entry_point(step.arguments, env)) == unwarned(expected)
            else:
                answered = runs.entry_point(step.arguments, env)
                assert unwarned(runs.full(step.arguments, env)) == unwarned(answered)


@ONE_PROCESS
@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        ([], {}),
        (["-q", "--no-input"], {}),
        (["--cached"], {}),
        (["-p", "prod", "--min-remaining", "0"], {}),
        (["-p", "role"], {"AWS_DEFAULT_REGION": "eu-north-1"}),
        (["--region=eu-west-1"], {"MFAENV_REGION": "eu-west-1", "AWS_REGION": "eu-west-1"}),
        (["--duration", "1h"], {"MSYSTEM": "MINGW64"}),
        ([], THEIR_KEYS),
    ],
)
def test_a_stored_session_is_answered(
    runs: Runs, tmp_path: Path, arguments: list[str], env: dict[str, str]
) -> None:
    """Else all of the above would hold for a fast path that always declines."""
    whole = around(str(tmp_path), env)
    replace(tmp_path / "config", CONFIGS["plain"])
    replace(tmp_path / "credentials", CREDENTIALS["two"])
    runs.store(arguments, whole, 10_000)
    assert runs.fast(arguments, whole) is None
    expected = runs.full(["--shell", "bash", *arguments], whole)
    assert runs.fast(["--shell", "bash", *arguments], whole) == expected
    assert expected.status == DONE


@ONE_PROCESS
def test_an_empty_store_is_answered_too(runs: Runs, tmp_path: Path) -> None:
    assert runs.fast(["--shell", "bash", "--cached"], around(str(tmp_path), {})) == Outcome(CODE_NEEDED, "", "")


@ONE_PROCESS
def test_a_store_that_is_a_link_answers_nothing(runs: Runs, tmp_path: Path) -> None:
    env, line = around(str(tmp_path), {}), ["--shell", "bash"]
    replace(tmp_path / "config", CONFIGS["plain"])
    replace(tmp_path / "credentials", CREDENTIALS["two"])
    runs.store([], env, 10_000)
    assert runs.full(line, env) == runs.fast(line, env)
    (tmp_path / "store" / "mfaenv").rename(tmp_path / "real")
    (tmp_path / "store" / "mfaenv").symlink_to("../real")
    assert runs.fast(line, env) is None


def test_a_file_whose_time_was_set_back_is_fresh_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.touch()
    os.utime(file, (0, 0))
    now = time.time()
    assert not service._has_settled(str(file), now)
    assert service._has_settled(str(file), now + service.SETTLED_AFTER + 1)


def around(folder: str, env: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a step."""
    places = {name: os.path.join(folder, env[name]) for name in ("HOME", "PLACE", "OTHER") if name in env}
    config = env.get("AWS_CONFIG_FILE", "config")
    return {
        "HOME": folder,
        **env,
        **places,
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": os.path.join(
            folder, env.get("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        ),
        "AWS_CONFIG_FILE": os.path.join(folder, config) if config == "config" else config,
        "MFAENV_CACHE_DIR": os.path.join(folder, "store"),
    }


def replace(path: Path, text: str) -> None:
    """Write a file as editors do; one that is the same already is left alone."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.with_suffix(".new").write_text(text, encoding="utf-8")
        path.with_suffix(".new").replace(path)


def test_a_stored_session_loads_nothing_heavy(product: Product, scenario: Scenario, clock: Clock) -> None:
    get(product, scenario)
    settle(product, clock)
    # A shell that has this session already is told nothing.
    again = {**product.env, **product.run("--format", "json").json()}
    assert product.run("--shell", "bash", env=again).err == ""
    product.clock = None
    product.command = (sys.executable, "-X", "importtime", *COMMAND[1:])
    loaded = imports(product.run("--shell", "bash", "--cached"))
    assert imports(product.run("--shell", "bash", env=again)) == loaded
    product.command = (sys.executable, "-X", "importtime", "-c", "pass")
    ours = (
        "fast",
        "fast.entry",
        "fast.environment",
        "fast.parse",
        "shells",
        "shells.bash",
    )  # each of these is waited for
    assert {name for name in loaded if name.startswith("mfaenv.")} == {f"mfaenv.{name}" for name in ours}
    assert (loaded - imports(product.run())) & (HEAVY | SLOW) == set()


def test_what_programs_start_loads_little(product: Product) -> None:
    product.clock = None
    product.command = (sys.executable, "-X", "importtime", *COMMAND[1:])
    assert (
        imports(product.run("unset", "--shell", "bash")) & {*HEAVY, *SLOW, "mfaenv.terminal.terminal"} == set()
    )
    assert "typing" not in imports(product.run("status", "--json"))


def imports(done: Outcome) -> set[str]:
    """The modules that Python lists, each in the last column of a line."""
    assert done.status == DONE
    return {
        line.rpartition("|")[2].strip() for line in done.err.splitlines() if line.startswith("import time:")
    }


def get(product: Product, scenario: Scenario) -> None:
    assert product.run("--shell", "bash", "--token-code", scenario.device.code()).status == DONE


def settle(product: Product, clock: Clock) -> None:
    """Let the files grow old enough to be told from their next state, and the answer be written.

    They have the system's time, which goes on while a busy machine runs a test.
    """
    clock.advance(time.time() - clock.now() + service.SETTLED_AFTER + 60)
    assert product.run("--shell", "bash", "--cached").status == DONE
    assert count_answers(product) == 1


@pytest.mark.parametrize("silent", [["-s", "bash", "-q"], ["-s", "bash", "--cached"]])
def test_a_run_that_shows_no_warning_takes_none_away(
    product: Product, scenario: Scenario, clock: Clock, silent: list[str]
) -> None:
    configure(product, "staging", s3="\n  addressing_style = path")
    clock.advance(time.time() - clock.now() + service.SETTLED_AFTER + 60)
    staging, warning = ["-p", "staging"], "do not get all settings of profile staging"
    assert product.run("-q", "-s", "bash", *staging, "-c", scenario.device.code()).status == DONE
    assert warning not in product.run(*silent, *staging).err
    assert count_answers(product) == 0
    assert warning in product.run("-s", "bash", *staging).err
    assert count_answers(product) == 1


def test_that_nothing_is_stored_is_remembered_too(product: Product, scenario: Scenario, clock: Clock) -> None:
    get(product, scenario)
    settle(product, clock)
    assert product.run("--shell", "bash", "--cached", "-p", "staging").status == CODE_NEEDED
    assert count_answers(product) == 2


def count_answers(product: Product) -> int:
    return len(list(product.cache.glob("answer-*")))


def test_the_answer_does_not_depend_on_the_session_that_a_shell_has(
    product: Product, scenario: Scenario, clock: Clock
) -> None:
    configure(product, retry_mode="adaptive")
    get(product, scenario)
    settle(product, clock)
    before = count_answers(product)
    for profile in ("default", "staging", "production", "default"):
        shell = product.run("-f", "json", "-p", profile).json()
        product.env |= {name: value for name, value in shell.items() if value}
    assert product.env["AWS_REGION"] == product.env["MFAENV_REGION"]
    assert product.env["MFAENV_SETTINGS"] == "AWS_RETRY_MODE=adaptive"
    assert count_answers(product) == before + len(("default", "staging", "production"))


@pytest.mark.parametrize("where", ["variable", "file"])
def test_no_password_of_an_endpoint_is_stored(
    product: Product, scenario: Scenario, clock: Clock, where: str
) -> None:
    url = product.env["AWS_ENDPOINT_URL"].replace("//", "//alice:pa55word@")
    if where == "variable":
        product.env["AWS_ENDPOINT_URL"] = url
    else:
        del product.env["AWS_ENDPOINT_URL"]
        configure(product, endpoint_url=url)
    get(product, scenario)
    settle(product, clock)
    assert not [file.name for file in product.cache.iterdir() if b"pa55word" in file.read_bytes()]


@pytest.mark.parametrize("scheme", ["http", "socks5", "git+https"])
def test_no_password_of_an_address_counts(product: Product, scheme: str) -> None:
    name = "AWS_PROXY_URI"
    assert "pa55word" not in fast.fingerprint(
        {}, {**product.env, name: f"{scheme}://alice:pa55word@proxy:1080"}
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("AWS_PROFILE", "https://{}@corp"), ("AWS_SESSION_TAGS", "at=https://git/{},by=a@b.com")],
)
def test_a_variable_that_is_no_address_counts_whole(product: Product, name: str, value: str) -> None:
    """With an address and an at sign in it too."""
    mine, yours = ({name: value.format(each)} for each in ("dev", "prod"))
    assert fast.fingerprint({}, product.env | mine) != fast.fingerprint({}, product.env | yours)


def test_an_aws_profile_that_mfaenv_set_is_another_than_the_persons(product: Product) -> None:
    """With its own, keys that are exported count."""
    named = product.env | {"AWS_PROFILE": "default", "MFAENV_PROFILE_AS": "AWS_PROFILE"}
    assert fast.fingerprint({}, named) != fast.fingerprint({}, named | {"MFAENV_PROFILE": "default"})


def test_a_file_that_may_change_in_the_same_moment_gets_no_answer(product: Product, scenario: Scenario) -> None:
    """A file from the future is as young as can be."""
    future = time.time() + 3600
    os.utime(product.env["AWS_CONFIG_FILE"], (future, future))
    get(product, scenario)
    assert product.run("--shell", "bash", "--cached").status == DONE
    assert count_answers(product) == 0


def test_an_edit_within_the_same_second_is_caught(product: Product, scenario: Scenario, clock: Clock) -> None:
    """In place, of the same length, and with the time of its change set back."""
    regions = ("us-west-2", "us-east-1")
    config = Path(product.env["AWS_CONFIG_FILE"])
    for name in regions:
        move(config, name)
        get(product, scenario)
    settle(product, clock)
    before = config.stat()
    for name in (*regions, *regions):
        move(config, name)
        os.utime(config, ns=(before.st_atime_ns, before.st_mtime_ns))
        after = config.stat()
        assert (after.st_ino, after.st_size, after.st_mtime_ns) == (
            before.st_ino,
            before.st_size,
            before.st_mtime_ns,
        )
        assert f"AWS_REGION={name}" in product.run("--shell", "bash", "--cached").out


def move(config: Path, region: str) -> None:
    text = config.read_text(encoding="utf-8")
    first = text.index("region = ") + len("region = ")
    with config.open("r+", encoding="utf-8") as file:
        file.write(text[:first] + region + text[first + len(region) :])


@pytest.mark.parametrize("name", ["AWS_NEW_SETTING", "MFAENV_NEW_SETTING", "HOME", "USERPROFILE"])
def test_a_variable_that_nobody_has_thought_of_counts(name: str) -> None:
    assert fast.fingerprint({}, {name: "a"}) != fast.fingerprint({}, {name: "b"}) != fast.fingerprint({}, {})


def test_an_option_that_nobody_has_thought_of_counts() -> None:
    assert fast.fingerprint({"external_id": "7"}, {}) != fast.fingerprint({}, {})


@given(
    st.dictionaries(st.sampled_from(["AWS_CONFIG_FILE", "AWS_X", "MFAENV_X"]), st.text("a'\n=$", max_size=6))
)
def test_no_value_passes_for_another_variable(env: dict[str, str]) -> None:
    lines = fast.fingerprint({}, env).split("\n")
    assert [line.partition("=")[0] for line in lines] == [*sorted(env), "keys"]


SECRETS = (
    "AWS_ACCESSKEY",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_CONSOLE_PW",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CREDENTIALS",
    "AWS_DB_PWD",
    "AWS_MFA_PIN",
    "AWS_MFA_SEED",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRETS",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_SMTP_PASS",
    "AWS_SSO_CLIENT_SECRET",
    "AWS_TOTP",
    "AWS_VAULT_FILE_PASSPHRASE",
    "MFAENV_MFA_SEED",
    "MFAENV_TOKEN_CODE",
)


def test_no_secret_of_the_environment_is_in_the_store(
    product: Product, scenario: Scenario, clock: Clock
) -> None:
    secrets = {name: f"value-of-{name}" for name in SECRETS if name != "MFAENV_TOKEN_CODE"}
    product.env.update(secrets)
    get(product, scenario)
    settle(product, clock)
    written = "".join(path.read_text() for path in product.cache.iterdir())
    assert [name for name, value in secrets.items() if value in written] == []


def test_no_secret_counts_nor_is_written_down() -> None:
    env = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "other", "AWS_ROLE_ARN": "role"}
    assert "secret" not in fast.fingerprint({}, {"AWS_S3_URI": "HTTPS://alice:secret@s3.example.com"})
    written = fast.fingerprint({"token_code": "secret"}, {**env, **dict.fromkeys(SECRETS, "secret")})
    assert written == fast.fingerprint({}, env)


@pytest.mark.parametrize(
    "name",
    [
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_ENDPOINT_URL_KEYSPACES",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        "MFAENV_SOURCE_ACCESS_KEY_ID",
    ],
)
def test_the_name_of_a_key_or_of_a_file_is_no_secret(name: str) -> None:
    assert fast.fingerprint({}, {name: "a"}) != fast.fingerprint({}, {name: "b"})
