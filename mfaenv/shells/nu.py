"""Nushell, which evaluates no text but loads a record."""

from mfaenv.shells import needs_no_quotes
from mfaenv.shells.formats import Json


class Nu(Json):
    """A record; programs do not see a variable that is null."""

    holds_variables = True
    remove = '"{name}": null'
    line = "{command} --shell nu | from json | load-env"
    function = "nu.function.nu"
    hook = ("nu.hook.nu",)
    saved = True
    completion = "nu.completion.nu"
    startup_query = ("--no-config-file", "--commands", "$nu.user-autoload-dirs.0 | path join mfaenv.nu")
    demo_words = ("--execute", "open --raw {json} | from json | load-env")
    demo_file = "variables.json"
    lists_programs = False

    def quote(self, word: str) -> str:
        escaped = word.replace("\\", "\\\\").replace('"', '\\"')
        is_plain = needs_no_quotes(word) and word not in {"null", "true", "false"} and "..." not in word
        return word if is_plain else f'"{escaped}"'

    def offer(self, word: str, meaning: str, quote: str) -> str:
        return f"{self.quote(word)}\t{meaning}"
