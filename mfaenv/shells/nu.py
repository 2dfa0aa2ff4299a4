"""Nushell, which evaluates no text but loads a record."""

from mfaenv.shells import needs_no_quotes
from mfaenv.shells.formats import Json


class Nu(Json):
    """A record; programs do not see a variable that is null."""

    holds_variables = True

    line = "{command} --shell nu | from json | load-env"
    function = ("nu.function.nu",)
    hook = ("nu.hook.nu",)
    saved = True
    completion = "nu.completion.nu"
    startup_query = ("--no-config-file", "--commands", "$nu.user-autoload-dirs.0 | path join mfaenv.nu")
    demo_words = ("--execute", "open --raw {json} | from json | load-env")
    demo_file = "variables.json"
    lists_programs = False

    def remove(self, name: str) -> str:
        return f'"{name}": null'

    def offer(self, word: str, meaning: str, quote: str) -> str:  # noqa: ARG002 - the word brings its own
        """Return the line with the word in quotes where it needs some."""
        return f"{word if needs_no_quotes(word) and word not in _VALUES else _quoted(word)}\t{meaning}"


_VALUES = {"null", "true", "false"}
"""Words that are no texts, which the function would not take."""


def _quoted(word: str) -> str:
    """Return the word in double quotes, what cannot be shown as a number: https://www.nushell.sh/book/working_with_strings.html."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\u{{{ord(sign):x}}}" for sign in escaped) + '"'
