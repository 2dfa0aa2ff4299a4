"""The code page in which cmd reads what is printed: a file of its own, since each start of a shell waits for it."""

import sys

UTF_8_PAGE = 65001
"""https://learn.microsoft.com/windows/win32/intl/code-page-identifiers."""


def encoding() -> str:
    """Return the code page as Python names it: without a console the OEM one, and UTF-8 where there is no cmd.

    https://learn.microsoft.com/windows/console/getconsoleoutputcp
    """
    page = UTF_8_PAGE
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        page = kernel.GetConsoleOutputCP() or kernel.GetOEMCP()
    return "utf-8" if page == UTF_8_PAGE else f"cp{page}"
