"""Change one setting in an AWS config or credentials file, and nothing else in it.

Comments, order, blank lines, line ends and all other bytes stay. ConfigUpdater would keep the comments, but not the
line ends. The proof is the scanner's: what it reads afterwards differs in that one setting, or the text is not changed
at all.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping

from mfaenv.config import scanner
from mfaenv.config.names import profile_of
from mfaenv.errors import MfaenvError
from mfaenv.fast.parse import DEFAULT

_LINE_END = re.compile(r"\r\n|\r|\n")


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
    scanned = scanner.scan(_lines(text))
    if scanned.problems:
        raise MfaenvError("The file is damaged, so it is left alone.", "`mfaenv doctor` shows what is wrong.")
    return scanned.values()


def _lines(text: str) -> list[str]:
    """Return the lines as reading a file as text finds them, with their ends as they are."""
    return list(io.StringIO(text, newline=""))


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
    lines = _lines(text)
    end = line_end(text)
    matching = [section for section in scanner.scan(lines).sections if is_title(section.title)]
    if not matching:
        return text if value is None else _with_section(text, end, title, f"{name} = {value}")
    section = matching[-1]
    option = next((option for option in section.options if option.name == name), None)
    last = max([section.line, *(option.last for option in section.options)])
    start, stop = (option.line - 1, option.last) if option else (last, last)
    comments = [line for line in lines[start:stop] if scanner.is_comment(line)]
    if value is None:
        lines[start:stop] = comments
    else:
        if not _LINE_END.search(lines[start - 1]):
            lines[start - 1] += end
        before = option or (section.options[-1] if section.options else section)
        lines[start:stop] = [f"{_indent(lines[before.line - 1])}{name} = {value}{end}", *comments]
    return "".join(lines)


def _with_section(text: str, end: str, title: str, line: str) -> str:
    gap = "" if not text else end if _LINE_END.search(text[-1]) else end + end
    return f"{text}{gap}[{title}]{end}{line}{end}"


def line_end(text: str) -> str:
    """Return how the first line ends, which the others do too in all but damaged files."""
    first = _LINE_END.search(text)
    return first[0] if first else "\n"


def _indent(line: str) -> str:
    """Return the blanks that a line begins with. A line that is deeper than the one before goes on its value."""
    return line[: len(line) - len(line.lstrip())]
