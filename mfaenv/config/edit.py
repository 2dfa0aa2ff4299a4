"""Change one setting in an AWS config or credentials file, and nothing else in it.

Comments, order, blank lines, line ends and all other bytes stay. ConfigUpdater would keep the comments, but not the
line ends. So lines are found here, and the proof is the parser's: what it reads afterwards differs in that one setting,
or the text is not changed at all.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Mapping

from mfaenv.config.awsfiles import OPTION, profile_of, sections
from mfaenv.errors import MfaenvError
from mfaenv.fast.parse import DEFAULT

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
"""What reading a file as text takes for a line."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_TITLE = re.compile(r"\[(.+)\]")
_COMMENTS = ("#", ";")


class _Section:
    """Where a section stands: the line of its title, the lines of each option, and the last of them."""

    def __init__(self, title: str, line: int) -> None:
        self.title = title
        self.line = line
        self.options: dict[str, range] = {}
        self.last = line


def config_section(profile: str) -> tuple[str, Callable[[str], bool]]:
    """Return the title that a profile has in the config file, and what tells whether a title is the profile's."""
    import shlex

    title = profile if profile == DEFAULT else f"profile {shlex.quote(profile)}"
    return title, lambda other: profile_of(other) == profile


def with_values(text: str, is_title: Callable[[str], bool], title: str, values: Mapping[str, str | None]) -> str:
    """Return the text with these options set in the last section that `is_title` takes; None removes an option.

    A section that is not there is added at the end under `title`. Raise MfaenvError where the text cannot be parsed, or
    not be changed without changing something else.
    """
    before = _read(text)
    changed = text
    for name, value in values.items():
        changed = _with_value(changed, is_title, title, name, value)
    expected = _expected(before, is_title, title, values)
    if _read(changed) != expected:
        raise MfaenvError("The file cannot be changed without changing something else in it.", "Edit it by hand.")
    return changed


def section(text: str, is_title: Callable[[str], bool]) -> Mapping[str, str]:
    """Return the options of the last section that `is_title` takes. Raise MfaenvError where it is damaged."""
    matching = [options for title, options in _read(text).items() if is_title(title)]
    return matching[-1] if matching else {}


def _read(text: str) -> dict[str, dict[str, str]]:
    try:
        return sections(_LINE_END.sub("\n", text))
    except configparser.Error:
        raise MfaenvError("The file is damaged, so it is left alone.", "`mfaenv doctor` shows what is wrong.") from None


def _expected(
    before: Mapping[str, Mapping[str, str]],
    is_title: Callable[[str], bool],
    title: str,
    values: Mapping[str, str | None],
) -> dict[str, dict[str, str]]:
    expected = {name: dict(section) for name, section in before.items()}
    matching = [name for name in expected if is_title(name)]
    options = {name: value for name, value in values.items() if value is not None}
    if not matching and not options:
        return expected
    section = expected[matching[-1]] if matching else expected.setdefault(title, {})
    section.update(options)
    for name in values.keys() - options.keys():
        section.pop(name, None)
    return expected


def _with_value(text: str, is_title: Callable[[str], bool], title: str, name: str, value: str | None) -> str:
    lines = [line for line in _LINE.findall(text) if line]
    end = line_end(text)
    matching = [section for section in _scan(lines) if is_title(section.title)]
    if not matching:
        return text if value is None else _with_section(text, end, title, f"{name} = {value}")
    section = matching[-1]
    span = section.options.get(name, range(section.last + 1, section.last + 1))
    comments = [line for line in lines[span.start : span.stop] if _is_comment(line.strip())]
    if value is None:
        lines[span.start : span.stop] = comments
    else:
        if not _LINE_END.search(lines[span.start - 1]):
            lines[span.start - 1] += end
        lines[span.start : span.stop] = [f"{_indent(lines, section, name)}{name} = {value}{end}", *comments]
    return "".join(lines)


def _with_section(text: str, end: str, title: str, line: str) -> str:
    gap = "" if not text else end if _LINE_END.search(text[-1]) else end + end
    return f"{text}{gap}[{title}]{end}{line}{end}"


def line_end(text: str) -> str:
    """Return how the first line ends, which the others do too in all but damaged files."""
    first = _LINE_END.search(text)
    return first[0] if first else "\n"


def _indent(lines: list[str], section: _Section, name: str) -> str:
    """Return the blanks before the option, or before the section's last one: a deeper line would go on its value."""
    last = max((span.start for span in section.options.values()), default=section.line)
    line = lines[section.options[name].start if name in section.options else last]
    return line[: len(line) - len(line.lstrip())]


def _is_comment(text: str) -> bool:
    """Return whether a line without its blanks says nothing to the parser."""
    return not text or text.startswith(_COMMENTS)


def _scan(lines: list[str]) -> list[_Section]:
    """Return the sections and the lines of their options as configparser does: a deeper line goes on a value."""
    sections: list[_Section] = []
    option, depth = "", 0
    for number, line in enumerate(lines):
        text = line.strip()
        if _is_comment(text):
            continue
        indent = len(line) - len(line.lstrip())
        if sections and option and indent > depth:
            sections[-1].options[option] = range(sections[-1].options[option].start, number + 1)
            sections[-1].last = number
            continue
        depth = indent
        titled = _TITLE.match(text)
        if titled:
            sections.append(_Section(titled[1], number))
            option = ""
        elif sections and (match := OPTION.match(text)):
            option = match["option"].strip().lower()
            sections[-1].options[option] = range(number, number + 1)
            sections[-1].last = number
    return sections
