"""What direnv has to know of a session, so that it takes back the right variables."""

import base64
import json
import zlib

import pytest

from mfaenv.fast import environment
from mfaenv.fast.direnv import DIRENV_WATCHES
from mfaenv.session import direnv
from mfaenv.shells import KEYS

SESSION = {"access_key": "ASIAOFTYPED", "secret_key": "secret", "profile": "prod", "region": "eu-west-1"}
FILES = [{"Path": "/home/alice/.cache/mfaenv/latest"}, {"Path": "/home/alice/x/.envrc"}]
NEW_FILES = [{"path": "/home/alice/.cache/mfaenv/latest"}, {"path": "/home/alice/x/.envrc"}]  # since 2.33


def packed(value: object) -> str:
    return packed_text(json.dumps(value, separators=(",", ":")).encode())


def packed_text(text: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text)).decode()


def told(env: dict[str, str], **session: str) -> list[tuple[str, object]]:
    """Return what direnv is told, from its own form."""
    pairs = environment.pairs({**SESSION, **session}, env)
    result = direnv.with_diff(pairs, env)
    assert result[: len(pairs)] == pairs
    more = result[len(pairs) :]
    return [(name, json.loads(zlib.decompress(base64.urlsafe_b64decode(text or "")))) for name, text in more]


def test_it_takes_nothing_of_a_limited_session_back() -> None:
    before = {"AWS_ACCESS_KEY_ID": "ASIABEFORE", "AWS_RETRY_MODE": "standard", "PATH": "/bin"}
    sides = {
        "p": {**before, environment.SETTINGS: "AWS_RETRY_MODE=standard", environment.SEEN: "mine"},
        "n": {"AWS_ACCESS_KEY_ID": "ASIAFOLDER", "AWS_CONFIG_FILE": "theirs", "PATH": "/folder:/bin"},
    }
    left = {
        "p": {"PATH": "/bin"},
        "n": {"AWS_CONFIG_FILE": "theirs", "PATH": "/folder:/bin"},
    }
    env = {environment.DIRENV_DIFF: packed(sides), DIRENV_WATCHES: packed(FILES)}
    limited = {"limit": "read-only", "pinned": "1"}
    assert told(env, **limited) == [(environment.DIRENV_DIFF, left), (DIRENV_WATCHES, FILES[1:])]
    env = {environment.DIRENV_DIFF: packed(left), DIRENV_WATCHES: packed(FILES[1:])}
    assert told(env, **limited) == []
    assert told({**env, environment.LIMIT: "read-only"}) == []
    assert told({}, **limited) == []


@pytest.mark.parametrize("before", [{}, {"AWS_PROFILE": "mine"}])
def test_a_variable_that_goes_with_the_folder_leaves_a_limited_session(before: dict[str, str]) -> None:
    sides = {"p": before, "n": {"AWS_PROFILE": "folders", KEYS[0]: "ASIAFOLDER", environment.SEEN: "folders"}}
    left = {
        "p": {**before, environment.SEEN: before.get("AWS_PROFILE", "")},
        "n": {"AWS_PROFILE": "folders", environment.SEEN: ""},
    }
    env = {environment.DIRENV_DIFF: packed(sides), environment.SEEN: "folders", "AWS_PROFILE": "folders"}
    assert told(env, limit="read-only") == [(environment.DIRENV_DIFF, left)]


def test_a_limited_session_of_before_the_folder_comes_back() -> None:
    env = {
        environment.DIRENV_DIFF: packed({"p": {}, "n": {"PATH": "/bin"}}),
        DIRENV_WATCHES: packed(FILES),
        environment.LIMIT: "read-only",
    }
    taken = dict(told(env))[environment.DIRENV_DIFF]
    assert isinstance(taken, dict)
    assert taken["p"] == {environment.LIMIT: "read-only"}


def test_it_takes_all_of_a_session_back_whose_keys_it_takes_back() -> None:
    sides = {"p": {"AWS_ACCESS_KEY_ID": "ASIABEFORE"}, "n": {"MFAENV_PROFILE": "folder"}}
    names = ("AWS_VAULT", environment.NEXT, *environment.HOOK_VARIABLES, *environment.SET)
    ours = dict.fromkeys(name for name in names if name not in {environment.LIMIT, environment.PUT_BACK})
    others = (environment.AWS_PROFILE, environment.PUT_BACK, "AWS_SECURITY_TOKEN", "AWSU_PROFILE")
    env = {
        **dict.fromkeys((*ours, *others), "old"),
        environment.SEEN: "before",
        environment.PROFILE_AS: "AWS_VAULT",
        environment.DIRENV_DIFF: packed(sides),
    }
    [(name, taken)] = told(env, settings="AWS_RETRY_MODE=adaptive", pinned="1")
    assert name == environment.DIRENV_DIFF
    assert isinstance(taken, dict)
    known = {*sides["p"], *sides["n"]}
    assert taken["p"] == {**sides["p"], **{name: env[name] for name in ours if name not in known}}
    assert taken["p"].keys() | {"MFAENV_PROFILE", "AWS_RETRY_MODE"} == taken["p"].keys() | taken["n"].keys()


def test_it_is_told_nothing_by_its_own_file() -> None:
    diff = packed({"p": {}, "n": dict.fromkeys(KEYS, "folder")})
    assert told({environment.DIRENV_DIFF: diff, "DIRENV_IN_ENVRC": "1"}) == []


@pytest.mark.parametrize("files", [FILES, NEW_FILES])
@pytest.mark.parametrize(
    ("before", "session", "stays"),
    [
        ("prod", {}, False),
        ("other", {}, True),
        ("prod", {"pinned": "1"}, True),
    ],
)
def test_no_stored_session_makes_it_undo_one_that_is_not_the_folders(
    files: list[dict[str, str]], before: str, session: dict[str, str], *, stays: bool
) -> None:
    diff = packed({"p": {}, "n": dict.fromkeys(KEYS, "folder")})
    env = {
        environment.PROFILE: before,
        environment.DIRENV_DIFF: diff,
        DIRENV_WATCHES: packed(files),
    }
    assert [each for each in told(env, **session) if each[0] == DIRENV_WATCHES] == (
        [(DIRENV_WATCHES, files[1:])] if stays else []
    )


@pytest.mark.parametrize(
    ("session", "is_other"),
    [({}, False), ({"profile": "other"}, True), ({"pinned": "1"}, True), ({"region": "eu-west-3"}, False)],
)
def test_another_session_stays_where_the_folders_was_the_shells_already(
    session: dict[str, str], *, is_other: bool
) -> None:
    """direnv sees no change by the library then, but watches the store for it."""
    env = {
        **dict.fromkeys(KEYS, "old"),
        environment.PROFILE: "prod",
        environment.DIRENV_DIFF: packed({"p": {}, "n": {"PATH": "/bin"}}),
        DIRENV_WATCHES: packed(FILES),
    }
    result = dict(told(env, **session))
    assert result.get(DIRENV_WATCHES) == (FILES[1:] if is_other else None)
    sides = result.get(environment.DIRENV_DIFF, {"p": {}})
    assert isinstance(sides, dict)
    assert sides["p"].get(KEYS[0]) == ("old" if is_other else None)
    assert told({**env, DIRENV_WATCHES: packed(FILES[1:])}, **session) == []


FORMER, THEIRS = "us-east-1", {"AWS_REGION": "us-west-2", "AWS_PROFILE": "prod"}


@pytest.mark.parametrize(
    ("mark", "before", "stay"),
    [
        (FORMER, {"AWS_REGION": FORMER}, []),
        (FORMER, {"AWS_REGION": FORMER, "AWS_DEFAULT_REGION": FORMER}, []),
        (FORMER, {"AWS_REGION": FORMER, "AWS_DEFAULT_REGION": "eu-west-3"}, ["AWS_DEFAULT_REGION"]),
        (f"AWS_REGION:{FORMER}", dict.fromkeys(environment.REGIONS, FORMER), ["AWS_DEFAULT_REGION"]),
        (f"AWS_DEFAULT_REGION:{FORMER}", {"AWS_REGION": FORMER}, ["AWS_REGION"]),
    ],
)
@pytest.mark.parametrize("session", [{}, {"limit": "read-only", "pinned": "1"}])
def test_the_region_of_a_session_that_is_replaced_does_not_come_back(
    mark: str, before: dict[str, str], stay: list[str], session: dict[str, str]
) -> None:
    """Without its mark it would be the person's own."""
    sides = {"p": {**before, "PATH": "/bin"}, "n": {**dict.fromkeys(before, "us-west-2"), **THEIRS}}
    env = {**THEIRS, environment.REGION_MARK: mark, environment.DIRENV_DIFF: packed(sides)}
    left = {**sides, "p": {"PATH": "/bin", **{name: before[name] for name in stay}}}
    expected = [(environment.DIRENV_DIFF, left)] if len(stay) < len(before) else []
    assert told({**env, DIRENV_WATCHES: packed(FILES[1:])}, **session) == expected
    gone = environment.removal(env)
    assert len(direnv.with_diff(gone, env)) == len(gone) + len(expected)


@pytest.mark.parametrize(
    ("before", "region"),
    [
        ({}, "eu-west-3"),
        ({"AWS_REGION": FORMER, environment.REGION_MARK: FORMER}, "eu-west-3"),
        ({"AWS_REGION": FORMER}, FORMER),
    ],
    ids=["none", "with its mark", "the mark stays"],
)
def test_a_region_comes_back_that_is_a_sessions_as_before(before: dict[str, str], region: str) -> None:
    diff = packed({"p": before, "n": THEIRS})
    env = {**THEIRS, environment.REGION_MARK: FORMER, environment.DIRENV_DIFF: diff}
    assert told(env, region=region) == []


def test_the_regions_of_a_profiles_session_come_back_with_their_mark() -> None:
    sides = {"p": {"AWS_REGION": FORMER}, "n": {"AWS_REGION": "us-west-2"}}
    names = (*environment.REGIONS, environment.REGION_MARK)
    env = {**dict.fromkeys(names, FORMER), "AWS_REGION": "us-west-2", environment.PROFILE: "prod"}
    left = {"p": dict.fromkeys(names, FORMER), "n": {**dict.fromkeys(names, ""), **sides["n"]}}
    diff = {environment.DIRENV_DIFF: packed(sides)}
    assert told({**env, **diff}, region="us-west-2") == [(environment.DIRENV_DIFF, left)]


def test_direnv_is_told_once_of_a_region() -> None:
    """So that a stored session is mostly printed at once."""
    diff = packed({"p": {"AWS_REGION": FORMER}, "n": THEIRS})
    env = {**THEIRS, environment.REGION_MARK: FORMER, environment.DIRENV_DIFF: diff}
    pairs = direnv.with_diff(environment.pairs(SESSION, env), env)
    env |= {name: value for name, value in pairs if value is not None}
    assert told(env, region="us-west-2") == []
    assert told(env, region="eu-west-3") == []


@pytest.mark.parametrize("sides", [{"p": {}, "n": {"PATH": "/bin"}}, {"p": {}, "n": {"AWS_PROFILE": "x"}}, {}])
def test_it_is_told_nothing_where_it_knows_no_keys(sides: object) -> None:
    assert told({environment.DIRENV_DIFF: packed(sides)}, settings="AWS_RETRY_MODE=adaptive") == []


def test_it_takes_a_session_back_where_its_library_found_none() -> None:
    diff = packed({"p": {}, "n": {environment.KEY: "", environment.PROFILE: "prod"}})
    [(_, taken)] = told({environment.DIRENV_DIFF: diff, environment.PROFILE: "prod"})
    assert isinstance(taken, dict)
    assert taken["n"].keys() >= {*KEYS[:2]}
    assert taken["p"] == {}


def test_it_is_told_nothing_of_what_the_shell_has() -> None:
    pairs = environment.pairs(SESSION, {})
    env = {name: value for name, value in pairs if value is not None}
    env[environment.DIRENV_DIFF] = packed({"p": {}, "n": dict.fromkeys(KEYS, "folder")})
    assert direnv.with_diff(environment.pairs(SESSION, env), env) == environment.pairs(SESSION, env)


@pytest.mark.parametrize(
    "diff",
    [
        *("no", "\u00e9", "AAAA"),
        *map(
            packed_text,
            (
                b'{"AWS_REGION":',
                b'{"p":null,"AWS_REGION":1}',
                b'"AWS_REGION":\xff',
                b'"AWS_REGION":' + b"[" * 200_000,
            ),
        ),
    ],
    ids=range(7),
)
def test_it_is_told_nothing_where_nobody_can_read_it(diff: str) -> None:
    assert told({environment.DIRENV_DIFF: diff}) == []


@pytest.mark.parametrize("diff", ["no", "\u00e9", "AAAA", packed_text(b'"AWS_ACCESS_KEY_ID":')])
def test_what_nobody_can_read_is_emptied_for_a_limited_session(diff: str) -> None:
    assert told({environment.DIRENV_DIFF: diff}, limit="read-only") == [
        (environment.DIRENV_DIFF, {"p": {}, "n": {}})
    ]


@pytest.mark.parametrize("text", [b"{", b'{"p":' + b'{"AWS_ACCESS_KEY_ID":' * 100_000])
def test_it_is_told_nothing_of_another_session_where_nobody_can_read_it(text: bytes) -> None:
    assert told({environment.DIRENV_DIFF: packed_text(text)}) == []
