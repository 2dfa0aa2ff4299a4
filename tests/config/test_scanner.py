"""The scanner beside the parser that botocore uses: the standard library's, as it is."""

import configparser
import io
from collections.abc import Iterator

import depth
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mfaenv.config import scanner

BLANKS = st.sampled_from(["", "", "", " ", "\t", "    ", "\x0b", "\x85", "\u3000"])
NAMES = st.sampled_from(["region", "Region", "x y", "\u0130", "a[b]", "[a", "sts", ""])
VALUES = st.text("ab=:#;[] \t\x0b\x1c\x85\xa0\u2028", max_size=6)
TITLES = st.sampled_from(["default", "DEFAULT", "profile a", "x]y", "", " ", "#", "[a]"])
LINES = (
    st.builds("{}{}{}{}{}".format, BLANKS, NAMES, BLANKS, st.sampled_from("=:"), VALUES)
    | st.builds("{}[{}]{}".format, BLANKS, TITLES, VALUES)
    | st.builds("{}{}{}".format, BLANKS, st.sampled_from(["#", ";", "sts =\n  "]), VALUES)
    | st.builds("{}{}".format, BLANKS, VALUES)
)
TEXTS = st.lists(LINES, max_size=12).map("\n".join)
BLOCK = "no name = value in an indented block"
"""What botocore sees in a value, and the standard library's parser does not."""


def scan(text: str) -> scanner.Scan:
    found = scanner.scan(io.StringIO(text).readlines())
    found.problems = [(line, wrong) for line, wrong in found.problems if wrong != BLOCK]
    return found


def first_wrong_line(text: str) -> int:
    """The number of the first line that the parser finds wrong; 0 where there is none."""
    try:
        configparser.RawConfigParser().read_file(io.StringIO(text))
    except configparser.MissingSectionHeaderError as error:
        return error.lineno
    except configparser.ParsingError as error:
        return error.errors[0][0]
    except (configparser.DuplicateSectionError, configparser.DuplicateOptionError) as error:
        number = error.lineno or 0
        before = "\n".join(text.split("\n")[: number - 1])  # of wrong lines there, the parser says nothing
        return first_wrong_line(before) or number
    return 0


@settings(max_examples=depth.examples(1000))
@given(TEXTS)
@example("[DEFAULT]\na = 1\n[x]\nb = 2\n[DEFAULT]\nc = 3")
@example("[DEFAULT]\na = 1\n[DEFAULT]\nA = 3")
@example("[x]\na = 1\n 2")
@example("[x]\na = 1\n  2\n\n  # not this\n\n  3\n\n")
@example("[x]\na = 1\n  [y]\n[y] z ]\nb : c = d")
@example("  [x]\n    a = 1\n   b = 2\n  c\n = 3")
def test_a_file_says_what_the_parser_reads_in_it(text: str) -> None:
    scanned = scan(text)
    wrong = first_wrong_line(text)
    assert [line for line, _ in scanned.problems[:1]] == ([wrong] if wrong else [])
    if wrong:
        return
    parser = configparser.RawConfigParser()
    parser.read_file(io.StringIO(text))
    assert scanned.values() == {title: dict(parser.items(title)) for title in parser.sections()}


def sections_of(scanned: scanner.Scan) -> Iterator[tuple[object, ...]]:
    for section in scanned.sections:
        yield (
            section.title,
            section.line,
            [(each.name, each.line, each.last, each.value) for each in section.options],
        )


def test_each_section_and_option_is_known_by_its_lines() -> None:
    text = "# mine\n[a]\nx = 1\n\n  # of x\n  2\n\n# of y\nY: 3\n\n[b]\n[c]\ns3 =\n  k = v\n"
    scanned = scan(text)
    assert scanned.problems == []
    assert list(sections_of(scanned)) == [
        ("a", 2, [("x", 3, 6, "1\n\n2"), ("y", 9, 9, "3")]),
        ("b", 11, []),
        ("c", 12, [("s3", 13, 14, "\nk = v")]),
    ]


@given(st.text())
def test_whatever_stands_in_a_file_its_sections_have_the_lines_that_they_begin_in(text: str) -> None:
    lines = text.split("\n")
    for section in scanner.scan(lines).sections:
        assert lines[section.line - 1].strip().startswith(f"[{section.title}]")


def test_what_is_wrong_is_passed_over() -> None:
    text = "before = 1\n[a]\nx = 1\nhalf a key\nX = 2\n[b]\n[a]\ns3 =\n  k\n= 1\ny = 3\n"
    scanned = scanner.scan(io.StringIO(text).readlines())
    assert scanned.problems == [
        (1, "a value is before the first [section]"),
        (4, "neither a [section] nor a name = value"),
        (5, "x is there twice in [a]"),
        (7, "the section [a] is there twice"),
        (9, "no name = value in an indented block"),
        (10, "neither a [section] nor a name = value"),
    ]
    assert [(title, line) for title, line, _ in sections_of(scanned)] == [("a", 2), ("b", 6), ("a", 7)]


@pytest.mark.parametrize("before", ["", "[a]\nx = 1\n"])
def test_a_title_without_its_bracket_is_told_as_that(before: str) -> None:
    scanned = scanner.scan([*before.splitlines(), "[default", "region = eu-west-1"])
    assert scanned.problems[0] == (before.count("\n") + 1, "the title of a section has no ] at its end")


@given(TEXTS, st.sampled_from(["\r\n", "\r"]))
def test_line_ends_make_no_difference(text: str, end: str) -> None:
    assert list(sections_of(scan(text))) == list(sections_of(scan_with(text, end)))


def scan_with(text: str, end: str) -> scanner.Scan:
    return scanner.scan(io.StringIO(text.replace("\n", end), newline="").readlines())


@pytest.mark.parametrize("size", [scanner.MAX_NAME, scanner.MAX_NAME + 1])
def test_a_name_may_have_so_many_characters(size: int) -> None:
    for name in ("x" * size, "x" + " " * (size - 1)):
        problems = scanner.scan(["[a]", f"{name}= 1"]).problems
        assert problems == ([] if size == scanner.MAX_NAME else [(2, "the name of the option is too long")])
