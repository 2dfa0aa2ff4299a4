"""Suggest the closest known name for one that does not exist."""

from mfaenv.fast.parse import Words

MAX_OFFERED = 8  # names
MAX_COMPARED = 64  # characters of a name: to compare longer ones takes seconds

ALIKE = 0.7
"""How much of a name must be there: `bahs` has three quarters of bash, `remove` three fifths of demo."""


def hint(wrong: str, names: Words, otherwise: str) -> str:
    """Ask for names that begin so, else the closest one, else those with a part that begins so."""
    import difflib

    part = wrong.lstrip("-")
    begun = [name for name in names if wrong and name.startswith(wrong)]
    with_part = [name for name in names if part and f"-{part}" in name]
    # The dashes of options do not count: all options are alike in them.
    bare = {name.lstrip("-"): name for name in names}
    alike = difflib.get_close_matches(part[:MAX_COMPARED], list(bare), n=1, cutoff=ALIKE)
    close = begun[:MAX_OFFERED] or [bare[name] for name in alike] or with_part[:MAX_OFFERED]
    return f"Did you mean {' or '.join(close)}?" if close else otherwise
