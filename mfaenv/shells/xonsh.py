"""xonsh."""

from mfaenv.shells import Target, needs_no_quotes


class Xonsh(Target):
    """Python's own literals, in ASCII."""

    remove = "${...}.pop('{name}', None);"
    separator = b" "
    # Of this exception xonsh shows one line and takes the status.
    fail = "raise __import__('subprocess').CalledProcessError({status}, 'mfaenv');"
    line = "execx($({command} --shell xonsh))"
    init = "execx($({command} init {target}))"
    # The history file, made before this event, gets what is set by then. Keys set behind the line of init stay.
    at_start = """def _mfaenv_start(key=${{...}}.get('AWS_ACCESS_KEY_ID'), **_):
    if key == ${{...}}.get('AWS_ACCESS_KEY_ID'): {text}events.on_post_init(_mfaenv_start)
"""
    function = "xonsh.function.xsh"
    hook = ("xonsh.hook.xsh",)
    completion = "xonsh.completion.xsh"
    startup_files = ("~/.xonshrc", "~/.config/xonsh/rc.xsh")

    def assign(self, name: str, value: str) -> str:
        value.encode("utf-8", "surrogateescape")  # raises ValueError
        return f"${name} = {value!a};"

    def quote(self, word: str) -> str:
        expanded = any(sign in word for sign in "~$")  # in quotes, too
        return word if needs_no_quotes(word) else f"@({word!r})" if expanded else repr(word)

    def offer(self, word: str, meaning: str, quote: str) -> str:
        if quote and not any(sign in word for sign in "~$'\"\\"):
            return f"{quote}{word}{quote}\t{meaning}"
        return f"{self.quote(word)}\t{meaning}"
