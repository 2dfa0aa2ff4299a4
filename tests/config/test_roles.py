import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import botocore.session
import depth
import pytest
from botocore.exceptions import BotoCoreError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mfaenv.config import awsfiles, resolve
from mfaenv.errors import FAILED, USAGE, MfaenvError
from mfaenv.model import Hop, Provider, Request, Span

NAMES = ("a", "b", "c", "d e")
KEYS = ("aws_access_key_id", "aws_secret_access_key")
TOKEN = "aws_session_token"
TOKEN_FILE = "web_identity_token_file"
ROLES = [
    f"arn:aws:iam::{account}:role/{name}"
    for account in ("111122223333", "444455556666")
    for name in ("R", "p/S")
]

Settings = Mapping[str, str]


def some(name: str, *values: str) -> st.SearchStrategy[dict[str, str]]:
    """A setting that is there or not."""
    return st.one_of(st.just({}), st.sampled_from(values).map(lambda value: {name: value}))


def profile(name: str) -> st.SearchStrategy[dict[str, str]]:
    key = f"AKIA{name.upper()}".replace(" ", "")  # a blank in it is refused
    parts = st.tuples(
        st.sampled_from([{}, {}, dict(zip(KEYS, (key, "s"), strict=True)), {KEYS[0]: key}, {KEYS[1]: "s"}]),
        st.sampled_from([{}, *({"role_arn": role} for role in ROLES)]),
        some("source_profile", *NAMES, "missing", ""),
        some("credential_source", "Environment", "Nowhere", "") | st.just({}),
        st.sampled_from([{}, {}, {}, {}, {TOKEN_FILE: "token"}, {TOKEN: "t"}]),
        some("external_id", "xy", "x:/y"),
        some("role_session_name", "alice@example.com"),
        some("duration_seconds", "900", "3600"),
    )
    return parts.map(merged)


def merged(parts: Sequence[Settings]) -> dict[str, str]:
    """The settings of a profile."""
    return {name: value for part in parts for name, value in part.items()}


def link(name: str, source: str) -> st.SearchStrategy[dict[str, str]]:
    """A role on the way: whatever else is drawn, it leads to its source."""
    return profile(name).map(lambda drawn: merged([drawn, {"role_arn": ROLES[0], "source_profile": source}]))


PROFILES = st.one_of(
    st.fixed_dictionaries({name: profile(name) for name in NAMES}),
    st.fixed_dictionaries(
        {name: link(name, source) for name, source in pairwise(NAMES)} | {NAMES[-1]: profile("d")}
    ),
)


class Call(NamedTuple):
    """What AssumeRole is asked for."""

    role_arn: str
    external_id: str | None
    session_name: str | None
    duration: int | None


class Way(NamedTuple):
    """Where a profile leads: the access key at its root, and the calls from there."""

    access_key: str
    calls: tuple[Call, ...]


class RecordingSession(botocore.session.Session):
    """botocore's own resolution of a profile; only STS is somebody who notes what it is asked for."""

    def __init__(self, profile: str | None) -> None:
        super().__init__(profile=profile)
        self.signers: list[str] = []
        self.calls: list[Call] = []

    def create_client(self, *_: Any, **options: Any) -> Any:
        self.signers.append(options.get("aws_access_key_id") or "unsigned")
        return self

    def assume_role(self, **asked: Any) -> Any:
        name = asked["RoleSessionName"]
        chosen = None if name.startswith("botocore-session-") else name
        self.calls.append(Call(asked["RoleArn"], asked.get("ExternalId"), chosen, asked.get("DurationSeconds")))
        number = len(self.calls)
        keys = {"AccessKeyId": f"ASIA{number}", "SecretAccessKey": "s", "SessionToken": "t"}
        return {"Credentials": {**keys, "Expiration": "2099-01-01T00:00:00Z"}}

    def assume_role_with_web_identity(self, **asked: Any) -> Any:
        del asked["WebIdentityToken"]
        return self.assume_role(**asked)

    def close(self) -> None:
        """Be closed, as a client is."""


def botocores_way(profile: str | None, *without: str) -> Way:
    """Where botocore gets, without these providers; raises BotoCoreError where it gets nowhere."""
    session = RecordingSession(profile)
    for name in ("env", *without):
        session.get_component("credential_provider").remove(name)
    found = session.get_credentials()
    if found is None:
        raise BotoCoreError
    key = found.get_frozen_credentials().access_key
    return Way((session.signers or [str(key)])[0], tuple(session.calls))


def our_way(request: Request) -> Way:
    """Where the request gets: botocore's part where it has one, and the roles on top."""
    if request.provider is Provider.SOURCE:  # no credential_source gives any keys here
        raise BotoCoreError
    start = (
        Way(request.keys.access_key, ())
        if request.keys
        else botocores_way(request.config_profile, "assume-role")
    )
    return start._replace(calls=(*start.calls, *map(as_call, request.hops)))


def as_call(hop: Hop) -> Call:
    name = hop.session_name or None
    return Call(hop.role_arn, hop.external_id or None, name, hop.duration.seconds if hop.duration else None)


def or_nothing(way: Callable[[], Way]) -> Way | None:
    try:
        return way()
    except (BotoCoreError, MfaenvError):
        return None


class Files:
    """The AWS files, and the environment that names them."""

    def __init__(self, place: Path) -> None:
        token = place / "token"
        token.write_text("token", encoding="ascii")
        self.token = str(token)
        self.env = {
            "AWS_CONFIG_FILE": str(place / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(place / "credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def write(self, sections: Mapping[str, Settings]) -> None:
        lines = []
        for name, section in sections.items():
            placed = {**section, **({TOKEN_FILE: self.token} if TOKEN_FILE in section else {})}
            lines += [f"[profile '{name}']", *(f"{setting} = {value}" for setting, value in placed.items())]
        Path(self.env["AWS_CONFIG_FILE"]).write_text("\n".join(lines), encoding="utf-8")

    def request(self, profile: str, **given: str) -> Request:
        return resolve.resolve({"profile": profile, **given}, self.env, awsfiles.load(self.env))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    made = Files(tmp_path_factory.mktemp("roles"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.env.items():
            patch.setenv(name, value)
        yield made


@settings(max_examples=depth.examples(250))
@given(PROFILES)
@example({"a": {**dict.fromkeys(KEYS, "s"), "role_arn": ROLES[0], "credential_source": "Environment"}})
def test_a_chain_leads_where_botocore_goes(files: Files, sections: Mapping[str, Settings]) -> None:
    files.write(sections)
    assert or_nothing(lambda: our_way(files.request("a"))) == or_nothing(lambda: botocores_way("a"))


def keys(name: str) -> Settings:
    return {KEYS[0]: f"AKIA{name.upper()}", KEYS[1]: "s"}


def role(source: str, **more: str) -> Settings:
    return {"role_arn": ROLES[0], "source_profile": source, **more}


@pytest.mark.parametrize(
    ("sections", "drawn"),
    [
        ({"a": role("a")}, "a → a"),
        ({"a": role("b"), "b": role("b")}, "b → b"),
        ({"a": role("b"), "b": role("a")}, "a → b → a"),
        ({"a": role("b"), "b": role("c"), "c": role("b")}, "b → c → b"),
        ({"a": role("b"), "b": role("c"), "c": role("d e"), "d e": role("a")}, "a → b → c → d e → a"),
    ],
)
def test_the_circle_itself_is_shown(files: Files, sections: Mapping[str, Settings], drawn: str) -> None:
    files.write(sections)
    with pytest.raises(MfaenvError) as raised:
        files.request("a")
    assert raised.value.message == f"The profiles lead in a circle: {drawn}."


def chained(number: int, last: Settings) -> dict[str, Settings]:
    """Profiles p0 to pN, each with the next one as its source."""
    return {**{f"p{place}": role(f"p{place + 1}") for place in range(number)}, f"p{number}": last}


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (role("p7"), r"The profiles lead in a circle: p7 → p8 → p9 → .* … .* → p999 → p1000 → p7\."),
        (role("gone"), r"Profile 'gone' is missing: p0 → p1 → p2 → .* … .* → p999 → p1000 → gone\."),
    ],
)
def test_the_middle_of_a_long_chain_is_left_out(files: Files, last: Settings, message: str) -> None:
    files.write(chained(1000, last))
    with pytest.raises(MfaenvError) as raised:
        files.request("p0")
    assert re.fullmatch(message, raised.value.message)
    assert len(raised.value.message) <= 2003


def test_a_chain_of_ten_thousand_profiles_is_followed(files: Files) -> None:
    files.write(chained(10_000, keys("root")))
    request = files.request("p0")
    assert (len(request.hops), request.profiles[-1], request.hops[-1].profile) == (10_000, "p10000", "p0")


def test_a_profile_with_keys_may_be_its_own_source(files: Files) -> None:
    files.write({"a": {**keys("a"), **role("a")}})
    request = files.request("a")
    assert (request.profiles, [hop.role_arn for hop in request.hops]) == (("a",), [ROLES[0]])


def test_a_missing_link_is_shown(files: Files) -> None:
    files.write({"a": role("b"), "b": role("gone")})
    with pytest.raises(MfaenvError) as raised:
        files.request("a")
    assert raised.value.message == "Profile 'gone' is missing: a → b → gone."
    assert "the source_profile of 'b'" in raised.value.hint


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"role_arn": ROLES[0]}, "neither source_profile nor credential_source"),
        (role("b", credential_source="Environment"), "both source_profile and credential_source"),
        (role("b", role_arn="arn:aws:iam::123456789012:user/alice"), "is not the ARN of a role"),
        (role("b", role_arn="Admin"), "role_arn of profile a: 'Admin' is not the ARN of a role"),
        (role("b", role_arn=""), "Profile 'a' has an empty role_arn."),
        ({**keys("a"), **role("b", role_arn="")}, "Profile 'a' has an empty role_arn."),
        ({**keys("a"), "role_arn": ""}, "neither source_profile nor credential_source"),
        (role("b", credential_source=""), "both source_profile and credential_source"),
        (role(""), "neither source_profile nor credential_source"),
        ({"role_arn": ROLES[0], "credential_source": ""}, "is not a credential_source"),
        (role("b", role_arn="arn:aws:iam::123456789012:role/"), "is not the ARN of a role"),
        (role("b", role_arn="arn:aws:iam::123456789012:role/Admin # a/b"), "is not the ARN of a role"),
        (role("b", role_arn="arn:aws:iam::123456789012:role/a/Admin;x"), "is not the ARN of a role"),
        (role("b", role_arn="arn:aws:iam:123456789012:role/Admin"), "is not the ARN of a role"),
        (role("b", role_arn="arn:aws:role/Admin"), "is not the ARN of a role"),
        (role("b", role_arn="arn:aws:iam::12345678901:role/Admin"), "is not the ARN of a role"),
        (role("b", role_arn="arn:aws:iam::12345678901²:role/Admin"), "is not the ARN of a role"),
        (role("b", role_session_name="x"), "role_session_name of profile 'a'"),
        (role("b", role_session_name="a b"), "role_session_name of profile 'a'"),
        (role("b", external_id="x"), "external_id of profile 'a'"),
        (role("b", external_id="a b"), "external_id of profile 'a'"),
        (role("b", external_id="x" * 1225), "external_id of profile 'a'"),
        (role("b", duration_seconds="43201"), "duration_seconds of profile a: a role cannot last"),
    ],
)
def test_what_is_wrong_with_a_role_is_said(files: Files, section: Settings, words: str) -> None:
    files.write({"a": section, "b": keys("b")})
    with pytest.raises(MfaenvError, match=words) as raised:
        files.request("a")
    assert raised.value.status == FAILED


def test_the_roles_are_assumed_from_the_root_up_each_with_its_own(files: Files) -> None:
    files.write(
        {
            "a": {
                **role("b", external_id="of/a", duration_seconds="1800", region="eu-west-1"),
                "endpoint_url": "http://127.0.0.1:1",
            },
            "b": role("c", role_arn=ROLES[1], role_session_name="of-b"),
            "c": keys("c"),
        }
    )
    request = files.request("a", region="eu-north-1")
    assert request.profiles == ("a", "b", "c")
    assert request.hops == (
        Hop(ROLES[1], "of-b", "", None, "eu-north-1", "http://127.0.0.1:1", "b"),
        Hop(
            ROLES[0],
            "",
            "of/a",
            Span(1800, "duration_seconds of profile a"),
            "eu-north-1",
            "http://127.0.0.1:1",
            "a",
        ),
    )
    assert [hop.region for hop in files.request("a").hops] == ["eu-west-1", "eu-west-1"]


@pytest.mark.parametrize(
    ("written", "read"),
    [("+7200", 7200), ("3600", 3600), ("3600.0", None), ("2h", None), ("", None), ("1_000", 1000)],
)
def test_a_roles_length_is_read_as_botocore_reads_it(files: Files, written: str, read: int | None) -> None:
    files.write({"a": role("b", duration_seconds=written), "b": keys("b")})
    length = files.request("a").hops[0].duration
    assert (length.seconds if length else None) == read


def test_the_option_stands_in_for_the_profiles_role(files: Files) -> None:
    files.write({"a": role("b", external_id="xy"), "b": keys("b")})
    assert [hop.role_arn for hop in files.request("a", role_arn=ROLES[2]).hops] == [ROLES[2]]
    assert [hop.role_arn for hop in files.request("b", role_arn=ROLES[2]).hops] == [ROLES[2]]
    with pytest.raises(MfaenvError, match="--role-arn: 'Admin' is not the ARN of a role") as raised:
        files.request("b", role_arn="Admin")
    assert raised.value.status == USAGE


@pytest.mark.parametrize(("wanted", "allowed"), [("1h", True), ("3601", False), ("900", True), ("899", False)])
def test_a_role_from_a_role_lasts_an_hour_at_most(files: Files, wanted: str, allowed: bool) -> None:
    files.write({"a": role("b"), "b": role("c"), "c": keys("c")})
    if allowed:
        assert files.request("a", duration=wanted).hops[-1].duration is not None
    else:
        with pytest.raises(
            MfaenvError, match=r"--duration: a role that is assumed from another role cannot last"
        ):
            files.request("a", duration=wanted)


def test_the_devices_setting_is_the_nearest(files: Files) -> None:
    serial, other = "arn:aws:iam::123456789012:mfa/a", "arn:aws:iam::123456789012:mfa/b"
    files.write({"a": role("b", mfa_serial=serial), "b": role("c"), "c": {**keys("c"), "mfa_serial": other}})
    assert files.request("a").device[:2] == (serial, "mfa_serial of profile a")
    assert files.request("b").device[:2] == (other, "mfa_serial of profile c")
    assert files.request("a", serial_number=other).device[:2] == (other, "--serial-number")
