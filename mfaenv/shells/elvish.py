"""Elvish."""

from mfaenv.shells import Target


class Elvish(Target):
    """Elvish."""

    remove = "unset-env {name};"
    fail = "fail 'mfaenv: exit status {status}';"
    line = "eval ({command} --shell elvish | slurp)"
    init = "eval ({command} init {target} | slurp)"
    function = "elvish.function.elv"
    hook = ("elvish.hook.elv",)
    completion = "elvish.completion.elv"
    startup_files = ("$XDG_CONFIG_HOME/elvish/rc.elv", "$APPDATA/elvish/rc.elv", "~/.config/elvish/rc.elv")
    matches = True

    def assign(self, name: str, value: str) -> str:
        return "set-env {} '{}';".format(name, value.replace("'", "''"))
