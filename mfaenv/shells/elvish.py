"""Elvish."""

from mfaenv.shells import Target

_RAW_OCTETS = {0xDC00 + octet: f"'\"\\x{octet:02x}\"'" for octet in range(0x80, 0x100)}


class Elvish(Target):
    """Single quotes, in which the quote is doubled; octets that are not UTF-8 stand in double quotes between them."""

    line = "eval ({command} --shell elvish | slurp)"
    init = "eval ({command} init {target} | slurp)"
    function = ("elvish.function.elv",)
    hook = ("elvish.hook.elv",)
    completion = "elvish.completion.elv"
    matches = True

    def assign(self, name: str, value: str) -> str:
        quoted = value.replace("'", "''").translate(_RAW_OCTETS)
        return f"set-env {name} '{quoted}';"

    def remove(self, name: str) -> str:
        return f"unset-env {name};"

    def fail(self, status: int) -> str:
        return f"fail 'mfaenv: exit status {status}';"
