"""What a person sees and types: questions on the terminal itself, everything else on standard error."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from mfaenv.command_line import with_own_name
from mfaenv.errors import CODE_NEEDED, MfaenvError, SessionStoredError
from mfaenv.fast.environment import NO_INPUT
from mfaenv.fast.parse import Options
from mfaenv.terminal import tty
from mfaenv.terminal.text import ASKED, BAD, DOUBTFUL, FAINT, PLAIN, Styled, code_digits, printable, wrapped

if TYPE_CHECKING:
    from mfaenv.terminal.page import Page
    from mfaenv.terminal.text import Row, Table

T = TypeVar("T")

INDENT = " " * len("mfaenv: ")


class Terminal:
    """The person at the other end, who may want silence (`quiet`) or every detail (`verbose`).

    It is `for_shell` where a shell waits for what is printed, perhaps in a subshell that no key may end.
    """

    def __init__(
        self, env: Mapping[str, str], *, quiet: bool = False, verbose: bool = False, for_shell: bool = False
    ) -> None:
        self.env = env
        self.stderr = sys.stderr
        self._quiet = quiet
        self._verbose = verbose
        self.check: Callable[[], None] = lambda: None
        self._for_shell = for_shell

    @classmethod
    def for_options(cls, options: Options, env: Mapping[str, str], *, for_shell: bool = False) -> Self:
        """Return the terminal for --quiet, --verbose, and --no-input: that holds for what it starts too."""
        env = {**env, NO_INPUT: "yes"} if options.get("no_input") else env
        if for_shell and tty.is_captured() and sys.platform != "win32":
            # Ctrl-Z stops no `mfaenv | source`: fish and nushell would wait for the end of that for ever.
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        return cls(env, quiet="quiet" in options, verbose="verbose" in options, for_shell=for_shell)

    def obstacle(self) -> str:
        """Return why nobody can be asked, if so."""
        try:
            with tty.Tty():
                return ""
        except tty.FullScreenError:
            return "a full-screen program has the terminal"
        except OSError:
            return "there is no terminal to ask on"

    @contextmanager
    def watching(self, check: Callable[[], None]) -> Iterator[None]:
        """Let what waits inside call a check again and again; what it raises ends a question."""
        before, self.check = self.check, check
        try:
            yield
        finally:
            self.check = before

    def ask_code(self, question: Sequence[Styled]) -> str:
        """Ask for six digits; the last line is the prompt. Raise KeyboardInterrupt where the person leaves."""
        *above, asked = question
        question = [*above, Styled(f"{asked.text}: ")]
        return self._ask(question, lambda text: code_digits(text) or None, "A code is six digits.")

    def confirm(self, question: str, *above: Styled) -> bool:
        """Ask for a yes, or Enter, until that or a no is typed: a code was meant for another question."""
        return self._ask(
            [*above, Styled(f"{question} [Y/n] ")],
            lambda text: {"": True, "y": True, "yes": True, "n": False, "no": False}.get(text.strip().lower()),
            "Type y or n.",
        )

    def ask_text(self, question: str) -> str:
        """Ask for a line that is not empty."""
        return self._ask([Styled(f"{question}: ")], lambda text: text.strip() or None)

    def choose(self, title: str, choices: Sequence[str], remarks: Sequence[str] = ()) -> str:
        """Let the person choose by a number."""
        numbered = {str(number): choice for number, choice in enumerate(choices, 1)}
        rows = [title, *(f"{number:>3}  {choice}" for number, choice in numbered.items())]
        lines = map(Styled, [*rows, *(f"  -  {remark}" for remark in remarks), f"Number (1-{len(choices)}): "])
        wrong = f"Type a number from 1 to {len(choices)}."
        below = " " * len("  1  ")
        return self._ask([*lines], lambda text: numbered.get(text.strip().lstrip("0")), wrong, indent=below)

    def _ask(
        self, question: Sequence[Styled], read: Callable[[str], T | None], wrong: str = "", indent: str = ""
    ) -> T:
        *above, asked = question
        with self.open_tty() as console:
            while True:
                width = tty.columns(self.env)
                lines = [
                    Styled(part, line.tone) for line in above for part in wrapped(line.text, width, indent)
                ]
                try:
                    text = console.ask([*lines, Styled(asked.text, ASKED)])
                    answer = read(text)
                except (SessionStoredError, MfaenvError) as error:
                    console.abandon()
                    if isinstance(error, SessionStoredError) and not self._quiet:
                        arrived = "mfaenv: Another window has got the session: no answer is needed any more."
                        console.write(Styled(arrived), Styled(""))
                    raise
                if answer is not None:
                    return answer
                above = [Styled(wrong, BAD)] if wrong else []
                if not text.isascii():
                    above.append(Styled("Type it in half-width (ASCII) characters."))

    def pick(self, title: str, rows: Sequence[Row]) -> str:
        """Return the name of the row that is chosen. Raise KeyboardInterrupt."""
        if os.name == "nt" or tty.is_dumb(self.env):
            return self.choose(title, [row.name for row in rows])
        from mfaenv.terminal import picker  # each question would wait for it

        with self.open_tty() as console:
            return picker.pick(title, rows, console)

    def wait(self, reason: str, seconds: float) -> None:
        """Wait, and show the seconds that are left."""
        end = time.monotonic() + seconds
        if not self._draws():
            self.note(f"{reason}: waiting {round(seconds)} s for the next one.")
        try:
            with self.progress() as show:
                while (left := end - time.monotonic()) > 0:
                    show(f"{reason}: the next one comes in {int(left) + 1} s; wait for it")
                    time.sleep(min(left, 0.25))
                    self.check()
        finally:
            with suppress(OSError), tty.Tty() as console:
                console.drop_input()  # it answers no further question, and the shell would run it

    @contextmanager
    def for_program(self) -> Iterator[dict[str, Any]]:
        """Yield the terminal as a program's standard input and error, if there is one."""
        with ExitStack() as opened:
            try:
                console = opened.enter_context(tty.Tty())
                opened.enter_context(tty.keep_modes(console.fd))
                streams: dict[str, Any] = {"stdin": console.reader, "stderr": console.writer}
            except OSError:
                from subprocess import DEVNULL

                streams = {"stdin": DEVNULL, "stderr": None}
            yield streams

    def note(self, text: str, command: str = "", tone: str = PLAIN) -> None:
        """Show a note, and a command to type on a line of its own."""
        if not self._quiet:
            self._print(f"mfaenv: {text}", tone)
            self._show_command(command)

    def show_waiting(self, text: str) -> None:
        """Show what is waited for, on a terminal alone."""
        if sys.stderr is not None and sys.stderr.isatty():
            self.note(text)

    def warn(self, text: str, command: str = "") -> None:
        """Show a note about something that is wrong."""
        self.note(text, command, DOUBTFUL)

    def print_on_tty(self, *lines: str) -> None:
        """Show lines on the terminal itself, which another program may have; else on standard error.

        From the background this needs SIGTTOU ignored: `stty tostop` would stop this process.
        """
        if self._quiet:
            return
        shown = [f"mfaenv: {lines[0]}", *(INDENT + line for line in lines[1:])]
        try:
            with open(tty.TERMINAL_FILES[1], "wb", buffering=0) as writer:
                writer.write("".join(f"\r{printable(line)}\r\n" for line in shown).encode())
        except OSError:
            self.print_lines("\n".join(shown))

    def print_lines(self, text: str) -> None:
        """Show lines, without the program's name before them."""
        for line in text.removesuffix("\n").split("\n"):
            self._print(line)

    def detail(self, name: str, value: str, source: str) -> None:
        """Show where a value came from, with --verbose."""
        if self._verbose:
            self._print(f"mfaenv: {name:<10} {value}{f'  ({source})' if source else ''}", FAINT)

    def drawn(self, *parts: Table | Styled | str) -> str:
        """Draw tables and lines for standard output."""
        return self._page().drawn(*parts)

    def markdown(self, text: str) -> str:
        """Draw a page of ours for standard output."""
        from mfaenv.terminal import markdown  # loads rich

        return markdown.draw(self._page(), text)

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Yield a function that shows what is waited for, on a line that goes away in the end."""
        if self._quiet or not self._draws():
            yield lambda _: None
            return
        from mfaenv.terminal.page import as_text  # loads rich

        with self._page(stderr=True).status("") as status:
            yield lambda text: status.update(as_text(text))

    def error(self, error: MfaenvError) -> None:
        """Show what is wrong, and on the next line what to do."""
        self._print(f"mfaenv: {error.message}", BAD)
        if error.hint:
            self._print(INDENT + error.hint)
        self._show_command(error.command)

    def _show_command(self, command: str) -> None:
        """Leave it unbroken: what is copied of two lines is two commands."""
        if command:
            self._print(INDENT + with_own_name(command, self.env), unbroken=True)

    def _print(self, text: str, tone: str = PLAIN, *, unbroken: bool = False) -> None:
        with suppress(OSError):  # what nobody can hear is no reason to lose a session
            if self._draws() and not unbroken:
                lines = wrapped(text, tty.columns(self.env), INDENT)
                shown = "\n".join(Styled(line, tone).drawn() for line in lines)
            else:
                shown = printable(text)
            print(shown, file=sys.stderr, flush=True)  # noqa: T201 - what is said, and made printable

    def _page(self, *, stderr: bool = False) -> Page:
        from mfaenv.terminal.page import Page  # loads rich

        return Page(tty.columns(self.env), stderr=stderr, no_styles=self._no_styles())

    def _draws(self) -> bool:
        return sys.stderr is not None and sys.stderr.isatty() and not self._no_styles()

    def _no_styles(self) -> bool:
        """Obey https://no-color.org."""
        return bool(self.env.get("NO_COLOR")) or tty.is_dumb(self.env)

    def open_tty(self) -> tty.Tty:
        """Open the terminal. Raise MfaenvError where it has gone, or another job has it by now."""
        try:
            return tty.Tty(self.check, no_styles=self._no_styles(), for_shell=self._for_shell)
        except OSError:
            hint = "Keep mfaenv in the foreground while it may ask."
            raise MfaenvError("There is no terminal to ask on any more.", hint, status=CODE_NEEDED) from None
