"""What a shell's completion hands over when Tab is pressed, and how it is answered.

The stub of a shell (`NAME.completion.EXT`) calls `mfaenv complete SHELL` with the words before the cursor, the
program's name first; the last of them is being typed. The answer's first line is the number of the word from
which on they are another program's, which the shell completes itself; or it is 0, and a line for each word to
offer follows.
"""

from mfaenv.shells import Env, Target, Words, escape, needs_no_quotes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_BREAKS = "=:@"  # characters of COMP_WORDBREAKS at which readline begins a word though the shell does not


class Tab:
    """The words before the cursor, without quotes, and the quote that is still open in the last."""

    def __init__(self, target: Target, words: Words) -> None:
        *before, typed = words
        self._target = target
        self.quote = typed[:1] if typed.startswith(("'", '"', "`")) else ""
        self.words = [*before, typed[len(self.quote) :]]

    def program(self, index: int) -> str:
        """Return the answer that leaves the words from one on to the shell."""
        return f"{index}\n" if self._target.completes_programs else ""

    def offer(self, candidates: "Iterable[tuple[str, str]]") -> str:
        """Return the answer that offers words, each with its meaning, if a terminal can show them."""
        begun, offer = "" if self._target.matches else self.words[-1], self._target.offer
        lines = [
            offer(word, meaning, self.quote)
            for word, meaning in candidates
            if word.isprintable() and word.startswith(begun)
        ]
        return "\n".join([*(["0"] if self._target.completes_programs else []), *filter(None, lines), ""])


class BashTab(Tab):
    """From COMP_LINE up to the cursor, COMP_WORDBREAKS and COMP_WORDS; readline has words of its own."""

    def __init__(self, target: Target, handed: Words) -> None:
        line, breaks, *self._comp_words = handed or [""] * 2
        self._target, self._line = target, line
        begins_words = [sign for sign in _BREAKS if sign in breaks]
        self.words, self._starts, self._cut, self.quote = _split(line, begins_words)

    def program(self, index: int) -> str:
        """Return where the program begins: the number of the word in COMP_WORDS, and of the character."""
        start = self._starts[index]
        number = at = 0
        for word in self._comp_words:
            at = max(self._line.find(word, at), at)
            if at >= start:
                break
            number, at = number + 1, at + len(word)
        return f"{number} {start}\n"

    def offer(self, candidates: "Iterable[tuple[str, str]]") -> str:
        """Return the words as readline puts them in place of its own."""
        rests = [word[self._cut :] for word, _ in candidates if word.startswith(self.words[-1])]
        text = "".join(rests)
        if self.quote or "=" in text or not needs_no_quotes(text):  # once for all of them: a Tab waits
            rests = [self._in_quotes(rest) if self.quote else _escaped(rest) for rest in rests]
        return "\n".join(["0 0", *filter(None, rests)]) + "\n"

    def _in_quotes(self, text: str) -> str:
        if not text.isprintable() or "!" in text:
            return ""
        if self.quote == "'":
            return text.replace("'", "'\\''")
        return "".join(f"\\{sign}" if sign in '"\\$`' else sign for sign in text)


def read(target: Target, handed: Words, env: Env) -> Tab:
    """Return what a shell's completion hands over."""
    return (BashTab if target.readline else Tab)(target, target.words(handed, env))


def _escaped(text: str) -> str:
    if needs_no_quotes(text):
        return text
    if not text.isprintable():
        return f"$'{escape(text)}'"
    plain = {sign for sign in text if sign.isalnum() or not sign.isascii() or needs_no_quotes(sign)}
    return "".join(sign if sign in plain else f"\\{sign}" for sign in text)


def _split(line: str, breaks: Words) -> tuple[list[str], list[int], int, str]:
    """Cut a line into words, without their quotes, where the shell cuts it: readline also does at `=` and `:`.

    Return them, where each begins, from where on readline replaces the last one, and the quote that is open.
    """
    words, starts = [""], [0]
    cut, quote, escaped = 0, "", False
    for at, sign in enumerate(line):
        if escaped:
            words[-1] += sign
            escaped = False
        elif sign == "\\" and quote != "'":
            escaped = True
        elif sign == quote:
            quote = ""
        elif quote:
            words[-1] += sign
        elif sign in "'\"":
            quote, cut = sign, len(words[-1])
        elif sign not in " \t\n":
            if sign in breaks:
                cut = len(words[-1]) + (sign != "@")  # readline's own word begins with this one
            words[-1] += sign
        else:
            if at == starts[-1]:  # a second blank
                del words[-1], starts[-1]
            words.append("")
            starts.append(at + 1)
            cut = 0
    return words, starts, cut, quote
