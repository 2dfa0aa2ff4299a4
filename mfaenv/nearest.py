"""What somebody may have meant who wrote a name that there is not."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def hint(wrong: str, names: Sequence[str], otherwise: str) -> str:
    """Ask for the names that begin so, else for the one that comes closest; say something else where none does."""
    import difflib

    begun = [name for name in names if wrong and name.startswith(wrong)]
    close = begun or difflib.get_close_matches(wrong, names, n=1)
    return f"Did you mean {' or '.join(close)}?" if close else otherwise
