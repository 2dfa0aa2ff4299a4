"""What a person sees and types: questions on the terminal itself, everything else on standard error, with rich.

The question for the code is written without rich: it shall stand there before anything that takes time is loaded.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress

from mfaenv import console, options
from mfaenv.errors import CODE_NEEDED, MfaenvError
from mfaenv.leaving import leaving

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from rich.console import Console
    from rich.text import Text

    from mfaenv.tables import Table, Toned

INDENT = " " * len("mfaenv: ")


class Terminal:
    """The person at the other end, who may want silence (`quiet`) or every detail (`verbose`)."""

    def __init__(self, env: Mapping[str, str], *, quiet: bool = False, verbose: bool = False) -> None:
        self._env = env
        self._quiet = quiet
        self._verbose = verbose

    def available(self) -> bool:
        """Tell whether somebody can be asked."""
        return console.available()

    def load(self) -> None:
        """Load what it takes to draw, so that the first thing to be said need not wait for it."""
        import rich.console
        import rich.text  # noqa: F401 - loading is all

    def ask_code(self, question: str, meanwhile: Callable[[], None]) -> str:
        """Ask until six digits come, and do something meanwhile. Raises KeyboardInterrupt where the person leaves."""
        with _console() as tty:
            while True:
                digits = options.code(tty.ask(self._bold(f"{question}: "), meanwhile))
                if digits:
                    return digits
                tty.write("A code is six digits.\n")

    def confirm(self, question: str) -> bool:
        """Ask for a yes, which Enter is too."""
        with _console() as tty:
            return tty.ask(self._bold(f"{question} [Y/n] ")).strip().lower() in {"", "y", "yes"}

    def ask_text(self, question: str) -> str:
        """Ask for a line."""
        with _console() as tty:
            return tty.ask(self._bold(f"{question}: ")).strip()

    def choose(self, title: str, choices: Sequence[str], remarks: Sequence[str] = ()) -> str:
        """Let the person pick one of several by its number; `remarks` are shown below them."""
        from rich.markup import escape

        with _console() as tty:
            rows = [f"  [bold]{number}[/]  {escape(choice)}" for number, choice in enumerate(choices, 1)]
            tty.write(
                self._drawn("\n".join([f"{title}:", *rows, *(f"  [dim]-  {escape(text)}[/]" for text in remarks)]))
            )
            while True:
                answer = tty.ask(self._bold(f"Number (1-{len(choices)}): ")).strip()
                if options.is_digits(answer) and 1 <= int(answer) <= len(choices):
                    return choices[int(answer) - 1]

    @leaving()
    def wait(self, reason: str, seconds: float, *, clock: Any = time) -> None:
        """Let the seconds pass, and show them pass. Raises KeyboardInterrupt where the person leaves."""
        end = clock.time() + seconds
        rich = self._stderr()
        if not rich.is_terminal:
            self._say(f"{reason}: waiting {round(seconds)} s for the next one.")
            clock.sleep(seconds)
            return
        with rich.status("") as status:
            while (left := end - clock.time()) > 0:
                status.update(f"{reason}: the next one comes in {int(left) + 1} s")
                clock.sleep(min(left, 0.25))

    @contextmanager
    def for_program(self) -> Iterator[dict[str, Any]]:
        """Give the terminal to a program as its standard input and error; nothing and ours where there is none."""
        try:
            tty = console.Console()
        except OSError:
            yield {"stdin": -3, "stderr": None}
        else:
            with tty:
                yield {"stdin": tty.reader, "stderr": tty.writer}

    def note(self, text: str) -> None:
        """Say something that is good to know."""
        if not self._quiet:
            self._say(text)

    def warn(self, text: str) -> None:
        """Say something that is wrong, though the work is done all the same."""
        if not self._quiet:
            self._say(text, "yellow")

    def detail(self, name: str, value: str, source: str) -> None:
        """Say where a value came from, to those who want to know."""
        if self._verbose:
            origin = f"  ({source})" if source else ""
            self._say(f"{name:<10} {value}{origin}", "dim")

    def drawn(self, *parts: Table | Toned | str) -> str:
        """Draw tables and lines for standard output, in colour where that is a terminal."""
        from rich.console import Console
        from rich.table import Table as Grid

        from mfaenv.tables import Table

        page = Console(force_terminal=False if self._plain() else None)
        with page.capture() as captured:
            for part in parts:
                if not isinstance(part, Table):
                    page.print(_hanging(_text(part), page.width), highlight=False)
                    continue
                grid = Grid(title=part.title, title_justify="left")
                for column in part.columns:
                    grid.add_column(column, overflow="fold")
                for row in part.rows:
                    grid.add_row(*map(_text, row))
                page.print(grid)
        return captured.get()

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Give a function that shows what is being waited for, on a line that goes away in the end."""
        rich = self._stderr()
        if self._quiet or not rich.is_terminal:
            yield lambda _: None
            return
        with rich.status("") as status:
            yield lambda text: status.update(_text(text))

    def error(self, error: MfaenvError) -> None:
        """Say what is wrong, and on the next line what to do."""
        self._say(error.message, "bold red")
        if error.hint:
            self._print(INDENT + error.hint, "")

    def _say(self, text: str, style: str = "") -> None:
        self._print(f"mfaenv: {text}", style)

    def _print(self, text: str, style: str) -> None:
        from rich.text import Text

        line = text.encode("utf-8", "backslashreplace").decode()
        with suppress(OSError):  # what nobody can hear is no reason to lose a session
            self._stderr().print(Text(printable(line), style), soft_wrap=True, highlight=False)

    def _stderr(self) -> Console:
        from rich.console import Console

        class Stderr(Console):
            def on_broken_pipe(self) -> None:
                """Go on: rich would close standard output, and end the program."""

        return Stderr(stderr=True, soft_wrap=True, emoji=False, force_terminal=False if self._plain() else None)

    def _drawn(self, markup: str) -> str:
        from rich.console import Console

        made = Console(force_terminal=not self._plain(), no_color=self._plain(), stderr=True)
        with made.capture() as captured:
            made.print(markup, soft_wrap=True, highlight=False, emoji=False)
        return captured.get()

    def _plain(self) -> bool:
        """Tell whether colours, and with them bold letters and moving lines, are unwanted: https://no-color.org."""
        return bool(self._env.get("NO_COLOR")) or self._env.get("TERM", "") in {"", "dumb"}

    def _bold(self, text: str) -> str:
        return printable(text) if self._plain() else f"\x1b[1m{printable(text)}\x1b[0m"


def _console() -> console.Console:
    """Open the terminal; raise MfaenvError where it has gone, or was given to another job, since it was looked at."""
    try:
        return console.Console()
    except OSError:
        raise MfaenvError("There is no terminal to ask on any more.", _IN_FRONT, status=CODE_NEEDED) from None


_IN_FRONT = "Leave mfaenv in the foreground while it may ask."


def _text(part: Toned | str) -> Text:
    from rich.text import Text

    from mfaenv.tables import BAD, DOUBTFUL, GOOD, PLAIN, Toned

    colours = {PLAIN: "", GOOD: "green", DOUBTFUL: "yellow", BAD: "bold red"}
    said = Toned(part, PLAIN) if isinstance(part, str) else part
    return Text(printable(said.text), colours[said.tone])


def _hanging(text: Text, width: int) -> Text:
    """Break a line that is longer than the page is wide, and go on below its beginning."""
    import textwrap

    indent = " " * (len(text.plain) - len(text.plain.lstrip()))
    text.plain = textwrap.fill(
        text.plain, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return text


def printable(text: str) -> str:
    """Show control characters instead of sending them: a profile's name could move the cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
