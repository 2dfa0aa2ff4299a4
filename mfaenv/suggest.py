"""Suggest the closest known name for one that does not exist."""

from mfaenv.fast.parse import Words

MAX_OFFERED = 8  # names
MAX_COMPARED = 64  # characters of a name: to compare longer ones takes seconds
# How much of a name must be there: `bahs` has three quarters of bash, `remove` three fifths of demo.
ALIKE = 0.7


def advice(wrong: str, names: Words, *otherwise: str) -> tuple[str, ...]:
    """Ask for names that begin so, else the closest one, else those with a part that begins so."""
    part = wrong.lstrip("-").lower()
    close = [name for name in names if wrong and name.lower().startswith(wrong.lower())][:MAX_OFFERED]
    if not close and len(wrong) <= MAX_COMPARED:
        import difflib

        # Capitals do not count, nor the dashes of options: all options are alike in them.
        bare = {name.lstrip("-").lower(): name for name in names}
        close = [bare[name] for name in difflib.get_close_matches(part, list(bare), n=1, cutoff=ALIKE)]
    close = close or [name for name in names if part and f"-{part}" in name.lower()][:MAX_OFFERED]
    return (f"Did you mean {' or '.join(close)}?",) if close else otherwise
