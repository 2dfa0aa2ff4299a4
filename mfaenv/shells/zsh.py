"""zsh."""

from mfaenv.shells.bash import IN_SUBSHELL, PRINTED, Posix

_LOOKED = """{
        _mfaenv_before=$_mfaenv_seen _mfaenv_seen=-
        [ ! -f "${MFAENV_STORE-}/latest" ] || [ ! -r "${MFAENV_STORE-}/latest" ] ||
            _mfaenv_seen=$(<"${MFAENV_STORE-}/latest")
        [ "$_mfaenv_seen" != "$_mfaenv_before" ]
    }"""
"""Whether the word in the store is another than before. zsh starts no process for `$(<FILE)`; `read` is slower."""


class Zsh(Posix):
    """zsh, which reads all before it runs any: an alias would be taken for a function's name.

    The hook calls no function, neither for the clock nor to look: a call takes zsh a quarter of all the time.
    """

    reads = ("bash", "zsh", "sh", "ksh")
    hook = ("posix.hook.sh", "zsh.hook.sh")
    template_values = (
        ("FUNCTION", "function mfaenv()"),
        ("CLOCK", "_mfaenv_now=$EPOCHSECONDS"),
        ("CHECK", "_mfaenv_hook() {\n    \\emulate -LR zsh"),
        ("LOOK", _LOOKED),
        ("IS_READ", IN_SUBSHELL % "ZSH_SUBSHELL"),
        ("PRINT", PRINTED),
    )
    completion = "zsh.completion.zsh"
    startup_files = ("$ZDOTDIR/.zshrc", "~/.zshrc")
    demo_variable = "ZDOTDIR={folder}"
    demo_file = ".zshenv"
    demo_template = "zsh.demo.zsh"
    matches = True

    def offer(self, word: str, meaning: str, quote: str) -> str:  # noqa: ARG002 - zsh knows the quote
        r"""Return the line for ``_describe``, which takes ``\:`` for a colon and has no sign for the backslash."""
        if "\\:" in word:
            return ""
        text = word.replace(":", "\\:")
        return f"{text}:{meaning}" if meaning else text
