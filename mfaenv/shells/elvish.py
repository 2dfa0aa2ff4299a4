"""Elvish."""

from mfaenv.shells import Target


class Elvish(Target):
    """Single quotes, in which the quote is doubled."""

    line = "eval ({command} --shell elvish | slurp)"
    init = "eval ({command} init {target} | slurp)"
    function = ("elvish.function.elv",)
    hook = ("elvish.hook.elv",)
    completion = "elvish.completion.elv"
    startup_files = ("$XDG_CONFIG_HOME/elvish/rc.elv", "$APPDATA/elvish/rc.elv", "~/.config/elvish/rc.elv")
    matches = True

    def assign(self, name: str, value: str) -> str:
        return "set-env {} '{}';".format(name, value.replace("'", "''"))

    def remove(self, name: str) -> str:
        return f"unset-env {name};"

    def fail(self, status: int) -> str:
        return f"fail 'mfaenv: exit status {status}';"
