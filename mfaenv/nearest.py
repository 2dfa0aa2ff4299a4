"""What somebody may have meant who wrote a name that there is not."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def hint(wrong: str, names: Sequence[str], otherwise: str) -> str:
    """Ask for the name that comes closest; say something else where none is close."""
    import difflib

    close = difflib.get_close_matches(wrong, names, n=1)
    return f"Did you mean {close[0]}?" if close else otherwise
