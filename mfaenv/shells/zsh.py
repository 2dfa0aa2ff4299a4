"""zsh."""

from mfaenv.shells.bash import IN_SUBSHELL, IS_SUBSHELL, PRINTED, Posix


class Zsh(Posix):
    """zsh, which reads all before it runs any: an alias would be taken for a function's name.

    The hook calls no function: a call takes zsh a quarter of all the time.
    """

    reads = ("bash", "zsh", "sh", "ksh")
    hook = ("posix.hook.sh", "zsh.hook.sh")
    template_values = (
        ("FUNCTION", "function mfaenv()"),
        ("CLOCK", "_mfaenv_now=$EPOCHSECONDS"),
        ("CHECK", "_mfaenv_hook() {\n    \\emulate -LR zsh"),
        ("IS_SUBSHELL", IS_SUBSHELL % "ZSH_SUBSHELL"),
        ("IS_READ", IN_SUBSHELL % "ZSH_SUBSHELL"),
        ("PRINT", PRINTED),
    )
    template_parts = (("LOOK", "zsh.look.sh"), ("AT_CTRL_C", "zsh.at_ctrl_c.sh"))
    test = "\\builtin test"
    completion = "zsh.completion.zsh"
    startup_files = ("$ZDOTDIR/.zshrc", "~/.zshrc")
    startup_query = ("-c", 'builtin print -rl "" "${ZDOTDIR:-$HOME}/.zshrc"')  # .zshenv may set it
    demo_variable = "ZDOTDIR={folder}"
    demo_file = ".zshenv"
    demo_template = "zsh.demo.zsh"
    matches = True

    def offer(self, word: str, meaning: str, quote: str) -> str:
        r"""Return the line for ``_describe``, which takes ``\:`` for a colon and ``\\`` for a backslash."""
        text = word.replace("\\", "\\\\").replace(":", "\\:")
        return f"{text}:{meaning}" if meaning else text
