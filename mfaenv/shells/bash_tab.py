"""Tab in bash, whose readline cuts a line into words in its own way and inserts text as it is."""

from mfaenv.shells import is_plain, octal
from mfaenv.shells.tab import Tab

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfaenv.shells import Target

_BLANKS = " \t\n"
_BREAKS = "=:@"
"""Characters of COMP_WORDBREAKS at which readline begins a word though the shell does not."""

_ESCAPED_IN_QUOTES = '"\\$`'


class BashTab(Tab):
    """One press of Tab, from COMP_LINE up to the cursor, COMP_WORDBREAKS and COMP_WORDS."""

    def __init__(self, target: "Target", handed: "Sequence[str]") -> None:
        line, breaks, *self._comp_words = handed or [""] * 2
        split = _Split(line, [character for character in _BREAKS if character in breaks])
        self._target, self._line = target, line
        self.words, self._starts, self._cut, self.quote = split.words, split.starts, split.cut, split.quote

    def program(self, index: int) -> str:
        """Return the number of the word in COMP_WORDS, and of the character of the line, where the program begins."""
        start = self._starts[index]
        number = at = 0
        for word in self._comp_words:
            at = max(self._line.find(word, at), at)
            if at >= start:
                break
            number, at = number + 1, at + len(word)
        return f"{number} {start}\n"

    def offer(self, candidates: "Iterable[tuple[str, str]]") -> str:
        """Return the words that begin with what is typed, each as readline puts it in place of its own word."""
        typed = self.words[-1]
        rests = [word[self._cut :] for word, _ in candidates if word.startswith(typed)]
        lines = [self._in_quotes(rest) if self.quote else _escaped(rest) for rest in rests]
        return "\n".join(["0 0", *filter(None, lines)]) + "\n"

    def _in_quotes(self, text: str) -> str:
        """Return the text for inside the open quotes; an empty text where they cannot hold it."""
        if not text.isprintable() or "!" in text:
            return ""
        if self.quote == "'":
            return text.replace("'", "'\\''")
        return "".join(f"\\{character}" if character in _ESCAPED_IN_QUOTES else character for character in text)


def _escaped(text: str) -> str:
    """Return the text as a word of bash, or as its end."""
    if is_plain(text):
        return text
    if not text.isprintable():
        return f"$'{octal(text)}'"
    return "".join(
        character if character.isalnum() or not character.isascii() or is_plain(character) else f"\\{character}"
        for character in text
    )


class _Split:
    """The line before the cursor cut into words, without their quotes; bash itself would cut at `=` and `:` too.

    Of the last one, which readline replaces from character `cut` on, `quote` is still open.
    """

    def __init__(self, line: str, breaks: "Sequence[str]") -> None:
        self.words: list[str] = []
        self.starts: list[int] = []
        """The character of the line at which each word begins."""
        self._line, self._breaks = line, breaks
        self._at = 0
        self._begin()
        while self._at < len(line):
            self._read(line[self._at])
        self._end()

    def _begin(self) -> None:
        self._start, self._word, self.cut, self.quote = self._at, "", 0, ""

    def _end(self) -> None:
        self.words.append(self._word)
        self.starts.append(self._start)

    def _read(self, character: str) -> None:
        if character in _BLANKS:
            if self._at > self._start:
                self._end()
            self._at += 1
            self._begin()
        elif character in "\"'":
            self._read_quoted(character)
        elif character == "\\":
            self._take(2)
        else:
            if character in self._breaks:
                self.cut = len(self._word) + (character != "@")  # readline's own word begins with this one
            self._take(1)

    def _take(self, characters: int) -> None:
        """Take the last of so many characters."""
        self._word += self._line[self._at + characters - 1 : self._at + characters]
        self._at += characters

    def _read_quoted(self, quote: str) -> None:
        self.quote, self.cut = quote, len(self._word)
        self._at += 1
        while self._at < len(self._line) and self._line[self._at] != quote:
            self._take(2 if quote == '"' and self._line[self._at] == "\\" else 1)
        if self._at < len(self._line):
            self._at += 1
            self.quote = ""
