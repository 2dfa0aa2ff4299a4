"""The lines of an INI file as botocore reads them: sections, options, and the lines that are wrong.

botocore's RawConfigParser stops at a section that is there twice, and does not say where an option stands.
"""

from mfaenv.fast.parse import Words

MAX_TITLE = 4096  # characters of a section's title: shlex's time for it grows with their square
MAX_NAME = 256  # characters before an option's `=` or `:`: botocore's time for them grows with their square
COMMENTS = ("#", ";")
SEPARATORS = ("=", ":")
FOR_ALL = "DEFAULT"  # the section whose options are also those of all others
NO_BRACKET = "the title of a section has no ] at its end"

BYTE_ORDER_MARKS = ("\ufeff", "\xef\xbb\xbf")
"""What some editors put first into a file, read as UTF-8 or as something else."""


class IniOption:
    """An option: its name in lower case, and its value's lines."""

    def __init__(self, name: str, text: str, line: int) -> None:
        self.name = name
        self.texts = [text]
        self.line = self.last = line

    @property
    def value(self) -> str:
        """Return its lines without their blanks."""
        return "\n".join(self.texts).rstrip()

    def extend(self, text: str, line: int) -> str:
        """Add a continuation line. Return what is wrong with it: a block has names and values."""
        self.texts.append(text)
        self.last = line
        is_wrong = not self.texts[0] and not all("=" in part for part in text.splitlines() if part.strip())
        return "no name = value in an indented block" if is_wrong else ""


class IniSection:
    """A section, with its options in order."""

    def __init__(self, title: str, line: int) -> None:
        self.title = title
        self.line = line
        self.options: list[IniOption] = []


class Scan:
    """What is in a file, sections and options that are there twice too, but no wrong lines.

    `problems` are the numbers of those, and what is wrong, without their text: it may be half of a key.
    """

    def __init__(self) -> None:
        self.sections: list[IniSection] = []
        self.problems: list[tuple[int, str]] = []

    def values(self) -> dict[str, dict[str, str]]:
        """Return the options and their values by section."""
        values: dict[str, dict[str, str]] = {FOR_ALL: {}}
        for section in self.sections:
            values.setdefault(section.title, {}).update((each.name, each.value) for each in section.options)
        for_all = values.pop(FOR_ALL)
        return {title: {**for_all, **options} for title, options in values.items()}


def scan(lines: Words) -> Scan:
    """Scan lines with or without their ends, numbered from 1."""
    result = Scan()
    sections = result.sections
    seen: set[tuple[str, str]] = set()
    option: IniOption | None = None
    depth = 0
    for number, line in enumerate(lines, 1):
        text = line.strip()
        problem = ""
        if text.startswith(COMMENTS):
            continue
        if not text:
            if option:
                option.texts.append("")
            continue
        indent = len(line) - len(line.lstrip())
        if option and indent > depth:
            problem = option.extend(text, number)
        elif title := _title(text):
            depth, option = indent, None
            problem = _wrong_title(title, seen)
            sections.append(IniSection(title, number))
            seen.add((title, ""))
        elif not sections:
            is_mark = text.startswith(BYTE_ORDER_MARKS) or "\0" in text  # as in UTF-16
            thing = "a byte-order mark (save the file as UTF-8 without one)" if is_mark else "a value"
            problem = NO_BRACKET if text[0] == "[" else f"{thing} is before the first [section]"
        else:
            depth = indent
            end = min((end for end in map(text.find, SEPARATORS) if end > -1), default=0)
            name, value = text[:end], text[end + 1 :].strip()
            title = sections[-1].title
            problem = _wrong_name(name, text, title, seen)
            option = IniOption(name.rstrip().lower(), value, number) if name else None
            if option:
                sections[-1].options.append(option)
                seen.add((title, option.name))
        if problem:
            result.problems.append((number, problem))
    return result


def _title(text: str) -> str:
    """Return the title of a section; as in botocore, what follows the last bracket does not count."""
    return text[1 : text.rfind("]")] if text.startswith("[") and "]" in text else ""


def _wrong_title(title: str, seen: set[tuple[str, str]]) -> str:
    if len(title) > MAX_TITLE:
        return "the name of the section is too long"
    return f"the section [{title}] is there twice" if title != FOR_ALL and (title, "") in seen else ""


def _wrong_name(name: str, text: str, title: str, seen: set[tuple[str, str]]) -> str:
    if not name:
        return NO_BRACKET if text[0] == "[" else "neither a [section] nor a name = value"
    if len(name) > MAX_NAME:
        return "the name of the option is too long"
    name = name.rstrip().lower()
    return f"{name} is there twice in [{title}]" if (title, name) in seen else ""
