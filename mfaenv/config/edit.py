"""Change settings in an AWS config or credentials file, and nothing else in it.

All other bytes stay, line ends too. If the scanner would read more than these settings anew, nothing changes.
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
    file: TextFile, profiles: Mapping[str, Mapping[str, str | None]], *, in_config: bool = True
) -> TextFile:
    """Return the file with these options set in each profile's last section, or a new one; None removes an option.

    Raise MfaenvError where the text is damaged, or more would change.
    """
    before, text, end = _read(file), file.text, line_end(file.text)
    by_title = {_title(before, profile, in_config=in_config): values for profile, values in profiles.items()}
    expected = dict(before)
    for title, values in by_title.items():
        options = {**before.get(title, {}), **values}.items()
        section = {name: value for name, value in options if value is not None}
        if section and title not in before:
            gap = "" if not text else end if _LINE_END.search(text[-1]) else end + end
            text += f"{gap}[{title}]{end}"
        if section or title in before:
            expected[title] = section
    lines = _lines(text)
    for each in reversed(scanner.scan(lines).sections):  # from the end, since line numbers change below
        _change(lines, each, by_title.get(each.title, {}), end)
    changed = file._replace(text="".join(lines))
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


def _change(lines: list[str], section: scanner.IniSection, values: Mapping[str, str | None], end: str) -> None:
    options = {option.name: option for option in section.options}
    last = max([section.line, *(option.last for option in section.options)])
    indent = _indent(lines[(section.options[-1] if section.options else section).line - 1])
    new = {name: value for name, value in values.items() if value is not None and name not in options}
    if new and not _LINE_END.search(lines[last - 1]):
        lines[last - 1] += end
    lines[last:last] = [_line(indent, name, value, end) for name, value in new.items()]
    for name, option in reversed(options.items()):
        if name in values:
            start, value = option.line - 1, values[name]
            kept = [line for line in lines[start : option.last] if line.strip()[:1] in ("", *scanner.COMMENTS)]
            first = [] if value is None else [_line(_indent(lines[start]), name, value, end)]
            lines[start : option.last] = [*first, *kept]


def _line(indent: str, name: str, value: str, end: str) -> str:
    return f"{indent}{name} = {value}".replace("\n", f"{end}{indent}\t") + end


def _indent(line: str) -> str:
    """Return a line's blanks: a deeper line goes on the value before it."""
    return line[: len(line) - len(line.lstrip())]


def line_end(text: str) -> str:
    """Return how the first line ends."""
    first = _LINE_END.search(text)
    return first[0] if first else "\n"
