"""fish."""

from mfaenv.shells import KEYS, Target, escape, needs_no_quotes

_KEPT_PROFILE = (
    "set -qUx AWS_PROFILE; and not functions -q _mfaenv_hook; and "
    "builtin echo 'mfaenv: AWS_PROFILE stays: you have set it for all windows with set -Ux.' >&2;"
)
"""Programs see such a variable whatever hides it. The hook keeps AWS_PROFILE in any case."""

_HIDDEN = "hides that of the session: type this outside the function or block that sets it."


class Fish(Target):
    """Odd values are numbers: in GBK, fish 4.0 takes the end of a UTF-8 character and a backslash for one sign."""

    # Universal variables, which the user has stored for all windows, stay. Erasing what is not there fails.
    remove = "set -gx {name}; set -eg {name};"
    fail = "false;"  # `return` would leave the caller's function, `exit` its shell
    in_quotes = (("'", "\\'"), ("\\", "\\\\"))
    line = "{command} | source"
    init = "{command} init {target} | source"
    # In ``eval (…)`` a blank follows the backslash, and the rest of the text is a comment.
    init_begin = """test a = \\
a; or begin; builtin printf 'mfaenv: This line needs a pipe:\\n%8s%s\\n' '' '{line}' >&2; false; end #
"""
    function = "fish.function.fish"
    hook = ("fish.hook.fish",)
    completion = "fish.completion.fish"
    startup_files = ("$XDG_CONFIG_HOME/fish/config.fish", "~/.config/fish/config.fish")
    demo_words = ("--init-command", "{text}")
    demo_template = "fish.demo.fish"
    matches = True

    def begin(self, names: list[str], *, tried: bool) -> str:
        return _KEPT_PROFILE if "AWS_PROFILE" in names else ""

    def assign(self, name: str, value: str) -> str:
        """Return the statement, without a line break for ``eval (mfaenv)``.

        A key that a local variable hides fails the line: `set` keeps the status, and so does the next test.
        """
        written = f"'{value}'" if needs_no_quotes(value) else escape(value, "\\X%02x")
        assigned = f"set -gx {name} {written};"
        if name not in KEYS:
            return assigned
        hidden = f"begin; builtin echo 'mfaenv: A local {name} {_HIDDEN}' >&2; false; end;"
        tested = f'test "${name}" = {written}; or {hidden}'
        return f"{assigned} {tested}" if name == "AWS_ACCESS_KEY_ID" else f"{assigned} and begin; {tested} end;"
