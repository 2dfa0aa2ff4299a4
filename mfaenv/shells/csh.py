"""csh and tcsh."""

from mfaenv.shells import UNQUOTED, Env, Target, Words, needs_no_quotes, printed


class Tcsh(Target):
    """Plain values bare, all others from printf: ``histchars`` and ``backslash_quote`` change what quotes mean here.

    tcsh 6.24 garbles what a program prints, and runs the rest as commands, where octets that are no characters
    in the user's locale stand beyond the first 4,096.
    """

    remove = "unsetenv {name};"
    fail = "(exit {status});"
    # All of it in double quotes: what means something in these stands outside of them.
    in_quotes = (("'", "'\\''"), ("!", "'\\!'"), *((sign, f"'\"'\\{sign}'\"'") for sign in '$"`'))
    line = 'eval "`{command} --shell {target}`"'
    init = 'eval "`{command} init {target}`"'
    completion = "tcsh.completion.csh"
    completes_programs = False
    lists_programs = False
    matches = True
    refused = "\0\n"
    remedy = (
        "A line break, more than 4,096 bytes that are not all ASCII, and some 32 KiB "
        "cannot be written in this shell."
    )
    reads: tuple[str, ...] = ("csh",)
    function = "tcsh.function.csh"
    script = "tcsh.script.csh"
    startup_files: tuple[str, ...] = ("~/.tcshrc",)
    startup_before = "~/.cshrc"
    _longest_printed = 4096

    def assign(self, name: str, value: str) -> str:
        if needs_no_quotes(value):
            return f"setenv {name} {value};"
        if not value.isascii() and len(value.encode("utf-8", "surrogateescape")) > self._longest_printed:
            raise ValueError
        return f"setenv {name} \"`printf '{printed(value)}'`\";"

    def words(self, handed: Words, env: Env) -> Words:
        line = env["COMMAND_LINE"]
        for mark in ";|&(`":
            line = line.rpartition(mark)[2]
        *before, typed = line.replace("\t", " ").split(" ")
        return [*filter(None, before), typed]

    def offer(self, word: str, meaning: str, quote: str) -> str:
        # tcsh would cut or expand any other.
        return word if all(sign.isalnum() or sign in UNQUOTED for sign in word) else ""


class Csh(Tcsh):
    """BSD's csh, which reads no line over 4,080 bytes: "Word too long."."""

    init = ""
    startup_files = ()
    reads = ()
    function = ""
    completion = ""
    remedy = "A line break, or a line over 4,080 bytes, cannot be written in this shell; for a long one: --shell tcsh."
    longest_line = 4080
