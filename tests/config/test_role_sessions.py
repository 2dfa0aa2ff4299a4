"""Names, identities, tags and session policies of roles: what the AWS files say, and what AWS would refuse."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfaenv.config import awsfiles, resolve, role_sessions
from mfaenv.errors import USAGE, MfaenvError
from mfaenv.model import Hop

KEYS = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"
ROLE = "role_arn = arn:aws-cn:iam::123456789012:role/Developer\nsource_profile = default\n"


def hops(
    place: Path,
    config: str,
    env: Mapping[str, str] | None = None,
    options: Mapping[str, str | bool] | None = None,
) -> tuple[Hop, ...]:
    (place / "config").write_text(config, encoding="utf-8")
    (place / "credentials").write_text(KEYS)
    files = {
        "AWS_CONFIG_FILE": str(place / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(place / "credentials"),
    }
    return resolve.resolve(
        {"profile": "r", **(options or {})}, {**files, **(env or {})}, awsfiles.load(files)
    ).hops


def test_a_session_has_the_profiles_name_else_the_variables_else_the_users(tmp_path: Path) -> None:
    env = {"AWS_ROLE_SESSION_NAME": "from-env"}
    assert hops(tmp_path, f"[profile r]\n{ROLE}role_session_name = own\n", env)[0].session_name == "own"
    assert hops(tmp_path, f"[profile r]\n{ROLE}", env)[0].session_name == "from-env"
    assert hops(tmp_path, f"[profile r]\n{ROLE}")[0].session_name == ""
    behind = f"[profile r]\n{ROLE.replace('default', 'a')}[profile a]\n{ROLE}"
    assert [hop.session_name for hop in hops(tmp_path, behind, env)] == ["", "from-env"]


@given(st.text(min_size=1, max_size=70))
def test_a_users_name_becomes_one_that_aws_takes(user: str) -> None:
    name = role_sessions.user_session_name(user)
    assert len(name) in role_sessions.NAME_LENGTHS
    assert role_sessions.AWS_CHARACTERS.issuperset(name)
    if len(user) in role_sessions.NAME_LENGTHS and role_sessions.AWS_CHARACTERS.issuperset(user):
        assert name == user


def test_tags_and_identities_are_read_as_aws_vault_reads_them(tmp_path: Path) -> None:
    config = (
        "[default]\nsource_identity = alice\nsession_tags = team = blue , cost=1\n"
        f"[profile shared]\ntransitive_session_tags = team,\nsession_tags = team=red\n"
        f"[profile a]\n{ROLE}\n"
        f"[profile r]\n{ROLE.replace('default', 'a')}include_profile = shared\n"
    )
    first, last = hops(tmp_path, config)
    assert (first.source_identity, first.tags) == ("alice", (("team", "blue"), ("cost", "1")))
    assert (last.source_identity, last.tags, last.transitive_tags) == ("alice", (("team", "red"),), ("team",))
    env = {"AWS_SESSION_TAGS": "a=1", "AWS_TRANSITIVE_TAGS": "a", "AWS_SOURCE_IDENTITY": "alice"}
    first, last = hops(tmp_path, config, env)
    assert (last.tags, last.transitive_tags, last.source_identity) == ((("a", "1"),), ("a",), "alice")
    assert first.tags == (("team", "blue"), ("cost", "1"))


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("session_tags = team", "'team' has no ="),
        ("session_tags = a=1,", "'' has no ="),
        ("session_tags = =1", "a key has 1 to 128 characters"),
        (f"session_tags = {'k' * 129}=1", "a key has 1 to 128 characters"),
        (f"session_tags = k={'v' * 257}", "a value has at most 256 characters"),
        ("session_tags = AWS:x=1", "begins with aws:"),
        ("session_tags = Team=1,team=2", "'team' is there twice"),
        ("session_tags = a=$(id)", "a character that AWS does not take"),
        ("session_tags = " + ",".join(f"k{number}=1" for number in range(51)), "AWS takes 50 tags"),
        ("transitive_session_tags = team", "is not among its session_tags"),
        ("source_identity = a", "source_identity of profile 'r' is not valid"),
        ("source_identity = a b", "source_identity of profile 'r' is not valid"),
        ("role_session_name = x", "role_session_name of profile 'r' is not valid"),
    ],
)
def test_what_aws_forbids_is_told_before_the_code(tmp_path: Path, setting: str, words: str) -> None:
    with pytest.raises(MfaenvError) as error:
        hops(tmp_path, f"[profile r]\n{ROLE}{setting}\n")
    assert words in error.value.message


@pytest.mark.parametrize(
    ("config", "env", "source"),
    [
        ("include_profile = a\n[profile a]\nsession_tags = x\n", {}, "session_tags of profile 'a'"),
        ("[default]\nsession_tags = x\n", {}, "session_tags of profile 'default'"),
        ("session_tags = a=1\n", {"AWS_SESSION_TAGS": "x"}, "AWS_SESSION_TAGS"),
    ],
)
def test_a_wrong_tag_is_told_where_it_stands(
    tmp_path: Path, config: str, env: dict[str, str], source: str
) -> None:
    with pytest.raises(MfaenvError) as error:
        hops(tmp_path, f"[profile r]\n{ROLE}{config}", env)
    assert error.value.message == f"{source}: 'x' has no =."


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("source_identity = alice", "source_identity = bob", "is not 'alice'"),
        (
            "session_tags = a=1\ntransitive_session_tags = a",
            "session_tags = A=2",
            "which is transitive since 'a'",
        ),
    ],
)
def test_what_no_role_of_a_chain_may_change_is_told_too(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    config = f"[profile a]\n{ROLE}{before}\n[profile r]\n{ROLE.replace('default', 'a')}{after}\n"
    with pytest.raises(MfaenvError) as error:
        hops(tmp_path, config)
    assert words in error.value.message


@pytest.mark.parametrize(
    ("default", "env", "source"),
    [
        ("", {"AWS_SOURCE_IDENTITY": "carol"}, "AWS_SOURCE_IDENTITY"),
        ("source_identity = carol", {}, "source_identity of profile 'default'"),
        ("", {"AWS_SESSION_TAGS": "a=2"}, "AWS_SESSION_TAGS"),
        ("session_tags = a=2", {}, "session_tags of profile 'default'"),
        ("", {"AWS_TRANSITIVE_TAGS": "zz"}, "AWS_TRANSITIVE_TAGS"),
    ],
)
def test_what_a_chain_forbids_is_told_where_it_stands(
    tmp_path: Path, default: str, env: dict[str, str], source: str
) -> None:
    own = "source_identity = bob\nsession_tags = a=1\ntransitive_session_tags = a\n"
    config = f"[default]\n{default}\n[profile a]\n{ROLE}{own}[profile r]\n{ROLE.replace('default', 'a')}"
    with pytest.raises(MfaenvError) as error:
        hops(tmp_path, config, env)
    assert error.value.message.startswith(f"{source} ")


def test_session_policies_limit_the_last_role_alone(tmp_path: Path) -> None:
    config = f"[profile a]\n{ROLE}[profile r]\n{ROLE.replace('default', 'a')}"
    first, last = hops(tmp_path, config, options={"read_only": True})
    assert (first.limit(), last.limit()) == ("", "read-only")
    assert last.policy_arns == ("arn:aws-cn:iam::aws:policy/ReadOnlyAccess",)
    own = tmp_path / "policy.json"
    own.write_text('{\n  "Version": "2012-10-17",\n  "Statement": []\n}')
    (_, last) = hops(
        tmp_path,
        config,
        options={"session_policy": str(own), "policy_arns": "arn:aws:iam::123456789012:policy/X"},
    )
    assert (last.limit(), json.loads(last.policy)["Statement"], " " in last.policy) == ("limited", [], False)


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("{", {}, "is not JSON"),
        ('{"Statement": [{"Action": "s3:*", "Action": "iam:*"}]}', {}, "has a key twice"),
        ("[" * 100_000, {}, "is not JSON"),
        ("[]", {}, "is not an IAM policy"),
        ("3", {}, "is not an IAM policy"),
        ('{"Statement": "' + "x" * 2048 + '"}', {}, "characters without white space, and AWS takes 2048"),
        (None, {"session_policy": "nowhere.json"}, "cannot be read"),
        (None, {"policy_arns": "ReadOnlyAccess"}, "is not the ARN of a policy"),
        (
            None,
            {"policy_arns": ",".join(f"arn:aws:iam::aws:policy/P{n}" for n in range(11))},
            "AWS takes 10 policies",
        ),
    ],
)
def test_a_policy_that_aws_would_not_take_is_told(
    tmp_path: Path, content: str | None, options: dict[str, str | bool], words: str
) -> None:
    if content is not None:
        (tmp_path / "p.json").write_text(content)
        options = {"session_policy": str(tmp_path / "p.json")}
    with pytest.raises(MfaenvError) as error:
        hops(tmp_path, f"[profile r]\n{ROLE}", options=options)
    assert words in error.value.message


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file")
def test_a_policy_file_without_an_end_is_not_read_to_it(tmp_path: Path) -> None:
    with pytest.raises(MfaenvError) as error:
        hops(tmp_path, f"[profile r]\n{ROLE}", options={"session_policy": "/dev/zero"})
    assert "is not JSON" in error.value.message


@pytest.mark.parametrize("options", [{"read_only": True}, {"session_policy": "x"}, {"policy_arns": "arn:x"}])
def test_a_users_own_session_takes_no_policy_and_the_roles_are_named(
    tmp_path: Path, options: dict[str, str | bool]
) -> None:
    with pytest.raises(MfaenvError) as error:
        hops(tmp_path, f"[profile r]\n{ROLE}", options={**options, "profile": "default"})
    assert error.value.status == USAGE
    assert "Name a profile with a role: r." in error.value.hint
