"""What to print for: the shell or the format that an option, a variable or the calling process names."""

from mfaenv import shells
from mfaenv.errors import USAGE, MfaenvError
from mfaenv.fast import catalog, parse
from mfaenv.shells import detect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.fast.parse import Options


def target(options: "Options", env: "Mapping[str, str]") -> str:
    """Return the shell or the format to print for. Raise MfaenvError (usage) for a name that is none."""
    asked = parse.text(options, "format")
    if asked and "shell" in options:
        raise MfaenvError("--shell and --format cannot be used together.", "Leave one of them out.", status=USAGE)
    if asked:
        return _one_of(asked, shells.FORMATS, "--format")
    name, source = parse.lookup(options, env, "shell")
    known = _one_of(name, shells.NAMES, source) if name else ""
    return detect.believed(known) if source in catalog.OPTIONS["shell"].flags else detect.detect(env, known)


def _one_of(name: str, names: tuple[str, ...], source: str) -> str:
    if name in names:
        return name
    from mfaenv import suggest

    hint = suggest.hint(name, names, f"It takes {', '.join(names)}.")
    raise MfaenvError(f"{source} does not know '{name}'.", hint, status=USAGE)
