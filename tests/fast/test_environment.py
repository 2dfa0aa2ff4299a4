import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import botocore.session
import pytest
from botocore.credentials import EnvProvider
from hypothesis import given
from hypothesis import strategies as st

from mfaenv.fast import environment
from mfaenv.fast.parse import Options
from mfaenv.shells import Pair

ROLE = "arn:aws:iam::111122223333:role/Developer"

NOW = 1_800_000_000
TEXT = st.text(max_size=8)
MANY = st.text(min_size=1, max_size=8)
OURS = (*environment.CLEARED, *environment.SET)

SESSIONS = st.fixed_dictionaries(
    {"access_key": MANY, "secret_key": MANY, "profile": MANY},
    optional={
        "token": TEXT,
        "expires": st.integers(0, 4_000_000_000).map(str),
        "region": st.sampled_from(["", "eu-west-1"]),
        "source_key": st.sampled_from(["", "AKIAIOSFODNN7EXAMPLE"]),
        "pinned": st.sampled_from(["", "1"]),
    },
)
ENVIRONMENTS = st.dictionaries(
    st.sampled_from([*OURS, "MSYSTEM", environment.MSYS_EXCLUDED, "PATH"]),
    st.sampled_from(["", "x", "eu-west-1", "A;AWS_"]),
).flatmap(
    lambda env: st.sampled_from(["", *environment.PROFILE_NAMES]).map(
        lambda name: {**env, environment.PROFILE_AS: name}
    )
)
SESSION = {
    "access_key": "ASIAIOSFODNN7EXAMPLE",
    "secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "token": "IQoJb3JpZ2luX2VjEXAMPLE",
    "expires": str(NOW),
    "profile": "prod",
    "region": "eu-west-1",
    "identity": "arn:aws:iam::123456789012:mfa/alice",
}


def applied(pairs: Iterable[Pair], env: Mapping[str, str]) -> dict[str, str]:
    """What a shell with this environment has after it has evaluated the pairs."""
    after = dict(env)
    for name, value in pairs:
        after.pop(name, None)
        if value is not None:
            after[name] = value
    return after


def test_the_order_is_the_documented_one() -> None:
    pairs = environment.pairs(SESSION, {})
    unset = [name for name, value in pairs if value is None]
    assert unset == [
        *environment.CLEARED,
        environment.SOURCE_KEY,
        environment.PINNED,
        environment.SETTINGS,
        environment.LIMIT,
    ]
    assert pairs[len(unset) :] == [
        ("AWS_ACCESS_KEY_ID", SESSION["access_key"]),
        ("AWS_SECRET_ACCESS_KEY", SESSION["secret_key"]),
        ("AWS_SESSION_TOKEN", SESSION["token"]),
        ("AWS_CREDENTIAL_EXPIRATION", "2027-01-15T08:00:00+00:00"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("MFAENV_PROFILE", "prod"),
        ("MFAENV_EXPIRES", str(NOW)),
        ("MFAENV_REGION", "eu-west-1"),
        ("MFAENV_IDENTITY", "arn:aws:iam::123456789012:mfa/alice"),
        ("MFAENV_KEY", SESSION["access_key"]),
    ]


@given(SESSIONS, ENVIRONMENTS)
def test_what_is_unset_comes_first_and_each_name_once(session: dict[str, str], env: dict[str, str]) -> None:
    pairs = environment.pairs(session, env)
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names)
    ours = [value is None for name, value in pairs if name != environment.MSYS_EXCLUDED]
    assert ours == sorted(ours, reverse=True)


@given(SESSIONS, ENVIRONMENTS)
def test_the_shell_has_the_session_and_nothing_stale(session: dict[str, str], env: dict[str, str]) -> None:
    after = applied(environment.pairs(session, env), env)
    assert [after["AWS_ACCESS_KEY_ID"], after["AWS_SECRET_ACCESS_KEY"], after["MFAENV_PROFILE"]] == [
        session["access_key"],
        session["secret_key"],
        session["profile"],
    ]
    for name, field in (
        ("AWS_SESSION_TOKEN", "token"),
        ("MFAENV_EXPIRES", "expires"),
        (environment.PINNED, "pinned"),
    ):
        assert after.get(name, "") == session.get(field, "")
    shown = env[environment.PROFILE_AS]
    assert {name: after[name] for name in environment.CLEARED if name in after} == (
        {shown: session["profile"]} if shown else {}
    )
    assert {name: value for name, value in after.items() if name not in {*OURS, environment.MSYS_EXCLUDED}} == {
        name: value for name, value in env.items() if name not in {*OURS, environment.MSYS_EXCLUDED}
    }


@given(SESSIONS, ENVIRONMENTS)
def test_unset_takes_everything_away_that_was_set(session: dict[str, str], env: dict[str, str]) -> None:
    after = applied(environment.pairs(session, env), env)
    left = applied(environment.removal(after), after)
    assert set(OURS).isdisjoint(left)
    if env.get("MSYSTEM"):
        assert "AWS_" not in left.get(environment.MSYS_EXCLUDED, "").split(";")


def test_what_stays_when_a_session_has_ended_says_only_whose_it_was_and_where() -> None:
    """And how limited it was: what a shell gets without these options would be more."""
    session = {**SESSION, "limit": "read-only"}
    after = {name for name, value in environment.pairs(session, {}) if value is not None}
    assert after - set(environment.GONE_AT_END) == {
        *environment.REGIONS,
        environment.PROFILE,
        environment.REGION_MARK,
        environment.IDENTITY,
        environment.LIMIT,
    }


@pytest.mark.parametrize("name", environment.PROFILE_NAMES)
def test_the_profile_has_a_second_name_where_one_is_asked_for(name: str) -> None:
    env = {environment.PROFILE_AS: name}
    assert environment.pairs(SESSION, env)[-1] == (name, SESSION["profile"])
    assert name in dict(environment.removal(env))


def test_a_region_of_the_user_stays_where_the_session_has_none() -> None:
    session = {**SESSION, "region": ""}
    theirs = {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1"}
    assert applied(environment.pairs(session, theirs), theirs).items() >= theirs.items()
    ours = {**theirs, environment.REGION_MARK: "eu-central-1"}
    assert {*environment.REGIONS, environment.REGION_MARK}.isdisjoint(
        applied(environment.pairs(session, ours), ours)
    )


@pytest.mark.parametrize(
    ("mark", "region", "default_region", "own"),
    [
        ("", "", "", []),
        ("", "eu-west-1", "eu-west-1", ["AWS_REGION", "AWS_DEFAULT_REGION"]),
        ("eu-west-1", "eu-west-1", "eu-west-1", []),
        ("eu-west-1", "us-east-1", "eu-west-1", ["AWS_REGION"]),
        ("eu-west-1", "eu-west-1", "us-east-1", ["AWS_DEFAULT_REGION"]),
        ("eu-west-1", "eu-west-1", "", []),
        ("AWS_REGION:eu-west-1", "eu-west-1", "eu-west-1", ["AWS_DEFAULT_REGION"]),
        ("AWS_REGION:eu-west-1", "eu-west-1", "us-east-1", ["AWS_DEFAULT_REGION"]),
        ("AWS_DEFAULT_REGION:eu-west-1", "", "eu-west-1", []),
    ],
)
def test_a_region_is_the_users_where_no_session_set_it(
    mark: str, region: str, default_region: str, own: list[str]
) -> None:
    env = {"MFAENV_REGION": mark, "AWS_REGION": region, "AWS_DEFAULT_REGION": default_region}
    assert list(environment.own_regions(env)) == own


@given(SESSIONS, ENVIRONMENTS)
def test_a_region_that_a_session_sets_is_not_the_users_afterwards(
    session: dict[str, str], env: dict[str, str]
) -> None:
    after = applied(environment.pairs(session, env), env)
    own = environment.own_regions(env)
    stays = {name: value for name, value in own.items() if session.get("region", "") in ("", value)}
    assert environment.own_regions(after) == stays


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ({}, ""),
        ({"profile": "prod", "duration": "1h", "refresh": True}, ""),
        ({"role_arn": "", "region": ""}, ""),
        ({"role_arn": ROLE, "profile": "prod", "duration": "1h"}, f"role_arn={ROLE}"),
        ({"region": "eu-west-1", "read_only": True}, "region=eu-west-1+read_only="),
        ({"session_policy": "/C:\\a b+é.json"}, "session_policy=/C:%5Ca%20b%2B%C3%A9.json"),
        ({"session_policy": "limit.json"}, f"session_policy={Path.cwd()}/limit.json"),
    ],
)
def test_another_role_or_region_than_the_profiles_own_is_pinned(options: Options, value: str) -> None:
    assert environment.pinned(options) == value


@pytest.mark.parametrize(
    ("theirs", "with_session", "without"),
    [(None, "AWS_", None), ("", "AWS_", None), ("--x", "--x;AWS_", "--x"), ("a;AWS_;b", "a;b;AWS_", "a;b")],
)
def test_msys_leaves_our_variables_alone(theirs: str | None, with_session: str, without: str | None) -> None:
    env = {"MSYSTEM": "MINGW64", **({} if theirs is None else {environment.MSYS_EXCLUDED: theirs})}
    assert dict(environment.pairs(SESSION, env))[environment.MSYS_EXCLUDED] == with_session
    assert dict(environment.removal(env))[environment.MSYS_EXCLUDED] == without
    assert environment.MSYS_EXCLUDED not in dict(environment.pairs(SESSION, {}))


@given(st.integers(0, 4_000_000_000))
def test_an_expiration_says_the_moment_in_utc(expires: int) -> None:
    moment = dt.datetime.fromisoformat(environment.timestamp(expires))
    assert moment.utcoffset() == dt.timedelta(0)
    assert moment.timestamp() == expires


def test_botocore_takes_the_session_in_a_shell_full_of_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    stale = dict.fromkeys(
        ["AWS_PROFILE", "AWS_SECURITY_TOKEN", "AWS_DEFAULT_PROFILE", "AWS_ACCOUNT_ID"], "stale"
    )
    for name, value in applied(environment.pairs({**SESSION, "expires": "4000000000"}, stale), stale).items():
        monkeypatch.setenv(name, value)
    session = botocore.session.Session()
    credentials = session.get_credentials()
    assert credentials is not None
    assert credentials.method == EnvProvider.METHOD
    assert tuple(credentials.get_frozen_credentials())[:3] == (
        SESSION["access_key"],
        SESSION["secret_key"],
        SESSION["token"],
    )
    assert session.get_config_variable("region") == "eu-west-1"
