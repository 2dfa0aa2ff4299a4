"""Windows' cmd.exe."""

from mfaenv.shells import Target


class Cmd(Target):
    """One ``set`` a line, as ``for /f`` runs them: all between the quotes is text, ``%`` and ``&`` too."""

    remove = 'set "{name}=-"\r\nset "{name}="'  # removing what is not there is an error to ``||``
    # The one internal command that fails, starts nothing and shows nothing (``color /?`` says so).
    fail = "color 00"
    separator = end = b"\r\n"
    line = "for /f \"delims=\" %i in ('{command} --shell cmd') do @%i"
    refused = "\0\r\n\x1a"
    encoding = None
    function = "cmd.function.cmd"
    script = "cmd.script.cmd"
    startup_by_hand = "cmd has no startup file of its own: AutoRun in the registry names one. This shows how:"
    demo_words = ("/k", "{file}")
    demo_file = "variables.cmd"
    demo_template = "cmd.demo.cmd"
    remedy = (
        "chcp 65001 gives the console every character. "
        "cmd never holds a line break, Ctrl-Z, an empty value, or a line over 8,191 characters."
    )
    longest_line = 8191

    def quote(self, word: str) -> str:
        """Return the word as the system splits it, in quotes where cmd or PowerShell cuts it too."""
        import re  # slow to load

        text, own = re.sub(r'(\\*)"', r'\1\1\\"', word), "" if '"' in word else "&|<>^(),;='{}"
        plain = word and set(word).isdisjoint(f" \t{own}")
        return text if plain else '"' + re.sub(r"(\\*)\Z", r"\1\1", text, count=1) + '"'

    def assign(self, name: str, value: str) -> str:
        if not value:
            raise ValueError  # it would remove the variable
        return f'set "{name}={value}"'
