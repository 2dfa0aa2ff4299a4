"""The names that Tab offers are those that mfaenv reads."""

import os
import re
import sys
from pathlib import Path

import depth
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mfaenv.config import awsfiles, names
from mfaenv.config.names import file_paths
from mfaenv.errors import MfaenvError

NAMES = [
    "default",
    "a",
    "a b",
    "é",
    "日本",
    "a.b@c",
    "it's",
    'say "hi"',
    "profile",
    "DEFAULT",
    "a]b",
    "",
    "\x1b",
]
QUOTES = ["", "'", '"']
TITLES = st.sampled_from(
    [
        *(f"[{name}]" for name in NAMES),
        *(f"[profile {quote}{name}{quote}]" for quote in QUOTES for name in NAMES),
        "[profile\ta]",
        "[profilea b]",
        "[profile  a]",
        "[ profile a ]",
        " [profile a]",
        "[profile a b c]",
        "[profile a\\ b]",
        '[profile "a" ]',
        '[profile "a"b]',
        "[profile 'a' 'b']",
        "[profile a\u2003]",
        "[sso-session a]",
        "[services a]",
        "[profile c] # said",
        "[profile a",
        "[]",
        f"[profile {'x' * 5000}]",
    ]
)
SETTINGS = st.sampled_from(
    [
        "region = eu-west-1",
        "Region=x",
        "region : é",
        "region:x=y",
        "role_arn = a=b",
        "sts =\n  endpoint_url = http://127.0.0.1:1\n\n  x=y = z",
        "sts =\n  no assignment",
        "source_profile = a\n b",
        "s3 =\n  [profile within] = 1",
        "# said",
        "  ; said",
        "",
        "   ",
        "  indented = 1",
        "\tx = 1",
        "\x0bx = 1",
        "junk",
        "=",
        " = x",
        "a-b = 1",
        "x y = 1",
        "\x85",
    ]
)
FILES = st.lists(TITLES | SETTINGS, max_size=8).map("\n".join)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    place = tmp_path_factory.mktemp("aws files")
    return {"AWS_CONFIG_FILE": str(place / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(place / "credentials")}


def write(env: dict[str, str], config: str, credentials: str = "") -> None:
    Path(env["AWS_CONFIG_FILE"]).write_text(config, encoding="utf-8", newline="")
    Path(env["AWS_SHARED_CREDENTIALS_FILE"]).write_text(credentials, encoding="utf-8", newline="")


def read(env: dict[str, str]) -> set[str]:
    """The profiles that mfaenv reads; in a damaged file those that it has titles for."""
    try:
        return set(awsfiles.load(env).profiles)
    except MfaenvError:
        config, credentials = (
            [section.title for section in awsfiles.scan(path).sections] for path in file_paths(env)
        )
        of_config = {profile for title in config if (profile := names.profile_of(title)) is not None}
        return of_config | (set(credentials) - {"DEFAULT"})


@settings(max_examples=depth.examples(500))
@given(FILES, FILES)
@example("[default]\r\nx = 1\r\n[profile a]\r\n", "\ufeff[default]\nx = 1")
@example("[profile b]\n[profile a", "")
@example("[profile b]\n[profile a]", "")
@example("[profile a]\nregion = x\n[profile b]\nregion", "")
@example('[profile "a b"]\nregion = x\n\n[profile c]\n  region = y\n', "[only here]\n")
def test_names_are_those_that_are_read(env: dict[str, str], config: str, credentials: str) -> None:
    write(env, config, credentials)
    found = names.profiles(env)
    assert set(found) <= read(env)
    if not re.search(r"^\s+\[", f"{config}\n{credentials}", re.MULTILINE):  # indented titles may be left out
        assert set(found) == read(env)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("blanks", [" ", "\t", "    "])
def test_a_file_that_is_indented_throughout_has_names_too(env: dict[str, str], blanks: str) -> None:
    config = "# said\n\n[default]\nregion = x\n[profile a]\ns3 =\n  [profile within] = 1\n[profile b]\n"
    indented = "".join(f"{blanks}{line}" for line in config.splitlines(keepends=True))
    write(env, indented, f"{blanks}[c]\n{blanks}region = x\n")
    assert names.profiles(env) == ["default", "a", "b", "c"]
    assert set(names.profiles(env)) == read(env)


@pytest.mark.parametrize("path", ["", "/missing", os.devnull, "/"])
def test_where_there_is_no_file_there_is_no_name(path: str) -> None:
    assert names.profiles({"AWS_CONFIG_FILE": path, "AWS_SHARED_CREDENTIALS_FILE": path}) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders there")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert names.profiles({"AWS_CONFIG_FILE": str(tmp_path / "pipe"), "AWS_SHARED_CREDENTIALS_FILE": ""}) == []


def test_what_is_no_text_has_no_name(env: dict[str, str]) -> None:
    write(env, "")
    Path(env["AWS_CONFIG_FILE"]).write_bytes(b"[default]\nregion = \xff\xfe\n")
    assert names.profiles(env) == []
