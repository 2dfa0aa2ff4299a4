"""What a shell's completion hands over when Tab is pressed, and how it is answered.

The stub of a shell (`NAME.completion.EXT`) calls `mfaenv complete SHELL` with the words before the cursor, the
program's name first; the last of them is being typed. The answer's first line is the number of the word from which on
they are another program's, which the shell completes itself; or it is 0, and a line for each word to offer follows.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfaenv.shells import Target

_QUOTES = ("'", '"', "`")


class Tab:
    """One press of Tab: the words before the cursor, without quotes, and the quote that is still open in the last."""

    def __init__(self, target: "Target", words: "Sequence[str]") -> None:
        *before, typed = words
        self._target = target
        self.quote = typed[:1] if typed.startswith(_QUOTES) else ""
        self.words = [*before, typed[len(self.quote) :]]

    def program(self, index: int) -> str:
        """Return the answer that leaves the words from one on to the shell."""
        return f"{index}\n" if self._target.completes_programs else ""

    def offer(self, candidates: "Iterable[tuple[str, str]]") -> str:
        """Return the answer that offers words, each with its meaning or an empty text.

        What a terminal does not just show is left out: shells show it as it is.
        """
        candidates = [(word, meaning) for word, meaning in candidates if word.isprintable()]
        offer, quote = self._target.offer, self.quote
        if not self._target.matches and (typed := self.words[-1]):
            candidates = [(word, meaning) for word, meaning in candidates if word.startswith(typed)]
        lines = [offer(word, meaning, quote) for word, meaning in candidates]
        return "\n".join([*(["0"] if self._target.completes_programs else []), *filter(None, lines), ""])
