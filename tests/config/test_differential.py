"""mfaenv beside botocore: generated files, environments and options, and which keys, calls and addresses come of them.

Both call the same pretend AWS, in this process: where botocore's HTTP session would send, the pretend AWS
answers. Where they differ, a rule says so by name, or the test fails.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import botocore.httpsession
import botocore.session
import depth
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st
from observed_aws import ObservedAws
from web_identity import ISSUER, WebIdentities, WebIdentity, trust_issuer

from mfaenv.aws import client
from mfaenv.errors import MfaenvError
from mfaenv.fast.parse import Options
from mfaenv.pretend_aws.policy import ALLOW_ALL, trust
from mfaenv.pretend_aws.world import World
from mfaenv.serving.loopback import HttpRequest
from mfaenv.session import service
from mfaenv.terminal.terminal import Terminal

Section = dict[str, str]

LONG, OTHER = (
    ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG"),
    ("AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk"),
)
NAMES = ("default", "a", "b", "c")
ROLES = tuple(f"arn:aws:iam::111122223333:role/{name}" for name in ("R", "S"))
HOSTS = ("http://127.0.0.1:8001", "http://127.0.0.1:8002")
REGIONS = ("us-east-1", "eu-west-1", "us-west-2")
KEY_ID, SECRET, TOKEN, OLD_TOKEN = (
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
)


class Case(NamedTuple):
    """What both are given. `@temporary`, `@token`, `@secret` and `@home` stand for what each run makes anew."""

    config: dict[str, Section]
    credentials: dict[str, Section]
    env: dict[str, str]
    options: dict[str, str]


class Call(NamedTuple):
    """A call to STS for a role, the length None where it is not said."""

    role: str
    external_id: str
    session_name: str
    duration: str
    region: str
    host: str


class Result(NamedTuple):
    """The key that all begins with, the roles, the region, the address of SQS; or why there is nothing."""

    root: str = ""
    calls: tuple[Call, ...] = ()
    region: str = ""
    address: str = ""
    wrong: str = ""
    warned: str = ""
    """What mfaenv says that it could not do."""


class Heard(Terminal):
    """Nobody, and what is said to them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__(env, quiet=True)
        self.warnings: list[str] = []

    def warn(self, text: str, _command: str = "") -> None:
        self.warnings.append(text)


def some(chance: int, **values: st.SearchStrategy[str]) -> st.SearchStrategy[Section]:
    """These settings, in one of so many cases."""
    return st.one_of(*([st.just({})] * (chance - 1)), st.fixed_dictionaries(values))


def merged(*parts: st.SearchStrategy[Section]) -> st.SearchStrategy[Section]:
    return st.tuples(*parts).map(lambda found: {name: value for part in found for name, value in part.items()})


PAIRS = st.sampled_from(
    [{}, {}, {}]
    + [{KEY_ID: key, SECRET: secret} for key, secret in (LONG, LONG, OTHER)]
    + [{KEY_ID: "@temporary", SECRET: "@secret", name: "@token"} for name in (TOKEN, OLD_TOKEN)]
    + [{KEY_ID: LONG[0]}, {SECRET: LONG[1]}, {KEY_ID: LONG[0], SECRET: LONG[1], OLD_TOKEN: "", TOKEN: "@token"}]
    + [{TOKEN: "@token"}, {KEY_ID: "", SECRET: LONG[1]}]
)
WAYS = st.sampled_from(
    [{}] * 8
    + [{"credential_process": f"cat @home/{name}"} for name in ("long-term", "temporary")]
    + [{"sso_start_url": "https://x.example.com"}, {"sso_account_id": "123456789012"}]
    + [{"role_arn": ROLES[0], "web_identity_token_file": "@home/web"}]
)
ROLE = st.fixed_dictionaries(
    {"role_arn": st.sampled_from(ROLES)},
    optional={
        "external_id": st.just("x:/y"),
        "role_session_name": st.sampled_from([*["alice@example.com"] * 9, "x"]),
        "duration_seconds": st.sampled_from(
            ["900", "+3600", "3600", "1_000", "3600.0", "2h", "", "7200", "43201"]
        ),
    },
)
LINKS = [{"source_profile": name} for name in (*NAMES * 3, "missing")]
MACHINES = [{"credential_source": "Environment"}] * 3 + [{"credential_source": "Nowhere"}]
SOURCES = st.sampled_from([*LINKS, *MACHINES, {}, {**LINKS[0], **MACHINES[0]}])
PLACE = st.fixed_dictionaries(
    {},
    optional={
        "region": st.sampled_from(REGIONS),
        "endpoint_url": st.sampled_from(HOSTS),
        "use_fips_endpoint": st.sampled_from(["true", "false"]),
        "ignore_configured_endpoint_urls": st.sampled_from(["true", "false"]),
    },
)
PROFILE = merged(PAIRS, WAYS, PLACE) | merged(PAIRS, WAYS, ROLE, SOURCES, PLACE)
LINK = merged(ROLE, SOURCES, PLACE)
STORED = st.dictionaries(
    st.sampled_from(NAMES), merged(PAIRS, some(6, region=st.just("eu-west-1"))), max_size=3
)
ENVIRONMENTS = merged(
    some(4, AWS_PROFILE=st.sampled_from(NAMES)),
    some(6, AWS_DEFAULT_PROFILE=st.sampled_from(NAMES)),
    some(4, AWS_REGION=st.sampled_from(REGIONS)),
    some(4, AWS_DEFAULT_REGION=st.sampled_from(REGIONS)),
    some(5, AWS_ENDPOINT_URL=st.sampled_from(HOSTS)),
    some(8, AWS_ENDPOINT_URL_STS=st.sampled_from(HOSTS)),
    some(8, AWS_USE_FIPS_ENDPOINT=st.sampled_from(["true", "false"])),
    some(4, AWS_ACCESS_KEY_ID=st.just(OTHER[0]), AWS_SECRET_ACCESS_KEY=st.just(OTHER[1])),
    some(
        8,
        AWS_ACCESS_KEY_ID=st.just("@temporary"),
        AWS_SECRET_ACCESS_KEY=st.just("@secret"),
        AWS_SESSION_TOKEN=st.just("@token"),
    ),
    some(6, AWS_WEB_IDENTITY_TOKEN_FILE=st.just("@home/web"), AWS_ROLE_ARN=st.just(ROLES[1])),
)
OPTIONS = merged(some(2, profile=st.sampled_from(NAMES)), some(4, region=st.sampled_from(REGIONS)))
ROOT = merged(st.just({KEY_ID: LONG[0], SECRET: LONG[1]}), PLACE)
PROFILES = st.fixed_dictionaries(
    {"default": ROOT | PROFILE, "a": LINK | PROFILE}, optional={"b": LINK | PROFILE, "c": ROOT}
)
GENERATED = st.builds(Case, PROFILES, STORED, ENVIRONMENTS, OPTIONS)


class Body:
    """The rest of an HTTP response, as botocore reads it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self) -> Iterator[bytes]:
        yield self._data


class Run:
    """The pretend AWS of one run, anew each time: a code is good once."""

    def __init__(self) -> None:
        self.world = World()
        user = self.world.add_account("123456789012").add_user("alice", policies={"Admin": ALLOW_ALL})
        self.keys = [user.add_key(*pair) for pair in (LONG, OTHER)]
        self.device = user.add_device()
        self.temporary = self.world.open_session(user, 3600)
        account = self.world.add_account("111122223333")
        for arn in ROLES:
            allowed = trust("*", mfa=False)
            document = {**allowed, "Statement": [*allowed["Statement"], trust_issuer("111122223333")]}
            role = account.add_role(arn.rpartition("/")[2], document, policies={"All": ALLOW_ALL})
            role.max_session = 43_200
        web = WebIdentities({"hers": WebIdentity(ISSUER, "alice")})
        self.aws = ObservedAws(self.world, routes=[web.route])
        self.aws.server_close()
        self.hosts: list[str] = []

    def send(self, prepared: Any) -> AWSResponse:
        """Answer what botocore sends."""
        url = urlsplit(prepared.url)
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in prepared.headers.items()
        }
        headers.setdefault("host", url.netloc)
        body = prepared.body or b""
        request = HttpRequest(
            prepared.method, url.path, url.query, headers, body.encode() if isinstance(body, str) else body
        )
        answer = self.aws.answer(request)
        assert answer is not None
        self.hosts.append(url.netloc)
        return AWSResponse(prepared.url, answer.status, HTTPHeaders(), Body(answer.body))

    def calls(self) -> Iterator[Call]:
        """Yield the calls for roles."""
        for record, host in zip(self.aws.log, self.hosts, strict=True):
            if record.action in {"AssumeRole", "AssumeRoleWithWebIdentity"} and not record.error:
                asked = record.parameters
                name = asked["RoleSessionName"]
                chosen = (
                    ""
                    if name.startswith("botocore-session-") or name in {"alice", "mfaenv"} or name.isdigit()
                    else name
                )
                yield Call(
                    asked["RoleArn"],
                    asked.get("ExternalId", ""),
                    chosen,
                    asked.get("DurationSeconds", ""),
                    record.region,
                    host,
                )

    def root(self, access_key: str) -> str:
        """The key that signed first, or else the one that came out; the run's own temporary one by a fixed name."""
        signers = [record.access_key_id for record in self.aws.log]
        first = signers[0] if signers else access_key
        return "temporary" if first == self.temporary.id else first

    def filled(self, text: str, home: Path) -> str:
        """Write a value with what this run made."""
        found = self.temporary
        values = {"@temporary": found.id, "@secret": found.secret, "@token": found.token, "@home": str(home)}
        for name, value in values.items():
            text = text.replace(name, value)
        return text


def written(sections: Mapping[str, Section], run: Run, home: Path, kind: str = "") -> str:
    lines = []
    for name, section in sections.items():
        lines.append(f"[{kind}{name}]" if name != "default" else "[default]")
        lines += [f"{setting} = {run.filled(value, home)}" for setting, value in section.items()]
    return "\n".join([*lines, ""])


class Bench:
    """Where cases are run: a home with the files, and this process's environment."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.patch = patch

    def run(self, case: Case, way: Callable[[Case, Run], Result]) -> Result:
        """Run a case one way."""
        run = Run()
        (self.home / "config").write_text(written(case.config, run, self.home, "profile "))
        (self.home / "credentials").write_text(written(case.credentials, run, self.home))
        (self.home / "web").write_text("hers")
        process = '{{"Version": 1, "AccessKeyId": "{}", "SecretAccessKey": "{}"{}}}'
        (self.home / "long-term").write_text(process.format(*OTHER, ""))
        token = f', "SessionToken": "{run.temporary.token}"'
        (self.home / "temporary").write_text(process.format(run.temporary.id, run.temporary.secret, token))
        with self.patch.context() as patch:
            patch.setattr(botocore.httpsession.URLLib3Session, "send", lambda _, prepared: run.send(prepared))
            for name, value in case.env.items():
                patch.setenv(name, run.filled(value, self.home))
            try:
                return way(case, run)
            except (BotoCoreError, ClientError, MfaenvError, ValueError, OSError) as error:
                return Result(wrong=str(getattr(error, "message", error)) or type(error).__name__)


def address_of_sqs(session: botocore.session.Session) -> str:
    """Return where another service than STS is called: one with few operations, since a client is made each time."""
    made = session.create_client(
        "sqs", aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1"
    )
    return str(made.meta.endpoint_url)


def ours(case: Case, run: Run) -> Result:
    """What mfaenv exports, and what botocore makes of it."""
    client.session.cache_clear()
    env = dict(os.environ)
    options: Options = {**case.options, "serial_number": run.device.serial, "token_code": run.device.code()}
    heard = Heard(env)
    pairs = service.get_pairs(options, env, heard)
    got = {name: value for name, value in pairs if value}
    assert "AWS_SESSION_TOKEN" in got, "long-term keys were exported"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in pairs:
            patch.setenv(name, value) if value is not None else patch.delenv(name, raising=False)
        address = address_of_sqs(botocore.session.Session())
    root, region = run.root(got["AWS_ACCESS_KEY_ID"]), got.get("AWS_REGION", "")
    return Result(root, tuple(run.calls()), region, address, warned=" ".join(heard.warnings))


def theirs(case: Case, run: Run) -> Result:
    """What botocore finds, where the rules that concern the question itself are applied first."""
    with pytest.MonkeyPatch.context() as patch:
        for rule in ASKED_OTHERWISE:
            rule(case, patch)
        session = botocore.session.Session(profile=case.options.get("profile"))
        session.set_config_variable("sts_regional_endpoints", "regional")
        if case.options.get("region"):
            session.set_config_variable("region", case.options["region"])
        if os.environ.get("WITHOUT_ENVIRONMENT_KEYS"):
            session.get_component("credential_provider").remove("env")
        region = session.get_config_variable("region") or ""
        # The second rule about regions: where there is none, STS is called in the partition's own.
        session.set_config_variable("region", region or "us-east-1")
        found = session.get_credentials()
        if found is None:
            return Result(wrong="nothing")
        key = found.get_frozen_credentials().access_key
        return Result(run.root(key or ""), tuple(run.calls()), region, address_of_sqs(session))


def aws_profile_goes_before_aws_default_profile(case: Case, patch: pytest.MonkeyPatch) -> None:
    if case.env.get("AWS_PROFILE"):
        patch.delenv("AWS_DEFAULT_PROFILE", raising=False)


def aws_region_counts_and_goes_first(case: Case, patch: pytest.MonkeyPatch) -> None:
    if case.env.get("AWS_REGION"):
        patch.setenv("AWS_DEFAULT_REGION", case.env["AWS_REGION"])


def keys_of_the_environment_count_where_they_are_long_term_and_no_profile_is_named(
    case: Case, patch: pytest.MonkeyPatch
) -> None:
    named = case.options.get("profile") or case.env.get("AWS_PROFILE") or case.env.get("AWS_DEFAULT_PROFILE")
    if named or case.env.get("AWS_SESSION_TOKEN"):
        patch.setenv("WITHOUT_ENVIRONMENT_KEYS", "1")


ASKED_OTHERWISE = (
    aws_profile_goes_before_aws_default_profile,
    aws_region_counts_and_goes_first,
    keys_of_the_environment_count_where_they_are_long_term_and_no_profile_is_named,
)


def role_as_its_own_profile_says(case: Case, mine: Result, other: Result) -> bool:
    """The way there may differ, by a role's own region and address; all else is the same."""
    blurred = [
        found._replace(calls=tuple(call._replace(region="", host="") for call in found.calls), warned="")
        for found in (mine, other)
    ]
    return blurred[0] == blurred[1] and any(
        section.keys() & {"region", "endpoint_url", "use_fips_endpoint", "ignore_configured_endpoint_urls"}
        for section in (*case.config.values(), *case.credentials.values())
    )


def wrong_here(*words: str) -> Callable[[Case, Result, Result], bool]:
    """A rule for what is an error here alone."""
    return lambda _case, mine, _other: any(word in mine.wrong for word in words)


RULES: dict[str, Callable[[Case, Result, Result], bool]] = {
    "each role is assumed where its own profile says": role_as_its_own_profile_says,
    "half a pair of keys, or an empty one, is an error": wrong_here("has no aws_"),
    "limits are checked, and a role that is assumed from a role lasts an hour": wrong_here("cannot last"),
    "a session's name is checked": wrong_here("role_session_name"),
    "temporary keys alone are an error": wrong_here("belong to a session already"),
    "a profile that is not there is an error": wrong_here("There is no profile 'default'"),
}


def difference(case: Case, bench: Bench) -> tuple[Result, Result] | None:
    """Both results, where they differ and no rule says why."""
    mine, other = bench.run(case, ours), bench.run(case, theirs)
    if "go to that of [default]" in mine.warned:  # an address that no variable can tell is warned of
        other = other._replace(address=mine.address)
    same = (mine.wrong and other.wrong) or mine._replace(warned="") == other
    return None if same or any(rule(case, mine, other) for rule in RULES.values()) else (mine, other)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    home = tmp_path_factory.mktemp("differential")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "AWS_CONFIG_FILE": str(home / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "MFAENV_ALLOW_HTTP": "1",
            "MFAENV_CACHE_DIR": "nowhere",
        }.items():
            patch.setenv(name, value)
        yield Bench(home, patch)


LOOPBACK = "http://127.0.0.1:8001"
ROLE_OF_DEFAULT = {"role_arn": "arn:aws:iam::111122223333:role/R", "source_profile": "default"}
SERVICES_OF_DEFAULT = {
    "region": "us-east-1",
    "ignore_configured_endpoint_urls": "true",
    "use_fips_endpoint": "true",
    "endpoint_url": LOOPBACK,
}
WHERE_TWO_RULES_APPLY = Case(
    {
        "default": {**ROLE_OF_DEFAULT, "web_identity_token_file": "@home/web", **SERVICES_OF_DEFAULT},
        "a": ROLE_OF_DEFAULT,
    },
    {},
    {"AWS_ENDPOINT_URL_STS": LOOPBACK},
    {"profile": "a"},
)


@pytest.mark.skipif(sys.platform == "win32", reason="a credential_process of cat")
@settings(max_examples=depth.examples(10_000, 200), suppress_health_check=list(HealthCheck))
@example(case=WHERE_TWO_RULES_APPLY)
@given(case=GENERATED)
def test_mfaenv_finds_what_botocore_finds(bench: Bench, case: Case) -> None:
    found = difference(case, bench)
    if found:
        for result in found:
            note(str(result))
    assert found is None
