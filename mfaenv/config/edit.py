"""Change settings in an AWS config or credentials file, and nothing else in it.

All other bytes stay, line ends too: what the scanner reads differs in these settings alone, or nothing is
changed.
"""

import io
import re
from collections.abc import Mapping

from mfaenv.config import scanner
from mfaenv.config.awsfiles import Sections, short
from mfaenv.config.names import profile_of, title_of
from mfaenv.config.rewrite import TextFile
from mfaenv.errors import MfaenvError

_LINE_END = re.compile(r"\r\n|\r|\n")


def with_values(
    file: TextFile, profile: str, values: Mapping[str, str | None], *, in_config: bool = True
) -> TextFile:
    """Return the file with these options set in the profile's last section, or a new one; None removes an option.

    Raise MfaenvError where the text is damaged, or more would change.
    """
    before = _read(file)
    title = _title(before, profile, in_config=in_config)
    changed = file
    for name, value in values.items():
        changed = changed._replace(text=_with_value(changed.text, title, name, value))
    section = {name: value for name, value in {**before.get(title, {}), **values}.items() if value is not None}
    expected = {**before, title: section} if section or title in before else before
    if _read(changed) != expected:
        wrong = f"{short(file.path)} cannot be changed without changing something else in it."
        raise MfaenvError(wrong, "Edit it by hand.")
    return changed


def section(file: TextFile, profile: str, *, in_config: bool) -> Mapping[str, str]:
    """Return the options of the profile's last section. Raise MfaenvError for a damaged file."""
    sections = _read(file)
    return sections.get(_title(sections, profile, in_config=in_config), {})


def _title(sections: Sections, profile: str, *, in_config: bool) -> str:
    if not in_config:
        return profile
    return next((title for title in reversed(sections) if profile_of(title) == profile), title_of(profile))


def _read(file: TextFile) -> Sections:
    scanned = scanner.scan(_lines(file.text))
    if scanned.problems:
        wrong = f"{short(file.path)} is damaged, so it is left alone. This shows what is wrong:"
        raise MfaenvError(wrong, command="mfaenv doctor")
    return scanned.values()


def _lines(text: str) -> list[str]:
    """Return the lines with their ends as they are; str.splitlines knows more ends."""
    return list(io.StringIO(text, newline=""))


def _with_value(text: str, title: str, name: str, value: str | None) -> str:
    lines = _lines(text)
    end = line_end(text)
    section = next((each for each in scanner.scan(lines).sections if each.title == title), None)
    if section is None:
        gap = "" if not text else end if _LINE_END.search(text[-1]) else end + end
        return text if value is None else f"{text}{gap}[{title}]{end}{name} = {value}{end}"
    option = next((each for each in section.options if each.name == name), None)
    last = max([section.line, *(option.last for option in section.options)])
    start, stop = (option.line - 1, option.last) if option else (last, last)
    comments = [line for line in lines[start:stop] if scanner.is_comment(line)]
    if value is None:
        lines[start:stop] = comments
    else:
        if not _LINE_END.search(lines[start - 1]):
            lines[start - 1] += end
        before = lines[(option or (section.options[-1] if section.options else section)).line - 1]
        indent = before[: len(before) - len(before.lstrip())]  # a deeper line goes on the value before it
        lines[start:stop] = [f"{indent}{name} = {value}{end}", *comments]
    return "".join(lines)


def line_end(text: str) -> str:
    """Return how the first line ends."""
    first = _LINE_END.search(text)
    return first[0] if first else "\n"
