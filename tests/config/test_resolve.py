import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import botocore.session
import pytest
from botocore.exceptions import InvalidConfigError
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mfaenv import awsfiles, exports, profiles
from mfaenv.errors import USAGE, MfaenvError
from mfaenv.model import Keys, Plan, Value

KEY, OTHER_KEY, SESSION_KEY = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "ASIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
CONFIG = """
[default]
region = us-east-1
[profile prod]
region = eu-west-1
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = secret
mfa_process = code --now
[profile half]
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
[profile other-half]
aws_secret_access_key = secret
[profile portal]
sso_session = corp
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = secret
[profile old-portal]
sso_start_url = https://example.awsapps.com/start
[profile web]
web_identity_token_file = /token
role_arn = arn:aws:iam::123456789012:role/R
[profile login]
login_session = arn:aws:iam::123456789012:user/alice
[profile process]
credential_process = keys
[profile machine]
role_arn = arn:aws:iam::123456789012:role/R
credential_source = Ec2InstanceMetadata
[profile static]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
aws_session_token = token
[profile nothing]
output = json
"""
CREDENTIALS = f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
THEIR_KEYS = {"AWS_ACCESS_KEY_ID": OTHER_KEY, "AWS_SECRET_ACCESS_KEY": "theirs"}
SESSION = {"AWS_ACCESS_KEY_ID": SESSION_KEY, "AWS_SECRET_ACCESS_KEY": "session", "AWS_SESSION_TOKEN": "token"}
OURS = {"AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-north-1", exports.REGION_MARK: "eu-north-1"}

URLS = st.sampled_from([None, "", "http://127.0.0.1:1", "http://127.0.0.1:2", "https://sts.example.com/path"])
SERVICES = st.sampled_from([None, "a", "with space", "gone"])
ONE_URL = {"endpoint_url": "http://127.0.0.1:1"}
TRUTHS = st.sampled_from([None, "true", "TRUE", "false", "", "1"])


class Files:
    """The AWS files, and the environment that names them."""

    def __init__(self, place: Path) -> None:
        self.config, self.credentials = place / "config", place / "credentials"
        self.env = {"AWS_CONFIG_FILE": str(self.config), "AWS_SHARED_CREDENTIALS_FILE": str(self.credentials)}

    def write(self, config: str, credentials: str = "") -> None:
        self.config.write_text(config, encoding="utf-8")
        self.credentials.write_text(credentials, encoding="utf-8")

    def plan(self, env: Mapping[str, str] | None = None, **given: str) -> Plan:
        return profiles.resolve(dict(given), env or {}, awsfiles.load(self.env))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profiles")


@pytest.fixture
def files(place: Path) -> Files:
    made = Files(place)
    made.write(CONFIG, CREDENTIALS)
    return made


@pytest.mark.parametrize(
    ("given_name", "env", "expected"),
    [
        ("", {}, Value("default", "default")),
        ("", {"MFAENV_PROFILE": "prod"}, Value("prod", "MFAENV_PROFILE")),
        ("", {"MFAENV_PROFILE": "web", "AWS_DEFAULT_PROFILE": "prod"}, Value("prod", "AWS_DEFAULT_PROFILE")),
        ("", {"AWS_DEFAULT_PROFILE": "web", "AWS_PROFILE": "prod"}, Value("prod", "AWS_PROFILE")),
        ("prod", {"AWS_PROFILE": "web"}, Value("prod", "--profile")),
        ("", {"AWS_PROFILE": ""}, Value("default", "default")),
    ],
)
def test_the_profile_is_the_first_that_is_named(
    files: Files, given_name: str, env: dict[str, str], expected: Value
) -> None:
    assert files.plan(env, profile=given_name).profile == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("portal", "IAM Identity Center"),
        ("old-portal", "IAM Identity Center"),
        ("web", "web identity"),
        ("login", "aws login"),
        ("process", "credential_process"),
        ("machine", "credential_source"),
        ("static", "keys with a token"),
        ("nothing", "a container or instance role"),
    ],
)
def test_a_profile_without_long_term_keys_is_botocores(files: Files, name: str, kind: str) -> None:
    plan = files.plan(profile=name)
    assert (plan.kind, plan.keys, plan.hops) == (kind, None, ())


@pytest.mark.parametrize(("name", "lacking"), [("half", "aws_secret_access_key"), ("other-half", "aws_access_key_id")])
def test_half_a_pair_of_keys_is_an_error(files: Files, name: str, lacking: str) -> None:
    with pytest.raises(MfaenvError, match=f"Profile '{name}' has no {lacking}"):
        files.plan(profile=name)


def test_half_a_pair_of_keys_is_looked_for_where_the_other_half_stands(files: Files) -> None:
    files.write("[default]\nregion = us-east-1\n", "[default]\naws_secret_access_key = secret\n")
    with pytest.raises(MfaenvError) as raised:
        files.plan()
    assert raised.value.hint == f"Add it in {files.credentials}."


@pytest.mark.parametrize(
    ("env", "profile", "expected"),
    [
        ({}, "", KEY),
        ({}, "prod", OTHER_KEY),
        (THEIR_KEYS, "", OTHER_KEY),
        (THEIR_KEYS, "default", KEY),
        ({**THEIR_KEYS, "AWS_PROFILE": "default"}, "", KEY),
        (SESSION, "", KEY),
        ({**SESSION, "MFAENV_PROFILE": "prod"}, "", OTHER_KEY),
        ({**SESSION, "MFAENV_PROFILE": "default", exports.SOURCE_KEY: OTHER_KEY}, "", OTHER_KEY),
        ({**SESSION, "MFAENV_PROFILE": "default", exports.SOURCE_KEY: OTHER_KEY}, "default", KEY),
        ({**THEIR_KEYS, "AWS_SESSION_TOKEN": "stale"}, "", OTHER_KEY),
        ({"AWS_ACCESS_KEY_ID": OTHER_KEY}, "", KEY),
        ({**SESSION, "AWS_SESSION_TOKEN": "", "AWS_SECURITY_TOKEN": "old"}, "", KEY),
    ],
)
def test_whose_keys_are_used(files: Files, env: dict[str, str], profile: str, expected: str) -> None:
    keys = files.plan(env, profile=profile).keys
    assert keys is not None
    assert keys.access_key == expected


def test_the_keys_know_where_they_stand(files: Files) -> None:
    assert files.plan().keys == Keys(KEY, SECRET, "", str(files.credentials))
    assert files.plan(profile="prod").keys == Keys(OTHER_KEY, "secret", "", str(files.config))
    assert files.plan(THEIR_KEYS).keys == Keys(OTHER_KEY, "theirs", "", "the environment")


def test_no_secret_is_in_the_words_for_keys(files: Files) -> None:
    assert SECRET not in repr(files.plan())


@pytest.mark.parametrize(
    ("env", "words"),
    [
        (SESSION, "are a session's already"),
        ({"AWS_ACCESS_KEY_ID": KEY}, "Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ({"AWS_SECRET_ACCESS_KEY": SECRET}, "Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ({}, "There is no profile 'default'"),
    ],
)
def test_keys_that_cannot_be_used_are_explained(files: Files, env: dict[str, str], words: str) -> None:
    files.write("[profile prod]\nregion = eu-west-1\n")
    with pytest.raises(MfaenvError, match=words):
        files.plan(env)


def test_with_no_files_at_all_the_machine_may_have_a_role(files: Files) -> None:
    files.write("")
    assert (files.plan().kind, files.plan().config_profile) == ("a container or instance role", None)


@pytest.mark.parametrize(
    ("config", "hint"),
    [
        (CONFIG, "Did you mean prod?"),
        ("[profile a]\n[profile b]\n", "There are these: a, b."),
        ("".join(f"[profile {name}]\n" for name in "abcdefghi"), "There are these: a, b, c, d, e, f, g, h, …"),
        ("", "`aws configure` makes a first one."),
    ],
)
def test_an_unknown_profile_gets_the_closest_name_or_those_that_there_are(files: Files, config: str, hint: str) -> None:
    files.write(config)
    with pytest.raises(MfaenvError, match=r"There is no profile 'prdo' \(AWS_PROFILE\)") as raised:
        files.plan({"AWS_PROFILE": "prdo"})
    assert raised.value.hint == hint


@pytest.mark.parametrize(
    ("env", "given_region", "expected"),
    [
        ({}, "", Value("eu-west-1", "profile prod")),
        ({"AWS_DEFAULT_REGION": "b"}, "", Value("b", "AWS_DEFAULT_REGION")),
        ({"AWS_DEFAULT_REGION": "b", "AWS_REGION": "c"}, "", Value("c", "AWS_REGION")),
        ({"AWS_REGION": "c"}, "d", Value("d", "--region")),
        (OURS, "", Value("eu-west-1", "profile prod")),
        ({**OURS, "AWS_REGION": "c"}, "", Value("c", "AWS_REGION")),
    ],
)
def test_the_region_is_the_users_or_the_profiles(
    files: Files, env: dict[str, str], given_region: str, expected: Value
) -> None:
    assert files.plan(env, profile="prod", region=given_region).region == expected


def test_every_value_knows_its_source(files: Files) -> None:
    plan = files.plan({"AWS_MFA_SERIAL": "GAHT12345678", "MFAENV_TOKEN_CODE": "123456"}, profile="prod")
    assert plan.device == Value("GAHT12345678", "AWS_MFA_SERIAL")
    assert plan.token_code == Value("123456", "MFAENV_TOKEN_CODE")
    assert plan.token_command == Value("code --now", "mfa_process of profile prod")
    assert files.plan(profile="prod", token_command="x").token_command == Value("x", "--token-command")


@pytest.mark.parametrize(
    ("option", "variable", "text"),
    [("duration", "MFAENV_DURATION", "soon"), ("min_remaining", "MFAENV_MIN_REMAINING", "5 m")],
)
def test_a_bad_time_names_where_it_came_from(files: Files, option: str, variable: str, text: str) -> None:
    for env, given_options, source in (({variable: text}, {}, variable), ({}, {option: text}, f"--{option}")):
        with pytest.raises(MfaenvError) as raised:
            files.plan(env, **given_options)
        assert raised.value.message.startswith(f"{source.replace('_', '-') if env == {} else source}: '{text}'")
        assert raised.value.status == USAGE


def test_times_have_defaults_and_limits(files: Files) -> None:
    assert (files.plan().duration, files.plan().min_remaining) == (43_200, 300)
    assert files.plan({"MFAENV_DURATION": "36h"}, duration="15m", min_remaining="0").duration == 900
    with pytest.raises(MfaenvError, match=r"MFAENV_DURATION: a session cannot last 36h1s \(129601 s\)"):
        files.plan({"MFAENV_DURATION": "129601"})


@pytest.fixture(scope="module")
def endpoints(place: Path) -> Iterator[Files]:
    """Files whose profile's endpoint is drawn, in the environment."""
    made = Files(place)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.env.items():
            patch.setenv(name, value)
        yield made


DATA = botocore.session.Session().get_component("data_loader")
"""What botocore knows of the services; read anew by every session otherwise, which takes its time."""


def botocores_endpoint(env: Mapping[str, str]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", {**os.environ, **env})
        session = botocore.session.Session(profile="a")
        session.register_component("data_loader", DATA)
        client = session.create_client(
            "sts", region_name="eu-west-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET
        )
    return str(client.meta.endpoint_url)


def drawn(choices: Mapping[str, st.SearchStrategy[str | None]]) -> st.SearchStrategy[dict[str, str]]:
    """Settings or variables, some of which are there."""
    return st.fixed_dictionaries(dict(choices)).map(
        lambda found: {name: value for name, value in found.items() if value is not None}
    )


def lines(settings: Mapping[str, str], indent: str = "") -> str:
    return "".join(f"{indent}{name} = {value}\n" for name, value in settings.items())


ENVIRONMENTS = drawn(
    {"AWS_ENDPOINT_URL": URLS, "AWS_ENDPOINT_URL_STS": URLS, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": TRUTHS}
)
SETTINGS = drawn({"endpoint_url": URLS, "services": SERVICES, "ignore_configured_endpoint_urls": TRUTHS})
BLOCKS = drawn({"endpoint_url": URLS})


@given(ENVIRONMENTS, SETTINGS, BLOCKS)
@example({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": ""}, {"ignore_configured_endpoint_urls": "true", **ONE_URL}, {})
@example({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "1"}, {"ignore_configured_endpoint_urls": "true", **ONE_URL}, {})
@example({"AWS_ENDPOINT_URL": ""}, {"services": "with space", **ONE_URL}, {"endpoint_url": "http://127.0.0.1:2"})
def test_the_endpoint_is_botocores(
    endpoints: Files, env: dict[str, str], settings: dict[str, str], block: dict[str, str]
) -> None:
    services = lines({"region": "x", **block}, indent="  ")
    endpoints.write(
        f"[profile a]\n{lines(settings)}[services a]\nsts =\n{services}[services 'with space']\nsts =\n{services}"
    )
    try:
        theirs = botocores_endpoint(env)
    except InvalidConfigError:  # a services section that is not there: botocore says so when the client is made
        assume(False)
    files = awsfiles.load(endpoints.env)
    ours = profiles.endpoint(env, files.profiles["a"], files)
    assert (ours or "https://sts.eu-west-1.amazonaws.com") == theirs
