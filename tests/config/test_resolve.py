import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import botocore.session
import pytest
from botocore.exceptions import InvalidConfigError
from hypothesis import example, given
from hypothesis import strategies as st

from mfaenv.config import awsfiles, resolve
from mfaenv.errors import USAGE, MfaenvError
from mfaenv.fast import environment
from mfaenv.model import Acquisition, Keys, Origin, Provider, Request, Span, Value

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
sso_account_id = 123456789012
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = secret
[profile old-portal]
sso_start_url = https://example.awsapps.com/start
sso_role_name = Reader
[profile no-portal]
sso_session = corp
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = secret
[profile old-token]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
aws_security_token = token
[profile two-tokens]
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = secret
aws_security_token =
aws_session_token = token
[profile process-and-keys]
credential_process = keys
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = secret
[profile process-and-half]
credential_process = keys
aws_secret_access_key = secret
[profile empty]
aws_access_key_id =
aws_secret_access_key = secret
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
OURS = {"AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-north-1", environment.REGION_MARK: "eu-north-1"}

URLS = st.sampled_from([None, "", "http://127.0.0.1:1", "http://127.0.0.1:2", "https://sts.example.com/path"])
SERVICES = st.sampled_from([None, "a", "with space", "gone"])
KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"
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

    def request(self, env: Mapping[str, str] | None = None, **given: str) -> Request:
        return resolve.resolve(dict(given), env or {}, awsfiles.load(self.env))

    def acquisition(self, env: Mapping[str, str] | None = None, **given: str) -> Acquisition:
        request, read = self.request(env, **given), awsfiles.load(self.env)
        return resolve.acquisition(dict(given), env or {}, request, read)


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
    assert files.request(env, profile=given_name).profile[:2] == expected[:2]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("portal", "IAM Identity Center"),
        ("old-portal", "IAM Identity Center"),
        ("web", "web identity"),
        ("login", "aws login"),
        ("process", "credential_process"),
        ("static", "keys with a token"),
        ("old-token", "keys with a token"),
        ("process-and-keys", "credential_process"),
        ("process-and-half", "credential_process"),
        ("nothing", "a container or instance role"),
    ],
)
def test_a_profile_without_long_term_keys_is_botocores(files: Files, name: str, kind: str) -> None:
    request = files.request(profile=name)
    assert (request.provider, request.keys, request.hops) == (kind, None, ())


@pytest.mark.parametrize(
    ("name", "lacking"),
    [("half", "aws_secret_access_key"), ("other-half", "aws_access_key_id"), ("empty", "aws_access_key_id")],
)
def test_half_a_pair_of_keys_is_an_error(files: Files, name: str, lacking: str) -> None:
    with pytest.raises(MfaenvError, match=f"Profile '{name}' has no {lacking}"):
        files.request(profile=name)


@pytest.mark.parametrize("name", ["no-portal", "two-tokens"])
def test_keys_without_a_token_are_long_term(files: Files, name: str) -> None:
    request = files.request(profile=name)
    assert request.keys == Keys(OTHER_KEY, "secret", "", str(files.config), Origin.PROFILE, name)


def test_each_file_is_read_for_itself(files: Files) -> None:
    """A token in the config file says nothing of keys in the credentials file."""
    files.write("[default]\naws_session_token = token\ncredential_process = keys\n", CREDENTIALS)
    assert files.request().keys == Keys(KEY, SECRET, "", str(files.credentials), Origin.PROFILE, "default")


@pytest.mark.parametrize(
    ("source", "env", "expected"),
    [
        ("Environment", THEIR_KEYS, OTHER_KEY),
        ("Environment", {**SESSION, environment.SOURCE_KEY: OTHER_KEY}, OTHER_KEY),
        ("Environment", SESSION, None),
        ("Environment", {}, None),
        ("Ec2InstanceMetadata", THEIR_KEYS, None),
    ],
)
def test_a_credential_source_is_under_the_role(
    files: Files, source: str, env: dict[str, str], expected: str | None
) -> None:
    role = "arn:aws:iam::123456789012:role/R"
    files.write(f"[profile job]\nrole_arn = {role}\ncredential_source = {source}\nmfa_serial = GAHT12345678\n")
    request = files.request(env, profile="job")
    assert [hop.role_arn for hop in request.hops] == [role]
    assert (request.keys and request.keys.access_key) == expected
    assert request.provider == ("keys" if expected else "credential_source")


WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/R"}


@pytest.mark.parametrize(
    ("env", "profile", "kind"),
    [
        ({}, "", "web identity in the environment"),
        ({"AWS_PROFILE": "prod"}, "", "web identity in the environment"),
        ({"AWS_PROFILE": "machine"}, "", "credential_source"),
        ({"MFAENV_PROFILE": "default"}, "", "web identity in the environment"),
        ({"MFAENV_PROFILE": "prod"}, "", "keys"),
        ({}, "prod", "keys"),
        (THEIR_KEYS, "", "keys"),
    ],
)
def test_web_identity_in_the_environment_counts_unless_an_option_names_a_profile(
    files: Files, env: dict[str, str], profile: str, kind: str
) -> None:
    assert files.request({**WEB, **env}, profile=profile).provider == kind


def test_web_identity_in_the_environment_needs_no_profile(files: Files) -> None:
    files.write("[profile other]\nregion = eu-west-1\n")
    assert files.request(WEB).provider == "web identity in the environment"


def test_the_source_of_a_role_has_keys(files: Files) -> None:
    files.write("[profile a]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = b\n[profile b]\n")
    with pytest.raises(MfaenvError, match="Profile 'b', the source of a role, has no keys") as caught:
        files.request(profile="a")
    assert "credentials" in caught.value.hint


@pytest.mark.parametrize(
    ("config", "credentials", "wrong", "hint"),
    [
        (
            "[default]\n",
            "[profile default]\n",
            "'default', the source of a role, has no keys",
            "Move those of [profile default] to [default] in",
        ),
        (
            "",
            "[profile default]\n",
            "'default' is missing: a → default",
            "write [default] instead of [profile default].",
        ),
    ],
)
def test_the_keys_of_a_roles_source_are_under_a_title_that_is_not_read(
    files: Files, config: str, credentials: str, wrong: str, hint: str
) -> None:
    role = "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = default\n"
    files.write(role + config, credentials + KEYS)
    with pytest.raises(MfaenvError, match=f"Profile {wrong}") as caught:
        files.request(profile="a")
    assert hint in caught.value.hint


def test_the_session_is_got_where_the_wanted_profile_says_if_the_one_with_the_keys_says_nothing(
    files: Files,
) -> None:
    role = "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = default\n"
    said = "region = us-gov-west-1\nendpoint_url = http://127.0.0.1:1\nca_bundle = /a\n"
    files.write(f"{role}{said}", CREDENTIALS)
    request = files.request(profile="a")
    assert (request.session_region, request.endpoint.text) == ("us-gov-west-1", "http://127.0.0.1:1")
    assert request.ca_bundle == "/a"
    files.write(
        f"[default]\nregion = us-gov-east-1\nendpoint_url = http://127.0.0.1:2\n{role}{said}", CREDENTIALS
    )
    request = files.request(profile="a")
    assert (request.session_region, request.endpoint.text) == ("us-gov-east-1", "http://127.0.0.1:2")


@pytest.mark.parametrize(
    "name", ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
)
def test_a_container_gives_its_role_beside_other_profiles_too(files: Files, name: str) -> None:
    files.write("[profile other]\nregion = eu-west-1\n")
    session = {"MFAENV_PROFILE": "default", "MFAENV_KEY": SESSION_KEY, "AWS_ACCESS_KEY_ID": SESSION_KEY}
    for before in ({}, session):  # the second time in this shell
        assert files.request({name: "/keys", **before}).provider is Provider.MACHINE
    for named in ("default", "nosuch"):
        with pytest.raises(MfaenvError, match=f"There is no profile '{named}'"):
            files.request({name: "/keys"}, profile=named)


def test_an_instance_gives_its_role_again_in_the_same_shell(files: Files) -> None:
    files.write("")
    session = {"MFAENV_PROFILE": "default", "MFAENV_KEY": SESSION_KEY, "AWS_ACCESS_KEY_ID": SESSION_KEY}
    assert files.request(session).provider is files.request({}).provider is Provider.MACHINE


def test_half_a_pair_of_keys_is_looked_for_where_the_other_half_stands(files: Files) -> None:
    files.write("[default]\nregion = us-east-1\n", "[default]\naws_secret_access_key = secret\n")
    with pytest.raises(MfaenvError) as raised:
        files.request()
    assert raised.value.hint == f"Add it in {files.credentials}."


@pytest.mark.parametrize("lines", ['"AKIA"', "'AKIA'", "AKIA # mine", "AKIA\n  more = x"])
def test_a_key_with_what_no_key_has_is_told_before_a_code_is_asked_for(files: Files, lines: str) -> None:
    files.write("", f"[default]\naws_secret_access_key = s3cr3t\naws_access_key_id = {lines}\n")
    with pytest.raises(MfaenvError, match="aws_access_key_id of profile 'default' has a quote"):
        files.request()


def test_other_keys_may_have_any_sign(files: Files) -> None:
    files.write("", '[default]\naws_secret_access_key = it\'s "odd" # s3cr3t\naws_access_key_id = AKIA\n')
    assert files.request().provider == "keys"
    files.write(
        "", '[default]\naws_access_key_id = "A" #\naws_secret_access_key = a b\naws_session_token = c\n'
    )
    assert files.request().provider == "keys with a token"


def test_a_secret_that_is_indented_is_told_as_that(files: Files) -> None:
    files.write("", "[default]\naws_access_key_id = AKIA\n  aws_secret_access_key = s3cr3t\n")
    with pytest.raises(MfaenvError, match="has no aws_secret_access_key") as raised:
        files.request()
    assert "remove the blanks before it" in raised.value.hint
    assert "s3cr3t" not in raised.value.hint


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
        ({**SESSION, "MFAENV_PROFILE": "default", environment.SOURCE_KEY: OTHER_KEY}, "", OTHER_KEY),
        ({**SESSION, "MFAENV_PROFILE": "default", environment.SOURCE_KEY: OTHER_KEY}, "default", KEY),
        ({**THEIR_KEYS, "AWS_SESSION_TOKEN": "stale"}, "", OTHER_KEY),
        ({**THEIR_KEYS, "AWS_SESSION_TOKEN": "token", "MFAENV_KEY": OTHER_KEY}, "", KEY),
        ({**THEIR_KEYS, "AWS_SESSION_TOKEN": "of a session", "MFAENV_PROFILE": "default"}, "", OTHER_KEY),
        ({**THEIR_KEYS, "MFAENV_PROFILE": "prod"}, "", OTHER_KEY),
        ({"AWS_ACCESS_KEY_ID": OTHER_KEY}, "", KEY),
        ({**SESSION, "AWS_SESSION_TOKEN": "", "AWS_SECURITY_TOKEN": "old"}, "", KEY),
    ],
)
def test_whose_keys_are_used(files: Files, env: dict[str, str], profile: str, expected: str) -> None:
    keys = files.request(env, profile=profile).keys
    assert keys is not None
    assert keys.access_key == expected


def test_the_keys_know_where_they_stand(files: Files) -> None:
    assert files.request().keys == Keys(KEY, SECRET, "", str(files.credentials), Origin.PROFILE, "default")
    of_prod = Keys(OTHER_KEY, "secret", "", str(files.config), Origin.PROFILE, "prod")
    assert files.request(profile="prod").keys == of_prod
    assert files.request(THEIR_KEYS).keys == Keys(OTHER_KEY, "theirs", "", "the environment", Origin.VARIABLE)


def test_no_secret_is_in_the_words_for_keys(files: Files) -> None:
    assert SECRET not in repr(files.request())


@pytest.mark.parametrize(
    ("env", "words"),
    [
        (SESSION, "belong to a session already"),
        (
            {**THEIR_KEYS, "AWS_ACCESS_KEY_ID": SESSION_KEY, "AWS_SECURITY_TOKEN": "token"},
            "belong to a session already",
        ),
        ({"AWS_ACCESS_KEY_ID": KEY}, "Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ({"AWS_SECRET_ACCESS_KEY": SECRET}, "Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    ],
)
@pytest.mark.parametrize("profile", ["profile prod", "default"])
def test_keys_that_cannot_be_used_are_explained(
    files: Files, profile: str, env: dict[str, str], words: str
) -> None:
    files.write(f"[{profile}]\nregion = eu-west-1\n")
    with pytest.raises(MfaenvError, match=words):
        files.request(env)


def test_a_profile_that_is_named_may_have_the_machines_role_beside_other_keys(files: Files) -> None:
    files.write("[default]\nregion = eu-west-1\n")
    assert files.request(SESSION, profile="default").provider == "a container or instance role"


def test_without_keys_the_default_profile_has_to_be_there(files: Files) -> None:
    files.write("[profile prod]\nregion = eu-west-1\n")
    with pytest.raises(MfaenvError, match="There is no profile 'default'"):
        files.request({})


def test_with_no_files_at_all_the_machine_may_have_a_role(files: Files) -> None:
    files.write("")
    assert (files.request().provider, files.request().config_profile) == ("a container or instance role", None)


@pytest.mark.parametrize(
    ("config", "hint"),
    [
        (CONFIG, "Did you mean prod?"),
        ("[profile a]\n[profile b]\n", "There are these: a, b."),
        (
            "".join(f"[profile {name}]\n" for name in "abcdefghi"),
            "There are these: a, b, c, d, e, f, g, h and 1 more.",
        ),
    ],
)
def test_an_unknown_profile_gets_the_closest_name_or_those_that_there_are(
    files: Files, config: str, hint: str
) -> None:
    files.write(config)
    with pytest.raises(MfaenvError, match=r"There is no profile 'prdo' \(AWS_PROFILE\)") as raised:
        files.request({"AWS_PROFILE": "prdo"})
    assert raised.value.hint == hint


@pytest.mark.parametrize(
    ("config", "credentials", "name", "hint"),
    [
        ("[ops]\n", "", "ops", "config write [profile ops] instead of [ops]."),
        ("[profile my ops]\n", "", "my ops", "config write [profile 'my ops'] instead of [profile my ops]."),
        ("", "[profile ops]\n", "ops", "credentials write [ops] instead of [profile ops]."),
        ("", "[ ops ]\n", "ops", "credentials write [ops] instead of [ ops ]."),
        ("[ profile ops]\n", "", "ops", "config write [profile ops] instead of [ profile ops]."),
    ],
)
def test_a_title_that_names_no_profile_is_shown_as_it_has_to_be(
    files: Files, config: str, credentials: str, name: str, hint: str
) -> None:
    files.write(config, credentials)
    with pytest.raises(MfaenvError, match=f"There is no profile '{name}'") as raised:
        files.request({"AWS_PROFILE": name})
    assert raised.value.hint.endswith(hint)


@pytest.mark.parametrize("config", ["", "[sso-session corp]\n"])
def test_where_there_is_no_profile_at_all_the_command_makes_the_one_that_was_asked_for(
    files: Files, config: str
) -> None:
    files.write(config)
    with pytest.raises(MfaenvError, match=r"There is no profile 'my own' .*\. This makes it:$") as raised:
        files.request(profile="my own")
    assert raised.value.command == "aws configure --profile 'my own'"
    files.write("[my own]\n")
    with pytest.raises(MfaenvError) as raised:
        files.request(profile="my own")
    assert "instead of [my own]" in raised.value.hint


def test_an_unknown_profile_of_an_earlier_session_can_be_removed(files: Files) -> None:
    files.write(CONFIG)
    with pytest.raises(MfaenvError, match=r"There is no profile 'prod;' \(MFAENV_PROFILE\)") as raised:
        files.request({"MFAENV_PROFILE": "prod;"})
    assert raised.value.hint == "Did you mean prod? `mfaenv unset` removes MFAENV_PROFILE."
    with pytest.raises(MfaenvError) as raised:  # what bash keeps of `export $(mfaenv)`
        files.request({"MFAENV_PROFILE": "prod&&"})
    assert raised.value.hint == "Did you mean prod? `eval $(mfaenv unset)` removes MFAENV_PROFILE."


@pytest.mark.parametrize(
    ("env", "given_region", "expected"),
    [
        ({}, "", Value("eu-west-1", "profile prod")),
        ({"AWS_DEFAULT_REGION": "eu-west-2"}, "", Value("eu-west-2", "AWS_DEFAULT_REGION")),
        ({"AWS_DEFAULT_REGION": "eu-west-2", "AWS_REGION": "eu-west-3"}, "", Value("eu-west-3", "AWS_REGION")),
        ({"AWS_REGION": "eu-west-3"}, "eu-south-1", Value("eu-south-1", "--region")),
        (OURS, "", Value("eu-west-1", "profile prod")),
        ({**OURS, "AWS_REGION": "eu-west-3"}, "", Value("eu-west-3", "AWS_REGION")),
        ({**OURS, "AWS_DEFAULT_REGION": "eu-west-3"}, "", Value("eu-west-3", "AWS_DEFAULT_REGION")),
    ],
)
def test_the_region_is_the_users_or_the_profiles(
    files: Files, env: dict[str, str], given_region: str, expected: Value
) -> None:
    assert files.request(env, profile="prod", region=given_region).region[:2] == expected[:2]


def test_every_value_knows_its_source(files: Files) -> None:
    request = files.request({"AWS_MFA_SERIAL": "GAHT12345678", "MFAENV_TOKEN_CODE": "123456"}, profile="prod")
    assert request.device == Value("GAHT12345678", "AWS_MFA_SERIAL", Origin.VARIABLE)
    acquisition = files.acquisition({"MFAENV_TOKEN_CODE": "123456"}, profile="prod")
    assert acquisition.token_code == Value("123456", "MFAENV_TOKEN_CODE", Origin.VARIABLE)
    assert acquisition.token_command == Value("code --now", "mfa_process of profile prod", Origin.PROFILE)
    acquisition = files.acquisition(profile="prod", token_command="x")
    assert acquisition.token_command == Value("x", "--token-command", Origin.OPTION)


@pytest.mark.parametrize(
    ("option", "variable", "text"),
    [("duration", "MFAENV_DURATION", "soon"), ("min_remaining", "MFAENV_MIN_REMAINING", "5 m")],
)
def test_a_bad_time_names_where_it_came_from(files: Files, option: str, variable: str, text: str) -> None:
    for env, given_options, source in (({variable: text}, {}, variable), ({}, {option: text}, f"--{option}")):
        with pytest.raises(MfaenvError) as raised:
            files.request(env, **given_options)
        assert raised.value.message.startswith(f"{source.replace('_', '-') if env == {} else source}: '{text}'")
        assert raised.value.status == USAGE


def test_times_have_defaults_and_limits(files: Files) -> None:
    assert (files.request().duration.seconds, files.request().min_remaining.seconds) == (43_200, 300)
    assert files.request({"MFAENV_DURATION": "36h"}, duration="15m", min_remaining="0").duration == Span(
        900, "--duration"
    )
    with pytest.raises(MfaenvError, match=r"MFAENV_DURATION: a session cannot last 36h1s\."):
        files.request({"MFAENV_DURATION": "129601"})


@pytest.fixture(scope="module")
def endpoints(place: Path) -> Iterator[Files]:
    """Files whose profile's endpoint is drawn, in the environment."""
    made = Files(place)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.env.items():
            patch.setenv(name, value)
        yield made


def botocores_endpoint(env: Mapping[str, str]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", {**os.environ, **env})
        session = botocore.session.Session(profile="a")
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
@example(
    {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": ""}, {"ignore_configured_endpoint_urls": "true", **ONE_URL}, {}
)
@example(
    {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "1"}, {"ignore_configured_endpoint_urls": "true", **ONE_URL}, {}
)
@example(
    {"AWS_ENDPOINT_URL": ""}, {"services": "with space", **ONE_URL}, {"endpoint_url": "http://127.0.0.1:2"}
)
def test_the_endpoint_is_botocores(
    endpoints: Files, env: dict[str, str], settings: dict[str, str], block: dict[str, str]
) -> None:
    services = lines({"region": "x", **block}, indent="  ")
    endpoints.write(
        f"[profile a]\n{lines(settings)}[services a]\nsts =\n{services}[services 'with space']\nsts =\n{services}"
    )
    files = awsfiles.load(endpoints.env)
    try:
        theirs = botocores_endpoint(env)
    except InvalidConfigError:  # botocore says so when the client is made
        with pytest.raises(MfaenvError, match="no section"):
            resolve.endpoint(env, files.profiles["a"], files, "sts")
        return
    ours = resolve.endpoint(env, files.profiles["a"], files, "sts").text
    assert (ours or "https://sts.eu-west-1.amazonaws.com") == theirs


@pytest.mark.parametrize("name", ["no region", "eu_west_1", "-", "eu-west-1.example.com", "a" * 64, "12"])
def test_what_cannot_be_the_name_of_a_region_is_refused(files: Files, name: str) -> None:
    files.write("[default]\n", f"[default]\n{KEYS}")
    with pytest.raises(MfaenvError, match=f"'{name}' \\(--region\\) is not the name of a region") as raised:
        files.request(region=name)
    assert raised.value.status == USAGE


def test_a_slip_in_a_region_is_refused_for_aws_and_not_for_an_endpoint_of_ones_own(files: Files) -> None:
    keys = f"[default]\n{KEYS}"
    files.write("[default]\nregion = us-east\n", keys)
    with pytest.raises(MfaenvError, match="AWS has no region 'us-east'"):
        files.request()
    files.write("[default]\nregion = us-east\nendpoint_url = http://127.0.0.1:1\n", keys)
    assert files.request().session_region == "us-east"


def test_a_role_with_a_good_region_does_not_stumble_over_its_sources_own(files: Files) -> None:
    role = "[profile r]\nregion = eu-west-1\nsource_profile = default\nrole_arn = arn:aws:iam::123456789012:role/R\n"
    files.write(f"[default]\nregion = not a region\nservices = gone\n{role}", f"[default]\n{KEYS}")
    request = files.request(profile="r")
    assert (request.session_region, request.hops[0].region) == ("eu-west-1", "eu-west-1")
    files.write(f"[default]\nregion = eu-west-3\n{role.replace('eu-west-1', 'eu-west')}", f"[default]\n{KEYS}")
    with pytest.raises(MfaenvError, match="AWS has no region 'eu-west'"):
        files.request(profile="r")


@pytest.mark.parametrize("wrong", ["default", "middle"])
def test_a_wrong_region_of_a_source_is_told_where_the_wanted_profile_has_none(files: Files, wrong: str) -> None:
    role = "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile ="
    middle = f"[profile middle]\n{role} default\n[profile r]\n{role} middle\n"
    title = {"default": "[default]\n", "middle": "[profile middle]\n"}[wrong]
    files.write(f"[default]\n{middle}".replace(title, f"{title}region = us-east\n"), f"[default]\n{KEYS}")
    with pytest.raises(MfaenvError, match=f"AWS has no region 'us-east' \\(profile {wrong}\\)"):
        files.request(profile="r")
    assert files.request(profile="r", region="eu-west-1").session_region == "eu-west-1"


def test_files_that_cannot_be_read_do_not_matter_to_keys_of_the_environment(files: Files) -> None:
    env = {**files.env, "AWS_CONFIG_FILE": str(files.config.parent)}
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
    files.write("", f"[default]\n{KEYS}")
    assert resolve.load_files({}, env | keys).profiles.keys() == {"default"}
    named_or_not: list[dict[str, str | bool]] = [{"profile": "default"}, {}]
    for named in named_or_not:
        with pytest.raises(MfaenvError, match="is a directory"):
            resolve.load_files(named, env | (keys if named else {}))


@pytest.mark.parametrize(
    ("setting", "end"),
    [
        ("expiration", "2020-01-02 03:04:05"),
        ("expiration", "2020-01-02T03:04:05+00:00"),
        ("x_security_token_expires", "2020-01-02T03:04:05+02:00"),
    ],
)
def test_temporary_keys_that_ended_are_refused_and_the_long_term_profile_named(
    files: Files, setting: str, end: str
) -> None:
    token = f"{KEYS}aws_session_token = token\n{setting} = {end}\n"
    files.write("", f"[work]\n{token}[work-long-term]\n{KEYS}")
    with pytest.raises(MfaenvError, match="ended at 2020-01-02") as error:
        files.request(profile="work")
    assert error.value.hint.endswith("work-long-term: name that one with -p, or as source_profile.")
    for later in (end.replace("2020", "9020"), "never"):
        files.write("", f"[work]\n{token.replace(end, later)}")
        assert files.request(profile="work").provider is Provider.TEMPORARY


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows takes its time zone from elsewhere")
def test_the_end_that_awsume_writes_is_in_local_time(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "WEST8")
    time.tzset()
    try:
        soon = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() + 3600))
        profile = f"[work]\n{KEYS}aws_session_token = token\nexpiration = {soon}\n"
        files.write("", f"{profile}manager = awsume\n")
        assert files.request(profile="work").provider is Provider.TEMPORARY
        files.write("", profile)
        with pytest.raises(MfaenvError, match=f"ended at {soon}"):
            files.request(profile="work")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_keys_of_a_session_without_its_token_are_no_long_term_keys(files: Files) -> None:
    keys = KEYS.replace("AKIA", "ASIA")
    files.write("", f"[default]\n{keys}")
    with pytest.raises(MfaenvError, match="has no aws_session_token"):
        files.request(profile="default")
    files.write("")
    with pytest.raises(MfaenvError, match="belong to a session already"):
        files.request({"AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"})
