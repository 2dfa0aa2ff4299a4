import re
from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mfaenv.config import scanner
from mfaenv.config.awsfiles import Sections
from mfaenv.config.edit import with_values as edited
from mfaenv.config.rewrite import TextFile
from mfaenv.errors import MfaenvError

BLANKS = st.sampled_from(["", "", "", " ", "\t", "    "])
NAMES = st.sampled_from(["region", "mfa_serial", "Region", "s3", "aws_access_key_id", "x y", "é"])
LINES = (
    st.builds("{}{}{}={}{}".format, BLANKS, NAMES, BLANKS, BLANKS, st.text("ab=:#;[] é", max_size=6))
    | st.builds("{}{}:{}".format, BLANKS, NAMES, st.text("ab=:#; ", max_size=4))
    | st.builds(
        "{}[{}]".format, BLANKS, st.sampled_from(["default", "profile a", 'profile "a"', "profile a b", "x]y"])
    )
    | st.builds("{}{}comment".format, BLANKS, st.sampled_from("#;"))
    | st.builds("{}more".format, st.sampled_from(["  ", "\t\t"]))
    | BLANKS
)
ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r"])
TEXTS = st.lists(st.tuples(LINES, ENDS), max_size=12).map(
    lambda parts: "".join(map("".join, parts))
) | st.lists(LINES, max_size=8).map("\n".join)
VALUES = st.dictionaries(
    st.sampled_from(["region", "mfa_serial", "role_arn"]),
    st.none() | st.sampled_from(["eu-west-1", "a = b", "", "[x]"]),
)


def read(text: str) -> Sections | None:
    """What is in a text; nothing where it is damaged."""
    scan = scanner.scan(re.split("\r\n|\r|\n", text))
    return None if scan.problems else scan.values()


def with_values(text: str, profile: str, values: Mapping[str, str | None]) -> str:
    return edited(TextFile("config", text), {profile: values}).text


def is_a(title: str) -> bool:
    return title in {"profile a", 'profile "a"'}


@given(TEXTS, VALUES)
def test_only_the_wanted_settings_change(text: str, values: dict[str, str | None]) -> None:
    before = read(text)
    if before is None:
        with pytest.raises(MfaenvError, match="damaged"):
            with_values(text, "a", values)
        return
    try:
        after = read(with_values(text, "a", values))
    except MfaenvError:
        assume(False)
    assert after is not None
    title = next((name for name in reversed(before) if is_a(name)), "profile a")
    given = {name: value for name, value in values.items() if value is not None}
    expected = {**before.get(title, {}), **given}
    for name in values.keys() - given.keys():
        expected.pop(name, None)
    assert after.get(title, {}) == expected
    assert {**after, title: {}} == {**before, title: {}}


@given(TEXTS, VALUES)
def test_every_other_line_stays_as_it_is(text: str, values: dict[str, str | None]) -> None:
    try:
        changed = with_values(text, "a", values)
    except MfaenvError:
        assume(False)
    comments = [line for line in re.split("\r\n|\r|\n", text) if line.strip().startswith(("#", ";"))]
    assert [line for line in re.split("\r\n|\r|\n", changed) if line.strip().startswith(("#", ";"))] == comments


@given(TEXTS)
def test_nothing_to_change_changes_nothing(text: str) -> None:
    try:
        changed = with_values(text, "a", {"role_arn": None})
    except MfaenvError:
        return
    assert changed == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "[profile a]\nregion = r\n"),
        ("[default]\nx = 1", "[default]\nx = 1\n\n[profile a]\nregion = r\n"),
        ("[default]\r\nx = 1\r\n", "[default]\r\nx = 1\r\n\r\n[profile a]\r\nregion = r\r\n"),
        ("[profile a]\n# mine\n\n[b]\n", "[profile a]\nregion = r\n# mine\n\n[b]\n"),
        ("[profile a]\nx = 1\n\n# of b\n[b]\n", "[profile a]\nx = 1\nregion = r\n\n# of b\n[b]\n"),
        ("[profile a]\n  x = 1\n", "[profile a]\n  x = 1\n  region = r\n"),
        ("[profile a]\ns3 =\n  k = 1\n", "[profile a]\ns3 =\n  k = 1\nregion = r\n"),
        ("[profile a]\nregion=old\nx=1\n", "[profile a]\nregion = r\nx=1\n"),
        ("[profile a]\nregion = 1\n  # mine\n  2\ny = 3\n", "[profile a]\nregion = r\n  # mine\ny = 3\n"),
    ],
)
def test_a_setting_is_where_one_would_write_it(text: str, expected: str) -> None:
    assert with_values(text, "a", {"region": "r"}) == expected


@pytest.mark.parametrize("number", [1, 100])
def test_a_file_is_scanned_as_often_for_many_profiles_as_for_one(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    scans, scan = [], scanner.scan

    def scan_and_count(lines: list[str]) -> scanner.Scan:
        scans.append(len(lines))
        return scan(lines)

    monkeypatch.setattr(scanner, "scan", scan_and_count)
    names = [f"r{name}" for name in range(number)]
    text = "".join(f"[profile {name}]\nsource_profile = default\nregion = eu-west-1\n" for name in names)
    changes = {name: {"source_profile": "default-mfa", "mfa_serial": "s"} for name in names}
    changed = edited(TextFile("config", text), {**changes, "new": {"region": "r"}}).text
    expected = text.replace("default", "default-mfa").replace("west-1\n", "west-1\nmfa_serial = s\n")
    assert changed == f"{expected}\n[profile new]\nregion = r\n"
    assert len(scans) == 3  # before, to change it, and after


def test_a_setting_is_removed_with_its_lines() -> None:
    text = "[profile a]\naws_secret_access_key = s\n  t\n# mine\nregion = r\n"
    changed = with_values(text, "a", {"aws_secret_access_key": None})
    assert changed == "[profile a]\n# mine\nregion = r\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "s3 =\n  d = 1\n"])
def test_lines_of_a_value_are_indented(before: str, end: str) -> None:
    text = f"[profile a]\nx = 1\n{before}".replace("\n", end)
    changed = with_values(text, "a", {"s3": "\na = b\n\n[c] = d"})
    assert changed == "[profile a]\nx = 1\ns3 = \n\ta = b\n\t\n\t[c] = d\n".replace("\n", end)


@pytest.mark.parametrize("value", [" a", "a\r[b]\rc = d"])
def test_a_value_that_would_read_otherwise_is_refused(value: str) -> None:
    with pytest.raises(MfaenvError):
        with_values("[profile a]\n", "a", {"region": value})
