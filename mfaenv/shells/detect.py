"""Which shell called: the nearest of the processes above this one that is a shell."""

import os
import sys

from mfaenv.errors import USAGE, MfaenvError
from mfaenv.shells import NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SHELLS = {name: name for name in NAMES} | {
    "ash": "sh",
    "dash": "sh",
    "hush": "sh",
    "posh": "sh",
    "yash": "sh",
    "rbash": "bash",
    "bsd-csh": "csh",
    "ksh93": "ksh",
    "lksh": "ksh",
    "loksh": "ksh",
    "mksh": "ksh",
    "oksh": "ksh",
    "pdksh": "ksh",
    "rksh": "ksh",
    "pwsh-preview": "pwsh",
    "rc.byron": "rc",
}
_HOSTS = ("busybox", "dotnet", "python", "qemu-", "rosetta")
"""Programs that run a shell which is named by their first argument: busybox sh, dotnet pwsh.dll, python xonsh."""

_FARTHEST = 10


def detect(environ: "Mapping[str, str]") -> str:
    """Return the name of the shell that called, else that of the user's login shell (``SHELL``).

    Raises MfaenvError when neither is a shell that mfaenv knows.
    """
    called = _from_proc() if sys.platform == "linux" else _from_shellingham()
    shell = called or _known(environ.get("SHELL", ""))
    if not shell:
        raise MfaenvError("The shell that called is unknown.", f"Name it: --shell {'|'.join(NAMES)}", status=USAGE)
    return shell


def identify(words: "Sequence[str]") -> str | None:
    """Return the shell that a process with this command line is, or None."""
    if words and _basename(words[0]).startswith(_HOSTS):
        words = [word for word in words[1:] if not word.startswith("-")]
    program = words[0] if words else ""
    # Where setproctitle is installed, all that xonsh was started with is one word.
    return _known(program) or _known(program.partition(" ")[0])


def _known(program: str) -> str | None:
    return _SHELLS.get(_basename(program))


def _basename(program: str) -> str:
    # A login shell's name begins with a hyphen.
    name = program.removeprefix("-").replace("\\", "/").rpartition("/")[2].lower()
    return name.removesuffix(".exe").removesuffix(".dll")


def _from_proc() -> str | None:
    # shellingham would find the same, but the modules that it loads cost more than a stored session's whole answer.
    return next(filter(None, map(identify, _callers())), None)


def _callers() -> "Iterator[list[str]]":
    """Yield the command lines of the processes above this one, the nearest first, as far as they may be read."""
    process = os.getppid()
    try:
        for _ in range(_FARTHEST):
            yield _read(process, "cmdline").split("\0")
            # The program's name stands in parentheses and may hold anything; two fields on is the parent.
            process = int(_read(process, "stat").rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return


def _read(process: int, name: str) -> str:
    with open(f"/proc/{process}/{name}", encoding="utf-8", errors="replace") as file:
        return file.read()


def _from_shellingham() -> str | None:
    # Imported here for what it loads: re and subprocess.
    import shellingham  # type: ignore[import-untyped]

    try:
        return _known(shellingham.detect_shell()[0])
    except (OSError, RuntimeError):
        # No shell among the callers, no way to look at them, or a system that shellingham does not know.
        return None
