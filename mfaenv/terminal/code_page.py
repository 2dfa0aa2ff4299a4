"""The code page in which cmd reads what is printed: a file of its own, since each start of a shell waits for it."""

import sys

if sys.platform == "win32":
    UTF_8_PAGE = 65001
    """https://learn.microsoft.com/windows/win32/intl/code-page-identifiers."""

    def encoding() -> str:
        """Return the code page as Python names it. Without a console cmd uses the OEM code page.

        https://learn.microsoft.com/windows/console/getconsoleoutputcp
        """
        import ctypes

        kernel = ctypes.windll.kernel32
        page = kernel.GetConsoleOutputCP() or kernel.GetOEMCP()
        return "utf-8" if page == UTF_8_PAGE else f"cp{page}"
else:

    def encoding() -> str:
        """Return UTF-8, whatever cmd there reads: there is none."""
        return "utf-8"
