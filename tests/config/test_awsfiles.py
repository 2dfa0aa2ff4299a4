import os
import sys
from pathlib import Path

import botocore.session
import depth
import pytest
from botocore.configloader import raw_config_parse
from botocore.exceptions import ConfigParseError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from product import Product

from mfaenv.config import awsfiles
from mfaenv.config.awsfiles import AwsFiles, Sections
from mfaenv.config.names import file_paths
from mfaenv.errors import MfaenvError

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

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
    "-",
    "a#b",
    "a  b",
]
TITLES = st.sampled_from(
    [
        *(f"[{name}]" for name in NAMES),
        *(
            f"[{kind} {quote}{name}{quote}]"
            for kind in ("profile", "services")
            for quote in ("", "'", '"')
            for name in NAMES
        ),
        "[profile\ta]",
        "[profilea b]",
        "[profile  a]",
        "[ profile a ]",
        "[profile a b c]",
        "[profile a\\ b]",
        '[profile "a" ]',
        "[sso-session a]",
        "[plugins]",
        "[profile a] # said",
        "[profile a",
    ]
)
SETTINGS = st.sampled_from(
    [
        "region = eu-west-1",
        "region=us-east-1 # said",
        "Region : é",
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "AWS_Secret_Access_Key =" + SECRET,
        "aws_session_token =",
        "role_arn = a=b",
        "services = a",
        "sts =\n  endpoint_url = http://127.0.0.1:1\n\n  x=y = z",
        "s3 =\n  max = 1",
        "sts =\n  no assignment",
        "source_profile = a\n b",
        "# said",
        "; said",
        "",
        "   ",
        "  indented = 1",
        SECRET,
        "=",
        "%(region)s = %(x)s",
    ]
)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
FILES = st.lists(TITLES | SETTINGS, max_size=12).map("\n".join)
DAMAGED = st.lists(TITLES | SETTINGS | ANY, max_size=12).map("\n".join)


BLANKS = ["\t", "\n", "\n ", "\r", "\x0b", "\x1c", "\x85", "\xa0", "\u2028", "\u3000"]
ODD = st.lists(st.sampled_from([*"=:[]#;a ", *BLANKS, "é", "İ", "[a]"]), max_size=30).map("".join)
"""Separators in odd places, and all kinds of blanks."""


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    place = tmp_path_factory.mktemp("aws files")
    return {"AWS_CONFIG_FILE": str(place / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(place / "credentials")}


def write(env: dict[str, str], config: str, credentials: str = "") -> None:
    Path(env["AWS_CONFIG_FILE"]).write_text(config, encoding="utf-8", newline="")
    Path(env["AWS_SHARED_CREDENTIALS_FILE"]).write_text(credentials, encoding="utf-8", newline="")


def botocores_view(env: dict[str, str]) -> tuple[Sections, Sections] | None:
    """The profiles and services that botocore finds; nothing where it cannot read the files."""
    session = botocore.session.Session()
    session.set_config_variable("config_file", env["AWS_CONFIG_FILE"])
    session.set_config_variable("credentials_file", env["AWS_SHARED_CREDENTIALS_FILE"])
    try:
        full = session.full_config
    except ConfigParseError:
        return None
    return full["profiles"], full["services"]


def our_view(files: AwsFiles) -> tuple[Sections, Sections]:
    """Ours, with the nested blocks read as botocore has them."""
    profiles, services = (
        {
            name: {
                key: awsfiles.nested(value) if value.startswith("\n") else value
                for key, value in section.items()
            }
            for name, section in sections.items()
        }
        for sections in (files.profiles, files.services)
    )
    return profiles, services  # type: ignore[return-value] # blocks instead of texts


@given(FILES, FILES)
@example("[default]\nregion = a\n[profile default]\nregion = b", "[default]\nregion = c")
@example("[profile default]\nregion = a\n[default]\nx = b", "")
@example("[profile a]\nregion = a\n[profile 'a']\nx = b", "[profile a]\nx = 1")
@example("[DEFAULT]\nregion = a\n[default]\nx = b", "[DEFAULT]\nregion = a\n[x]")
@example("[profile a]\r\nregion = b\r\n", "\ufeff[default]\nx = 1")
def test_the_files_say_what_botocore_reads_in_them(env: dict[str, str], config: str, credentials: str) -> None:
    assert_read_alike(env, config, credentials)


def assert_read_alike(env: dict[str, str], config: str, credentials: str) -> None:
    write(env, config, credentials)
    expected = botocores_view(env)
    if expected is None:
        with pytest.raises(MfaenvError):
            awsfiles.load(env)
    else:
        assert our_view(awsfiles.load(env)) == expected


@settings(max_examples=depth.examples(300))
@given(ODD)
@example("[a]\na \xa0=\u3000b : c")
@example("[a]\na\x85:\x1c= b \x0b")
@example("[a]\n\x0c= b")
def test_odd_separators_and_blanks_are_read_as_botocore_reads_them(env: dict[str, str], text: str) -> None:
    for config in (text, f"[default]\n{text}", f"[profile a]\n{text}\n[services a]\n{text}"):
        assert_read_alike(env, config, text)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x" + " " * 1_000_000 + "y", "neither a [section] nor a name = value"),
        ("[" + " " * 1_000_000 + "y", "the title of a section has no ] at its end"),
        ("=" * 1_000_000, "neither a [section] nor a name = value"),
        ("x" + " \t" * 500_000 + "y = z", "the name of the option is too long"),
        ("x" + " " * 1_000_000 + "= z", "the name of the option is too long"),
    ],
    ids=["no separator", "no bracket", "nothing else", "blanks in a name", "blanks before the separator"],
)
def test_a_line_that_takes_botocore_an_hour_is_refused(env: dict[str, str], line: str, words: str) -> None:
    write(env, f"[default]\nregion = a\n{line}\n")
    found = complaint(env)
    assert found is not None
    assert found.message == f"{env['AWS_CONFIG_FILE']}, line 3: {words}."


@pytest.mark.parametrize(
    "line", ["x =" + " " * 1_000_000 + "y", "x = " + "=" * 1_000_000, "# " + " " * 1_000_000]
)
def test_a_line_of_a_million_characters_is_read_as_botocore_reads_it(env: dict[str, str], line: str) -> None:
    assert_read_alike(env, f"[default]\n{line}\n  {line}\n", "")


def test_a_file_of_wrong_lines_is_given_up_at_the_first(env: dict[str, str]) -> None:
    write(env, "[default]\n" + f"{SECRET}\n" * 30_000)
    found = complaint(env)
    assert found is not None
    assert "line 2: neither" in found.message


def test_a_title_that_is_too_long_is_named_by_its_line(env: dict[str, str]) -> None:
    write(env, f"[default]\nregion = a\n\n[profile '{'a' * 1_000_000}']\n")
    found = complaint(env)
    assert found is not None
    assert found.message == f"{env['AWS_CONFIG_FILE']}, line 4: the name of the section is too long."


@pytest.mark.parametrize("name", ["mfa_process", "credential_process"])
def test_a_command_that_is_too_long_is_named(env: dict[str, str], name: str) -> None:
    write(env, f"[default]\n{name} = {'a' * 1_000_000}\n")
    found = complaint(env)
    assert found is not None
    assert found.message == f"{env['AWS_CONFIG_FILE']}: the {name} of [default] is too long."


def test_a_long_title_with_all_kinds_of_blanks_is_named_too(env: dict[str, str]) -> None:
    blanks = "\x0b\x85\u2028 \t"
    write(env, f"[profile {blanks * 2_000}a]\nregion = b\n")
    found = complaint(env)
    assert found is not None
    assert ", line 1: the name of the section is too long" in found.message


def test_ten_thousand_profiles_and_a_value_of_ten_megabytes_are_read(env: dict[str, str]) -> None:
    long = "v" * 10_000_000
    many = "".join(f"[profile p{number}]\nregion = r{number}\n" for number in range(10_000))
    write(env, f"{many}[profile long]\nregion = {long}\n")
    profiles = awsfiles.load(env).profiles
    assert (len(profiles), profiles["p9999"]["region"], profiles["long"]["region"]) == (10_001, "r9999", long)


def complaint(env: dict[str, str]) -> MfaenvError | None:
    try:
        awsfiles.load(env)
    except MfaenvError as error:
        return error
    return None


@given(DAMAGED)
def test_a_damaged_file_is_an_error_with_its_line_and_without_its_text(
    env: dict[str, str], config: str
) -> None:
    write(env, config)
    found = complaint(env)
    if found is not None:
        assert found.hint
        assert ", line " in found.message or "is not text in this locale" in found.message
        assert SECRET not in f"{found.message} {found.hint}"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (f"[default]\naws_access_key_id = A\n{SECRET}\n", "line 3: neither a [section] nor a name = value"),
        (f"aws_secret_access_key = {SECRET}\n", "line 1: a value is before the first [section]"),
        (
            "\ufeff[default]\nregion = a\n",
            "line 1: a byte-order mark (save the file as UTF-8 without one) is before the first [section]",
        ),
        pytest.param(
            "[default]\nregion = a\n".encode("utf-16").decode("cp1252"),
            "line 1: a byte-order mark (save the file as UTF-8 without one) is before the first [section]",
            id="UTF-16 as Windows' code page has it",
        ),
        ("[default]\n\n[profile a]\n[default]\n", "line 4: the section [default] is there twice"),
        (f"[default]\nregion = a\nregion = {SECRET}", "line 3: region is there twice in [default]"),
        (f"[default]\ns3 =\n  x = y\n\n  {SECRET}\n", "line 5: no name = value in an indented block"),
        (f"[default]\n[profile {SECRET}\n", "line 2: the title of a section has no ] at its end"),
    ],
)
def test_the_line_that_is_wrong_is_named(env: dict[str, str], config: str, words: str) -> None:
    write(env, config)
    found = complaint(env)
    assert found is not None
    assert found.message == f"{env['AWS_CONFIG_FILE']}, {words}."


@given(
    st.lists(st.sampled_from(["endpoint_url = http://127.0.0.1:1", " x=y = z ", "", "  ", "é ="])).map(
        "\n".join
    )
)
def test_a_nested_block_is_read_as_botocore_reads_it(env: dict[str, str], block: str) -> None:
    indented = block.replace("\n", "\n  ")
    write(env, f"[services a]\nsts =\n  {indented}\n")
    theirs = raw_config_parse(env["AWS_CONFIG_FILE"])["services a"]["sts"]
    assert awsfiles.nested(awsfiles.load(env).services["a"]["sts"]) == (theirs or {})


def test_missing_files_are_empty(tmp_path: Path) -> None:
    env = {"AWS_CONFIG_FILE": str(tmp_path / "a"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "b")}
    assert awsfiles.load(env)[2:] == ({}, {}, {}, {}, ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "~/.aws/config"), ("", ""), ("~/c", "~/c"), ("$MFAENV_TEST_PLACE/c", "/there/c"), ("c", "c")],
)
def test_the_path_is_the_one_that_botocore_opens(
    value: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MFAENV_TEST_PLACE", "/there")
    env = {} if value is None else {"AWS_CONFIG_FILE": value}
    monkeypatch.setattr(os, "environ", {**os.environ, **env})
    theirs = botocore.session.Session().get_config_variable("config_file")
    assert file_paths(env)[0] == os.path.expanduser(os.path.expandvars(theirs)) == os.path.expanduser(expected)


def test_a_profile_knows_the_file_of_its_keys(env: dict[str, str]) -> None:
    write(
        env,
        "[profile a]\naws_access_key_id = A\n[profile b]\naws_access_key_id = B\n",
        "[b]\naws_access_key_id = C\n",
    )
    files = awsfiles.load(env)
    assert files.profiles["b"]["aws_access_key_id"] == "C"
    assert files.keys_file("a") == env["AWS_CONFIG_FILE"]
    assert files.keys_file("b") == env["AWS_SHARED_CREDENTIALS_FILE"]


def test_a_path_in_the_home_directory_is_written_short() -> None:
    home = os.path.expanduser("~")
    assert awsfiles.short(os.path.join(home, ".aws", "config")) == os.path.join("~", ".aws", "config")
    assert awsfiles.short(f"{home}work") == f"{home}work"


def test_a_directory_in_a_files_place_is_said(tmp_path: Path) -> None:
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        with pytest.raises(MfaenvError, match="is a directory, not a file"):
            awsfiles.load({"AWS_CONFIG_FILE": os.devnull, variable: str(tmp_path)})


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no path in a folder there")
def test_a_pipe_in_a_files_place_is_said_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(MfaenvError, match="is a pipe or a socket, not a file"):
        awsfiles.load({"AWS_CONFIG_FILE": str(tmp_path / "pipe")})


@pytest.mark.skipif(sys.platform == "win32", reason="there is only one device there")
def test_a_device_without_end_is_not_read() -> None:
    env = {"AWS_CONFIG_FILE": "/dev/zero", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    assert awsfiles.load(env).profiles == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a file that nobody can read")
def test_what_cannot_be_read_is_said() -> None:
    with pytest.raises(MfaenvError, match="cannot be read: Input/output error"):
        awsfiles.load({"AWS_CONFIG_FILE": "/proc/self/mem"})


@pytest.mark.skipif(sys.platform == "win32", reason="links take rights there")
def test_a_path_that_leads_nowhere_is_a_missing_file_as_it_is_for_botocore(
    env: dict[str, str], tmp_path: Path
) -> None:
    write(env, "[profile a]\nregion = eu-west-1\n")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path in ("/dev/null/.aws/credentials", str(tmp_path / "loop"), "x" * 10_000):
        files = awsfiles.load({**env, "AWS_SHARED_CREDENTIALS_FILE": path})
        assert files.profiles == {"a": {"region": "eu-west-1"}}


def test_what_is_no_text_is_said(env: dict[str, str]) -> None:
    write(env, "")
    Path(env["AWS_CONFIG_FILE"]).write_bytes(b"[default]\nregion = \xff\xfe\n")
    with pytest.raises(MfaenvError, match="is not text in this locale's encoding"):
        awsfiles.load(env)


@pytest.mark.skipif(sys.platform == "win32", reason="there the locale is not in a variable")
@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_other_scripts_are_read_where_a_program_asks_for_the_plain_locale(bare: Product, locale: str) -> None:
    """Python, and so botocore, takes UTF-8 there."""
    config = bare.home / "config"
    config.write_text("[profile 本番]\naws_access_key_id = A\n", encoding="utf-8")
    bare.env |= {"AWS_CONFIG_FILE": str(config), "LC_ALL": locale}
    assert "Profile '本番' has no aws_secret_access_key" in bare.run("-p", "本番").err
