"""Windows that people type in: interactive shells on pseudo-terminals, and how mfaenv is loaded in each of them."""

import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Any, NoReturn, Self

import pexpect  # type: ignore[import-untyped]  # it has no types
import pyte
import pytest
from pexpect import fdpexpect
from product import COMMAND, PATIENCE, Fork, forks
from programs import write_program
from shell_table import Shell

if sys.platform != "win32":
    import termios

from collections.abc import Mapping, Sequence
from types import TracebackType

from product import Product

SIZE = (60, 250)
"""Lines and columns: wide enough that no sentence of ours is broken."""

USUAL_SIZE = (24, 80)
"""What every terminal has."""

PROMPT = re.compile(r"(?:[#$%>] ?|@ )\Z")
"""What the prompts of all shells end in. xonsh's is `user@host folder @ `: its first half, read alone, is no prompt."""

NOT_INSTALLED = ": not installed"
"""How the reason of a test ends that is skipped since a program is missing."""

CTRL_C = "\x03"
CTRL_D = "\x04"
CTRL_Z = "\x1a"
KILLED = 9

_CONTROLS = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # moves, colours and modes
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles and marks
    r"|[ -/].|[0-Z\\^-~])"
)
_PRIVATE = re.compile(r"\x1b\[[<=>][0-?]*[ -/]*[@-~]")
"""What pyte does not know and would show: keyboard protocols."""

_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[ -/])?\Z")

QUESTION = (
    r"For profile default in account 123456789012,\s+device arn:aws:iam::123456789012:mfa/alice\s.*\sMFA code: "
)


class _Screen(pyte.Screen):
    """What a window shows; a shell that asks where its cursor is gets an answer."""

    def __init__(self, child: Any, size: tuple[int, int]) -> None:
        self._child = child
        lines, columns = size
        super().__init__(columns, lines)

    def before_cursor(self) -> str:
        return self.display[self.cursor.y][: self.cursor.x]

    def write_process_input(self, data: str) -> None:
        self._child.send(data)


_TEXT: Any = {"encoding": "utf-8", "codec_errors": "replace"}


class _Forked(fdpexpect.fdspawn):  # type: ignore[misc]  # it has no types
    """A fork of mfaenv on a terminal of its own, with what pexpect's `spawn` has."""

    def __init__(self, command: Sequence[str], options: Mapping[str, Any], size: tuple[int, int]) -> None:
        master, slave = os.openpty()
        termios.tcsetwinsize(slave, size)
        streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), slave)
        self._run = Fork(command, **options, **streams, start_new_session=True, controlling=True)
        os.close(slave)
        super().__init__(master, **_TEXT)
        self.pid = self._run.pid
        self.signalstatus: int | None = None

    def kill(self, number: int) -> None:
        self._run.send_signal(number)

    def wait(self) -> int | None:
        status = self._run.wait()
        self.signalstatus = -status if status < 0 else None
        return None if status < 0 else status


class Window:
    """A terminal's window with a program in it, which ends when the `with` block does."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        size: tuple[int, int] = SIZE,
        clock: Path | None = None,
    ) -> None:
        # xonsh asks before each prompt where the cursor is, except over SSH, and takes a late answer for keys.
        remote = {"SSH_TTY": "none"} if "xonsh" in command else {}
        options: dict[str, Any] = {"env": {"TERM": "xterm-256color", **remote, **env}, "cwd": folder}
        if clock:
            options["clock"] = clock
        if forks(command, options):
            self._child: Any = _Forked(command, options, size)
        else:
            self._child = pexpect.spawn(command[0], list(command[1:]), dimensions=size, **options, **_TEXT)
        self._child.delaybeforesend = None
        self._screen = _Screen(self._child, size)
        self._stream = pyte.Stream(self._screen)
        self._seen = 0
        self._entered = False
        self.raw = ""
        """All that was written to the terminal, with its controls."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill(KILLED)
        self._child.wait()
        self._child.close()

    @property
    def pid(self) -> int:
        """The process of the program in the window."""
        return int(self._child.pid)

    @property
    def text(self) -> str:
        """All that was shown, one thing after the other, without controls."""
        return _CONTROLS.sub("", _UNFINISHED.sub("", self.raw)).replace("\r", "")

    def press(self, keys: str) -> None:
        """Press keys, without Enter."""
        self._child.send(keys)

    def enter(self, line: str) -> None:
        """Type a line, and Enter."""
        self._child.send(f"{line}\r")
        self._entered = True

    def see(self, pattern: str) -> str:
        """Wait until something shows that comes after all that was seen before; give what it is.

        What has to end a line (a last `$`) shows when the line has ended: more of it may be still to come.
        """
        if pattern.endswith("$") and not pattern.endswith(r"\$"):
            pattern = f"{pattern.removesuffix('$')}(?=\n)"
        wanted, end = re.compile(pattern, re.MULTILINE), time.monotonic() + PATIENCE
        while not (found := wanted.search(self.text, self._seen)):
            if not self._read_until(end):
                pytest.fail(f"{pattern!r} does not show, and the program has ended:\n{self.text}")
        self._seen, self._entered = found.end(), False
        return found.group()

    def prompted(self) -> None:
        """Wait until the cursor stands behind a prompt that came after all that was seen before.

        An editor of lines that draws the prompt anew with every key (nushell's) stands behind it before it has
        read the line: so a line that was entered has to have ended, too.
        """
        end = time.monotonic() + PATIENCE
        while not (self._shows_more() and PROMPT.search(self._screen.before_cursor())):
            if not self._read_until(end):
                pytest.fail(f"the shell has ended:\n{self.text}")
        self._seen, self._entered = len(self.text), False

    def ended(self) -> int:
        """Wait for the program's end; give its exit status, or the signal that ended it as a negative number."""
        end = time.monotonic() + PATIENCE
        while self._read_until(end):
            pass
        status = self._child.wait()
        return -int(self._child.signalstatus) if status is None else int(status)

    def _shows_more(self) -> bool:
        more = self.text[self._seen :]
        return "\n" in more if self._entered else bool(more.strip())

    def _read_until(self, end: float) -> bool:
        """Read what comes next; tell whether something can. The test fails where nothing has come by then."""
        try:
            data = self._child.read_nonblocking(65536, max(end - time.monotonic(), 0))
        except pexpect.EOF:
            return False
        except pexpect.TIMEOUT:
            pytest.fail(f"nothing more shows after:\n{self.text}")
        self.raw += data
        self._stream.feed(_PRIVATE.sub("", data))
        return True


def need(*programs: str) -> None:
    """Skip the test where a program is not on the PATH; fail there if this is CI."""
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        missing(", ".join(absent))


def missing(what: str) -> NoReturn:
    """Skip the test since something is not installed; fail if this is CI."""
    skip(f"{what}{NOT_INSTALLED}")


def skip(reason: str) -> NoReturn:
    """Skip the test; fail if this is CI."""
    stop = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    stop(reason)


def with_mfaenv(product: Product) -> dict[str, str]:
    """The product's environment, with a PATH on which mfaenv is found: the installed one, or else these sources."""
    folder = Path(sys.executable).parent
    if not (folder / "mfaenv").exists():
        folder = product.home / "bin"
        folder.mkdir(exist_ok=True)
        write_program(folder / "mfaenv", f'exec {" ".join(COMMAND)} "$@"')
    return {**product.env, "PATH": f"{folder}{os.pathsep}{product.env['PATH']}"}


def open_window(product: Product, shell: Shell, **variables: str) -> Window:
    """Open a window with a shell that has mfaenv on its PATH, and wait until it can be typed in."""
    need(shell.typed.start[0])
    window = Window(shell.typed.start, with_mfaenv(product) | variables, product.home)
    window.prompted()
    return window


def open_loaded(product: Product, shell: Shell, **variables: str) -> Window:
    """Open such a window, in which the lines of the shell's profile have been run."""
    window = open_window(product, shell, **variables)
    for line in shell.load:
        window.enter(line)
        window.prompted()
    return window


def direct(product: Product, *arguments: str, **variables: str) -> Window:
    """Open a window in which mfaenv itself runs, and nothing else."""
    return Window((*COMMAND, *arguments), product.env | variables, product.home, clock=product.clock)


def key_in(window: Window) -> str:
    """Return the access key that programs see which are started in a window with a shell."""
    window.prompted()
    window.enter("printenv AWS_ACCESS_KEY_ID")
    return window.see(r"^A[KS]IA\w{16}$")
