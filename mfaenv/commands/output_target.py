"""What to print for: a shell or a format."""

import sys

from mfaenv import shells, suggest
from mfaenv.errors import wrong_usage
from mfaenv.fast import catalog, parse
from mfaenv.fast.parse import Env, Options
from mfaenv.shells import detect

UTF_8_PAGE = 65001
"""https://learn.microsoft.com/windows/win32/intl/code-page-identifiers."""


def choose_target(options: Options, env: Env) -> str:
    """Raise MfaenvError (usage) for a wrong name."""
    data = parse.text(options, "format")
    if data and "shell" in options:
        raise wrong_usage("--shell and --format cannot be used together.", "Leave one of them out.")
    if data:
        return _one_of(data, shells.FORMATS, "--format")
    name, source = parse.lookup(options, env, "shell")
    shell = _one_of(name, shells.NAMES, source) if name else ""
    return detect.detect(env, shell, by_option=source in catalog.OPTIONS["shell"].flags)


def _one_of(name: str, names: tuple[str, ...], source: str) -> str:
    if name in names:
        return name
    advice = suggest.advice(detect.identify([name]) or name, names, f"It takes {', '.join(names)}.")
    raise wrong_usage(f"{source} does not know '{name}'.", *advice)


def code_page() -> str:
    """Return the code page in which cmd reads what is printed: the console's, else the OEM one."""
    # https://learn.microsoft.com/windows/console/getconsoleoutputcp
    page = UTF_8_PAGE
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        page = kernel.GetConsoleOutputCP() or kernel.GetOEMCP()
    return "utf-8" if page == UTF_8_PAGE else f"cp{page}"
